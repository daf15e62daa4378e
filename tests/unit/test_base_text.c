#include "base/text.h"

#include "fail_alloc.h"
#include "ka_test.h"

#include <stdint.h>
#include <wchar.h>

static void builds_text(void **state)
{
	struct ka_text text = {0};

	(void)state;
	ka_text_add(&text, "");
	assert_string_equal(text.bytes, "");
	ka_text_add(&text, "T=");
	ka_text_printf(&text, "%d", 270);
	ka_text_add_bytes(&text, ", and more", 1);
	ka_text_repeat(&text, "-+", 3);
	ka_text_repeat(&text, "x", 0);
	ka_text_printf(&text, "%s", "");
	assert_string_equal(text.bytes, "T=270,-+-+-+");
	assert_int_equal(text.length, 12);
	assert_false(text.has_failed);
	ka_text_clear(&text);
	assert_null(text.bytes);
	assert_int_equal(text.length, 0);
	ka_text_clear(&text);
}

static void grows(void **state)
{
	struct ka_text text = {0};

	(void)state;
	for (int i = 0; i < 10000; i++)
		ka_text_printf(&text, "%05d", i);
	assert_int_equal(text.length, 50000);
	assert_memory_equal(text.bytes + 49990, "0999809999", 11);
	ka_text_repeat(&text, "0123456789", 10000);
	assert_int_equal(text.length, 150000);
	assert_int_equal(strlen(text.bytes), 150000);
	ka_text_clear(&text);
}

static void holds_nul_bytes(void **state)
{
	struct ka_text text = {0};

	(void)state;
	ka_text_add_bytes(&text, "a\0b", 3);
	assert_int_equal(text.length, 3);
	assert_memory_equal(text.bytes, "a\0b", 4);
	ka_text_clear(&text);
}

static void refuses_absurd_sizes(void **state)
{
	struct ka_text text = {0};

	(void)state;
	ka_text_add(&text, "kept");
	ka_text_add_bytes(&text, "x", SIZE_MAX / 2);
	assert_true(text.has_failed);
	assert_string_equal(text.bytes, "kept");
	ka_text_add(&text, "not added");
	assert_string_equal(text.bytes, "kept");
	ka_text_clear(&text);
	assert_false(text.has_failed);

	ka_text_add(&text, "kept");
	ka_text_add_bytes(&text, "x", SIZE_MAX - 3);
	assert_true(text.has_failed);
	ka_text_clear(&text);
}

/* In the C locale no wide character above ASCII can be printed: vsnprintf fails. */
static const wchar_t unprintable[] = {0xe9, 0};

static void refuses_unprintable_text(void **state)
{
	struct ka_text text = {0};

	(void)state;
	ka_text_printf(&text, "%ls", unprintable);
	assert_true(text.has_failed);
	assert_int_equal(text.length, 0);
	ka_text_clear(&text);

	ka_text_add(&text, "kept");
	ka_text_printf(&text, "half of it %ls", unprintable);
	assert_true(text.has_failed);
	assert_string_equal(text.bytes, "kept");
	ka_text_printf(&text, "more");
	assert_string_equal(text.bytes, "kept");
	ka_text_clear(&text);
}

static void every_allocation_may_fail(void **state)
{
	size_t n = 0;

	(void)state;
	do {
		struct ka_text text = {0};

		ka_fail_allocation(++n);
		ka_text_add(&text, "first");
		ka_text_repeat(&text, "0123456789", 200);
		ka_text_printf(&text, "%3000d", 5);
		assert_true(text.has_failed == ka_allocation_failed);
		if (!text.has_failed)
			assert_int_equal(text.length, 5 + 2000 + 3000);
		if (text.bytes)
			assert_int_equal(strlen(text.bytes), text.length);
		ka_text_clear(&text);
	} while (ka_allocation_failed);
	ka_fail_allocation(0);
	assert_int_at_least(n, 4);
}

