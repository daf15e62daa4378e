#include "report_case.h"

#include "out/github.h"

#include "fail_alloc.h"

static void a_line_for_each_finding(void **state)
{
	struct ka_text text = {0};
	struct report_case c;
	struct ka_finding *finding;

	(void)state;
	report_case_init(&c, "images/web");
	ka_github_subject(&c.report, &text);
	assert_int_equal(text.length, 0);
	finding = report_case_find(&c, 0, KA_ERROR_SEVERITY, "too late");
	finding->location = (struct ka_location){"/etc/sysctl.conf", 3, 32};
	finding->remedy = "Set it.";
	finding = report_case_find(&c, 0, KA_WARNING, "a pipe");
	finding->location = (struct ka_location){"/etc/sysctl.d/a.conf", 0, 0};
	report_case_find(&c, 1, KA_NOTE, "just so");
	ka_github_subject(&c.report, &text);
	assert_string_equal(
		text.bytes,
		"::error file=images/web/etc/sysctl.conf,line=3,col=32,"
		"title=KA901 a rule's first_title::images/web: too late%0ASet it.\n"
		"::warning file=images/web/etc/sysctl.d/a.conf,"
		"title=KA901 a rule's first_title::images/web: a pipe%0ADo <this>.\n"
		"::notice title=KA902 another \"title\"::images/web: just so%0ADo that.\n");
	ka_text_clear(&text);
	report_case_end(&c);
}

/* Nobody gets out of a property, a command or a line by a name. */
static void names_are_encoded(void **state)
{
	struct ka_text text = {0};
	struct report_case c;
	struct ka_finding *finding;

	(void)state;
	report_case_init(&c, "./50%,a:b//");
	finding = report_case_find(&c, 1, KA_NOTE, "1\n::error::2\r%25");
	finding->location = (struct ka_location){HOSTILE_FILE, 3, 9};
	ka_github_subject(&c.report, &text);
	assert_string_equal(
		text.bytes,
		"::notice file=50%25%2Ca%3Ab/etc/sysctl.d/50-a\"b<c>&d'e%25f%2Cg%3Ah\\x0ai\\x0d"
		"\\x1b[31m]]>{0}[x](y)\\xff\xef\xbf\xbf.conf,line=3,title=KA902 another \"title\""
		"::./50%25,a:b//: 1\\x0a::error::2\\x0d%2525%0ADo that.\n");
	ka_text_clear(&text);
	report_case_end(&c);
}

static void a_waived_finding_is_a_notice(void **state)
{
	struct ka_text text = {0};
	struct report_case c;

	(void)state;
	report_case_init(&c, "img");
	report_case_waived(&c, 0, KA_ERROR_SEVERITY, "known");
	report_case_waived(&c, 0, KA_WARNING, "far")->location.file = "/etc//kaadvise/config.yaml";
	ka_github_subject(&c.report, &text);
	assert_string_equal(
		text.bytes,
		"::notice file=site/../config.yaml,line=3,title=KA901 a rule's "
		"first_title::img: known%0Awaived until 2027-01-31: a reason of <ours> "
		"a\"b<c>&d'e%25f,g:h\\x0ai\\x0d\\x1b[31m]]>{0}[x](y)\\xff\xef\xbf\xbf\n"
		"::notice file=/etc/kaadvise/config.yaml,line=3,title=KA901 a rule's "
		"first_title::img: far%0Awaived until 2027-01-31: a reason of <ours> "
		"a\"b<c>&d'e%25f,g:h\\x0ai\\x0d\\x1b[31m]]>{0}[x](y)\\xff\xef\xbf\xbf\n");
	ka_text_clear(&text);
	report_case_end(&c);
}

static void a_subject_that_cannot_be_read_is_an_error(void **state)
{
	struct ka_text text = {0};
	struct ka_error error;

	(void)state;
	ka_error_set_at(&error, KA_E_PROFILE_READ, "/etc/sysctl.conf", 0, 0, "no, 100%%: %s", "\n");
	ka_github_failure("img/", &error, &text);
	error.line = 7;
	ka_github_failure("/", &error, &text);
	ka_error_set(&error, KA_E_PROFILE_READ, "gone");
	ka_github_failure("img", &error, &text);
	assert_string_equal(
		text.bytes,
		"::error file=img/etc/sysctl.conf,title=KA-P002 a profile or configuration cannot "
		"be read::img/: no, 100%25: \\x0a\n"
		"::error file=/etc/sysctl.conf,line=7,title=KA-P002 a profile or configuration "
		"cannot be read::/: no, 100%25: \\x0a\n"
		"::error title=KA-P002 a profile or configuration cannot be read::img: gone\n");
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
	ka_error_set_at(&error, KA_E_PROFILE_READ, "/x", 1, 0, "gone");
	report_case_find(&c, 0, KA_WARNING, "x")->location =
		(struct ka_location){"/etc/sysctl.conf", 3, 32};
	report_case_waived(&c, 0, KA_WARNING, "known");
	do {
		struct ka_text text = {0};

		ka_fail_allocation(++n);
		ka_github_subject(&c.report, &text);
		ka_github_failure("img", &error, &text);
		failed = ka_allocation_failed;
		ka_fail_allocation(0);
		ka_test_at("allocation %zu", n);
		assert_int_equal(text.has_failed, failed);
		ka_text_clear(&text);
	} while (failed);
	assert_int_at_least(n, 4);
	report_case_end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_for_each_finding),
		cmocka_unit_test(names_are_encoded),
		cmocka_unit_test(a_waived_finding_is_a_notice),
		cmocka_unit_test(a_subject_that_cannot_be_read_is_an_error),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
