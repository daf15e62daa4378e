#include "core/finding.h"

#include "core/rule.h"

#include "ka_test.h"

static const struct ka_rule rule = {.id = "KA000"};

static void findings_are_kept_in_order(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_findings findings = {.arena = &arena};

	(void)state;
	assert_int_equal(ka_worst_severity(&findings), -1);
	for (int i = 0; i < 100; i++) {
		struct ka_finding *finding = ka_find(&findings, &rule, KA_NOTE, "number %d", i);

		ka_add_number(finding, "at_s", i);
	}
	assert_int_equal(findings.count, 100);
	for (int i = 0; i < 100; i++) {
		char message[32];

		snprintf(message, sizeof(message), "number %d", i);
		assert_string_equal(findings.items[i].message, message);
		assert_ptr_equal(findings.items[i].rule, &rule);
		assert_null(findings.items[i].remedy);
		assert_int_equal(findings.items[i].data_count, 1);
		assert_int_equal(findings.items[i].data[0].number, i);
		assert_string_equal(findings.items[i].data[0].key, "at_s");
		assert_null(findings.items[i].data[0].text);
	}
	assert_false(arena.has_failed);
	ka_arena_clear(&arena);
}

static void the_worst_severity_counts(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_findings findings = {.arena = &arena};

	(void)state;
	ka_find(&findings, &rule, KA_NOTE, "a");
	assert_int_equal(ka_worst_severity(&findings), KA_NOTE);
	ka_find(&findings, &rule, KA_ERROR_SEVERITY, "b");
	ka_find(&findings, &rule, KA_WARNING, "c");
	assert_int_equal(ka_worst_severity(&findings), KA_ERROR_SEVERITY);
	assert_string_equal(ka_severity_words[KA_NOTE], "note");
	assert_string_equal(ka_severity_words[KA_WARNING], "warning");
	assert_string_equal(ka_severity_words[KA_ERROR_SEVERITY], "error");
	assert_null(ka_severity_words[KA_ERROR_SEVERITY + 1]);
	ka_arena_clear(&arena);
}

static void waived_ones_do_not_count(void **state)
{
	static const struct ka_waiver waiver = {.rule = "KA000", .reason = "x"};
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_findings findings = {.arena = &arena};

	(void)state;
	ka_find(&findings, &rule, KA_ERROR_SEVERITY, "a")->waiver = &waiver;
	assert_int_equal(ka_worst_severity(&findings), -1);
	ka_find(&findings, &rule, KA_NOTE, "b");
	assert_int_equal(ka_worst_severity(&findings), KA_NOTE);
	ka_arena_clear(&arena);
}

static void data_are_found_by_their_key(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_findings findings = {.arena = &arena};
	struct ka_finding *finding = ka_find(&findings, &rule, KA_NOTE, "a");

	(void)state;
	ka_add_number(finding, "hop", 1);
	ka_add_text(finding, "name", "NLB");
	assert_string_equal(ka_finding_text(finding, "name"), "NLB");
	assert_null(ka_finding_text(finding, "hop"));
	assert_null(ka_finding_text(finding, "nothing"));
	ka_arena_clear(&arena);
}

static void data_beyond_the_room_is_dropped(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_findings findings = {.arena = &arena};
	struct ka_finding *finding = ka_find(&findings, &rule, KA_NOTE, "a");

	(void)state;
	for (int i = 0; i < KA_DATA_MAX - 1; i++)
		ka_add_number(finding, "n", i);
	ka_add_text(finding, "hop", "NLB");
	ka_add_text(finding, "hop", "too much");
	ka_add_number(finding, "n", 9);
	assert_int_equal(finding->data_count, KA_DATA_MAX);
	assert_string_equal(finding->data[KA_DATA_MAX - 1].text, "NLB");
	ka_arena_clear(&arena);
}

static void without_memory_a_spare_is_given(void **state)
{
	struct ka_arena arena = ka_arena_make(8);
	struct ka_findings findings = {.arena = &arena};
	struct ka_finding *finding = ka_find(&findings, &rule, KA_WARNING, "too long a text");

	(void)state;
	assert_non_null(finding);
	assert_true(arena.has_failed);
	ka_add_number(finding, "n", 1);
	assert_int_equal(findings.count, 0);
	assert_int_equal(ka_worst_severity(&findings), -1);
	assert_int_equal(ka_find(&findings, &rule, KA_WARNING, "b")->data_count, 0);
	ka_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(findings_are_kept_in_order),
		cmocka_unit_test(the_worst_severity_counts),
		cmocka_unit_test(waived_ones_do_not_count),
		cmocka_unit_test(data_are_found_by_their_key),
		cmocka_unit_test(data_beyond_the_room_is_dropped),
		cmocka_unit_test(without_memory_a_spare_is_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
