/* What golden texts cannot hold: every width, and every lack of memory. */
#include "case.h"

#include "core/rule.h"
#include "out/sysctl.h"
#include "out/text.h"

#include "fail_alloc.h"

enum { CASES = 6 };

/* One of several reports that differ as much as possible. */
static void prepare(struct test_case *c, int number)
{
	struct ka_hop *hop;

	case_init(c);
	c->facts.name = "7200,75,9";
	if (number == 0)
		return;
	case_hop(c, 350)->name = "NLB";
	hop = case_hop(c, 60);
	hop->name = "a proxy with a name that needs some room";
	hop->layer = 7;
	hop->probes = number % 2 ? KA_IGNORED : KA_REGENERATED;
	case_hop(c, 432000)->name = "conntrack-of-the-host-behind-both-of-them";
	if (number == 2)
		c->facts.settings = (struct ka_settings){{45, 5, 13}};
	if (number == 3)
		c->facts.settings = (struct ka_settings){{7200, 75, 0}};
	if (number == 4) {
		c->facts.kind = KA_SUBJECT_NETNS;
		c->intent.goals.has_min_time = c->intent.goals.has_detect_within = true;
		c->intent.goals.min_time_s = 3600;
		c->intent.goals.detect_within_s = 60;
	}
	if (number == 5) {
		c->intent.side = KA_SIDE_SERVER;
		c->intent.http.has_server = c->intent.http.has_client = true;
		c->intent.http.server_s = 75;
		c->intent.http.client_s = 90;
	}
}

struct sample {
	struct test_case c;
	struct ka_findings findings;
	struct ka_report report;
};

static void judge(struct sample *sample, int number)
{
	static const struct ka_profile *const no_profiles[3];

	prepare(&sample->c, number);
	sample->c.intent.hop_profiles = no_profiles;
	case_run(&sample->c);
	sample->findings = (struct ka_findings){.arena = &sample->c.arena};
	ka_rules_check(&sample->c.analysis, &sample->findings);
	sample->report =
		(struct ka_report){.analysis = &sample->c.analysis, .findings = &sample->findings};
}

static void write(struct ka_writer *writer, const struct sample *sample)
{
	static const struct ka_survey_group survey[] = {{"Forget it", "x, y"}};
	static const struct ka_text_context context = {
		.path_words = "-p aws-nlb --hop 'idle=60s,name=a proxy' --detect-within 10m -p x",
		.subject_words = "--netns blue ",
		.can_apply = true,
		.survey = survey,
		.survey_count = 1,
		.survey_ignoring = 2,
	};

	ka_text_report(writer, &sample->report, &context);
}

static void check_line(const char *line, size_t length, size_t width)
{
	size_t indent = strspn(line, " ");

	ka_test_at("at %zu: '%.*s'", width, (int)length, line);
	assert_true(length == 0 || line[length - 1] != ' ');
	for (size_t i = 0; i < length; i++)
		assert_int_at_least((unsigned char)line[i], ' ');
	if (memchr(line + indent, ' ', length > indent ? length - indent : 0))
		assert_int_at_most(length, width);
}

static void fits_every_width(void **state)
{
	(void)state;
	for (size_t width = KA_WIDTH_MIN; width <= KA_WIDTH_MAX; width++)
		for (int number = 0; number < CASES; number++) {
			struct sample sample;
			struct ka_writer writer = {.width = width, .arena = &sample.c.arena};

			judge(&sample, number);
			write(&writer, &sample);
			for (const char *line = writer.text.bytes; *line;) {
				size_t length = strcspn(line, "\n");

				check_line(line, length, width);
				assert_int_equal(line[length], '\n');
				line += length + 1;
			}
			ka_text_clear(&writer.text);
			case_end(&sample.c);
		}
}

