#include "edge/baseline.h"

#include "ka_test.h"

#include "fail_alloc.h"

static const struct ka_baseline_entry entries[] = {
	{"host", "KA407", "warning", "key net.ipv4.tcp_keepalive_time", 1},
	{"netns web", "KA201", "error", "hop N\"LB", 2},
	{"root a b", "KA201", "error", "hop NLB", 1},
	{"root a b", "KA201", "note", "hop NLB", 1},
	{"root a b", "KA202", "error", "", KA_BASELINE_TIMES_MAX},
};
enum { ENTRIES = 5 };

static void what_is_written_can_be_read(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_baseline_entry *read;
	struct ka_text text = {0};
	size_t count;

	(void)state;
	assert_int_equal(ka_baseline_format(entries, ENTRIES, &text, NULL), 0);
	assert_contains(text.bytes, "\n{\"subject\": \"netns web\", \"rule\": \"KA201\", "
				    "\"severity\": \"error\", \"about\": \"hop N\\\"LB\", "
				    "\"count\": 2},\n");
	assert_int_equal(
		ka_baseline_parse(&arena, text.bytes, text.length, "b", &read, &count, NULL), 0);
	assert_int_equal(count, ENTRIES);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(ka_baseline_compare(&read[i], &entries[i]), 0);
		assert_int_equal(read[i].count, entries[i].count);
	}
	ka_text_clear(&text);
	assert_int_equal(ka_baseline_format(entries, 0, &text, NULL), 0);
	assert_int_equal(
		ka_baseline_parse(&arena, text.bytes, text.length, "b", &read, &count, NULL), 0);
	assert_int_equal(count, 0);
	ka_text_clear(&text);
	ka_arena_clear(&arena);
}

static void the_order_is_that_of_the_file(void **state)
{
	(void)state;
	for (int i = 0; i < ENTRIES; i++)
		for (int k = 0; k < ENTRIES; k++) {
			int order = ka_baseline_compare(&entries[i], &entries[k]);

			assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
		}
}

#define FINDING(subject, rule, severity, about, count)                                             \
	"{\"subject\": \"" subject "\", \"rule\": \"" rule "\", \"severity\": \"" severity         \
	"\", \"about\": \"" about "\", \"count\": " count "}"
#define FILE_OF(findings) "{\"schema\": \"kaadvise.baseline/1\", \"findings\": [" findings "]}"

static void entries_may_stand_in_any_order(void **state)
{
	static const char text[] = FILE_OF(FINDING("root z", "KA201", "error", "", "1") "," FINDING(
		"root a", "KA201", "error", "", "1"));
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_baseline_entry *read;
	size_t count;

	(void)state;
	assert_int_equal(ka_baseline_parse(&arena, text, strlen(text), "b", &read, &count, NULL),
			 0);
	assert_int_equal(count, 2);
	assert_string_equal(read[0].subject, "root a");
	ka_arena_clear(&arena);
}

