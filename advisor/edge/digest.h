/* SHA-256, by libmd. */
#ifndef KA_EDGE_DIGEST_H
#define KA_EDGE_DIGEST_H

#include <stddef.h>

#define KA_SHA256_TEXT 65 /* 64 hexadecimal digits and the NUL */

/* Writes the SHA-256 of bytes[0..length) as lower-case hexadecimal digits (FIPS 180-4) and
 * returns text. Allocates nothing and cannot fail. */
const char *ka_sha256(char text[static KA_SHA256_TEXT], const void *bytes, size_t length);

#endif
