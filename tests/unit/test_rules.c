/* The rules that the fixtures of tests/golden cannot reach, and what holds for all of them. */
#include "case.h"

#include "core/rule.h"
#include "rules/hop_rule.h"

static struct ka_findings findings_of(struct test_case *c)
{
	struct ka_findings findings = {.arena = &c->arena};

	ka_rules_check(case_run(c), &findings);
	return findings;
}

/* The only finding of a rule; NULL where it is silent. */
static const struct ka_finding *finding_of(const struct ka_findings *findings, const char *id)
{
	const struct ka_finding *found = NULL;

	for (size_t i = 0; i < findings->count; i++) {
		if (strcmp(findings->items[i].rule->id, id) != 0)
			continue;
		assert_null(found);
		found = &findings->items[i];
	}
	return found;
}

static int64_t number_of(const struct ka_finding *finding, const char *key)
{
	for (size_t i = 0; i < finding->data_count; i++)
		if (strcmp(finding->data[i].key, key) == 0 && !finding->data[i].text)
			return finding->data[i].number;
	print_error("%s has no number %s\n", finding->rule->id, key);
	_fail(__FILE__, __LINE__);
	return 0;
}

static const char *text_of(const struct ka_finding *finding, const char *key)
{
	for (size_t i = 0; i < finding->data_count; i++)
		if (strcmp(finding->data[i].key, key) == 0 && finding->data[i].text)
			return finding->data[i].text;
	print_error("%s has no text %s\n", finding->rule->id, key);
	_fail(__FILE__, __LINE__);
	return "";
}

static void assert_sentences(const char *id, const char *text)
{
	size_t length = strlen(text);

	ka_test_at("%s: '%s'", id, text);
	assert_int_at_least(length, 20);
	assert_int_equal(text[length - 1], '.');
	assert_null(strstr(text, "  "));
	for (size_t i = 0; i < length; i++)
		assert_int_at_least(text[i], ' ');
}

static void every_rule_has_its_page(void **state)
{
	(void)state;
	assert_int_at_least(ka_rule_count, 19);
	for (size_t i = 0; i < ka_rule_count; i++) {
		const struct ka_rule *rule = ka_rules[i];

		ka_test_at("rule %zu", i);
		assert_int_equal(strlen(rule->id), 5);
		assert_memory_equal(rule->id, "KA", 2);
		if (i > 0)
			assert_true(strcmp(ka_rules[i - 1]->id, rule->id) < 0);
		assert_ptr_equal(ka_rule_find(rule->id), rule);
		assert_int_at_least(strlen(rule->title), 10);
		assert_sentences(rule->id, rule->when);
		assert_sentences(rule->id, rule->rationale);
		assert_sentences(rule->id, rule->remedy);
		assert_non_null(rule->sources[0]);
	}
	assert_null(ka_rule_find("KA999"));
	assert_null(ka_rule_find(""));
}

static void good_values_have_no_findings(void **state)
{
	struct test_case c;
	struct ka_findings findings;

	(void)state;
	case_init(&c);
	c.facts.settings = (struct ka_settings){{270, 10, 7}};
	case_hop(&c, 350);
	findings = findings_of(&c);
	assert_int_equal(findings.count, 0);
	assert_int_equal(ka_worst_severity(&findings), -1);
	case_end(&c);
}

static enum ka_hop_fault gravest_by_definition(const struct ka_settings *s, int64_t idle_s,
					       int64_t lost, unsigned hz)
{
	const int64_t *value = s->value;
	int64_t gap_s = value[KA_TIME] > value[KA_INTVL] ? value[KA_TIME] : value[KA_INTVL];

	if (ka_silence_ms(s, 0, hz) >= idle_s * 1000)
		return KA_FAULT_BEFORE_FIRST_PROBE;
	if (gap_s + lost * value[KA_INTVL] >= idle_s)
		return KA_FAULT_NOMINAL;
	if (ka_silence_ms(s, lost, hz) >= idle_s * 1000)
		return KA_FAULT_LATENESS;
	if (ka_silence_ms(s, lost, hz) > idle_s * 1000 - 1000)
		return KA_FAULT_MARGIN;
	return KA_FAULT_NONE;
}

