#include "core/plan.h"

#include "ka_test.h"

static struct ka_condition condition(int64_t time, int64_t intvl, int64_t probes, const char *file)
{
	return (struct ka_condition){{{time, intvl, probes}}, file};
}

static void the_file_comes_first_then_what_rises(void **state)
{
	struct ka_condition from = condition(7200, 5, 3, NULL), to = condition(270, 10, 7, "x");
	struct ka_plan plan = ka_plan_make(&from, &to, true);

	(void)state;
	assert_int_equal(plan.count, 4);
	assert_int_equal(plan.steps[0].kind, KA_STEP_FILE);
	assert_int_equal(plan.steps[1].key, KA_INTVL);
	assert_int_equal(plan.steps[2].key, KA_PROBES);
	assert_int_equal(plan.steps[3].key, KA_TIME);
	assert_int_equal(plan.steps[3].kind, KA_STEP_VALUE);
	assert_int_equal(plan.steps[3].from, 7200);
	assert_int_equal(plan.steps[3].to, 270);
}

static void what_is_the_same_is_left_alone(void **state)
{
	struct ka_condition from = condition(7200, 75, 9, "x"), to = condition(7200, 10, 9, "x");
	struct ka_plan plan = ka_plan_make(&from, &to, true);

	(void)state;
	assert_int_equal(plan.count, 1);
	assert_int_equal(plan.steps[0].kind, KA_STEP_VALUE);
	assert_int_equal(plan.steps[0].key, KA_INTVL);
	assert_int_equal(ka_plan_make(&from, &from, true).count, 0);
	to = from;
	to.file = NULL;
	assert_int_equal(ka_plan_make(&from, &to, true).count, 1);
	assert_int_equal(ka_plan_make(&from, &to, false).count, 0);
}

/* From any values to any others, the time spent probing never dips below both ends. */
static void probing_never_dips(void **state)
{
	static const int64_t some[] = {1, 2, 7, 75, 127};

	(void)state;
	for (int i = 0; i < 5 * 5 * 5 * 5 * 4; i++) {
		struct ka_condition from =
			condition(i / 625 % 2 ? 10 : 90, some[i % 5], some[i / 5 % 5], NULL);
		struct ka_condition to =
			condition(i / 1250 ? 10 : 90, some[i / 25 % 5], some[i / 125 % 5], NULL);
		struct ka_plan plan = ka_plan_make(&from, &to, false);
		const int64_t *a = from.live.value, *b = to.live.value;
		int64_t before = a[KA_INTVL] * a[KA_PROBES], after = b[KA_INTVL] * b[KA_PROBES];
		int64_t least = before < after ? before : after;
		struct ka_settings now = from.live;

		for (size_t step = 0; step < plan.count; step++) {
			assert_int_equal(now.value[plan.steps[step].key], plan.steps[step].from);
			now.value[plan.steps[step].key] = plan.steps[step].to;
			assert_int_at_least(now.value[KA_INTVL] * now.value[KA_PROBES], least);
		}
		assert_true(ka_settings_equal(&now, &to.live));
	}
}

static void absent_files_are_not_empty_ones(void **state)
{
	(void)state;
	assert_true(ka_same_file(NULL, NULL));
	assert_true(ka_same_file("a", "a"));
	assert_true(ka_same_file("", ""));
	assert_false(ka_same_file(NULL, ""));
	assert_false(ka_same_file("", NULL));
	assert_false(ka_same_file("a", "b"));
}

static const struct {
	const char *from, *to, *diff;
} rows[] = {
	{NULL, NULL, ""},
	{"a\n", "a\n", ""},
	{NULL, "a\nb\n", "--- /dev/null\n+++ f\n@@ -0,0 +1,2 @@\n+a\n+b\n"},
	{"a\n", NULL, "--- f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n"},
	{"a\n", "b\n", "--- f\n+++ f\n@@ -1,1 +1,1 @@\n-a\n+b\n"},
	{"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nX\n6\n7\n8\n9\n",
	 "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+X\n 6\n 7\n 8\n"},
	{"1\n2\n3\n", "1\n3\n", "--- f\n+++ f\n@@ -1,3 +1,2 @@\n 1\n-2\n 3\n"},
	{"1\n1\n", "1\n1\n1\n", "--- f\n+++ f\n@@ -1,2 +1,3 @@\n 1\n 1\n+1\n"},
	{"\x1b[2J\n", "b", "--- f\n+++ f\n@@ -1,1 +1,1 @@\n-\\x1b[2J\n+b\n"},
};

static void diffs_are_unified(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		struct ka_text text = {0};

		ka_text_add(&text, "");
		ka_diff(&arena, &text, "f", rows[i].from, rows[i].to);
		assert_string_equal(text.bytes, rows[i].diff);
		ka_text_clear(&text);
		ka_arena_clear(&arena);
	}
}

static void a_plan_shows_values_and_file(void **state)
{
	struct ka_condition from = condition(7200, 75, 9, NULL), to = condition(270, 75, 9, "x\n");
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_text text = {0};

	(void)state;
	ka_plan_diff(&arena, &text, "/proc/sys (running)", &from, &to,
		     "/etc/sysctl.d/90-kaadvise.conf");
	assert_contains(text.bytes, "-net.ipv4.tcp_keepalive_time = 7200\n"
				    "+net.ipv4.tcp_keepalive_time = 270\n"
				    " net.ipv4.tcp_keepalive_intvl = 75\n");
	assert_contains(text.bytes, "--- /dev/null\n+++ /etc/sysctl.d/90-kaadvise.conf\n");
	ka_text_clear(&text);

	ka_plan_diff(&arena, &text, "/proc/sys (running)", &from, &to, NULL);
	assert_null(strstr(text.bytes, "90-kaadvise"));
	ka_text_clear(&text);
	ka_arena_clear(&arena);
}

/* Too small an arena says so, and nothing is read beyond what is there. */
static void every_cap_ends_cleanly(void **state)
{
	bool failed = true;

	(void)state;
	for (size_t cap = 0; failed; cap++) {
		struct ka_condition from = condition(7200, 75, 9, "a\nb\nc\n");
		struct ka_condition to = condition(270, 75, 9, "a\nx\nc\nd\n");
		struct ka_arena arena = ka_arena_make(cap);
		struct ka_text text = {0};

		ka_plan_diff(&arena, &text, "/proc/sys (running)", &from, &to, "f");
		failed = arena.has_failed;
		if (!failed)
			assert_contains(text.bytes, "-b\n-c\n+x\n+c\n+d\n");
		ka_text_clear(&text);
		ka_arena_clear(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_comes_first_then_what_rises),
		cmocka_unit_test(what_is_the_same_is_left_alone),
		cmocka_unit_test(probing_never_dips),
		cmocka_unit_test(absent_files_are_not_empty_ones),
		cmocka_unit_test(diffs_are_unified),
		cmocka_unit_test(a_plan_shows_values_and_file),
		cmocka_unit_test(every_cap_ends_cleanly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
