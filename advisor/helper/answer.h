/* The answers of wire.h, each written to a descriptor in one go. */
#ifndef KA_HELPER_ANSWER_H
#define KA_HELPER_ANSWER_H

#include "base/arena.h"
#include "helper/failure.h"

#include <stdbool.h>
#include <stddef.h>

/* What was downloaded. */
struct ka_download {
	bool is_unchanged; /* 304: no bytes */
	const char *bytes;
	size_t length;
	const char *etag, *last_modified; /* printable; NULL: none */
	const char *signature;            /* NULL: not asked for */
	size_t signature_length;
};

/* Each -1 where the reader is gone, which is nothing to complain about: nobody listens. */
int ka_answer_download(int fd, const struct ka_download *download);
int ka_answer_verified(struct ka_arena *arena, int fd, const char *key_id, const char *comment);
int ka_answer_address(struct ka_arena *arena, int fd, const char *address);
int ka_answer_failure(struct ka_arena *arena, int fd, const struct ka_failure *failure);

#endif
