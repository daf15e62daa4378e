#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 16 * 1024 };

struct ka_arena_block {
	struct ka_arena_block *next;
	size_t size;
	size_t used;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct ka_arena ka_arena_make(size_t cap)
{
	return (struct ka_arena){.cap = cap};
}

void ka_arena_clear(struct ka_arena *arena)
{
	while (arena->blocks) {
		struct ka_arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
	arena->used = 0;
	arena->has_failed = false;
}

static void *fail(struct ka_arena *arena)
{
	arena->has_failed = true;
	return NULL;
}

void *ka_arena_alloc(struct ka_arena *arena, size_t size)
{
	struct ka_arena_block *block = arena->blocks;
	size_t rounded;

	if (size > arena->cap - arena->used || size > SIZE_MAX / 2)
		return fail(arena);
	rounded = (size + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
	if (!block || rounded > block->size - block->used) {
		size_t capacity = rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE;

		block = calloc(1, sizeof(*block) + capacity);
		if (!block)
			return fail(arena);
		block->size = capacity;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	void *memory = block->bytes + block->used;

	block->used += rounded;
	arena->used += size;
	return memory;
}

void *ka_arena_array(struct ka_arena *arena, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		return fail(arena);
	return ka_arena_alloc(arena, total);
}

const char *ka_arena_copy(struct ka_arena *arena, const char *text, size_t length)
{
	char *copy = ka_arena_alloc(arena, length + 1);

	if (!copy)
		return "";
	memcpy(copy, text, length);
	return copy;
}

const char *ka_arena_vprintf(struct ka_arena *arena, const char *format, va_list args)
{
	char most[256]; /* nearly every text fits: formatted once, then copied */
	va_list again;
	int length;
	char *text;

	va_copy(again, args);
	length = vsnprintf(most, sizeof(most), format, args);
	text = length < 0 ? fail(arena) : ka_arena_alloc(arena, (size_t)length + 1);
	if (text && (size_t)length < sizeof(most))
		memcpy(text, most, (size_t)length);
	else if (text)
		vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return text ? text : "";
}

const char *ka_arena_printf(struct ka_arena *arena, const char *format, ...)
{
	const char *text;
	va_list args;

	va_start(args, format);
	text = ka_arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}