static void check_one_fault(int64_t time, int64_t intvl, int64_t idle_s, int64_t lost)
{
	static const char *const ids[] = {[KA_FAULT_BEFORE_FIRST_PROBE] = "KA201",
					  [KA_FAULT_NOMINAL] = "KA202",
					  [KA_FAULT_LATENESS] = "KA203",
					  [KA_FAULT_MARGIN] = "KA210"};
	struct test_case c;
	struct ka_findings findings;
	enum ka_hop_fault wanted;

	case_init(&c);
	c.facts.hz = 250;
	c.facts.settings = (struct ka_settings){{time, intvl, 9}};
	c.intent.goals.has_lost_probes = true;
	c.intent.goals.lost_probes = lost;
	case_hop(&c, idle_s);
	findings = findings_of(&c);
	wanted = gravest_by_definition(&c.facts.settings, idle_s, lost, 250);
	for (int fault = KA_FAULT_BEFORE_FIRST_PROBE; fault <= KA_FAULT_MARGIN; fault++) {
		const struct ka_finding *finding = finding_of(&findings, ids[fault]);

		ka_test_at("%s at %d/%d, %d s", ids[fault], (int)time, (int)intvl, (int)idle_s);
		assert_int_equal(finding != NULL, fault == (int)wanted);
		if (finding)
			assert_int_equal(number_of(finding, "idle_timeout_s"), idle_s);
	}
	case_end(&c);
}

/* Each hop has at most one of the four, and it is the gravest. */
static void a_hop_has_one_fault(void **state)
{
	(void)state;
	for (int64_t time = 1; time <= 400; time += 1 + time / 9)
		for (int64_t intvl = 1; intvl <= 90; intvl += 1 + intvl / 3)
			for (int64_t lost = 0; lost <= 2; lost++)
				for (int64_t idle_s = time - 2; idle_s < time + 40; idle_s += 3)
					if (idle_s > 0)
						check_one_fault(time, intvl, idle_s, lost);
}

static void faults_carry_their_numbers(void **state)
{
	struct test_case c;
	struct ka_findings findings;
	const struct ka_finding *finding;

	(void)state;
	case_init(&c);
	case_hop(&c, 9000);
	case_hop(&c, 350)->name = "second";
	findings = findings_of(&c);
	finding = finding_of(&findings, "KA201");
	assert_non_null(finding);
	assert_int_equal(number_of(finding, "hop"), 2);
	assert_string_equal(text_of(finding, "name"), "second");
	assert_int_equal(number_of(finding, "silence_ms"), 8073814);
	assert_int_equal(number_of(finding, "margin_ms"), 1000);
	assert_contains(finding->message, "second forgets an idle session after 350 s");
	assert_contains(finding->message, "the first probe leaves after up to 8073.814 s");
	assert_int_equal(ka_worst_severity(&findings), KA_ERROR_SEVERITY);
	case_end(&c);
}

static void conntrack_needs_to_be_there_and_short(void **state)
{
	static const struct {
		struct ka_conntrack conntrack;
		int severity; /* -1: silent */
	} cases[] = {
		{{false, 600, KA_YES, KA_NO}, -1},
		{{true, 432000, KA_YES, KA_NO}, -1},
		{{true, 432000, KA_NO, KA_YES}, -1},
		{{true, 600, KA_YES, KA_NO}, KA_NOTE},
		{{true, 600, KA_NOT_KNOWN, KA_NOT_KNOWN}, KA_NOTE},
		{{true, 600, KA_YES, KA_YES}, KA_WARNING},
		{{true, 600, KA_NO, KA_NO}, KA_WARNING},
		{{true, 600, KA_NO, KA_NOT_KNOWN}, KA_WARNING},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ka_finding *finding;
		struct ka_findings findings;
		struct test_case c;

		case_init(&c);
		c.facts.conntrack = cases[i].conntrack;
		findings = findings_of(&c);
		finding = finding_of(&findings, "KA209");
		ka_test_at("case %zu", i);
		assert_int_equal(finding ? (int)finding->severity : -1, cases[i].severity);
		if (finding)
			assert_int_equal(number_of(finding, "established_s"), 600);
		case_end(&c);
	}
}

