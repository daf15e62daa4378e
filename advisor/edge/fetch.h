/* Downloads, by the separate program kaadvise-fetch (helper/wire.h): nothing of libcurl or TLS is
 * in this one. All that the helper says is checked as if a stranger had said it. */
#ifndef KA_EDGE_FETCH_H
#define KA_EDGE_FETCH_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct ka_fetch_request {
	const char *url;            /* without the fragment */
	const char *const *headers; /* "NAME: VALUE" */
	size_t header_count;
	const char *etag;          /* of a cached copy; NULL: none */
	const char *last_modified; /* of a cached copy; NULL: none */
	bool insecure_http;        /* http:// to a loopback address is allowed */
	bool wants_signature;      /* URL.minisig too */
};

struct ka_fetch_answer {
	bool is_unchanged; /* 304: the cached copy is still right; no bytes */
	const char *bytes;
	size_t length;
	const char *signature; /* NULL: none was asked for */
	size_t signature_length;
	const char *etag, *last_modified; /* NULL: the server sent none */
};

/* Downloads. helper is the program's path; environment is handed to it as it is. Waits at most
 * a little longer than KA_WIRE_TIME_S, then kills the helper. Arena-owned. -1 with KA_E_PROFILE_URL
 * or KA_E_FETCH_*; the message begins with the step, and has no URL: the caller puts it in front.
 */
int ka_fetch(struct ka_arena *arena, const char *helper, char *const environment[],
	     const struct ka_fetch_request *request, struct ka_fetch_answer *ret_answer,
	     struct ka_error *reterr);

/* Verifies a minisign signature of bytes by the public key file's text key, in a process of its
 * own without network. *ret_signer is "KEYID", arena-owned. KA_E_FETCH_SIGNATURE,
 * KA_E_FETCH_FILE for a bad key, KA_E_FETCH_PROGRAM. */
int ka_fetch_verify(struct ka_arena *arena, const char *helper, char *const environment[],
		    const char *key, size_t key_length, const char *signature,
		    size_t signature_length, const char *bytes, size_t length,
		    const char **ret_signer, struct ka_error *reterr);

#endif
