/* What kaadvise-fetch answers, taken apart (helper/wire.h). Pure: every byte is a stranger's. */
#ifndef KA_EDGE_FETCH_ANSWER_H
#define KA_EDGE_FETCH_ANSWER_H

#include "edge/fetch.h"

/* Reads the answer to a request for a download: all of it, and nothing that was not asked for.
 * *ret_answer points into text and the arena. The errors are those of ka_fetch: what an error line
 * tells, else KA_E_FETCH_CONTENT, KA_E_MEMORY. */
int ka_fetch_read_answer(struct ka_arena *arena, const struct ka_fetch_request *request,
			 const char *text, size_t length, struct ka_fetch_answer *ret_answer,
			 struct ka_error *reterr);

/* Reads the answer of --verify: *ret_signer is the key's id of 16 hexadecimal digits, arena-owned.
 * Errors as above. */
int ka_fetch_read_verdict(struct ka_arena *arena, const char *text, size_t length,
			  const char **ret_signer, struct ka_error *reterr);

/* Reads the answer of --resolve: *ret_address as the helper wrote it, arena-owned; it is for the
 * caller to see that it is one. Errors as above. */
int ka_fetch_read_address(struct ka_arena *arena, const char *text, size_t length,
			  const char **ret_address, struct ka_error *reterr);

#endif
