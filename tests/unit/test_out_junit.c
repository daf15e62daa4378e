#include "report_case.h"

#include "out/junit.h"

#include "fail_alloc.h"

static void subject(struct report_case *c, int fail_on, struct ka_text *text)
{
	ka_junit_subject(&c->report, case_rule_list, CASE_RULES, fail_on, text);
}

static void findings(struct report_case *c)
{
	report_case_find(c, 0, KA_NOTE, "a note");
	report_case_find(c, 0, KA_WARNING, "a warning")->location =
		(struct ka_location){"/etc/rc.local", 2, 8};
	report_case_find(c, 0, KA_ERROR_SEVERITY, "an error")->remedy = "Set it.";
	report_case_find(c, 1, KA_NOTE, "another note");
}

static void a_case_for_each_rule(void **state)
{
	struct ka_text text = {0};
	struct report_case c;

	(void)state;
	report_case_init(&c, "images/web");
	findings(&c);
	ka_junit_begin(&text);
	subject(&c, KA_WARNING, &text);
	ka_junit_end(&text);
	assert_string_equal(
		text.bytes,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"kaadvise\">\n"
		"<testsuite name=\"images/web\" tests=\"3\" failures=\"1\" errors=\"0\" "
		"skipped=\"0\">\n"
		"<testcase classname=\"images/web\" name=\"KA901: a rule's first_title\">"
		"<failure type=\"error\" message=\"an error\">"
		"warning: images/web/etc/rc.local:2:8: a warning\n  -&gt; Do &lt;this&gt;.\n"
		"error: an error\n  -&gt; Set it.\n</failure>\n"
		"<system-out>note: a note\n  -&gt; Do &lt;this&gt;.\n</system-out>\n</testcase>\n"
		"<testcase classname=\"images/web\" name=\"KA902: another &quot;title&quot;\">"
		"<system-out>note: another note\n  -&gt; Do that.\n</system-out>\n</testcase>\n"
		"<testcase classname=\"images/web\" name=\"KA903: a title that nothing fires\">"
		"</testcase>\n</testsuite>\n</testsuites>\n");
	ka_text_clear(&text);
	report_case_end(&c);
}

static void what_fails_is_asked_for(void **state)
{
	static const char *const suites[] = {
		[KA_NOTE] = "tests=\"3\" failures=\"2\"",
		[KA_WARNING] = "tests=\"3\" failures=\"1\"",
		[KA_ERROR_SEVERITY] = "tests=\"3\" failures=\"1\"",
		[KA_ERROR_SEVERITY + 1] = "tests=\"3\" failures=\"0\"",
	};
	struct report_case c;

	(void)state;
	report_case_init(&c, "img");
	findings(&c);
	for (int fail_on = KA_NOTE; fail_on <= KA_ERROR_SEVERITY + 1; fail_on++) {
		struct ka_text text = {0};

		subject(&c, fail_on, &text);
		assert_contains(text.bytes, suites[fail_on]);
		assert_int_equal(!strstr(text.bytes, "<failure"), fail_on > KA_ERROR_SEVERITY);
		assert_int_equal(!strstr(text.bytes, "<system-out>"), fail_on == KA_NOTE);
		ka_text_clear(&text);
	}
	report_case_end(&c);
}

#define WORDS                                                                                      \
	"waived until 2027-01-31: a reason of &lt;ours&gt; a&quot;b&lt;c&gt;&amp;d'e%f,g:h\\x0ai"  \
	"\\x0d\\x1b[31m]]&gt;{0}[x](y)\\xff\\xef\\xbf\\xbf"

static void a_waived_finding_is_skipped(void **state)
{
	struct ka_text text = {0};
	struct report_case c;

	(void)state;
	report_case_init(&c, "img");
	report_case_waived(&c, 0, KA_ERROR_SEVERITY, "known");
	report_case_find(&c, 0, KA_NOTE, "a note");
	report_case_waived(&c, 1, KA_ERROR_SEVERITY, "known too");
	report_case_find(&c, 1, KA_WARNING, "new");
	subject(&c, KA_WARNING, &text);
	assert_string_equal(
		text.bytes,
		"<testsuite name=\"img\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\">\n"
		"<testcase classname=\"img\" name=\"KA901: a rule's first_title\">"
		"<skipped message=\"" WORDS "\">error: site/../config.yaml:3: known\n  " WORDS
		"\n</skipped>\n"
		"<system-out>note: a note\n  -&gt; Do &lt;this&gt;.\n</system-out>\n</testcase>\n"
		"<testcase classname=\"img\" name=\"KA902: another &quot;title&quot;\">"
		"<failure type=\"warning\" message=\"new\">warning: new\n  -&gt; Do that.\n"
		"</failure>\n"
		"<system-out>error: site/../config.yaml:3: known too\n  " WORDS
		"\n</system-out>\n</testcase>\n"
		"<testcase classname=\"img\" name=\"KA903: a title that nothing fires\">"
		"</testcase>\n</testsuite>\n");
	ka_text_clear(&text);
	report_case_end(&c);
}