static const struct {
	const char *from, *to;
} escapes[] = {
	{"", ""},
	{"plain ASCII ~", "plain ASCII ~"},
	{"\x1b[31mred", "\\x1b[31mred"},
	{"a\nb\tc\r", "a\\x0ab\\x09c\\x0d"},
	{"\x01\x1f\x20", "\\x01\\x1f "},
	{"\x7e\x7f", "~\\x7f"},
	{"\\x1b", "\\x1b"}, /* a backslash is harmless and stays */
	/* Printable UTF-8 of two, three and four bytes, with the first and last of each length. */
	{"caf\xc3\xa9", "caf\xc3\xa9"},
	{"\xc2\xa0\xdf\xbf", "\xc2\xa0\xdf\xbf"},
	{"\xe0\xa0\x80\xe2\x82\xac\xef\xbf\xbd", "\xe0\xa0\x80\xe2\x82\xac\xef\xbf\xbd"},
	{"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
	{"\xed\x9f\xbf\xee\x80\x80", "\xed\x9f\xbf\xee\x80\x80"},
	/* C1 controls, as UTF-8 and as raw bytes. */
	{"\xc2\x80", "\\xc2\\x80"},
	{"\xc2\x9b", "\\xc2\\x9b"},
	{"\xc2\x9f", "\\xc2\\x9f"},
	{"\x9b", "\\x9b"},
	/* Direction controls, invisible characters, line separators. */
	{"\xd8\x9c", "\\xd8\\x9c"},
	{"\xe2\x80\x8a", "\xe2\x80\x8a"},
	{"\xe2\x80\x8b", "\\xe2\\x80\\x8b"},
	{"\xe2\x80\x8f", "\\xe2\\x80\\x8f"},
	{"\xe2\x80\xa7", "\xe2\x80\xa7"},
	{"\xe2\x80\xa8", "\\xe2\\x80\\xa8"},
	{"\xe2\x80\xae", "\\xe2\\x80\\xae"},
	{"\xe2\x80\xaf", "\xe2\x80\xaf"},
	{"\xe2\x81\xa0", "\\xe2\\x81\\xa0"},
	{"\xe2\x81\xa6", "\\xe2\\x81\\xa6"},
	{"\xe2\x81\xaf", "\\xe2\\x81\\xaf"},
	{"\xe2\x81\xb0", "\xe2\x81\xb0"},
	{"\xef\xbb\xbf", "\\xef\\xbb\\xbf"},
	/* Not UTF-8: stray continuation, cut off, too long a form, surrogate, beyond the end. */
	{"\x80", "\\x80"},
	{"a\xc3", "a\\xc3"},
	{"a\xc3z", "a\\xc3z"},
	{"\xe2\x82", "\\xe2\\x82"},
	{"\xe2\x82z", "\\xe2\\x82z"},
	{"\xf0\x90\x80", "\\xf0\\x90\\x80"},
	{"\xc0\xaf", "\\xc0\\xaf"},
	{"\xc1\xbf", "\\xc1\\xbf"},
	{"\xe0\x9f\xbf", "\\xe0\\x9f\\xbf"},
	{"\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf"},
	{"\xed\xa0\x80", "\\xed\\xa0\\x80"},
	{"\xed\xbf\xbf", "\\xed\\xbf\\xbf"},
	{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
	{"\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80"},
	{"\xfe\xff", "\\xfe\\xff"},
	/* One bad byte does not hide the good ones behind it. */
	{"\xff\xc3\xa9", "\\xff\xc3\xa9"},
	{"\xe2\xc3\xa9", "\\xe2\xc3\xa9"},
};

static void escapes_what_a_terminal_would_act_on(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);

	(void)state;
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		assert_string_equal(ka_escape(&arena, escapes[i].from), escapes[i].to);
	ka_arena_clear(&arena);
}

/* Whatever the bytes are, the result holds no control byte, and escaping it again changes
 * nothing. */
static void escaped_text_is_always_safe(void **state)
{
	uint64_t random = 88172645463325252u;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		char text[33] = "";
		const char *escaped;

		for (int i = 0; i < 32; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			text[i] = (char)(random & 1 ? 0xc0 | (random >> 8 & 0x3f) : random >> 16);
		}
		escaped = ka_escape(&arena, text);
		for (const char *at = escaped; *at; at++)
			assert_true((unsigned char)*at >= 0x20 && *at != 0x7f);
		assert_string_equal(ka_escape(&arena, escaped), escaped);
		ka_arena_clear(&arena);
	}
}

