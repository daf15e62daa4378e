/* Signatures of minisign: https://jedisct1.github.io/minisign/ describes the two formats. */
#ifndef KA_HELPER_MINISIGN_H
#define KA_HELPER_MINISIGN_H

#include "base/arena.h"
#include "helper/failure.h"
#include "helper/request.h"

enum { KA_MINISIGN_ID_LENGTH = 16 };

struct ka_signer {
	char key_id[KA_MINISIGN_ID_LENGTH + 1]; /* hexadecimal, as minisign prints it */
	const char *trusted_comment;            /* as it was signed: escape it */
};

/* Verifies the signature of content by a public key file (with its comment line, or the line of
 * base64 alone), and that of the trusted comment. Both algorithms: Ed, of the content, and ED, of
 * its BLAKE2b-512. Arena-owned. -1 with KA_STEP_KEY or KA_STEP_SIGNATURE. */
int ka_minisign_verify(struct ka_arena *arena, const struct ka_verify_request *request,
		       struct ka_signer *ret_signer, struct ka_failure *retfailure);

#endif