static void what_is_no_baseline_is_refused(void **state)
{
	static const struct {
		const char *text, *message;
		unsigned line;
	} rows[] = {
		{"", "'[' or '{' expected", 1},
		{"{\n\"schema\": x}", "invalid token near 'x'", 2},
		{"[]", "no baseline: ", 0},
		{"{\"findings\": []}", "no baseline: ", 0},
		{"{\"schema\": \"kaadvise.baseline/2\", \"findings\": []}", "expected the schema",
		 0},
		{"{\"schema\": \"kaadvise.baseline/1\", \"findings\": {}}", "expected the schema",
		 0},
		{"{\"schema\": \"kaadvise.baseline/1\", \"findings\": [], \"x\": 1}", "no baseline",
		 0},
		{FILE_OF("1"), "finding 1: ", 0},
		{FILE_OF(FINDING("host", "KA201", "error", "", "1") ",{}"), "finding 2: ", 0},
		{FILE_OF(FINDING("", "KA201", "error", "", "1")), "subject: ", 0},
		{FILE_OF(FINDING("root", "KA201", "error", "", "1")), "subject: ", 0},
		{FILE_OF(FINDING("netns ", "KA201", "error", "", "1")), "subject: ", 0},
		{FILE_OF(FINDING("host x", "KA201", "error", "", "1")), "subject: ", 0},
		{FILE_OF(FINDING("roof x", "KA201", "error", "", "1")), "subject: ", 0},
		{FILE_OF(FINDING("host", "KA2011", "error", "", "1")), "rule: ", 0},
		{FILE_OF(FINDING("host", "KA2x1", "error", "", "1")), "rule: ", 0},
		{FILE_OF(FINDING("host", "KB201", "error", "", "1")), "rule: ", 0},
		{FILE_OF(FINDING("host", "KA201", "errors", "", "1")), "severity: ", 0},
		{FILE_OF(FINDING("host", "KA201", "error", "", "0")), "count: ", 0},
		{FILE_OF(FINDING("host", "KA201", "error", "", "1000001")), "count: ", 0},
		{FILE_OF(FINDING("host", "KA201", "error", "", "-1")), "count: ", 0},
		{FILE_OF(FINDING("host", "KA201", "error", "", "1.0")), "finding 1: ", 0},
		{FILE_OF(FINDING("root \\u009b", "KA201", "error", "", "1")), "control", 0},
		{FILE_OF(FINDING("host", "KA201", "error", "\\n", "1")), "control", 0},
		{FILE_OF(FINDING("host", "KA201", "error", "x",
				 "1") "," FINDING("host", "KA201", "error", "x", "2")),
		 "a finding stands twice: KA201 of host", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		struct ka_baseline_entry *read = NULL;
		struct ka_error error = {0};
		size_t count = 7;

		ka_test_at("row %zu", i);
		assert_int_equal(ka_baseline_parse(&arena, rows[i].text, strlen(rows[i].text),
						   "b.json", &read, &count, &error),
				 -1);
		assert_int_equal(error.id, KA_E_BASELINE);
		assert_string_equal(error.file, "b.json");
		assert_int_equal(error.line, rows[i].line);
		assert_contains(error.message, rows[i].message);
		assert_null(read);
		assert_int_equal(count, 7);
		ka_arena_clear(&arena);
	}
}

static void limits_hold(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_baseline_entry *many, *read;
	struct ka_text text = {0};
	struct ka_error error;
	size_t count;

	(void)state;
	many = ka_arena_array(&arena, KA_BASELINE_ENTRIES_MAX + 1, sizeof(*many));
	for (size_t i = 0; i <= KA_BASELINE_ENTRIES_MAX; i++)
		many[i] = entries[0];
	assert_int_equal(ka_baseline_format(many, KA_BASELINE_ENTRIES_MAX + 1, &text, &error), -1);
	assert_int_equal(error.id, KA_E_BASELINE);
	assert_int_equal(
		ka_baseline_parse(&arena, text.bytes, text.length, "b", &read, &count, &error), -1);
	assert_contains(error.message, "findings: found 50001, expected at most 50000");
	ka_text_clear(&text);
	ka_arena_clear(&arena);
}

static void every_allocation_may_fail(void **state)
{
	struct ka_text whole = {0};
	size_t n = 0;
	bool failed;

	(void)state;
	assert_int_equal(ka_baseline_format(entries, ENTRIES, &whole, NULL), 0);
	do {
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		struct ka_baseline_entry *read;
		struct ka_error error = {0};
		struct ka_text text = {0};
		size_t count = 0;
		int result;

		ka_test_at("allocation %zu", ++n);
		ka_fail_allocation(n);
		result = ka_baseline_format(entries, ENTRIES, &text, &error);
		failed = ka_allocation_failed;
		assert_int_equal(result, failed ? -1 : 0);
		assert_int_equal(error.id, failed ? KA_E_MEMORY : KA_E_NONE);
		/* While reading, jansson 2.14 takes some failures for faults of the text, and does
		 * without some of what it could not have. */
		ka_fail_allocation(n);
		result = ka_baseline_parse(&arena, whole.bytes, whole.length, "b", &read, &count,
					   &error);
		failed |= ka_allocation_failed;
		ka_fail_allocation(0);
		assert_int_equal(count, result == 0 ? ENTRIES : 0);
		assert_true(failed || result == 0);
		ka_text_clear(&text);
		ka_arena_clear(&arena);
	} while (failed);
	assert_int_at_least(n, 20);
	ka_text_clear(&whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_can_be_read),
		cmocka_unit_test(the_order_is_that_of_the_file),
		cmocka_unit_test(entries_may_stand_in_any_order),
		cmocka_unit_test(what_is_no_baseline_is_refused),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
