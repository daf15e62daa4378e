/* The text in which a download is kept: a line with a digest of all that follows it, lines of
 * `KEY VALUE`, an empty line, the content and its signature. Pure. */
#ifndef KA_EDGE_FETCH_COPY_H
#define KA_EDGE_FETCH_COPY_H

#include "base/text.h"
#include "edge/fetch_cache.h"

enum { KA_COPY_MAX = 84 * 1024 }; /* bytes; none is longer */

/* Takes a NUL-terminated text apart, in place: what is returned points into it and the arena.
 * False where it is damaged, or without memory. */
bool ka_copy_parse(struct ka_arena *arena, char *text, size_t length, struct ka_cached *ret_cached);

/* Adds the text of what is to be kept; its sha256 is not looked at. */
void ka_copy_write(struct ka_text *text, const struct ka_cached *cached);

#endif
