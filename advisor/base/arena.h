/* One arena per run: results live in it until the run ends, so nothing else frees them. */
#ifndef KA_BASE_ARENA_H
#define KA_BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct ka_arena_block;

struct ka_arena {
	struct ka_arena_block *blocks;
	size_t used;     /* bytes handed out so far */
	size_t cap;      /* bytes; an allocation beyond it fails */
	bool has_failed; /* sticky: some allocation failed, so results may be incomplete */
};

#define KA_ARENA_CAP ((size_t)64 * 1024 * 1024)

/* An empty arena that hands out at most cap bytes. It allocates nothing yet. */
struct ka_arena ka_arena_make(size_t cap);

/* Frees all memory of the arena, which stays usable and empty. */
void ka_arena_clear(struct ka_arena *arena);

/* size bytes, zeroed, aligned for any type, owned by the arena. NULL beyond the cap or without
 * memory; has_failed is then set. */
void *ka_arena_alloc(struct ka_arena *arena, size_t size);

/* count elements of size bytes each; an overflowing product fails like lack of memory. */
void *ka_arena_array(struct ka_arena *arena, size_t count, size_t size);

/* A copy of the first length bytes of text, NUL-terminated. Without memory "" and has_failed. */
const char *ka_arena_copy(struct ka_arena *arena, const char *text, size_t length);

/* printf into the arena. Without memory "" and has_failed. */
const char *ka_arena_printf(struct ka_arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *ka_arena_vprintf(struct ka_arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

#endif
