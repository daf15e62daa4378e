#include "base/arena.h"

#include "fail_alloc.h"
#include "ka_test.h"

#include <stdint.h>
#include <wchar.h>

static void hands_out_zeroed_aligned_memory(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);

	(void)state;
	assert_null(arena.blocks);
	for (size_t size = 1; size <= 300; size++) {
		unsigned char *memory = ka_arena_alloc(&arena, size);

		ka_test_at("%zu bytes", size);
		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xff, size);
	}
	assert_int_equal(arena.used, 300 * 301 / 2);
	assert_false(arena.has_failed);
	ka_arena_clear(&arena);
}

static void serves_more_than_a_block(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	char *small = ka_arena_alloc(&arena, 10);
	char *large = ka_arena_alloc(&arena, 1000000);
	char *next = ka_arena_alloc(&arena, 10);

	(void)state;
	memset(small, 1, 10);
	memset(large, 2, 1000000);
	memset(next, 3, 10);
	assert_int_equal(small[9], 1);
	assert_int_equal(large[0], 2);
	assert_int_equal(large[999999], 2);
	assert_int_equal(arena.used, 1000020);
	ka_arena_clear(&arena);
}

static void stops_at_the_cap(void **state)
{
	struct ka_arena arena = ka_arena_make(100);

	(void)state;
	assert_non_null(ka_arena_alloc(&arena, 60));
	assert_non_null(ka_arena_alloc(&arena, 40));
	assert_false(arena.has_failed);
	assert_null(ka_arena_alloc(&arena, 1));
	assert_true(arena.has_failed);
	assert_int_equal(arena.used, 100);
	ka_arena_clear(&arena);
	assert_false(arena.has_failed);
	assert_int_equal(arena.used, 0);
	assert_null(ka_arena_alloc(&arena, SIZE_MAX));
	assert_true(arena.has_failed);
	ka_arena_clear(&arena);
}

static void stays_usable_after_a_refusal(void **state)
{
	struct ka_arena arena = ka_arena_make(100);

	(void)state;
	assert_null(ka_arena_alloc(&arena, 101));
	assert_non_null(ka_arena_alloc(&arena, 100));
	assert_true(arena.has_failed);
	ka_arena_clear(&arena);
}

static void no_cap_wraps_around(void **state)
{
	struct ka_arena arena = ka_arena_make(SIZE_MAX);

	(void)state;
	assert_null(ka_arena_alloc(&arena, SIZE_MAX));
	assert_true(arena.has_failed);
	arena.has_failed = false;
	assert_null(ka_arena_alloc(&arena, SIZE_MAX - 20));
	assert_true(arena.has_failed);
	ka_arena_clear(&arena);
}

static void arrays_refuse_an_overflowing_product(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);

	(void)state;
	assert_non_null(ka_arena_array(&arena, 10, 8));
	assert_int_equal(arena.used, 80);
	assert_false(arena.has_failed);
	assert_null(ka_arena_array(&arena, SIZE_MAX / 2, 3));
	assert_true(arena.has_failed);
	ka_arena_clear(&arena);
}

static void copies_and_prints(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);

	(void)state;
	assert_string_equal(ka_arena_copy(&arena, "keepalive", 4), "keep");
	assert_string_equal(ka_arena_copy(&arena, "", 0), "");
	assert_string_equal(ka_arena_printf(&arena, "%d/%s", 75, "x"), "75/x");
	assert_string_equal(ka_arena_printf(&arena, "%s", ""), "");
	assert_int_equal(strlen(ka_arena_printf(&arena, "%40000d", 1)), 40000);
	assert_false(arena.has_failed);
	ka_arena_clear(&arena);
}

static void text_beyond_the_cap_is_empty(void **state)
{
	struct ka_arena arena = ka_arena_make(5);

	(void)state;
	assert_string_equal(ka_arena_copy(&arena, "keepalive", 9), "");
	assert_true(arena.has_failed);
	arena.has_failed = false;
	assert_string_equal(ka_arena_printf(&arena, "%s", "keepalive"), "");
	assert_true(arena.has_failed);
	assert_string_equal(ka_arena_printf(&arena, "%s", "keep"), "keep");
	ka_arena_clear(&arena);
}

/* In the C locale no wide character above ASCII can be printed: vsnprintf fails. */
static const wchar_t unprintable[] = {0xe9, 0};

static void unprintable_text_is_empty(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);

	(void)state;
	assert_string_equal(ka_arena_printf(&arena, "%ls", unprintable), "");
	assert_true(arena.has_failed);
	ka_arena_clear(&arena);
}

static void every_allocation_may_fail(void **state)
{
	size_t n = 0;

	(void)state;
	do {
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		const char *text, *copy;
		void *memory;

		ka_fail_allocation(++n);
		memory = ka_arena_alloc(&arena, 16000);
		text = ka_arena_printf(&arena, "%1000d", 1);
		copy = ka_arena_copy(&arena, "abc", 3);
		assert_true(arena.has_failed == ka_allocation_failed);
		assert_true(memory || arena.has_failed);
		assert_true(text[0] != '\0' || arena.has_failed);
		assert_true(strcmp(copy, "abc") == 0 || arena.has_failed);
		ka_arena_clear(&arena);
	} while (ka_allocation_failed);
	ka_fail_allocation(0);
	assert_int_equal(n, 3); /* two blocks, each refused once */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_out_zeroed_aligned_memory),
		cmocka_unit_test(serves_more_than_a_block),
		cmocka_unit_test(stops_at_the_cap),
		cmocka_unit_test(stays_usable_after_a_refusal),
		cmocka_unit_test(no_cap_wraps_around),
		cmocka_unit_test(arrays_refuse_an_overflowing_product),
		cmocka_unit_test(copies_and_prints),
		cmocka_unit_test(text_beyond_the_cap_is_empty),
		cmocka_unit_test(unprintable_text_is_empty),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
