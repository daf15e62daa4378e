/* Growing text, and escaping of what came from outside. */
#ifndef KA_BASE_TEXT_H
#define KA_BASE_TEXT_H

#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Text under construction on the heap. Start with {0}; free with ka_text_clear. An allocation
 * failure sets has_failed, after which additions do nothing. */
struct ka_text {
	char *bytes; /* NUL-terminated once something was added */
	size_t length;
	size_t capacity;
	bool has_failed;
};

void ka_text_clear(struct ka_text *text);
void ka_text_add_bytes(struct ka_text *text, const char *bytes, size_t length);
void ka_text_add(struct ka_text *text, const char *string);
void ka_text_repeat(struct ka_text *text, const char *string, size_t count);
void ka_text_printf(struct ka_text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* text with every byte that could act on a terminal (C0, DEL, C1, and anything that is not valid
 * UTF-8) written as \xNN; arena-owned. Printable UTF-8 stays as it is; \n and \t are escaped too.
 * Unicode direction controls and line separators are escaped as well. */
const char *ka_escape(struct ka_arena *arena, const char *text);

/* Whether text is valid UTF-8 (RFC 3629, section 4). */
bool ka_is_utf8(const char *text);

/* The number of terminal columns of escaped UTF-8 text: one per code point. */
size_t ka_text_columns(const char *text);

/* The same for the first length bytes. */
size_t ka_columns(const char *text, size_t length);

/* The entry of names nearest to word by edit distance, or NULL when none is near enough to be
 * worth suggesting. names ends with NULL. */
const char *ka_suggest(const char *word, const char *const *names);

#endif
