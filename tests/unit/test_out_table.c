#include "out/table.h"

#include "ka_test.h"

static struct ka_arena arena;

static int setup(void **state)
{
	(void)state;
	arena = ka_arena_make(KA_ARENA_CAP);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ka_arena_clear(&arena);
	return 0;
}

static const char *const hops[][3] = {
	{"hop", "idle", "verdict"},
	{"NLB", "350 s", "safe"},
	{"conntrack", "432000 s", "safe, and survives many lost packets"},
};

static void assert_table(size_t width, const char *expected)
{
	struct ka_writer writer = {.arena = &arena, .width = width};
	struct ka_table table;

	ka_table_init(&table, &arena, 3, 1u << 1);
	for (size_t i = 0; i < 3; i++)
		ka_table_row(&table, hops[i]);
	ka_table_write(&table, &writer, 2);
	assert_string_equal(writer.text.bytes, expected);
	ka_text_clear(&writer.text);
}

static void aligns_columns(void **state)
{
	(void)state;
	assert_table(80, "  hop            idle  verdict\n"
			 "  NLB           350 s  safe\n"
			 "  conntrack  432000 s  safe, and survives many lost packets\n");
}

static void wraps_the_last_column_under_itself(void **state)
{
	(void)state;
	assert_table(52, "  hop            idle  verdict\n"
			 "  NLB           350 s  safe\n"
			 "  conntrack  432000 s  safe, and survives many lost\n"
			 "                       packets\n");
}

static void gives_the_last_column_its_own_lines(void **state)
{
	(void)state;
	assert_table(40, "  hop            idle\n"
			 "      verdict\n"
			 "  NLB           350 s\n"
			 "      safe\n"
			 "  conntrack  432000 s\n"
			 "      safe, and survives many lost\n"
			 "      packets\n");
}

static void becomes_paragraphs_at_last(void **state)
{
	(void)state;
	assert_table(20, "  hop, idle, verdict\n"
			 "  NLB, 350 s, safe\n"
			 "  conntrack,\n"
			 "      432000 s,\n"
			 "      safe, and\n"
			 "      survives many\n"
			 "      lost packets\n");
}

static void a_long_word_asks_for_lines_too(void **state)
{
	struct ka_writer writer = {.arena = &arena, .width = 60};
	struct ka_table table;

	(void)state;
	ka_table_init(&table, &arena, 2, 0);
	ka_table_row(&table,
		     (const char *[]){"a column of some width",
				      "a-word-that-does-not-fit-behind-that-column and more"});
	ka_table_write(&table, &writer, 0);
	assert_string_equal(writer.text.bytes,
			    "a column of some width\n"
			    "    a-word-that-does-not-fit-behind-that-column and more\n");
	ka_text_clear(&writer.text);
}

static void empty_cells_leave_nothing_behind(void **state)
{
	struct ka_writer writer = {.arena = &arena, .width = 40};
	struct ka_table table;

	(void)state;
	ka_table_init(&table, &arena, 3, 0);
	ka_table_row(&table, (const char *[]){"x", "", ""});
	ka_table_row(&table, (const char *[]){"", "", "y"});
	ka_table_write(&table, &writer, 0);
	assert_string_equal(writer.text.bytes, "x\n     y\n");
	ka_text_clear(&writer.text);
	/* Too narrow for the columns: cells without text leave no comma. */
	ka_table_init(&table, &arena, 3, 0);
	ka_table_row(&table, (const char *[]){"a-first-column-of-30-characters", "", "the last"});
	ka_table_row(&table, (const char *[]){"", "a-second-one-of-some-length", ""});
	ka_table_write(&table, &writer, 0);
	assert_string_equal(writer.text.bytes, "a-first-column-of-30-characters, the\n    last\n"
					       "a-second-one-of-some-length\n");
	ka_text_clear(&writer.text);
}

static void cells_are_escaped_and_copied(void **state)
{
	struct ka_writer writer = {.arena = &arena, .width = 80};
	char cell[] = "\033[1m";
	struct ka_table table;

	(void)state;
	ka_table_init(&table, &arena, 2, 0);
	ka_table_row(&table, (const char *[]){cell, "\xc3\xa4"});
	memset(cell, 'x', 4);
	ka_table_row(&table, (const char *[]){"\xc3\xb6", "last"});
	ka_table_write(&table, &writer, 0);
	assert_string_equal(writer.text.bytes, "\\x1b[1m  \xc3\xa4\n\xc3\xb6        last\n");
	ka_text_clear(&writer.text);
}

static void holds_many_rows(void **state)
{
	struct ka_writer writer = {.arena = &arena, .width = 80};
	struct ka_table table;

	(void)state;
	ka_table_init(&table, &arena, 2, 1);
	for (int i = 1; i <= 100; i++)
		ka_table_row(&table, (const char *[]){ka_arena_printf(&arena, "%d", i), "row"});
	assert_int_equal(table.rows, 100);
	ka_table_write(&table, &writer, 0);
	assert_memory_equal(writer.text.bytes, "  1  row\n  2  row\n", 18);
	assert_string_equal(writer.text.bytes + writer.text.length - 9, "100  row\n");
	ka_text_clear(&writer.text);
}

static void rows_beyond_the_memory_are_left_out(void **state)
{
	struct ka_arena small = ka_arena_make(40);
	struct ka_table table;

	(void)state;
	ka_table_init(&table, &small, 2, 0);
	ka_table_row(&table, (const char *[]){"a", "b"});
	assert_int_equal(table.rows, 0);
	assert_true(small.has_failed);
	ka_arena_clear(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aligns_columns),
		cmocka_unit_test(wraps_the_last_column_under_itself),
		cmocka_unit_test(gives_the_last_column_its_own_lines),
		cmocka_unit_test(becomes_paragraphs_at_last),
		cmocka_unit_test(a_long_word_asks_for_lines_too),
		cmocka_unit_test(empty_cells_leave_nothing_behind),
		cmocka_unit_test(cells_are_escaped_and_copied),
		cmocka_unit_test(holds_many_rows),
		cmocka_unit_test(rows_beyond_the_memory_are_left_out),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