/* At 128 ticks the silence of 60/32 is 100 s to the tick. */
static void conntrack_is_compared_to_the_tick(void **state)
{
	(void)state;
	for (int64_t established_s = 99; established_s <= 101; established_s++) {
		struct ka_findings findings;
		struct test_case c;

		case_init(&c);
		c.facts.hz = 128;
		c.facts.settings = (struct ka_settings){{60, 32, 9}};
		c.facts.conntrack = (struct ka_conntrack){true, established_s, KA_YES, KA_NO};
		findings = findings_of(&c);
		ka_test_at("%d s", (int)established_s);
		assert_int_equal(finding_of(&findings, "KA209") != NULL, established_s <= 100);
		case_end(&c);
	}
}

static void retransmission_is_judged_only_where_it_is_known(void **state)
{
	struct ka_findings findings;
	struct test_case c;

	(void)state;
	case_init(&c);
	c.intent.goals.has_detect_within = true;
	c.intent.goals.detect_within_s = 60;
	c.facts.retries2 = 15;
	findings = findings_of(&c);
	assert_null(finding_of(&findings, "KA208"));
	c.facts.has_retries2 = true;
	findings = findings_of(&c);
	assert_int_equal(number_of(finding_of(&findings, "KA208"), "gives_up_ms"), 924600);
	/* 0.2 s, doubled three times: 3 s to the millisecond. */
	c.facts.retries2 = 3;
	c.intent.goals.detect_within_s = 3;
	findings = findings_of(&c);
	assert_null(finding_of(&findings, "KA208"));
	c.intent.goals.detect_within_s = 2;
	findings = findings_of(&c);
	assert_non_null(finding_of(&findings, "KA208"));
	case_end(&c);
}

static void broken_values_have_no_other_verdict(void **state)
{
	static const struct ka_settings broken[] = {{{0, 75, 9}}, {{7200, 0, 9}}, {{7200, 75, 0}}};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct ka_findings findings;
		struct test_case c;

		case_init(&c);
		c.facts.settings = broken[i];
		c.facts.conntrack = (struct ka_conntrack){true, 1, KA_NO, KA_YES};
		c.intent.goals.has_min_time = c.intent.goals.has_detect_within = true;
		c.intent.goals.min_time_s = 7201;
		c.intent.goals.detect_within_s = 8000;
		c.intent.http.has_server = true;
		c.intent.http.server_s = 5;
		case_hop(&c, 350);
		findings = findings_of(&c);
		ka_test_at("triple %zu", i);
		assert_int_equal(findings.count, 1);
		assert_string_equal(findings.items[0].rule->id, "KA101");
		assert_string_equal(text_of(&findings.items[0], "key"), ka_sysctls[i].key);
		case_end(&c);
	}
}

/* What the text reports print: whole sentences, whatever a profile says. */
static void unconfirmed_values_end_in_one_full_stop(void **state)
{
	static const char *const says[] = {"it says so", "it says so.", NULL};
	static const char *const ends[] = {": it says so.", ": it says so.",
					   ": https://x.example/."};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct ka_source source = {.url = "https://x.example/",
						 .checked = "2026-11-22",
						 .confirmed = KA_INFERRED,
						 .says = says[i]};
		const struct ka_profile profile = {
			.id = "x", .sources = &source, .source_count = 1};
		const struct ka_profile *profiles[] = {&profile};
		struct ka_findings findings;
		struct test_case c;

		case_init(&c);
		c.intent.profiles = profiles;
		c.intent.profile_count = 1;
		findings = findings_of(&c);
		assert_string_equal(strchr(finding_of(&findings, "KA702")->message, ':'), ends[i]);
		case_end(&c);
	}
}

