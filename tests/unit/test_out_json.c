#include "boot_case.h"

#include "core/rule.h"
#include "out/json.h"

#include <jansson.h>

#include "fail_alloc.h"

/* The report of a case, as text in *text and parsed. */
static json_t *report(struct test_case *c, struct ka_text *text)
{
	struct ka_findings findings = {.arena = &c->arena};
	struct ka_report document = {.analysis = case_run(c), .findings = &findings};
	json_t *parsed;

	c->facts.name = c->facts.name ? c->facts.name : "7200,75,9";
	ka_rules_check(&c->analysis, &findings);
	document.has_failed = ka_worst_severity(&findings) >= KA_WARNING;
	assert_int_equal(ka_json_report(&document, text, NULL), 0);
	assert_int_equal(text->bytes[text->length - 1], '\n');
	assert_ptr_equal(strchr(text->bytes, '\n'), text->bytes + text->length - 1);
	parsed = json_loads(text->bytes, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(parsed);
	return parsed;
}

static const json_t *at(const json_t *document, const char *path)
{
	char key[64];

	for (; *path; path += *path == '/') {
		size_t length = strcspn(path, "/");

		snprintf(key, sizeof(key), "%.*s", (int)length, path);
		path += length;
		document = json_is_array(document)
				   ? json_array_get(document, (size_t)(key[0] - '0'))
				   : json_object_get(document, key);
		ka_test_at("%s", key);
		assert_true(document != NULL);
	}
	return document;
}

#define assert_json_int(document, path, expected)                                                  \
	do {                                                                                       \
		assert_true(json_is_integer(at(document, path)));                                  \
		assert_int_equal(json_integer_value(at(document, path)), expected);                \
	} while (0)
#define assert_json_text(document, path, expected)                                                 \
	assert_string_equal(json_string_value(at(document, path)), expected)

static void tells_everything_about_a_path(void **state)
{
	struct ka_text text = {0};
	struct test_case c;
	json_t *document;

	(void)state;
	case_init(&c);
	c.facts.hz = 250;
	case_hop(&c, 350)->name = "NLB";
	document = report(&c, &text);
	assert_json_text(document, "schema", "kaadvise.report/1");
	assert_json_text(document, "version", KA_VERSION);
	assert_json_text(document, "subject/kind", "settings");
	assert_json_text(document, "subject/name", "7200,75,9");
	assert_json_int(document, "hz", 250);
	assert_json_int(document, "settings/time_s", 7200);
	assert_json_int(document, "settings/intvl_s", 75);
	assert_json_int(document, "settings/probes", 9);
	assert_json_int(document, "detection/nominal_s", 7875);
	assert_json_int(document, "detection/bound_ms", 8024504);
	assert_json_text(document, "path/hops/0/name", "NLB");
	assert_json_int(document, "path/hops/0/layer", 4);
	assert_json_int(document, "path/hops/0/idle_timeout_s", 350);
	assert_json_text(document, "path/hops/0/keepalive", "refreshes");
	assert_true(json_is_true(at(document, "path/hops/0/reached")));
	assert_true(json_is_false(at(document, "path/hops/0/ok")));
	assert_json_int(document, "path/hops/0/margin_ms", 1000);
	assert_json_text(document, "findings/0/rule", "KA201");
	assert_json_text(document, "findings/0/severity", "error");
	assert_true(json_is_null(at(document, "findings/0/location")));
	assert_true(json_is_null(at(document, "findings/0/waiver")));
	assert_json_int(document, "findings/0/data/hop", 1);
	assert_json_text(document, "findings/0/data/name", "NLB");
	assert_true(json_is_true(at(document, "recommendation/change")));
	assert_json_int(document, "recommendation/time_s", 270);
	assert_json_text(document, "recommendation/proof/0/constraint", "hop:1");
	assert_json_int(document, "recommendation/proof/0/right_ms", 350000);
	assert_json_text(document, "recommendation/proof/4/constraint", "min_time");
	assert_true(json_is_null(at(document, "unsatisfiable")));
	assert_true(json_is_null(at(document, "boot")));
	assert_json_text(document, "verdict", "fail");
	json_decref(document);
	ka_text_clear(&text);
	case_end(&c);
}

static void nulls_stand_for_what_is_not_known(void **state)
{
	struct ka_text text = {0};
	struct ka_hop *hop;
	struct test_case c;
	json_t *document;

	(void)state;
	case_init(&c);
	hop = case_hop(&c, 60);
	hop->layer = 7;
	hop->probes = KA_IGNORED;
	case_hop(&c, 350);
	c.intent.side = KA_SIDE_CLIENT;
	document = report(&c, &text);
	assert_true(json_is_null(at(document, "hz")));
	for (int i = 0; i < 2; i++) {
		const json_t *judged = at(document, i ? "path/hops/1" : "path/hops/0");

		assert_int_equal(json_is_true(at(judged, "reached")), i == 0);
		assert_true(json_is_null(at(judged, "silence_ms")));
		assert_true(json_is_null(at(judged, "margin_ms")));
		assert_true(json_is_null(at(judged, "survives_loss_ms")));
		assert_true(json_is_null(at(judged, "ok")));
	}
	json_decref(document);
	ka_text_clear(&text);
	case_end(&c);
	case_init(&c);
	document = report(&c, &text);
	assert_true(json_is_null(at(document, "path")));
	assert_true(json_is_null(at(document, "recommendation")));
	assert_json_text(document, "verdict", "pass");
	json_decref(document);
	ka_text_clear(&text);
	case_end(&c);
}

static void tells_what_cannot_hold_together(void **state)
{
	struct ka_text text = {0};
	struct test_case c;
	json_t *document;

	(void)state;
	case_init(&c);
	case_hop(&c, 2);
	c.intent.goals.has_min_time = true;
	c.intent.goals.min_time_s = 7200;
	document = report(&c, &text);
	assert_true(json_is_null(at(document, "recommendation")));
	assert_json_text(document, "unsatisfiable/0/constraint", "hop:1");
	assert_json_text(document, "unsatisfiable/0/relax/key", "idle_timeout_s");
	json_decref(document);
	ka_text_clear(&text);
	case_end(&c);
}

static void names_what_yielded(void **state)
{
	struct ka_text text = {0};
	struct test_case c;
	json_t *document;

	(void)state;
	case_init(&c);
	case_hop(&c, 5);
	document = report(&c, &text);
	assert_int_equal(json_array_size(at(document, "recommendation/yielded")), 2);
	assert_json_text(document, "recommendation/yielded/0", "detect_within");
	assert_json_text(document, "recommendation/yielded/1", "min_time");
	json_decref(document);
	ka_text_clear(&text);
	case_end(&c);
}

static void lists_the_profiles(void **state)
{
	const struct ka_profile profile = {.id = "x", .origin = "./x.yaml", .sha256 = "00"};
	const struct ka_profile *profiles[] = {&profile};
	struct ka_text text = {0};
	struct test_case c;
	json_t *document;

	(void)state;
	case_init(&c);
	case_hop(&c, 350);
	c.intent.profiles = profiles;
	c.intent.profile_count = 1;
	document = report(&c, &text);
	assert_json_text(document, "path/profiles/0/id", "x");
	assert_json_text(document, "path/profiles/0/origin", "./x.yaml");
	assert_json_text(document, "path/profiles/0/sha256", "00");
	json_decref(document);
	ka_text_clear(&text);
	case_end(&c);
}

/* Names come from outside: no control character and no broken UTF-8 gets out. */
static void text_from_outside_is_escaped(void **state)
{
	struct ka_text text = {0};
	struct test_case c;
	json_t *document;

	(void)state;
	case_init(&c);
	c.facts.name = "bad\xff";
	case_hop(&c, 350)->name = "a\033[31m\"\\";
	case_hop(&c, 350)->name = "\xc3\xa4\xff";
	document = report(&c, &text);
	for (size_t i = 0; i + 1 < text.length; i++)
		assert_int_at_least((unsigned char)text.bytes[i], ' ');
	assert_json_text(document, "subject/name", "bad\\xff");
	assert_json_text(document, "path/hops/0/name", "a\033[31m\"\\");
	assert_json_text(document, "path/hops/1/name", "\xc3\xa4\\xff");
	json_decref(document);
	ka_text_clear(&text);
	case_end(&c);
}

/* A boot with something in every key of its document. */
static void fill_boot(struct boot_case *b)
{
	boot_init(b);
	b->facts.loader_source = "/usr/lib/systemd/libsystemd-shared-252.so";
	b->facts.kernel.source = "/boot/config-6.1.0";
	b->facts.kernel.version = "6.1.0";
	b->facts.tuned = (struct ka_tuned){.is_active = true, .profile = "mine", .reapplies = true};
	b->facts.has_initramfs = true;
	boot_setter(b, KA_SET_BY_CMDLINE, "/etc/kernel/cmdline", KA_PROBES, "5");
	b->boot.base.value[KA_PROBES] = 5;
	b->boot.base_source[KA_PROBES] = &b->setters[0];
	boot_line(b, "/etc/kernel/cmdline", 7, KA_PROBES, "5", KA_LINE_WINS)->setter = 0;
	b->lines[0].column = 0;
	boot_line(b, "/etc/sysctl.d/a\xff.conf", 1, KA_TIME, "5s", KA_LINE_REFUSED);
	boot_line(b, "/etc/sysctl.d/99-sysctl.conf", 2, KA_TIME, "0x10", KA_LINE_WINS)->target =
		"/etc/sysctl.conf";
	boot_line(b, "/etc/sysctl.d/z.conf", 3, KA_INTVL, NULL, KA_LINE_IGNORED);
	boot_other_line(b, "/etc/sysctl.conf", 4, KA_INTVL, "20", KA_LINE_WINS);
	b->boot.main.stopped = "it waits";
	b->boot.main.is_indeterminate[KA_INTVL] = true;
	b->boot.differs = true;
	b->c.facts.settings = b->boot.main.values;
}

static void tells_what_a_boot_sets(void **state)
{
	struct ka_text text = {0};
	struct boot_case b;
	json_t *document;
	const json_t *boot;

	(void)state;
	fill_boot(&b);
	document = report(&b.c, &text);
	boot = at(document, "boot");
	assert_int_equal(json_object_size(boot), 13);
	assert_json_text(boot, "loader", "systemd-252");
	assert_json_text(boot, "loader_source", "/usr/lib/systemd/libsystemd-shared-252.so");
	assert_json_int(boot, "values/time_s", 16);
	assert_json_int(boot, "values/intvl_s", 75);
	assert_json_int(boot, "values/probes", 5);
	assert_json_int(boot, "base/time_s", 7200);
	assert_json_int(boot, "base/probes", 5);
	boot = at(document, "boot/sources");
	assert_int_equal(json_object_size(boot), KA_KEY_COUNT);
	assert_json_text(boot, "net.ipv4.tcp_keepalive_time/file", "/etc/sysctl.d/99-sysctl.conf");
	assert_json_int(boot, "net.ipv4.tcp_keepalive_time/line", 2);
	assert_true(json_is_null(at(boot, "net.ipv4.tcp_keepalive_intvl")));
	assert_json_text(boot, "net.ipv4.tcp_keepalive_probes/file", "/etc/kernel/cmdline");
	boot = at(document, "boot/base_sources");
	assert_true(json_is_null(at(boot, "net.ipv4.tcp_keepalive_time")));
	assert_json_int(boot, "net.ipv4.tcp_keepalive_probes/line", 7);
	boot = at(document, "boot/other");
	assert_json_text(boot, "loader", "procps-4.0");
	assert_json_int(boot, "values/intvl_s", 20);
	assert_json_int(boot, "sources/net.ipv4.tcp_keepalive_intvl/line", 4);
	boot = at(document, "boot");
	assert_json_text(boot, "stopped", "it waits");
	assert_int_equal(json_array_size(at(boot, "indeterminate")), 1);
	assert_json_text(boot, "indeterminate/0", "net.ipv4.tcp_keepalive_intvl");
	assert_json_text(boot, "kernel/file", "/boot/config-6.1.0");
	assert_json_text(boot, "kernel/version", "6.1.0");
	assert_json_int(boot, "kernel/hz", 250);
	assert_json_text(boot, "tuned/profile", "mine");
	assert_true(json_is_true(at(boot, "tuned/reapplies")));
	assert_true(json_is_true(at(boot, "initramfs")));
	json_decref(document);
	ka_text_clear(&text);
	boot_end(&b);
}

static void tells_every_line(void **state)
{
	struct ka_text text = {0};
	struct boot_case b;
	json_t *document;
	const json_t *lines;

	(void)state;
	fill_boot(&b);
	document = report(&b.c, &text);
	lines = at(document, "boot/lines");
	assert_int_equal(json_array_size(lines), 4);
	assert_json_text(lines, "0/setter", ka_setter_words[KA_SET_BY_CMDLINE]);
	assert_json_text(lines, "0/effect", "wins");
	assert_true(json_is_null(at(lines, "0/column")));
	assert_true(json_is_null(at(lines, "0/reason")));
	assert_json_text(lines, "1/file", "/etc/sysctl.d/a\\xff.conf");
	assert_json_int(lines, "1/line", 1);
	assert_json_int(lines, "1/column", 5);
	assert_json_text(lines, "1/key", "net.ipv4.tcp_keepalive_time");
	assert_json_text(lines, "1/value", "5s");
	assert_json_text(lines, "1/effect", "refused");
	assert_json_text(lines, "1/reason", "there is a reason");
	assert_true(json_is_null(at(lines, "1/number")));
	assert_true(json_is_null(at(lines, "1/target")));
	assert_true(json_is_null(at(lines, "1/setter")));
	assert_json_text(lines, "2/value", "0x10");
	assert_json_int(lines, "2/number", 16);
	assert_json_text(lines, "2/target", "/etc/sysctl.conf");
	assert_true(json_is_null(at(lines, "3/value")));
	assert_json_text(lines, "3/effect", "ignored");
	json_decref(document);
	ka_text_clear(&text);
	boot_end(&b);
}

static void nulls_stand_for_what_a_boot_does_not_have(void **state)
{
	static const char *const keys[] = {"loader",      "loader_source",  "other",     "stopped",
					   "kernel/file", "kernel/version", "kernel/hz", "tuned"};
	struct ka_text text = {0};
	struct boot_case b;
	json_t *document;

	(void)state;
	boot_init(&b);
	b.boot.main.loader = b.boot.other.loader = NULL;
	b.facts.kernel.hz = KA_HZ_UNKNOWN;
	document = report(&b.c, &text);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_true(json_is_null(at(at(document, "boot"), keys[i])));
	assert_int_equal(json_array_size(at(document, "boot/lines")), 0);
	assert_int_equal(json_array_size(at(document, "boot/indeterminate")), 0);
	assert_true(json_is_false(at(document, "boot/initramfs")));
	json_decref(document);
	ka_text_clear(&text);
	boot_end(&b);
}

/* A value is cut after 1 KiB; what its bytes are does not matter. */
static void long_values_are_cut(void **state)
{
	static char value[4000];
	struct ka_text text = {0};
	struct boot_case b;
	json_t *document;

	(void)state;
	memset(value, 'z', sizeof(value) - 1);
	value[1] = '\xfe';
	boot_init(&b);
	boot_line(&b, "/etc/sysctl.d/a.conf", 1, KA_TIME, value, KA_LINE_REFUSED);
	document = report(&b.c, &text);
	assert_int_equal(strlen(json_string_value(at(document, "boot/lines/0/value"))),
			 1024 + strlen("\\xfe") - 1);
	json_decref(document);
	ka_text_clear(&text);
	boot_end(&b);
}

static void findings_tell_their_place(void **state)
{
	struct ka_text text = {0};
	struct boot_case b;
	json_t *document;

	(void)state;
	boot_init(&b);
	boot_line(&b, "/etc/sysctl.d/\xff.conf", 3, KA_PROBES, "0", KA_LINE_WINS);
	b.c.facts.settings = b.boot.main.values;
	document = report(&b.c, &text);
	assert_json_text(document, "findings/0/rule", "KA101");
	assert_json_text(document, "findings/0/location/file", "/etc/sysctl.d/\\xff.conf");
	assert_json_int(document, "findings/0/location/line", 3);
	assert_json_int(document, "findings/0/location/column", 5);
	json_decref(document);
	ka_text_clear(&text);
	b.lines[0].line = b.lines[0].column = 0;
	document = report(&b.c, &text);
	assert_true(json_is_null(at(document, "findings/0/location/line")));
	assert_true(json_is_null(at(document, "findings/0/location/column")));
	json_decref(document);
	ka_text_clear(&text);
	boot_end(&b);
}

static void waivers_are_told(void **state)
{
	static const struct ka_waiver waivers[] = {
		{.rule = "KA201", .reason = "\xff", .until = "2027-01-31", .until_day = 20849},
		{.rule = "KA204", .reason = "for ever"}};
	struct ka_findings findings;
	struct ka_report told;
	struct ka_text text = {0};
	struct test_case c;
	json_t *document;

	(void)state;
	case_init(&c);
	c.facts.name = "x";
	case_hop(&c, 350);
	case_hop(&c, 60)->probes = KA_IGNORED;
	findings = (struct ka_findings){.arena = &c.arena};
	ka_rules_check(case_run(&c), &findings);
	ka_waive(&findings, &c.facts, waivers, 2);
	told = (struct ka_report){.analysis = &c.analysis, .findings = &findings};
	assert_int_equal(ka_json_report(&told, &text, NULL), 0);
	document = json_loads(text.bytes, 0, NULL);
	assert_json_text(document, "findings/0/rule", "KA201");
	assert_json_text(document, "findings/0/waiver/reason", "\\xff");
	assert_json_text(document, "findings/0/waiver/until", "2027-01-31");
	assert_json_text(document, "findings/1/rule", "KA204");
	assert_json_text(document, "findings/1/waiver/reason", "for ever");
	assert_true(json_is_null(at(document, "findings/1/waiver/until")));
	json_decref(document);
	ka_text_clear(&text);
	case_end(&c);
}

static void rows_are_flat_objects(void **state)
{
	static const struct ka_json_member members[] = {
		{"id", "aws-nlb", false}, {"idle_timeout_s", "350", true}, {"layer", "", true}};
	struct ka_text text = {0};

	(void)state;
	assert_int_equal(ka_json_row(members, 3, &text, NULL), 0);
	assert_int_equal(ka_json_row(members, 1, &text, NULL), 0);
	assert_string_equal(text.bytes,
			    "{\"id\":\"aws-nlb\",\"idle_timeout_s\":350,\"layer\":null}\n"
			    "{\"id\":\"aws-nlb\"}\n");
	ka_text_clear(&text);
}

static void every_allocation_may_fail(void **state)
{
	struct ka_findings findings;
	struct ka_report document;
	struct ka_text whole = {0};
	struct boot_case b;
	size_t n = 0;
	bool failed;

	(void)state;
	fill_boot(&b);
	case_hop(&b.c, 350)->name = "\xff";
	b.c.facts.name = "\xff";
	findings = (struct ka_findings){.arena = &b.c.arena};
	ka_rules_check(case_run(&b.c), &findings);
	findings.items[0].waiver =
		&(const struct ka_waiver){.rule = "", .reason = "\xff", .until = "2027-01-31"};
	document = (struct ka_report){.analysis = &b.c.analysis, .findings = &findings};
	assert_int_equal(ka_json_report(&document, &whole, NULL), 0);
	do {
		struct ka_error error = {0};
		struct ka_text text = {0};
		int result;

		ka_fail_allocation(++n);
		result = ka_json_report(&document, &text, &error);
		failed = ka_allocation_failed;
		ka_fail_allocation(0);
		/* A list that lost an item must not pass for the whole. */
		ka_test_at("allocation %zu", n);
		assert_int_equal(result, failed ? -1 : 0);
		if (failed)
			assert_int_equal(error.id, KA_E_MEMORY);
		else
			assert_string_equal(text.bytes, whole.bytes);
		ka_text_clear(&text);
	} while (failed);
	assert_int_at_least(n, 100);
	ka_text_clear(&whole);
	boot_end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_everything_about_a_path),
		cmocka_unit_test(nulls_stand_for_what_is_not_known),
		cmocka_unit_test(tells_what_cannot_hold_together),
		cmocka_unit_test(names_what_yielded),
		cmocka_unit_test(lists_the_profiles),
		cmocka_unit_test(text_from_outside_is_escaped),
		cmocka_unit_test(tells_what_a_boot_sets),
		cmocka_unit_test(tells_every_line),
		cmocka_unit_test(nulls_stand_for_what_a_boot_does_not_have),
		cmocka_unit_test(long_values_are_cut),
		cmocka_unit_test(findings_tell_their_place),
		cmocka_unit_test(waivers_are_told),
		cmocka_unit_test(rows_are_flat_objects),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
