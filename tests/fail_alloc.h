/* Makes the n-th allocation of a test program fail. Link with -Wl,--wrap of malloc, calloc and
 * realloc (ka_failing_allocator in unit/CMakeLists.txt). Include it once per program. */
#ifndef KA_FAIL_ALLOC_H
#define KA_FAIL_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

static size_t ka_allocations_left; /* 0: none fails */
static bool ka_allocation_failed;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

/* The n-th allocation from now on fails (1: the next); 0: none does. */
static void ka_fail_allocation(size_t n)
{
	ka_allocations_left = n;
	ka_allocation_failed = false;
}

static bool ka_allocation_fails(void)
{
	if (ka_allocations_left == 0 || --ka_allocations_left > 0)
		return false;
	ka_allocation_failed = true;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return ka_allocation_fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return ka_allocation_fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	return ka_allocation_fails() ? NULL : __real_realloc(memory, size);
}

#endif
