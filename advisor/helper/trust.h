/* The authorities that the environment names, read while their files can still be read. */
#ifndef KA_HELPER_TRUST_H
#define KA_HELPER_TRUST_H

#include "base/text.h"
#include "helper/failure.h"

#include <stdbool.h>

enum { KA_TRUST_MAX = 4 * 1024 * 1024 }; /* bytes, of all certificates together */

struct ka_trust {
	bool is_named;         /* by the environment; otherwise libcurl's own are used */
	struct ka_text bundle; /* PEM; on the heap */
};

/* Reads the file in CURL_CA_BUNDLE; without it those of SSL_CERT_FILE and the directories of
 * SSL_CERT_DIR. They replace the system's authorities. -1 with KA_STEP_TLS. */
int ka_trust_read(struct ka_trust *ret_trust, struct ka_failure *retfailure);

#endif
