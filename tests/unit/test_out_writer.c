#include "out/writer.h"

#include "ka_test.h"

static struct ka_arena arena;

static struct ka_writer narrow(size_t width)
{
	return (struct ka_writer){.arena = &arena, .width = width};
}

/* Compares what was written, and frees it. */
static void assert_written(struct ka_writer *writer, const char *expected)
{
	assert_false(writer->text.has_failed);
	assert_string_equal(writer->text.bytes, expected);
	ka_text_clear(&writer->text);
}

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

static void wraps_at_blanks(void **state)
{
	struct ka_writer writer = narrow(20);

	(void)state;
	ka_paragraph(&writer, 2, 4, "%s", "one two three four five six");
	assert_written(&writer, "  one two three four\n    five six\n");
	ka_paragraph(&writer, 0, 0, "%s", "exactly twenty chars");
	assert_written(&writer, "exactly twenty chars\n");
	ka_paragraph(&writer, 0, 0, "%s", "exactly twenty-1 char");
	assert_written(&writer, "exactly twenty-1\nchar\n");
	ka_paragraph(&writer, 3, 0, "%s", "");
	assert_written(&writer, "\n");
}

static void keeps_long_words_whole(void **state)
{
	struct ka_writer writer = narrow(20);

	(void)state;
	ka_paragraph(&writer, 2, 4, "%s", "a https://an.example/that-is-long b");
	assert_written(&writer, "  a\n    https://an.example/that-is-long\n    b\n");
	ka_paragraph(&writer, 2, 2, "%s", "https://an.example/that-is-long");
	assert_written(&writer, "  https://an.example/that-is-long\n");
}

static void keeps_numbers_with_their_unit(void **state)
{
	struct ka_writer writer = narrow(20);

	(void)state;
	ka_paragraph(&writer, 0, 0, "%s", "silent for all of 350 s, then");
	assert_written(&writer, "silent for all of\n350 s, then\n");
	ka_paragraph(&writer, 0, 0, "%s", "silent for all of 350 seconds");
	assert_written(&writer, "silent for all of\n350 seconds\n");
	ka_paragraph(&writer, 0, 0, "%s", "silent for the 10 seconds");
	assert_written(&writer, "silent for the 10\nseconds\n");
	ka_paragraph(&writer, 0, 0, "%s", "lost after about 350 s");
	assert_written(&writer, "lost after about\n350 s\n");
}

static void counts_columns_not_bytes(void **state)
{
	struct ka_writer writer = narrow(20);

	(void)state;
	ka_paragraph(&writer, 0, 0, "%s",
		     "\xc3\xa4\xc3\xb6\xc3\xbc \xc3\xa4\xc3\xb6\xc3\xbc 34567 "
		     "9012345 7");
	assert_written(&writer, "\xc3\xa4\xc3\xb6\xc3\xbc \xc3\xa4\xc3\xb6\xc3\xbc 34567\n9012345 "
				"7\n");
}

static void escapes_what_acts_on_a_terminal(void **state)
{
	struct ka_writer writer = narrow(80);

	(void)state;
	ka_paragraph(&writer, 0, 0, "%s", "a\033[31mb\nc\rd\xff");
	assert_written(&writer, "a\\x1b[31mb\\x0ac\\x0dd\\xff\n");
	ka_heading(&writer, "%s", "\033]0;x\007");
	assert_written(&writer, "\\x1b]0;x\\x07\n");
	ka_led_paragraph(&writer, 0, 0, KA_RED, "error:", "\033[2J");
	assert_written(&writer, "error: \\x1b[2J\n");
	ka_command(&writer, 0, "kaadvise \033[2J");
	assert_written(&writer, "kaadvise \\x1b[2J\n");
}

static void headings_stand_apart(void **state)
{
	struct ka_writer writer = narrow(20);

	(void)state;
	ka_heading(&writer, "First");
	ka_heading(&writer, "Second and too long for it");
	assert_written(&writer, "First\n\nSecond and too long\n  for it\n");
}

static void colours_what_it_should(void **state)
{
	struct ka_writer writer = narrow(20);

	(void)state;
	writer.use_color = true;
	ka_heading(&writer, "Head");
	ka_led_paragraph(&writer, 2, 4, KA_YELLOW, "warning:", "something is not right");
	assert_written(&writer, "\033[1mHead\033[0m\n  \033[33mwarning:\033[0m something\n"
				"    is not right\n");
}

static void lines_end_without_blanks(void **state)
{
	struct ka_writer writer = narrow(20);

	(void)state;
	ka_text_add(&writer.text, "  x   ");
	ka_end_line(&writer);
	ka_text_add(&writer.text, "    ");
	ka_end_line(&writer);
	ka_end_line(&writer);
	assert_written(&writer, "  x\n\n\n");
}

static void a_lead_may_fill_the_line(void **state)
{
	struct ka_writer writer = narrow(20);

	(void)state;
	ka_led_paragraph(&writer, 2, 4, KA_PLAIN, "error KA201:", "longer-than-the-rest");
	assert_written(&writer, "  error KA201:\n    longer-than-the-rest\n");
}

static void commands_are_broken_for_a_shell(void **state)
{
	struct ka_writer writer = narrow(30);

	(void)state;
	ka_command(&writer, 2, "kaadvise apply -p aws-nlb");
	assert_written(&writer, "  kaadvise apply -p aws-nlb\n");
	ka_command(&writer, 2, "kaadvise apply -p aws-nlb --detect-within 10m");
	assert_written(&writer, "  kaadvise apply -p aws-nlb \\\n      --detect-within 10m\n");
	ka_command(&writer, 2, "kaadvise apply --hop 'idle=350s,name=a b c' -p x");
	assert_written(&writer, "  kaadvise apply --hop \\\n      'idle=350s,name=a b c' \\\n"
				"      -p x\n");
	ka_command(&writer, 2, "kaadvise apply -p 'it'\\''s a b c d e f g' -p x");
	assert_written(&writer, "  kaadvise apply -p \\\n      'it'\\''s a b c d e f g' \\\n"
				"      -p x\n");
}

static void formats_seconds(void **state)
{
	static const struct {
		int64_t ms;
		const char *up, *down;
	} cases[] = {
		{0, "0 s", "0 s"},
		{1, "0.1 s", "0 s"},
		{100, "0.1 s", "0.1 s"},
		{8024504, "8024.6 s", "8024.5 s"},
		{350000, "350 s", "350 s"},
		{349999, "350 s", "349.9 s"},
		{-1, "0 s", "-0.1 s"},
		{-1550, "-1.5 s", "-1.6 s"},
		{INT64_MAX, "9223372036854775.9 s", "9223372036854775.8 s"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(ka_seconds(&arena, cases[i].ms), cases[i].up);
		assert_string_equal(ka_seconds_left(&arena, cases[i].ms), cases[i].down);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wraps_at_blanks),
		cmocka_unit_test(keeps_long_words_whole),
		cmocka_unit_test(keeps_numbers_with_their_unit),
		cmocka_unit_test(counts_columns_not_bytes),
		cmocka_unit_test(escapes_what_acts_on_a_terminal),
		cmocka_unit_test(headings_stand_apart),
		cmocka_unit_test(colours_what_it_should),
		cmocka_unit_test(lines_end_without_blanks),
		cmocka_unit_test(a_lead_may_fill_the_line),
		cmocka_unit_test(commands_are_broken_for_a_shell),
		cmocka_unit_test(formats_seconds),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