static void names_are_escaped(void **state)
{
	static const char escaped[] =
		"a&quot;b&lt;c&gt;&amp;d'e%f,g:h\\x0ai\\x0d\\x1b[31m]]&gt;{0}[x](y)\\xff"
		"\\xef\\xbf\\xbf";
	struct ka_text text = {0};
	struct report_case c;
	char wanted[600];

	(void)state;
	report_case_init(&c, HOSTILE);
	report_case_find(&c, 0, KA_WARNING, HOSTILE "\xef\xbf\xbe\xef\xbc\x81")->location =
		(struct ka_location){HOSTILE_FILE, 3, 9};
	subject(&c, KA_WARNING, &text);
	snprintf(wanted, sizeof(wanted), "<testsuite name=\"%s\"", escaped);
	assert_contains(text.bytes, wanted);
	snprintf(wanted, sizeof(wanted), "<testcase classname=\"%s\"", escaped);
	assert_contains(text.bytes, wanted);
	snprintf(wanted, sizeof(wanted), "message=\"%s\\xef\\xbf\\xbe\xef\xbc\x81\"", escaped);
	assert_contains(text.bytes, wanted);
	snprintf(wanted, sizeof(wanted), ">warning: %s/etc/sysctl.d/50-%s.conf:3: %s", escaped,
		 escaped, escaped);
	assert_contains(text.bytes, wanted);
	for (size_t i = 0; i < text.length; i++)
		assert_true((unsigned char)text.bytes[i] >= ' ' || text.bytes[i] == '\n');
	ka_text_clear(&text);
	report_case_end(&c);
}

static void a_subject_that_cannot_be_read_is_an_error(void **state)
{
	struct ka_text text = {0};
	struct ka_error error;

	(void)state;
	ka_error_set_at(&error, KA_E_PROFILE_READ, "/etc/<x>", 7, 0, "\"no\"");
	ka_junit_failure("img & co", &error, &text);
	assert_string_equal(
		text.bytes,
		"<testsuite name=\"img &amp; co\" tests=\"1\" failures=\"0\" "
		"errors=\"1\" skipped=\"0\">\n"
		"<testcase classname=\"img &amp; co\" name=\"KA-P002: a profile or "
		"configuration cannot be read\"><error type=\"KA-P002\" message=\"&quot;no&quot;\">"
		"img &amp; co/etc/&lt;x&gt;:7: &quot;no&quot;</error></testcase>\n"
		"</testsuite>\n");
	ka_text_clear(&text);
	ka_error_set(&error, KA_E_PROFILE_READ, "gone");
	ka_junit_failure("img", &error, &text);
	assert_contains(text.bytes, "message=\"gone\">img: gone</error>");
	ka_text_clear(&text);
}

static void every_allocation_may_fail(void **state)
{
	struct ka_error error;
	struct report_case c;
	bool failed;
	size_t n = 0;

	(void)state;
	report_case_init(&c, "img");
	findings(&c);
	report_case_waived(&c, 2, KA_WARNING, "known");
	ka_error_set_at(&error, KA_E_PROFILE_READ, "/x", 1, 0, "gone");
	do {
		struct ka_text text = {0};

		ka_fail_allocation(++n);
		ka_junit_begin(&text);
		subject(&c, KA_WARNING, &text);
		ka_junit_failure("img", &error, &text);
		ka_junit_end(&text);
		failed = ka_allocation_failed;
		ka_fail_allocation(0);
		ka_test_at("allocation %zu", n);
		assert_int_equal(text.has_failed, failed);
		ka_text_clear(&text);
	} while (failed);
	assert_int_at_least(n, 10);
	report_case_end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_case_for_each_rule),
		cmocka_unit_test(what_fails_is_asked_for),
		cmocka_unit_test(a_waived_finding_is_skipped),
		cmocka_unit_test(names_are_escaped),
		cmocka_unit_test(a_subject_that_cannot_be_read_is_an_error),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
