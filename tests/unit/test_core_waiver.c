#include "core/waiver.h"

#include "core/rule.h"

#include "ka_test.h"

static const struct ka_rule rule_201 = {.id = "KA201"}, rule_401 = {.id = "KA401"};

enum { TODAY = 20779 }; /* 2026-11-22 */

/* One finding, its subject, and whether a waiver fits it. */
static bool is_waived(const struct ka_waiver *waiver, const struct ka_rule *rule, const char *hop,
		      struct ka_location location, enum ka_subject_kind kind, const char *name)
{
	const struct ka_facts facts = {.kind = kind, .name = name, .today = TODAY};
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_findings findings = {.arena = &arena};
	struct ka_finding *finding = ka_find(&findings, rule, KA_WARNING, "x");
	bool result;

	if (hop)
		ka_add_text(finding, "name", hop);
	finding->location = location;
	ka_waive(&findings, &facts, waiver, 1);
	result = finding->waiver == waiver;
	assert_true(result || !finding->waiver);
	ka_arena_clear(&arena);
	return result;
}

static const struct ka_location nowhere, in_file = {"/etc/sysctl.d/50-a.conf", 3, 0};

static void the_rule_must_be_the_same(void **state)
{
	static const struct ka_waiver waiver = {.rule = "KA201", .reason = "x"};

	(void)state;
	assert_true(is_waived(&waiver, &rule_201, NULL, nowhere, KA_SUBJECT_HOST, "h"));
	assert_true(is_waived(&waiver, &rule_201, "NLB", in_file, KA_SUBJECT_NETNS, "n"));
	assert_false(is_waived(&waiver, &rule_401, NULL, nowhere, KA_SUBJECT_HOST, "h"));
}

static void the_hop_must_be_the_same(void **state)
{
	static const struct ka_waiver waiver = {.rule = "KA201", .reason = "x", .hop = "NLB"};

	(void)state;
	assert_true(is_waived(&waiver, &rule_201, "NLB", nowhere, KA_SUBJECT_HOST, "h"));
	assert_false(is_waived(&waiver, &rule_201, "ALB", nowhere, KA_SUBJECT_HOST, "h"));
	assert_false(is_waived(&waiver, &rule_201, "NLB2", nowhere, KA_SUBJECT_HOST, "h"));
	assert_false(is_waived(&waiver, &rule_201, NULL, nowhere, KA_SUBJECT_HOST, "h"));
}

static void the_file_must_match(void **state)
{
	static const struct {
		const char *pattern;
		bool fits;
	} rows[] = {
		{"/etc/sysctl.d/50-a.conf", true},
		{"/etc/sysctl.d/*", true},
		{"/etc/*", true},
		{"*50-[ab].conf", true},
		{"/etc/sysctl.d/50-a.con", false},
		{"50-a.conf", false},
		{"/etc/sysctl.d/5?-b.conf", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_waiver waiver = {.rule = "KA401", .reason = "x", .file = rows[i].pattern};

		ka_test_at("%s", rows[i].pattern);
		assert_int_equal(
			is_waived(&waiver, &rule_401, NULL, in_file, KA_SUBJECT_ROOT, "img"),
			rows[i].fits);
		assert_false(is_waived(&waiver, &rule_401, NULL, nowhere, KA_SUBJECT_ROOT, "img"));
	}
}

static void a_place_of_ours_is_no_file_of_the_subject(void **state)
{
	static const struct ka_waiver waiver = {.rule = "KA401", .reason = "x", .file = "*"};
	const struct ka_facts facts = {.kind = KA_SUBJECT_ROOT, .name = "img", .today = TODAY};
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_findings findings = {.arena = &arena};
	struct ka_finding *finding = ka_find(&findings, &rule_401, KA_WARNING, "x");

	(void)state;
	finding->location = in_file;
	finding->is_ours = true;
	ka_waive(&findings, &facts, &waiver, 1);
	assert_null(finding->waiver);
	ka_arena_clear(&arena);
}

static void the_namespace_must_match(void **state)
{
	static const struct ka_waiver waiver = {.rule = "KA201", .reason = "x", .netns = "web*"};

	(void)state;
	assert_true(is_waived(&waiver, &rule_201, NULL, nowhere, KA_SUBJECT_NETNS, "web1"));
	assert_false(is_waived(&waiver, &rule_201, NULL, nowhere, KA_SUBJECT_NETNS, "db"));
	assert_false(is_waived(&waiver, &rule_201, NULL, nowhere, KA_SUBJECT_HOST, "web1"));
	assert_false(is_waived(&waiver, &rule_201, NULL, nowhere, KA_SUBJECT_ROOT, "web1"));
}

static void it_holds_through_its_last_day(void **state)
{
	(void)state;
	for (int64_t day = TODAY - 1; day <= TODAY + 1; day++) {
		const struct ka_waiver waiver = {
			.rule = "KA201", .reason = "x", .until = "a date", .until_day = day};

		assert_int_equal(ka_waiver_has_expired(&waiver, TODAY), day < TODAY);
		assert_int_equal(is_waived(&waiver, &rule_201, NULL, nowhere, KA_SUBJECT_HOST, "h"),
				 day >= TODAY);
	}
	assert_false(ka_waiver_has_expired(&(const struct ka_waiver){.rule = "KA201"}, INT64_MAX));
}

static void the_first_that_fits_counts_and_stays(void **state)
{
	static const struct ka_waiver waivers[] = {
		{.rule = "KA201", .reason = "expired", .until = "", .until_day = TODAY - 1},
		{.rule = "KA201", .reason = "first"},
		{.rule = "KA201", .reason = "second"},
	};
	const struct ka_facts facts = {.today = TODAY};
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_findings findings = {.arena = &arena};
	struct ka_finding *finding = ka_find(&findings, &rule_201, KA_WARNING, "x");

	(void)state;
	ka_waive(&findings, &facts, waivers, 0);
	assert_null(finding->waiver);
	ka_waive(&findings, &facts, waivers, 3);
	assert_ptr_equal(finding->waiver, &waivers[1]);
	ka_waive(&findings, &facts, &waivers[2], 1);
	assert_ptr_equal(finding->waiver, &waivers[1]);
	ka_arena_clear(&arena);
}

static void words_for_reports(void **state)
{
	const struct ka_waiver waiver = {.reason = "it goes", .until = "2027-01-31"};
	const struct ka_waiver for_ever = {.reason = "it stays"};
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);

	(void)state;
	assert_string_equal(ka_waiver_words(&arena, &waiver), "waived until 2027-01-31: it goes");
	assert_string_equal(ka_waiver_words(&arena, &for_ever), "waived: it stays");
	ka_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rule_must_be_the_same),
		cmocka_unit_test(the_hop_must_be_the_same),
		cmocka_unit_test(the_file_must_match),
		cmocka_unit_test(a_place_of_ours_is_no_file_of_the_subject),
		cmocka_unit_test(the_namespace_must_match),
		cmocka_unit_test(it_holds_through_its_last_day),
		cmocka_unit_test(the_first_that_fits_counts_and_stays),
		cmocka_unit_test(words_for_reports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