static void tells_utf8_from_other_bytes(void **state)
{
	static const char *const good[] = {
		"", "a\n\x7f", "\xc2\x80", "\xe2\x80\xae", "x\xf4\x8f\xbf\xbf", "\xef\xbf\xbf"};
	static const char *const bad[] = {"\x80",     "a\xff",        "\xc3",
					  "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(ka_is_utf8(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(ka_is_utf8(bad[i]));
}

static void escaping_without_memory_gives_nothing(void **state)
{
	struct ka_arena arena = ka_arena_make(10);

	(void)state;
	assert_string_equal(ka_escape(&arena, "0123456789"), "");
	assert_true(arena.has_failed);
	ka_arena_clear(&arena);
}

static void counts_columns(void **state)
{
	(void)state;
	assert_int_equal(ka_text_columns(""), 0);
	assert_int_equal(ka_text_columns("abc"), 3);
	assert_int_equal(ka_text_columns("caf\xc3\xa9"), 4);
	assert_int_equal(ka_text_columns("\xe2\x94\x80\xf0\x9f\x98\x80"), 2);
}

static void suggests_the_nearest(void **state)
{
	static const char *const commands[] = {"check",   "recommend", "apply", "rollback",
					       "history", "profiles",  NULL};
	static const struct {
		const char *word, *suggestion;
	} cases[] = {
		{"check", "check"},
		{"chekc", "check"},
		{"chek", "check"},
		{"checks", "check"},
		{"recomend", "recommend"},
		{"rolback", "rollback"},
		{"profile", "profiles"},
		{"aply", "apply"},
		{"list", NULL},
		{"", NULL},
		{"zzzzzz", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *found = ka_suggest(cases[i].word, commands);

		ka_test_at("'%s' gives '%s'", cases[i].word, found ? found : "nothing");
		assert_int_equal(found != NULL, cases[i].suggestion != NULL);
		if (found)
			assert_string_equal(found, cases[i].suggestion);
	}
}

static void suggestions_are_bounded(void **state)
{
	static const char *const none[] = {NULL};
	static const char *const names[] = {
		"a name that is much too long to be a name that anybody would mistype", "short",
		NULL};
	char word[2000];

	(void)state;
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_null(ka_suggest(word, names));
	word[40] = '\0';
	assert_null(ka_suggest(word, names));
	assert_null(ka_suggest("check", none));
	assert_string_equal(ka_suggest("shirt", names), "short");
}

/* Of equally near names the first one wins, so that the answer does not change. */
static void the_first_of_equals_is_suggested(void **state)
{
	static const char *const names[] = {"aws-alb", "aws-nlb", NULL};
	static const char *const turned[] = {"aws-nlb", "aws-alb", NULL};

	(void)state;
	assert_string_equal(ka_suggest("aws-xlb", names), "aws-alb");
	assert_string_equal(ka_suggest("aws-xlb", turned), "aws-nlb");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_text),
		cmocka_unit_test(grows),
		cmocka_unit_test(holds_nul_bytes),
		cmocka_unit_test(refuses_absurd_sizes),
		cmocka_unit_test(refuses_unprintable_text),
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(escapes_what_a_terminal_would_act_on),
		cmocka_unit_test(escaped_text_is_always_safe),
		cmocka_unit_test(tells_utf8_from_other_bytes),
		cmocka_unit_test(escaping_without_memory_gives_nothing),
		cmocka_unit_test(counts_columns),
		cmocka_unit_test(suggests_the_nearest),
		cmocka_unit_test(suggestions_are_bounded),
		cmocka_unit_test(the_first_of_equals_is_suggested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
