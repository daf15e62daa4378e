/* The rules about the next boot, on outcomes that are made by hand. */
#include "boot_case.h"

#include "rules/boot_rule.h"

#define A "/etc/sysctl.d/50-a.conf"
#define B "/etc/sysctl.d/60-b.conf"
#define CONF "/etc/sysctl.conf"

static void assert_place(const struct ka_finding *finding, const char *file, unsigned line)
{
	ka_test_at("%s: %s", finding->rule->id, finding->message);
	assert_true(finding->location.file != NULL);
	assert_string_equal(finding->location.file, file);
	assert_int_equal(finding->location.line, line);
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

/* An outcome without a fault, and one that was not looked at. */
static void all_are_silent_about_plain_files(void **state)
{
	struct boot_case b;

	(void)state;
	for (int is_live = 0; is_live < 2; is_live++) {
		boot_init(&b);
		b.facts.is_live = is_live;
		boot_line(&b, A, 1, KA_TIME, "270", KA_LINE_WINS);
		boot_line(&b, A, 2, KA_INTVL, "10", KA_LINE_WINS);
		boot_line(&b, A, 3, KA_PROBES, "7", KA_LINE_WINS);
		b.c.facts.settings = b.boot.main.values;
		assert_int_equal(boot_run(&b)->count, 0);
		b.c.facts.boot = NULL;
		assert_int_equal(boot_run(&b)->count, 0);
		boot_end(&b);
	}
}

static void a_misread_number_is_shown_where_it_stands(void **state)
{
	const struct ka_finding *finding;
	struct boot_case b;

	(void)state;
	boot_init(&b);
	boot_line(&b, A, 4, KA_PROBES, "010", KA_LINE_WINS)->misread = "010 is octal";
	boot_line(&b, A, 3, KA_TIME, "0x10", KA_LINE_OVERRIDDEN)->misread = "0x10 is hexadecimal";
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA102"), 1);
	finding = boot_finding(&b, "KA102", 0);
	assert_int_equal(finding->severity, KA_WARNING);
	assert_string_equal(finding->message, A ":4 writes tcp_keepalive_probes as '010', and the "
						"kernel takes it for 8: 010 is octal.");
	assert_place(finding, A, 4);
	assert_int_equal(finding->location.column, 5);
	assert_string_equal(text_of(finding, "written"), "010");
	assert_int_equal(number_of(finding, "value"), 8);
	boot_end(&b);
}

/* A finding about a value that a line sets is pointed to that line. */
static void other_rules_point_to_the_line(void **state)
{
	struct boot_case b;

	(void)state;
	boot_init(&b);
	boot_line(&b, A, 1, KA_INTVL, "10", KA_LINE_WINS);
	boot_line(&b, B, 2, KA_PROBES, "0", KA_LINE_WINS);
	boot_run(&b);
	assert_place(boot_finding(&b, "KA101", 0), B, 2);
	boot_end(&b);
	boot_init(&b);
	boot_line(&b, A, 1, KA_INTVL, "10", KA_LINE_WINS);
	case_hop(&b.c, 350);
	boot_run(&b);
	assert_place(boot_finding(&b, "KA201", 0), A, 1);
	boot_end(&b);
}

/* ---- KA401, KA407: the running host ------------------------------------------------------- */

static void running_values_are_compared(void **state)
{
	const struct ka_finding *finding;
	struct boot_case b;

	(void)state;
	boot_init(&b);
	b.facts.is_live = true;
	boot_line(&b, A, 1, KA_TIME, "600", KA_LINE_WINS);
	b.c.facts.settings = (struct ka_settings){{300, 75, 5}};
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA401"), 1);
	finding = boot_finding(&b, "KA401", 0);
	assert_int_equal(finding->severity, KA_WARNING);
	assert_string_equal(finding->message, "tcp_keepalive_time is 300 now and will be 600 after "
					      "the next boot: " A ":1 sets it.");
	assert_place(finding, A, 1);
	assert_int_equal(number_of(finding, "running"), 300);
	assert_int_equal(number_of(finding, "after_boot"), 600);
	assert_int_equal(boot_count(&b, "KA407"), 1);
	finding = boot_finding(&b, "KA407", 0);
	assert_int_equal(finding->severity, KA_WARNING);
	assert_string_equal(finding->message, "tcp_keepalive_probes is 5 now and 9 again after the "
					      "next boot: no file sets it.");
	assert_null(finding->location.file);
	b.facts.is_live = false;
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA401") + boot_count(&b, "KA407"), 0);
	boot_end(&b);
}

static void a_restored_value_is_told(void **state)
{
	struct boot_case b;

	(void)state;
	boot_init(&b);
	b.facts.is_live = true;
	boot_line(&b, A, 1, KA_TIME, "600", KA_LINE_WINS);
	b.boot.main.is_indeterminate[KA_TIME] = true;
	boot_setter(&b, KA_SET_BY_CMDLINE, "/etc/kernel/cmdline", KA_TIME, "300");
	boot_setter(&b, KA_SET_BY_SCRIPT, "/etc/rc.local", KA_TIME, "300");
	boot_setter(&b, KA_SET_BY_SCRIPT, "/etc/rc.local", KA_PROBES, "5");
	b.c.facts.settings = (struct ka_settings){{300, 75, 5}};
	boot_run(&b);
	assert_contains(boot_finding(&b, "KA401", 0)->message,
			"may be 600 after the next boot: " A ":1 sets it. /etc/rc.local:7 (");
	assert_contains(boot_finding(&b, "KA401", 0)->message, ") may set it back.");
	assert_int_equal(boot_count(&b, "KA407"), 0);
	boot_end(&b);
}

static void a_line_that_tries_in_vain_is_told(void **state)
{
	struct boot_case b;

	(void)state;
	boot_init(&b);
	b.facts.is_live = true;
	boot_line(&b, A, 1, KA_TIME, "300", KA_LINE_OVERRIDDEN);
	boot_line(&b, B, 2, KA_TIME, "5m", KA_LINE_REFUSED);
	boot_line(&b, B, 3, KA_INTVL, "30", KA_LINE_OVERRIDDEN);
	b.c.facts.settings = (struct ka_settings){{300, 75, 9}};
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA401"), 0);
	assert_contains(boot_finding(&b, "KA407", 0)->message,
			"no file sets it, and " B ":2 is refused.");
	assert_place(boot_finding(&b, "KA407", 0), B, 2);
	b.boot.main.loader = NULL;
	boot_run(&b);
	assert_contains(boot_finding(&b, "KA407", 0)->message, ": nothing applies sysctl.d at");
	boot_end(&b);
}

/* Each constraint that running values meet and boot values break makes an error, and words. */
static void a_broken_constraint_is_an_error(void **state)
{
	static const struct {
		struct ka_settings running, boot;
		int64_t idle_s;
		struct ka_goals goals;
		unsigned errors; /* bits of the keys whose finding is an error */
		const char *words;
	} cases[] = {
		{{{270, 10, 7}}, {{0, 10, 7}}, 0, {0}, 1, "keepalive kills connections"},
		{{{0, 10, 7}}, {{270, 0, 7}}, 0, {0}, 0, ""},
		{{{270, 10, 7}}, {{7200, 10, 7}}, 350, {0}, 1, "hop is no longer held open."},
		{{{270, 10, 7}}, {{7200, 10, 8}}, 350, {0}, 1, "hop is no longer held open."},
		{{{7200, 10, 7}}, {{7300, 10, 7}}, 350, {0}, 0, ""},
		{{{270, 10, 7}}, {{280, 15, 7}}, 350, {0}, 0, ""},
		/* Only both together: 292 with 10 and 270 with 42 hold it, 292 with 42 do not. */
		{{{270, 10, 7}}, {{292, 42, 7}}, 350, {0}, 3, "hop is no longer held open."},
		/* Alone it would, together they do not. */
		{{{270, 60, 7}}, {{330, 5, 7}}, 355, {0}, 0, ""},
		{{{270, 10, 7}},
		 {{270, 10, 20}},
		 0,
		 {.has_detect_within = true, .detect_within_s = 400},
		 4,
		 "a dead peer is noticed later than asked for."},
		{{{270, 10, 7}},
		 {{270, 10, 6}},
		 0,
		 {.has_survive_outage = true, .survive_outage_s = 60},
		 4,
		 "an outage is survived for less time than asked for."},
		{{{270, 10, 7}}, {{270, 10, 1}}, 0, {0}, 4, "lost probes kill healthy"},
		{{{270, 10, 7}},
		 {{250, 10, 7}},
		 0,
		 {.has_min_time = true, .min_time_s = 260},
		 1,
		 "the time is below the least that was asked for."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned errors = 0;
		struct boot_case b;
		char value[24];

		boot_init(&b);
		b.facts.is_live = true;
		b.c.facts.hz = 250;
		b.c.facts.settings = cases[i].running;
		b.c.intent.goals = cases[i].goals;
		if (cases[i].idle_s > 0) {
			case_hop(&b.c, 100)->breaks_connection = false;
			case_hop(&b.c, cases[i].idle_s);
		}
		for (int key = 0; key < KA_KEY_COUNT; key++) {
			snprintf(value, sizeof(value), "%" PRId64, cases[i].boot.value[key]);
			boot_line(&b, A, 1, (enum ka_key)key, ka_arena_copy(&b.c.arena, value, 23),
				  KA_LINE_WINS);
		}
		boot_run(&b);
		for (size_t at = 0; at < boot_count(&b, "KA401"); at++) {
			const struct ka_finding *finding = boot_finding(&b, "KA401", at);

			if (finding->severity != KA_ERROR_SEVERITY)
				continue;
			assert_contains(finding->message, ", and then ");
			assert_contains(finding->message, cases[i].words);
			for (unsigned key = 0; key < KA_KEY_COUNT; key++)
				if (strcmp(text_of(finding, "key"), ka_sysctls[key].key) == 0)
					errors |= 1u << key;
		}
		ka_test_at("case %zu", i);
		assert_int_equal(errors, cases[i].errors);
		boot_end(&b);
	}
}

/* ---- KA402 -------------------------------------------------------------------------------- */

static void loaders_that_differ_are_told(void **state)
{
	const struct ka_finding *finding;
	struct boot_case b;

	(void)state;
	boot_init(&b);
	boot_line(&b, A, 1, KA_TIME, "300", KA_LINE_WINS);
	boot_line(&b, CONF, 3, KA_INTVL, "20", KA_LINE_IGNORED);
	boot_line(&b, CONF, 3, KA_TIME, "600", KA_LINE_IGNORED)->reason =
		CONF " is not read by systemd-sysctl";
	boot_other_line(&b, CONF, 3, KA_TIME, "600", KA_LINE_WINS);
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA402"), 0);
	b.boot.differs = true;
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA402"), 1);
	finding = boot_finding(&b, "KA402", 0);
	assert_int_equal(finding->severity, KA_WARNING);
	assert_string_equal(finding->message,
			    "tcp_keepalive_time is 300 after a boot with systemd-252 (" A ":1), "
			    "but `sysctl --system` (procps-4.0) sets 600 (" CONF
			    ":3). Under systemd-252 " CONF ":3 is ignored: " CONF
			    " is not read by systemd-sysctl.");
	assert_place(finding, A, 1);
	assert_int_equal(number_of(finding, "value"), 300);
	assert_int_equal(number_of(finding, "other_value"), 600);
	assert_string_equal(text_of(finding, "other_loader"), "procps-4.0");
	b.boot.other.loader = &case_systemd;
	boot_run(&b);
	assert_contains(boot_finding(&b, "KA402", 0)->message, ", but systemd-252 sets 600 (" CONF);
	b.boot.main.loader = NULL;
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA402"), 0);
	boot_end(&b);
}

static void the_cause_may_be_on_either_side(void **state)
{
	struct boot_case b;

	(void)state;
	boot_init(&b);
	b.boot.differs = true;
	boot_line(&b, A, 1, KA_TIME, "300", KA_LINE_WINS);
	boot_other_line(&b, A, 1, KA_TIME, "300", KA_LINE_IGNORED);
	boot_run(&b);
	assert_contains(boot_finding(&b, "KA402", 0)->message,
			", but with procps-4.0 in its place it would be 7200 (the kernel's "
			"default). Under procps-4.0 " A ":1 is ignored: there is a reason.");
	boot_end(&b);
	boot_init(&b);
	b.boot.differs = true;
	boot_line(&b, A, 1, KA_TIME, "300", KA_LINE_OVERRIDDEN);
	b.lines[0].by = boot_line(&b, B, 1, KA_TIME, "1h", KA_LINE_REFUSED);
	boot_other_line(&b, A, 1, KA_TIME, "300", KA_LINE_WINS);
	boot_run(&b);
	assert_contains(boot_finding(&b, "KA402", 0)->message,
			" Under systemd-252 " A ":1 gives way to " B
			":1, which the kernel refuses.");
	boot_end(&b);
	boot_init(&b);
	b.boot.differs = true;
	boot_other_line(&b, B, 2, KA_PROBES, "5", KA_LINE_WINS);
	boot_run(&b);
	assert_contains(boot_finding(&b, "KA402", 0)->message,
			"tcp_keepalive_probes is 9 after a boot with systemd-252 (the kernel's "
			"default), but `sysctl --system` (procps-4.0) sets 5 (" B ":2).");
	assert_place(boot_finding(&b, "KA402", 0), B, 2);
	boot_end(&b);
}

/* ---- KA403 -------------------------------------------------------------------------------- */

static void a_key_set_twice_is_a_note(void **state)
{
	const struct ka_finding *finding;
	struct boot_case b;

	(void)state;
	boot_init(&b);
	boot_line(&b, A, 1, KA_TIME, "300", KA_LINE_OVERRIDDEN);
	boot_line(&b, A, 2, KA_INTVL, "20", KA_LINE_SHADOWED);
	boot_line(&b, "/usr/lib/sysctl.d/60-b.conf", 9, KA_TIME, "900", KA_LINE_SHADOWED);
	boot_line(&b, B, 2, KA_TIME, "600", KA_LINE_WINS);
	boot_line(&b, B, 3, KA_INTVL, "10", KA_LINE_WINS);
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA403"), 1);
	finding = boot_finding(&b, "KA403", 0);
	assert_int_equal(finding->severity, KA_NOTE);
	assert_string_equal(finding->message,
			    "tcp_keepalive_time is set more than once: " B ":2 wins with '600' "
			    "over '300' of " A ":1; hidden by a file of the same name: "
			    "'900' of /usr/lib/sysctl.d/60-b.conf:9.");
	assert_place(finding, B, 2);
	assert_int_equal(number_of(finding, "overridden"), 1);
	assert_int_equal(number_of(finding, "shadowed"), 1);
	boot_end(&b);
}

static void losing_lines_are_counted_after_five(void **state)
{
	struct boot_case b;

	(void)state;
	boot_init(&b);
	for (unsigned line = 1; line <= 9; line++)
		boot_line(&b, A, line, KA_TIME, line > 1 ? "300" : NULL, KA_LINE_OVERRIDDEN);
	boot_line(&b, A, 10, KA_TIME, "600", KA_LINE_WINS);
	boot_run(&b);
	assert_contains(boot_finding(&b, "KA403", 0)->message,
			"over " A ":1, '300' of " A ":2, '300' of " A ":3, '300' of " A
			":4, '300' of " A ":5, and 4 more.");
	boot_end(&b);
}

/* The same line by two names is no second one. */
static void a_linked_file_is_not_set_twice(void **state)
{
	struct boot_case b;

	(void)state;
	boot_init(&b);
	boot_line(&b, "/etc/sysctl.d/99-sysctl.conf", 3, KA_TIME, "300", KA_LINE_OVERRIDDEN)
		->target = CONF;
	boot_line(&b, CONF, 3, KA_TIME, "300", KA_LINE_WINS);
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA403"), 0);
	boot_line(&b, "/etc/sysctl.d/99-sysctl.conf", 2, KA_TIME, "200", KA_LINE_OVERRIDDEN)
		->target = CONF;
	boot_run(&b);
	assert_contains(boot_finding(&b, "KA403", 0)->message,
			"'200' of /etc/sysctl.d/99-sysctl.conf:2 (a link to " CONF ")");
	boot_end(&b);
}

static void an_order_that_cannot_be_told_is_a_warning(void **state)
{
	struct boot_case b;

	(void)state;
	boot_init(&b);
	b.boot.main.is_indeterminate[KA_TIME] = true;
	boot_line(&b, A, 1, KA_TIME, "300", KA_LINE_OVERRIDDEN);
	boot_line(&b, A, 2, KA_TIME, "600", KA_LINE_WINS);
	boot_run(&b);
	assert_int_equal(boot_finding(&b, "KA403", 0)->severity, KA_WARNING);
	assert_contains(boot_finding(&b, "KA403", 0)->message,
			":2 may win with '600' over '300' of " A ":1");
	assert_contains(boot_finding(&b, "KA403", 0)->message,
			". systemd-252 writes the two spellings of the key in an order that cannot "
			"be told: any of them may win.");
	boot_end(&b);
}

/* ---- KA404 -------------------------------------------------------------------------------- */

static void refusals_name_their_reason(void **state)
{
	static const struct {
		enum ka_key key;
		const char *value, *words;
	} cases[] = {
		{KA_TIME, "5s", ": it has a unit, and the kernel takes a bare number."},
		{KA_TIME, "h", ": it is a word."},
		{KA_TIME, "7200# two hours", ": a comment is glued to the number, where a"},
		{KA_TIME, "7200;", ": a comment is glued to the number, where a"},
		{KA_TIME, "# none", ": it is a comment."},
		{KA_TIME, "\"300\"", ": it is in quotes."},
		{KA_TIME, "300'", ": it is in quotes."},
		{KA_TIME, "+300", ": the kernel knows no plus sign."},
		{KA_TIME, "300+", ": it is no whole number."},
		{KA_TIME, "5.0", ": it is no whole number."},
		{KA_TIME, "1e3", ": it is no whole number."},
		{KA_TIME, "1_000", ": it is no whole number."},
		{KA_TIME, ".5", ": it is no number."},
		{KA_TIME, "abc", ": it is no number."},
		{KA_TIME, "-", ": it is no number."},
		{KA_TIME, "0xg", ": it is no whole number."},
		{KA_TIME, "xyz", ": it is a word."},
		{KA_TIME, "300\r", ": an invisible byte follows the number."},
		{KA_TIME, "300\xc2\xa0", ": an invisible byte follows the number."},
		{KA_TIME, "\r300", ": it begins with an invisible byte."},
		{KA_TIME, "", ": it is empty."},
		{KA_TIME, "08", ": a leading 0 makes it octal, which has no digit 8 or 9."},
		{KA_TIME, "09 # nine", ": a leading 0 makes it octal, which has no digit 8 or 9."},
		{KA_TIME, "000000000000000000300", ": it is longer than the kernel reads."},
		{KA_TIME, "8589935", ": this kernel takes -8589934 to 8589934."},
		{KA_PROBES, "256", ": this kernel takes 0 to 255."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ka_finding *finding;
		struct boot_case b;

		boot_init(&b);
		boot_line(&b, A, 6, cases[i].key, cases[i].value, KA_LINE_REFUSED);
		boot_run(&b);
		finding = boot_finding(&b, "KA404", 0);
		assert_int_equal(finding->severity, KA_WARNING);
		assert_contains(finding->message, cases[i].words);
		assert_contains(finding->message, A ":6 sets tcp_keepalive_");
		assert_contains(finding->message, ". After boot the value from before, ");
		assert_string_equal(text_of(finding, "written"), cases[i].value);
		assert_place(finding, A, 6);
		boot_end(&b);
	}
}

static void the_limit_of_an_unknown_kernel_is_told(void **state)
{
	struct boot_case b;

	(void)state;
	boot_init(&b);
	b.facts.kernel.hz = KA_HZ_UNKNOWN;
	boot_line(&b, A, 1, KA_INTVL, "2147484", KA_LINE_REFUSED);
	boot_line(&b, A, 2, KA_PROBES, "-1", KA_LINE_REFUSED);
	boot_run(&b);
	assert_contains(boot_finding(&b, "KA404", 0)->message,
			": a kernel with 1000 ticks a second (this one's rate is not known) takes "
			"-2147483 to 2147483.");
	assert_contains(boot_finding(&b, "KA404", 1)->message, ": this kernel takes 0 to 255.");
	boot_end(&b);
}

static void what_stays_after_a_refusal_is_told(void **state)
{
	struct boot_case b;

	(void)state;
	boot_init(&b);
	boot_line(&b, A, 1, KA_TIME, "300", KA_LINE_OVERRIDDEN);
	boot_line(&b, B, 1, KA_TIME, "1h", KA_LINE_REFUSED)->drops_earlier = true;
	boot_run(&b);
	assert_string_equal(boot_finding(&b, "KA404", 0)->message,
			    B ":1 sets tcp_keepalive_time to '1h', which the kernel refuses: it "
			      "has a unit, and the kernel takes a bare number. After boot "
			      "systemd-252 has by then dropped what an earlier line sets, so the "
			      "value from before, 7200, stays.");
	assert_int_equal(number_of(boot_finding(&b, "KA404", 0), "after_boot"), 7200);
	boot_end(&b);
	boot_init(&b);
	boot_line(&b, A, 1, KA_TIME, "300", KA_LINE_WINS);
	boot_line(&b, B, 1, KA_TIME, "1h", KA_LINE_REFUSED);
	boot_run(&b);
	assert_contains(boot_finding(&b, "KA404", 0)->message, ". After boot " A ":1 sets 300 ");
	boot_end(&b);
}

/* Long ones are cut, many are counted. */
static void hostile_values_do_not_flood(void **state)
{
	static char value[5000];
	const struct ka_finding *finding;
	struct boot_case b;

	(void)state;
	memset(value, 'y', sizeof(value) - 1);
	boot_init(&b);
	for (unsigned line = 1; line <= KA_BOOT_FINDINGS_MAX + 3; line++)
		boot_line(&b, A, line, KA_TIME, value, KA_LINE_REFUSED);
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA404"), KA_BOOT_FINDINGS_MAX + 1);
	finding = boot_finding(&b, "KA404", KA_BOOT_FINDINGS_MAX);
	assert_string_equal(finding->message, "Left out here: 3 more of these.");
	finding = boot_finding(&b, "KA404", 0);
	assert_int_at_most(strlen(finding->message), 300);
	assert_contains(finding->message, "yyy...'");
	assert_int_at_most(strlen(text_of(finding, "written")), 256);
	boot_end(&b);
}

/* ---- KA405 -------------------------------------------------------------------------------- */

static void tuned_wins_over_a_file(void **state)
{
	const struct ka_finding *finding;
	struct ka_boot_line *file, *winner;
	struct boot_case b;

	(void)state;
	boot_init(&b);
	boot_setter(&b, KA_SET_BY_TUNED, "/etc/tuned/ka/tuned.conf", KA_TIME, "777");
	boot_line(&b, A, 1, KA_TIME, "100", KA_LINE_OVERRIDDEN);
	file = boot_line(&b, A, 3, KA_TIME, "300", KA_LINE_OVERRIDDEN);
	winner = boot_line(&b, "/etc/tuned/ka/tuned.conf", 7, KA_TIME, "777", KA_LINE_WINS);
	winner->setter = 0;
	file->by = winner;
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA403"), 0);
	assert_int_equal(boot_count(&b, "KA405"), 1);
	finding = boot_finding(&b, "KA405", 0);
	assert_int_equal(finding->severity, KA_WARNING);
	assert_contains(finding->message, "/etc/tuned/ka/tuned.conf:7 (");
	assert_contains(finding->message,
			") sets tcp_keepalive_time to 777 and wins over " A ":3, which sets 300.");
	assert_place(finding, "/etc/tuned/ka/tuned.conf", 7);
	assert_string_equal(text_of(finding, "by"), ka_setter_words[KA_SET_BY_TUNED]);
	/* The profile sets it twice. */
	file->by = boot_line(&b, "/etc/tuned/ka/tuned.conf", 6, KA_TIME, "776", KA_LINE_OVERRIDDEN);
	b.lines[3].setter = 0;
	b.lines[3].by = winner;
	boot_run(&b);
	assert_contains(boot_finding(&b, "KA405", 0)->message, "777 and wins over " A ":3, which");
	/* The same value is no quarrel. */
	file->number = 777;
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA405"), 0);
	boot_end(&b);
}

static void the_command_line_alone_is_a_note(void **state)
{
	const struct ka_finding *finding;
	struct boot_case b;

	(void)state;
	boot_init(&b);
	boot_setter(&b, KA_SET_BY_CMDLINE, "/etc/kernel/cmdline", KA_PROBES, "5");
	boot_line(&b, "/etc/kernel/cmdline", 7, KA_PROBES, "5", KA_LINE_WINS)->setter = 0;
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA405"), 1);
	finding = boot_finding(&b, "KA405", 0);
	assert_int_equal(finding->severity, KA_NOTE);
	assert_contains(finding->message, "/etc/kernel/cmdline:7 (");
	assert_contains(finding->message,
			") sets tcp_keepalive_probes to 5: no file of sysctl.d does.");
	boot_end(&b);
}

static void a_credential_wins_over_a_file(void **state)
{
	static const char path[] = "/etc/credstore/sysctl.extra";
	struct boot_case b;

	(void)state;
	boot_init(&b);
	boot_file(&b, KA_IN_ETC, A, KA_NODE_REGULAR);
	boot_file(&b, KA_CREDENTIAL, "/usr/lib/credstore/sysctl.extra", KA_NODE_REGULAR);
	boot_file(&b, KA_CREDENTIAL, path, KA_NODE_REGULAR);
	boot_line(&b, A, 1, KA_TIME, "300", KA_LINE_OVERRIDDEN);
	b.lines[0].by = boot_line(&b, path, 1, KA_TIME, "600", KA_LINE_WINS);
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA403"), 0);
	assert_int_equal(boot_count(&b, "KA405"), 1);
	assert_string_equal(boot_finding(&b, "KA405", 0)->message,
			    "/etc/credstore/sysctl.extra:1 sets tcp_keepalive_time to 600 and wins "
			    "over " A ":1, which sets 300.");
	assert_string_equal(text_of(boot_finding(&b, "KA405", 0), "by"), "a credential");
	boot_end(&b);
}

static void each_late_writer_says_when_it_runs(void **state)
{
	static const char *const words[KA_SETTER_KINDS] = {
		[KA_SET_BY_TMPFILES] = "which of the two comes last is not fixed.",
		[KA_SET_BY_UDEV] = "it is set when the device appears, mostly later.",
		[KA_SET_BY_UNIT] = "it mostly runs later, and then wins.",
		[KA_SET_BY_SCRIPT] = "it runs later, and then wins.",
		[KA_SET_BY_CLOUD_INIT] = "it wins in each boot that runs it.",
	};

	(void)state;
	for (int kind = 0; kind < KA_SETTER_KINDS; kind++) {
		const struct ka_finding *finding;
		struct boot_case b;

		boot_init(&b);
		boot_line(&b, A, 1, KA_TIME, "300", KA_LINE_WINS);
		boot_setter(&b, (enum ka_setter_kind)kind, "/x", KA_TIME, "300");
		boot_setter(&b, (enum ka_setter_kind)kind, "/y", KA_TIME, "5m");
		boot_setter(&b, (enum ka_setter_kind)kind, "/z", KA_TIME, "600");
		boot_run(&b);
		ka_test_at("kind %d", kind);
		assert_int_equal(boot_count(&b, "KA405"), words[kind] != NULL);
		if (!words[kind]) {
			boot_end(&b);
			continue;
		}
		finding = boot_finding(&b, "KA405", 0);
		assert_int_equal(finding->severity, KA_WARNING);
		assert_contains(finding->message, words[kind]);
		assert_contains(finding->message, "/z:7 (");
		assert_contains(finding->message,
				") sets tcp_keepalive_time to '600', besides the 300 of " A ":1: ");
		assert_place(finding, "/z", 7);
		assert_string_equal(text_of(finding, "by"), ka_setter_words[kind]);
		boot_end(&b);
	}
}

static void a_computed_value_may_be_any(void **state)
{
	struct boot_case b;

	(void)state;
	boot_init(&b);
	boot_setter(&b, KA_SET_BY_SCRIPT, "/etc/rc.local", KA_TIME, "$TIME");
	boot_run(&b);
	assert_contains(boot_finding(&b, "KA405", 0)->message,
			"sets tcp_keepalive_time to '$TIME' (not known before it runs), besides "
			"the 7200 of the kernel's default: it runs later");
	boot_end(&b);
}

static void a_call_of_sysctl_matters_where_it_differs(void **state)
{
	struct boot_case b;

	(void)state;
	boot_init(&b);
	boot_setter(&b, KA_SET_BY_UNIT, "/etc/systemd/system/x.service", KA_TIME, NULL);
	boot_line(&b, A, 1, KA_TIME, "300", KA_LINE_WINS);
	boot_line(&b, A, 2, KA_INTVL, "10", KA_LINE_WINS);
	boot_other_line(&b, A, 1, KA_TIME, "300", KA_LINE_WINS);
	boot_run(&b);
	/* It leaves the interval alone, as it sets none. */
	assert_int_equal(boot_count(&b, "KA405"), 0);
	boot_other_line(&b, CONF, 1, KA_TIME, "600", KA_LINE_WINS);
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA405"), 1);
	assert_contains(boot_finding(&b, "KA405", 0)->message, "/etc/systemd/system/x.service:7 (");
	assert_contains(boot_finding(&b, "KA405", 0)->message,
			") calls sysctl; with `sysctl --system` the values become 600, 10, 9 "
			"instead of 300, 10, 9.");
	assert_place(boot_finding(&b, "KA405", 0), "/etc/systemd/system/x.service", 7);
	/* It is what boots, and the other one is systemd. */
	b.boot.other.loader = &case_systemd;
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA405"), 0);
	b.boot.other.loader = NULL;
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA405"), 0);
	boot_end(&b);
}

static void many_writers_are_counted(void **state)
{
	struct boot_case b;

	(void)state;
	boot_init(&b);
	for (int i = 0; i < KA_BOOT_FINDINGS_MAX + 1; i++)
		boot_setter(&b, KA_SET_BY_SCRIPT, "/etc/rc.local", KA_TIME, "600");
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA405"), KA_BOOT_FINDINGS_MAX + 1);
	assert_string_equal(boot_finding(&b, "KA405", KA_BOOT_FINDINGS_MAX)->message,
			    "Left out here: 1 more of these.");
	boot_end(&b);
}

/* ---- KA406 -------------------------------------------------------------------------------- */

static void ignored_and_masked_lines_are_told(void **state)
{
	struct boot_case b;

	(void)state;
	boot_init(&b);
	boot_file(&b, KA_IN_ETC, "/etc/sysctl.d/50-vendor.conf", KA_NODE_NULL_DEVICE);
	boot_line(&b, CONF, 1, KA_TIME, "300", KA_LINE_IGNORED);
	boot_line(&b, CONF, 2, KA_TIME, "300", KA_LINE_EXCLUDED);
	boot_line(&b, "/usr/lib/sysctl.d/50-a.conf", 3, KA_INTVL, "10", KA_LINE_MASKED);
	boot_line(&b, "/usr/lib/sysctl.d/50-vendor.conf", 4, KA_PROBES, "5", KA_LINE_MASKED);
	boot_line(&b, "/usr/lib/sysctl.d/50-vendor.conf", 5, KA_PROBES, "5", KA_LINE_IGNORED);
	boot_file(&b, KA_IN_ETC, "/etc/sysctl.d/60-empty.conf", KA_NODE_REGULAR);
	boot_line(&b, "/usr/lib/sysctl.d/60-empty.conf", 6, KA_PROBES, "5", KA_LINE_MASKED);
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA406"), 5);
	assert_int_equal(boot_finding(&b, "KA406", 4)->severity, KA_NOTE);
	assert_int_equal(boot_finding(&b, "KA406", 0)->severity, KA_WARNING);
	assert_string_equal(boot_finding(&b, "KA406", 0)->message,
			    CONF ":1 is about tcp_keepalive_time and has no effect: there is a "
				 "reason.");
	assert_place(boot_finding(&b, "KA406", 0), CONF, 1);
	assert_string_equal(text_of(boot_finding(&b, "KA406", 0), "effect"), "ignored");
	assert_int_equal(boot_finding(&b, "KA406", 1)->severity, KA_WARNING);
	assert_int_equal(boot_finding(&b, "KA406", 2)->severity, KA_NOTE);
	assert_int_equal(boot_finding(&b, "KA406", 3)->severity, KA_WARNING);
	boot_end(&b);
}

/* A pattern gives a line for each key. */
static void a_line_about_all_keys_is_told_once(void **state)
{
	struct boot_case b;

	(void)state;
	boot_init(&b);
	for (int key = 0; key < KA_KEY_COUNT; key++)
		boot_line(&b, A, 1, (enum ka_key)key, "5", KA_LINE_IGNORED)->is_pattern = true;
	boot_line(&b, B, 1, KA_TIME, "5", KA_LINE_IGNORED);
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA406"), 2);
	assert_contains(boot_finding(&b, "KA406", 0)->message, A ":1 is about the keys and has no");
	boot_end(&b);
}

/* Nothing is wrong with /etc/sysctl.conf where a link in sysctl.d leads to it. */
static void what_is_read_by_a_link_is_not_ignored(void **state)
{
	struct boot_case b;

	(void)state;
	boot_init(&b);
	boot_line(&b, "/etc/sysctl.d/99-sysctl.conf", 3, KA_TIME, "300", KA_LINE_WINS)->target =
		CONF;
	boot_line(&b, CONF, 3, KA_TIME, "300", KA_LINE_IGNORED);
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA406"), 0);
	b.lines[0].effect = KA_LINE_IGNORED;
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA406"), 2);
	boot_end(&b);
}

static void a_loader_that_stops_is_told_once(void **state)
{
	static const struct ka_loader openrc = {
		.name = "busybox", .family = KA_BUSYBOX, .sysctl_conf = KA_CONF_FIRST_OR_NOTHING};
	struct boot_case b;

	(void)state;
	boot_init(&b);
	b.boot.main.stopped = "systemd-252 waits for ever for " A ", a FIFO";
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA406"), 1);
	assert_string_equal(boot_finding(&b, "KA406", 0)->message,
			    "Not all of sysctl.d is applied, for systemd-252 waits for ever for " A
			    ", a FIFO.");
	b.boot.main.loader = &openrc;
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA406"), 0);
	b.boot.main.loader = &case_systemd;
	boot_line(&b, B, 1, KA_TIME, "270", KA_LINE_IGNORED)->reason = b.boot.main.stopped;
	boot_line(&b, B, 2, KA_INTVL, "10", KA_LINE_IGNORED)->reason = b.boot.main.stopped;
	boot_line(&b, B, 3, KA_PROBES, "7", KA_LINE_IGNORED);
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA406"), 2);
	assert_string_equal(boot_finding(&b, "KA406", 0)->message,
			    "Not all of sysctl.d is applied, for systemd-252 waits for ever for " A
			    ", a FIFO: " B ":1 and the lines like it have no effect.");
	assert_place(boot_finding(&b, "KA406", 0), B, 1);
	assert_int_equal(number_of(boot_finding(&b, "KA406", 0), "lines"), 2);
	assert_contains(boot_finding(&b, "KA406", 1)->message, B ":3 is about tcp_keepalive_pro");
	boot_end(&b);
}

static void without_a_loader_all_lines_are_in_vain(void **state)
{
	struct boot_case b;

	(void)state;
	boot_init(&b);
	b.boot.main.loader = NULL;
	boot_run(&b);
	assert_int_equal(b.findings.count, 0);
	boot_line(&b, A, 1, KA_TIME, "300", KA_LINE_IGNORED);
	boot_line(&b, A, 1, KA_INTVL, "300", KA_LINE_IGNORED);
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA406"), 1);
	assert_string_equal(boot_finding(&b, "KA406", 0)->message,
			    "Nothing applies sysctl.d at boot: " A ":1 has no effect.");
	assert_place(boot_finding(&b, "KA406", 0), A, 1);
	b.facts.loader_source = "systemd-sysctl.service is masked";
	boot_line(&b, B, 2, KA_TIME, "300", KA_LINE_IGNORED);
	boot_run(&b);
	assert_string_equal(
		boot_finding(&b, "KA406", 0)->message,
		"Nothing applies sysctl.d at boot (systemd-sysctl.service is masked): " A
		":1 and the lines like it have no effect.");
	assert_int_equal(number_of(boot_finding(&b, "KA406", 0), "lines"), 2);
	boot_end(&b);
}

static void many_ignored_lines_are_counted(void **state)
{
	struct boot_case b;

	(void)state;
	boot_init(&b);
	for (unsigned line = 1; line <= KA_BOOT_FINDINGS_MAX + 30; line++)
		boot_line(&b, CONF, line, KA_TIME, "300", KA_LINE_IGNORED);
	boot_run(&b);
	assert_int_equal(boot_count(&b, "KA406"), KA_BOOT_FINDINGS_MAX + 1);
	assert_string_equal(boot_finding(&b, "KA406", KA_BOOT_FINDINGS_MAX)->message,
			    "Left out here: 30 more of these.");
	boot_end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_silent_about_plain_files),
		cmocka_unit_test(a_misread_number_is_shown_where_it_stands),
		cmocka_unit_test(other_rules_point_to_the_line),
		cmocka_unit_test(running_values_are_compared),
		cmocka_unit_test(a_restored_value_is_told),
		cmocka_unit_test(a_line_that_tries_in_vain_is_told),
		cmocka_unit_test(a_broken_constraint_is_an_error),
		cmocka_unit_test(loaders_that_differ_are_told),
		cmocka_unit_test(the_cause_may_be_on_either_side),
		cmocka_unit_test(a_key_set_twice_is_a_note),
		cmocka_unit_test(losing_lines_are_counted_after_five),
		cmocka_unit_test(a_linked_file_is_not_set_twice),
		cmocka_unit_test(an_order_that_cannot_be_told_is_a_warning),
		cmocka_unit_test(refusals_name_their_reason),
		cmocka_unit_test(the_limit_of_an_unknown_kernel_is_told),
		cmocka_unit_test(what_stays_after_a_refusal_is_told),
		cmocka_unit_test(hostile_values_do_not_flood),
		cmocka_unit_test(tuned_wins_over_a_file),
		cmocka_unit_test(the_command_line_alone_is_a_note),
		cmocka_unit_test(a_credential_wins_over_a_file),
		cmocka_unit_test(each_late_writer_says_when_it_runs),
		cmocka_unit_test(a_computed_value_may_be_any),
		cmocka_unit_test(a_call_of_sysctl_matters_where_it_differs),
		cmocka_unit_test(many_writers_are_counted),
		cmocka_unit_test(ignored_and_masked_lines_are_told),
		cmocka_unit_test(a_line_about_all_keys_is_told_once),
		cmocka_unit_test(what_is_read_by_a_link_is_not_ignored),
		cmocka_unit_test(a_loader_that_stops_is_told_once),
		cmocka_unit_test(without_a_loader_all_lines_are_in_vain),
		cmocka_unit_test(many_ignored_lines_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