static void says_what_the_case_is(void **state)
{
	static const char *const parts[CASES][3] = {
		{"TCP keepalive with 7200,75,9 (tick rate unknown)\n",
		 "Known middleboxes with these values\n  Forget it: x, y.\n  2 more terminate TCP "
		 "and ignore probes: HTTP keepalive decides.\n  Name your path",
		 "Findings\n  None.\n"},
		{"Recommended: 270/10/7\n",
		 "  To apply:\n    kaadvise apply --netns blue -p aws-nlb --hop 'idle=60s,name=a "
		 "proxy' \\\n        --detect-within 10m -p x\n",
		 "a proxy with a name that needs some room terminates TCP: detection"},
		{"Recommended: keep 45/5/13\n", "sends its own probes",
		 "1 of 13 probes may be lost"},
		{"keepalive does not work", "error KA101:", "Recommended: 270/10/7\n"},
		{"No values will do\n  These cannot hold together:\n",
		 "TCP keepalive in network namespace 7200,75,9 ", "    min_time 3600 s: "},
		{"no sysctl can help", "warning KA302:", "not reached from here"},
	};

	(void)state;
	for (int number = 0; number < CASES; number++) {
		struct sample sample;
		struct ka_writer writer = {.width = 80, .arena = &sample.c.arena};

		judge(&sample, number);
		write(&writer, &sample);
		for (int part = 0; part < 3; part++)
			assert_contains(writer.text.bytes, parts[number][part]);
		ka_text_clear(&writer.text);
		case_end(&sample.c);
	}
}

/* Whatever is refused, the caller learns of it from the arena or the text. */
static void ends_cleanly_at_every_cap(void **state)
{
	(void)state;
	for (int number = 0; number < CASES; number++) {
		size_t cap = 0, refused = 0;
		struct sample sample;
		bool failed;

		judge(&sample, number);
		do {
			struct ka_arena small = ka_arena_make(cap);
			struct ka_writer writer = {.width = 80, .arena = &small};

			write(&writer, &sample);
			failed = small.has_failed;
			refused += failed;
			ka_arena_clear(&small);
			ka_text_clear(&writer.text);
			cap += 1 + cap / 20;
		} while (failed);
		assert_int_at_least(refused, 20);
		case_end(&sample.c);
	}
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	for (int number = 0; number < CASES; number++) {
		struct sample sample;
		size_t n = 0;
		bool failed;

		judge(&sample, number);
		do {
			struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
			struct ka_writer writer = {.width = 80, .arena = &arena};

			ka_fail_allocation(++n);
			write(&writer, &sample);
			failed = ka_allocation_failed;
			ka_fail_allocation(0);
			ka_test_at("case %d, allocation %zu", number, n);
			assert_int_equal(arena.has_failed || writer.text.has_failed, failed);
			ka_arena_clear(&arena);
			ka_text_clear(&writer.text);
		} while (failed);
		assert_int_at_least(n, 3);
		case_end(&sample.c);
	}
}

static void a_snippet_has_one_line_per_comment(void **state)
{
	struct ka_findings findings = {0};
	struct ka_text text = {0};
	struct ka_report report;
	struct test_case c;

	(void)state;
	case_init(&c);
	case_hop(&c, 350);
	report = (struct ka_report){.analysis = case_run(&c), .findings = &findings};
	ka_sysctl_report(&report, "-p './x\nkernel.panic = 1'", &text);
	assert_string_equal(text.bytes,
			    "# TCP keepalive for: -p './x\\x0akernel.panic = 1'\n"
			    "# A dead peer is noticed after 340 s, at the latest after 376.4 s.\n"
			    "net.ipv4.tcp_keepalive_time = 270\n"
			    "net.ipv4.tcp_keepalive_intvl = 10\n"
			    "net.ipv4.tcp_keepalive_probes = 7\n");
	ka_text_clear(&text);
	ka_fail_allocation(1);
	ka_sysctl_report(&report, "-p x", &text);
	ka_fail_allocation(0);
	assert_true(text.has_failed);
	ka_text_clear(&text);
	case_end(&c);
}

static void an_unsatisfiable_snippet_sets_nothing(void **state)
{
	struct ka_findings findings = {0};
	struct ka_text text = {0};
	struct ka_report report;
	struct test_case c;

	(void)state;
	case_init(&c);
	case_hop(&c, 2);
	report = (struct ka_report){.analysis = case_run(&c), .findings = &findings};
	ka_sysctl_report(&report, "--hop idle=2s", &text);
	assert_string_equal(text.bytes, "# No values satisfy the path and the goals.\n");
	ka_text_clear(&text);
	case_end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits_every_width),
		cmocka_unit_test(says_what_the_case_is),
		cmocka_unit_test(ends_cleanly_at_every_cap),
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(a_snippet_has_one_line_per_comment),
		cmocka_unit_test(an_unsatisfiable_snippet_sets_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
