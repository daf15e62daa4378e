/* The errors of one profile: several are collected, each with its place. */
#ifndef KA_EDGE_PROFILE_ERRORS_H
#define KA_EDGE_PROFILE_ERRORS_H

#include "base/error.h"

#include <stddef.h>

enum { KA_ERRORS_MAX = 20 };

/* Errors of one file stand in the order of their places. */
struct ka_errors {
	struct ka_error list[KA_ERRORS_MAX];
	size_t count;
	size_t omitted; /* found beyond KA_ERRORS_MAX and not kept: "and N more" */
};

/* The bytes that errors speak about. */
struct ka_input {
	const char *bytes;
	size_t length;
	const char *name; /* of the file, as messages show it */
};

/* A place in the input that moves on: many rising offsets cost one pass. Start with {0}. */
struct ka_cursor {
	size_t offset, line_start;
	unsigned line; /* 1-based, after a move */
};

/* Moves to the byte offset; beyond the end is the end. Lines end with LF, CR LF or CR. */
void ka_cursor_move(struct ka_cursor *cursor, const struct ka_input *input, size_t offset);

/* 1-based, in bytes. */
unsigned ka_cursor_column(const struct ka_cursor *cursor);

/* Adds an error at the byte offset, which becomes line and column as of a cursor. */
void ka_errors_add(struct ka_errors *errors, const struct ka_input *input, size_t offset,
		   enum ka_error_id id, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Forgets all errors and leaves lack of memory as the only one. */
void ka_errors_memory(struct ka_errors *errors);

#endif
