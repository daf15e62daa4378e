#include "report_case.h"

#include "out/sarif.h"

#include <jansson.h>

#include "fail_alloc.h"

/* A file under construction, and what is read back of it. */
struct log {
	struct ka_sarif sarif;
	struct ka_text file;
	json_t *parsed;
};

static void log_begin(struct log *log)
{
	*log = (struct log){0};
	assert_int_equal(ka_sarif_begin(case_rule_list, CASE_RULES, &log->file, NULL), 0);
}

static void log_subject(struct log *log, const struct ka_report *report)
{
	struct ka_text piece = {0};

	assert_int_equal(ka_sarif_subject(report, case_rule_list, CASE_RULES, &piece, NULL), 0);
	ka_sarif_join(&log->sarif, &piece, &log->file);
	ka_text_clear(&piece);
}

static void log_failure(struct log *log, const char *subject, const struct ka_error *error)
{
	struct ka_text piece = {0};

	assert_int_equal(ka_sarif_failure(subject, error, &piece, NULL), 0);
	ka_sarif_join(&log->sarif, &piece, &log->file);
	ka_text_clear(&piece);
}

/* The only run of the file. */
static json_t *log_end(struct log *log)
{
	ka_sarif_end(&log->sarif, &log->file);
	assert_false(log->file.has_failed);
	assert_int_equal(log->file.bytes[log->file.length - 1], '\n');
	log->parsed = json_loads(log->file.bytes, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(log->parsed);
	assert_string_equal(json_string_value(json_object_get(log->parsed, "version")), "2.1.0");
	assert_int_equal(json_array_size(json_object_get(log->parsed, "runs")), 1);
	return json_array_get(json_object_get(log->parsed, "runs"), 0);
}

static void log_clear(struct log *log)
{
	json_decref(log->parsed);
	ka_text_clear(&log->file);
}

/* "a/0/b" in a document; a `/` in a key is written `|`. */
static const json_t *find(const json_t *document, const char *path)
{
	char key[64];

	for (; document && *path; path += *path == '/') {
		size_t length = strcspn(path, "/");

		snprintf(key, sizeof(key), "%.*s", (int)length, path);
		for (char *bar = key; (bar = strchr(bar, '|'));)
			*bar = '/';
		path += length;
		document = json_is_array(document)
				   ? json_array_get(document, (size_t)(key[0] - '0'))
				   : json_object_get(document, key);
	}
	return document;
}

static const char *text_at(const json_t *document, const char *path)
{
	const char *text = json_string_value(find(document, path));

	return text ? text : "(none)";
}

#define PLACE "locations/0/physicalLocation/"
#define URI PLACE "artifactLocation/uri"

static void the_program_and_its_rules(void **state)
{
	struct log log;
	const json_t *driver, *rule;

	(void)state;
	log_begin(&log);
	driver = find(log_end(&log), "tool/driver");
	assert_string_equal(text_at(driver, "name"), "kaadvise");
	assert_string_equal(text_at(driver, "version"), KA_VERSION);
	assert_int_equal(json_array_size(find(driver, "rules")), CASE_RULES);
	rule = find(driver, "rules/0");
	assert_string_equal(text_at(rule, "id"), "KA901");
	assert_string_equal(text_at(rule, "name"), "ARulesFirstTitle");
	assert_string_equal(text_at(rule, "shortDescription/text"), "a rule's first_title");
	assert_string_equal(text_at(rule, "fullDescription/text"), "Always.");
	assert_string_equal(text_at(rule, "help/text"),
			    "Why: It is so.\nWhat to do: Do <this>.\nSources:\ntcp(7)\n");
	assert_contains(text_at(rule, "help/markdown"), "## What to do\n\nDo <this>.\n");
	assert_string_equal(text_at(rule, "defaultConfiguration/level"), "warning");
	assert_string_equal(text_at(rule, "properties/problem.severity"), "warning");
	rule = find(driver, "rules/1");
	assert_string_equal(text_at(rule, "defaultConfiguration/level"), "note");
	assert_string_equal(text_at(rule, "properties/problem.severity"), "recommendation");
	log_clear(&log);
}

static void nothing_found_is_an_empty_list(void **state)
{
	struct report_case c;
	struct log log;
	json_t *run;

	(void)state;
	report_case_init(&c, "img");
	log_begin(&log);
	log_subject(&log, &c.report);
	log_subject(&log, &c.report);
	run = log_end(&log);
	assert_true(json_is_array(find(run, "results")));
	assert_int_equal(json_array_size(find(run, "results")), 0);
	assert_true(json_is_true(find(run, "invocations/0/executionSuccessful")));
	assert_int_equal(json_array_size(find(run, "invocations/0/toolExecutionNotifications")), 0);
	log_clear(&log);
	report_case_end(&c);
}

static void a_result_says_everything(void **state)
{
	struct ka_finding *finding;
	struct report_case c;
	struct log log;
	const json_t *result;

	(void)state;
	report_case_init(&c, "images/web/");
	finding = report_case_find(&c, 1, KA_ERROR_SEVERITY, "It is {so} [bad](1).");
	finding->location = (struct ka_location){"/etc/sysctl.conf", 3, 32};
	ka_add_number(finding, "silence_ms", 9007199254740993);
	ka_add_text(finding, "name", "NLB");
	log_begin(&log);
	log_subject(&log, &c.report);
	result = find(log_end(&log), "results/0");
	assert_string_equal(text_at(result, "ruleId"), "KA902");
	assert_int_equal(json_integer_value(find(result, "ruleIndex")), 1);
	assert_string_equal(text_at(result, "level"), "error");
	assert_string_equal(text_at(result, "message/text"), "It is {{so}} \\[bad\\](1).");
	assert_string_equal(text_at(result, URI), "images/web/etc/sysctl.conf");
	assert_int_equal(json_integer_value(find(result, PLACE "region/startLine")), 3);
	assert_int_equal(json_integer_value(find(result, PLACE "region/startColumn")), 32);
	assert_string_equal(text_at(result, PLACE "region/snippet/text"),
			    "\tnet.ipv4.tcp_keepalive_time = 7200");
	assert_string_equal(text_at(result, "properties/subject/kind"), "root");
	assert_string_equal(text_at(result, "properties/subject/name"), "images/web/");
	assert_string_equal(text_at(result, "properties/remedy"), "Do that.");
	assert_string_equal(text_at(result, "properties/data/name"), "NLB");
	assert_int_equal(json_integer_value(find(result, "properties/data/silence_ms")),
			 9007199254740993);
	log_clear(&log);
	report_case_end(&c);
}

static void a_waived_finding_is_suppressed(void **state)
{
	struct report_case c;
	struct log log;
	const json_t *results;

	(void)state;
	report_case_init(&c, "img");
	report_case_waived(&c, 0, KA_ERROR_SEVERITY, "known");
	report_case_find(&c, 0, KA_ERROR_SEVERITY, "new");
	log_begin(&log);
	log_subject(&log, &c.report);
	results = find(log_end(&log), "results");
	assert_string_equal(text_at(results, "0/level"), "error");
	assert_int_equal(json_array_size(find(results, "0/suppressions")), 1);
	assert_string_equal(text_at(results, "0/suppressions/0/kind"), "external");
	assert_string_equal(text_at(results, "0/suppressions/0/status"), "accepted");
	assert_contains(text_at(results, "0/suppressions/0/justification"),
			"waived until 2027-01-31: a reason of <ours> ");
	assert_string_equal(text_at(results, "0/" URI), "site/../config.yaml");
	assert_null(find(results, "0/" PLACE "region/snippet"));
	assert_null(find(results, "1/suppressions"));
	log_clear(&log);
	report_case_end(&c);
}

/* Root, file inside it -> where the result points to. */
static void places_become_uris(void **state)
{
	static const struct {
		const char *root, *file, *uri;
	} rows[] = {
		{"img", "/etc/sysctl.conf", "img/etc/sysctl.conf"},
		{"./img//", "/etc//sysctl.d/./a.conf", "img/etc/sysctl.d/a.conf"},
		{"../img/.", "/etc/sysctl.conf", "../img/etc/sysctl.conf"},
		{".", "/etc/sysctl.conf", "etc/sysctl.conf"},
		{"/", "/etc/sysctl.conf", "file:///etc/sysctl.conf"},
		{"/srv/img", "/etc/sysctl.conf", "file:///srv/img/etc/sysctl.conf"},
		{"img", NULL, "img/"},
		{".", NULL, "./"},
		{"/", NULL, "file:///"},
		{"/srv/img/", NULL, "file:///srv/img/"},
		{"c:d", "/a b?#[%41]@+\\", "c%3Ad/a%20b%3F%23%5B%2541%5D%40%2B%5C"},
		{"\xff", "/\xc3\xa4\n", "%FF/%C3%A4%0A"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct report_case c;
		struct log log;

		report_case_init(&c, rows[i].root);
		report_case_find(&c, 0, KA_WARNING, "x")->location.file = rows[i].file;
		log_begin(&log);
		log_subject(&log, &c.report);
		assert_string_equal(text_at(log_end(&log), "results/0/" URI), rows[i].uri);
		assert_null(find(log.parsed, "runs/0/results/0/" PLACE "region"));
		log_clear(&log);
		report_case_end(&c);
	}
}

/* The host's files are where they are; what it has in no file has no place. */
static void a_host_has_no_directory(void **state)
{
	struct report_case c;
	const json_t *run;
	struct log log;

	(void)state;
	report_case_init(&c, "web1");
	c.base.facts.kind = KA_SUBJECT_HOST;
	report_case_find(&c, 0, KA_WARNING, "x")->location =
		(struct ka_location){"/etc/rc.local", 2, 1};
	report_case_find(&c, 0, KA_WARNING, "y");
	log_begin(&log);
	log_subject(&log, &c.report);
	run = log_end(&log);
	assert_string_equal(text_at(run, "results/0/" URI), "file:///etc/rc.local");
	assert_string_equal(text_at(run, "results/0/" PLACE "region/snippet/text"), "sysctl -w x");
	assert_int_equal(json_array_size(find(run, "results/1/locations")), 0);
	log_clear(&log);
	report_case_end(&c);
}

/* Columns are bytes; they are told where they are characters too. */
static void columns_are_told_where_they_are_certain(void **state)
{
	static const struct {
		const char *file;
		unsigned line, column;
		int64_t told;
	} rows[] = {
		{"/etc/sysctl.conf", 3, 0, 0},   {"/etc/sysctl.conf", 3, 1, 1},
		{"/etc/sysctl.conf", 3, 32, 32}, {"/etc/sysctl.conf", 3, 36, 36},
		{"/etc/sysctl.conf", 3, 37, 0},  {"/etc/sysctl.conf", 1, 3, 3},
		{"/etc/sysctl.conf", 2, 2, 0},   {"/etc/rc.local", 2, 8, 8},
		{HOSTILE_FILE, 3, 1, 1},         {HOSTILE_FILE, 3, 2, 0},
		{"/etc/other.conf", 3, 5, 0},    {"/etc/other.conf", 0, 5, 0},
	};
	struct report_case c;
	const json_t *run;
	struct log log;

	(void)state;
	report_case_init(&c, "img");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		report_case_find(&c, 0, KA_WARNING, "x")->location =
			(struct ka_location){rows[i].file, rows[i].line, rows[i].column};
	log_begin(&log);
	log_subject(&log, &c.report);
	run = log_end(&log);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const json_t *region =
			find(json_array_get(find(run, "results"), i), PLACE "region");

		ka_test_at("row %zu", i);
		assert_int_equal(json_integer_value(find(region, "startColumn")), rows[i].told);
		assert_int_equal(json_integer_value(find(region, "startLine")), rows[i].line);
	}
	log_clear(&log);
	report_case_end(&c);
}

static void text_from_outside_is_escaped(void **state)
{
	static const char escaped[] = "a\"b<c>&d'e%f,g:h\\x0ai\\x0d\\x1b\\[31m\\]\\]>{{0}}"
				      "\\[x\\](y)\\xff\xef\xbf\xbf";
	struct ka_finding *finding;
	struct report_case c;
	const json_t *result;
	struct log log;

	(void)state;
	report_case_init(&c, HOSTILE);
	finding = report_case_find(&c, 0, KA_WARNING, HOSTILE);
	finding->location = (struct ka_location){HOSTILE_FILE, 3, 0};
	finding->remedy = HOSTILE;
	ka_add_text(finding, "name", HOSTILE);
	log_begin(&log);
	log_subject(&log, &c.report);
	result = find(log_end(&log), "results/0");
	for (size_t i = 0; i < log.file.length; i++)
		assert_true((unsigned char)log.file.bytes[i] >= ' ' || log.file.bytes[i] == '\n');
	assert_string_equal(text_at(result, "message/text"), escaped);
	assert_contains(text_at(result, "properties/data/name"), "(y)\\xff\xef\xbf\xbf");
	assert_contains(text_at(result, PLACE "region/snippet/text"), "\xc3\xa4 = 1 a\"b<c>");
	assert_contains(text_at(result, URI), "a%22b%3Cc%3E%26d%27e%25f%2Cg%3Ah%0Ai%0D%1B%5B31m");
	log_clear(&log);
	report_case_end(&c);
}

static void fingerprints_stay_and_differ(void **state)
{
	static const char *const prints[] = {"kaadvise|v1", "primaryLocationLineHash"};
	char seen[8][64];
	struct report_case c;
	struct log log;
	const json_t *results;

	(void)state;
	for (unsigned round = 0; round < 2; round++) {
		report_case_init(&c, "img");
		for (size_t i = 0; i < 8; i++) {
			struct ka_finding *finding =
				report_case_find(&c, i == 7, KA_WARNING, round ? "then" : "now");

			finding->location.file = i == 6 ? "/etc/b.conf" : "/etc/a.conf";
			finding->location.line = round + 1;
			ka_add_number(finding, "silence_ms", round);
			if (i == 5)
				ka_add_text(finding, "name", "NLB");
		}
		log_begin(&log);
		log_subject(&log, &c.report);
		results = find(log_end(&log), "results");
		for (size_t i = 0; i < 8; i++) {
			const json_t *both =
				find(json_array_get(results, i), "partialFingerprints");

			ka_test_at("result %zu", i);
			if (round == 0)
				snprintf(seen[i], sizeof(seen[i]), "%s", text_at(both, prints[0]));
			assert_string_equal(text_at(both, prints[0]), seen[i]);
			assert_string_equal(text_at(both, prints[1]), seen[i]);
		}
		log_clear(&log);
		report_case_end(&c);
	}
	for (size_t i = 0; i < 8; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(seen[i], seen[j]);
	assert_string_equal(strchr(seen[0], ':'), ":1");
	assert_string_equal(strchr(seen[4], ':'), ":5");
}

static void subjects_follow_each_other(void **state)
{
	struct report_case clean, one, two;
	struct ka_error error;
	const json_t *run;
	struct log log;

	(void)state;
	report_case_init(&clean, "clean");
	report_case_init(&one, "one");
	report_case_init(&two, "two");
	report_case_find(&one, 0, KA_WARNING, "1");
	report_case_find(&two, 0, KA_WARNING, "2");
	report_case_find(&two, 1, KA_NOTE, "3");
	log_begin(&log);
	log_subject(&log, &clean.report);
	log_subject(&log, &one.report);
	ka_error_set_at(&error, KA_E_PROFILE_READ, "/etc/x y", 7, 0, "{%s}", HOSTILE);
	log_failure(&log, "bad one", &error);
	log_subject(&log, &clean.report);
	log_subject(&log, &two.report);
	ka_error_set(&error, KA_E_PROFILE_READ, "gone");
	log_failure(&log, "bad two", &error);
	run = log_end(&log);
	assert_int_equal(json_array_size(find(run, "results")), 3);
	assert_string_equal(text_at(run, "results/0/message/text"), "1");
	assert_string_equal(text_at(run, "results/2/message/text"), "3");
	run = find(run, "invocations/0");
	assert_true(json_is_false(find(run, "executionSuccessful")));
	run = find(run, "toolExecutionNotifications");
	assert_int_equal(json_array_size(run), 2);
	assert_string_equal(text_at(run, "0/level"), "error");
	assert_string_equal(text_at(run, "0/descriptor/id"), "KA-P002");
	assert_contains(text_at(run, "0/message/text"), "bad one: {{a\"b");
	assert_string_equal(text_at(run, "0/" URI), "bad%20one/etc/x%20y");
	assert_int_equal(json_integer_value(find(run, "0/" PLACE "region/startLine")), 7);
	assert_string_equal(text_at(run, "1/message/text"), "bad two: gone");
	assert_string_equal(text_at(run, "1/" URI), "bad%20two/");
	log_clear(&log);
	report_case_end(&clean);
	report_case_end(&one);
	report_case_end(&two);
}

static void what_is_kept_is_bounded(void **state)
{
	enum { FAILURES = 5000 };
	struct ka_error error;
	struct log log;
	const json_t *list;
	size_t count;
	char last[80];

	(void)state;
	log_begin(&log);
	ka_error_set(&error, KA_E_PROFILE_READ, "%0600d", 1);
	for (int i = 0; i < FAILURES; i++)
		log_failure(&log, "img", &error);
	assert_int_at_most(log.sarif.notifications.length, 1 << 20);
	assert_int_equal(log.sarif.failures, FAILURES);
	list = find(log_end(&log), "invocations/0/toolExecutionNotifications");
	count = json_array_size(list) - 1;
	assert_int_at_least(count, 1000);
	assert_int_at_most(count, 2000);
	snprintf(last, sizeof(last), "%zu more subjects could not be read.", FAILURES - count);
	assert_string_equal(text_at(json_array_get(list, count), "message/text"), last);
	log_clear(&log);
}

/* The whole file; -1 as soon as something fails. */
static int write_all(const struct report_case *c, const struct ka_error *error,
		     struct ka_text *file, struct ka_error *reterr)
{
	struct ka_text pieces[2] = {0};
	struct ka_sarif sarif = {0};
	int result = ka_sarif_begin(case_rule_list, CASE_RULES, file, reterr);

	if (result == 0)
		result = ka_sarif_subject(&c->report, case_rule_list, CASE_RULES, &pieces[0],
					  reterr);
	if (result == 0)
		result = ka_sarif_failure("img", error, &pieces[1], reterr);
	for (int i = 0; i < 2; i++)
		ka_sarif_join(&sarif, &pieces[i], file);
	ka_sarif_end(&sarif, file);
	ka_text_clear(&pieces[0]);
	ka_text_clear(&pieces[1]);
	return result;
}

static void every_allocation_may_fail(void **state)
{
	struct ka_text whole = {0};
	struct ka_error error;
	struct report_case c;
	size_t n = 0;
	bool failed;

	(void)state;
	report_case_init(&c, "img\xff");
	report_case_find(&c, 0, KA_WARNING, HOSTILE)->location =
		(struct ka_location){"/etc/sysctl.conf", 3, 32};
	ka_add_text(&c.findings.items[0], "name", HOSTILE);
	report_case_find(&c, 1, KA_NOTE, "x");
	report_case_waived(&c, 1, KA_NOTE, "known");
	ka_error_set_at(&error, KA_E_PROFILE_READ, "/x", 1, 0, "gone");
	assert_int_equal(write_all(&c, &error, &whole, NULL), 0);
	do {
		struct ka_error failure = {0};
		struct ka_text file = {0};
		int result;

		ka_fail_allocation(++n);
		result = write_all(&c, &error, &file, &failure);
		failed = ka_allocation_failed;
		ka_fail_allocation(0);
		ka_test_at("allocation %zu", n);
		assert_int_equal(result < 0 || file.has_failed, failed);
		assert_int_equal(failure.id, result < 0 ? KA_E_MEMORY : KA_E_NONE);
		if (!failed)
			assert_string_equal(file.bytes, whole.bytes);
		ka_text_clear(&file);
	} while (failed);
	assert_int_at_least(n, 100);
	ka_text_clear(&whole);
	report_case_end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_program_and_its_rules),
		cmocka_unit_test(nothing_found_is_an_empty_list),
		cmocka_unit_test(a_result_says_everything),
		cmocka_unit_test(a_waived_finding_is_suppressed),
		cmocka_unit_test(places_become_uris),
		cmocka_unit_test(a_host_has_no_directory),
		cmocka_unit_test(columns_are_told_where_they_are_certain),
		cmocka_unit_test(text_from_outside_is_escaped),
		cmocka_unit_test(fingerprints_stay_and_differ),
		cmocka_unit_test(subjects_follow_each_other),
		cmocka_unit_test(what_is_kept_is_bounded),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