static void a_hop_that_ignores_probes_says_what_it_does(void **state)
{
	static const struct {
		enum ka_expiry on_expiry;
		enum ka_severity severity;
		const char *words;
	} cases[] = {
		{KA_SILENT, KA_ERROR_SEVERITY, "it tells nobody."},
		{KA_DROP, KA_ERROR_SEVERITY, "it drops the next packet."},
		{KA_RESET_ON_NEXT, KA_WARNING, "it answers the next packet with a reset."},
		{KA_RESET_BOTH, KA_NOTE, "it resets both ends."},
		{KA_CLOSE, KA_NOTE, "it closes the connection."},
		{KA_EXPIRY_UNKNOWN, KA_NOTE, "what it does is not known."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ka_finding *finding;
		struct ka_findings findings;
		struct ka_hop *hop;
		struct test_case c;

		case_init(&c);
		hop = case_hop(&c, 60);
		hop->probes = KA_IGNORED;
		hop->on_expiry = cases[i].on_expiry;
		findings = findings_of(&c);
		finding = finding_of(&findings, "KA204");
		ka_test_at("expiry %s", ka_expiry_words[cases[i].on_expiry]);
		assert_int_equal(finding->severity, cases[i].severity);
		assert_contains(finding->message, cases[i].words);
		assert_string_equal(text_of(finding, "on_expiry"),
				    ka_expiry_words[cases[i].on_expiry]);
		case_end(&c);
	}
}

static void a_single_probe_is_told_apart(void **state)
{
	struct ka_findings findings;
	struct test_case c;

	(void)state;
	case_init(&c);
	c.facts.settings = (struct ka_settings){{60, 30, 1}};
	findings = findings_of(&c);
	assert_contains(finding_of(&findings, "KA207")->message, "A single probe decides");
	c.facts.settings = (struct ka_settings){{60, 30, 2}};
	findings = findings_of(&c);
	assert_contains(finding_of(&findings, "KA207")->message,
			"The last of 2 probes leaves 30 s after the first");
	case_end(&c);
}

/* Each profile that a kept copy stands in for, however old it is, and no other. */
static void stale_profiles_are_told(void **state)
{
	static const struct ka_profile fresh = {.id = "fresh", .origin = "https://h/f"};
	struct ka_profile stale = {.id = "stale", .origin = "https://h/s", .is_stale = true};
	const struct ka_profile *const both[] = {&fresh, &stale}, *const one[] = {&fresh};
	const struct ka_finding *finding;
	struct ka_findings findings;
	struct test_case c;

	(void)state;
	case_init(&c);
	c.intent.profiles = one;
	c.intent.profile_count = 1;
	findings = findings_of(&c);
	assert_null(finding_of(&findings, "KA704"));
	c.intent.profiles = both;
	c.intent.profile_count = 2;
	for (int day = 0; day < 2; day++) {
		stale.age_s = day * 86400;
		findings = findings_of(&c);
		finding = finding_of(&findings, "KA704");
		assert_non_null(finding);
		assert_int_equal(finding->severity, KA_NOTE);
		assert_string_equal(text_of(finding, "profile"), "stale");
		assert_string_equal(text_of(finding, "url"), "https://h/s");
		assert_int_equal(number_of(finding, "age_s"), stale.age_s);
		assert_contains(finding->message,
				"Profile stale is a copy of https://h/s that its server last "
				"confirmed ");
	}
	assert_contains(finding->message, " 1d ago.");
	case_end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_has_its_page),
		cmocka_unit_test(good_values_have_no_findings),
		cmocka_unit_test(a_hop_has_one_fault),
		cmocka_unit_test(faults_carry_their_numbers),
		cmocka_unit_test(conntrack_needs_to_be_there_and_short),
		cmocka_unit_test(conntrack_is_compared_to_the_tick),
		cmocka_unit_test(retransmission_is_judged_only_where_it_is_known),
		cmocka_unit_test(broken_values_have_no_other_verdict),
		cmocka_unit_test(unconfirmed_values_end_in_one_full_stop),
		cmocka_unit_test(a_hop_that_ignores_probes_says_what_it_does),
		cmocka_unit_test(a_single_probe_is_told_apart),
		cmocka_unit_test(stale_profiles_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
