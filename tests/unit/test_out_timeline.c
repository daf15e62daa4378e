/* The drawing, column by column: width 80 without a far hop draws 76 columns. */
#include "case.h"

#include "out/timeline.h"

enum { DRAWN = 76 };

struct drawing {
	struct test_case c;
	struct ka_writer writer;
	char line[KA_WIDTH_MAX + 1]; /* without the indentation */
};

static void draw(struct drawing *d, size_t width)
{
	const char *end;

	d->writer = (struct ka_writer){.arena = &d->c.arena, .width = width};
	ka_timeline(&d->writer, case_run(&d->c), &d->c.facts.settings, d->c.facts.hz);
	assert_false(d->writer.text.has_failed);
	assert_memory_equal(d->writer.text.bytes, "  *", 3);
	end = strchr(d->writer.text.bytes, '\n');
	assert_non_null(end);
	assert_int_equal(end - d->writer.text.bytes, width - 2);
	snprintf(d->line, sizeof(d->line), "%.*s", (int)(end - d->writer.text.bytes - 2),
		 d->writer.text.bytes + 2);
}

static void begin(struct drawing *d, int64_t time, int64_t intvl, int64_t probes)
{
	case_init(&d->c);
	d->c.facts.hz = 250;
	d->c.facts.settings = (struct ka_settings){{time, intvl, probes}};
}

static void end(struct drawing *d)
{
	ka_text_clear(&d->writer.text);
	case_end(&d->c);
}

/* The columns of a sign, as "1 5 9". */
static const char *columns(const struct drawing *d, char sign)
{
	static char text[400];
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; d->line[i]; i++)
		if (d->line[i] == sign)
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%zu", at ? " " : "",
					       i);
	return text;
}

static void without_a_hop_the_detection_ends_it(void **state)
{
	struct drawing d;

	(void)state;
	begin(&d, 50, 5, 5); /* 75 s over 75 steps: a column is a second */
	draw(&d, 80);
	assert_int_equal(strlen(d.line), DRAWN);
	assert_string_equal(columns(&d, '*'), "0");
	assert_string_equal(columns(&d, 'p'), "50 55 60 65 70");
	assert_string_equal(columns(&d, 'D'), "75");
	assert_string_equal(columns(&d, 'X'), "");
	assert_contains(d.writer.text.bytes, "\n   0 s * the last packet\n");
	assert_contains(d.writer.text.bytes, "\n  50 s p the first of 5 probes, 5 s apart\n");
	assert_contains(d.writer.text.bytes, "\n  75 s D a dead peer is noticed");
	end(&d);
}

static void a_hop_before_the_first_probe(void **state)
{
	struct drawing d;

	(void)state;
	begin(&d, 50, 5, 5);
	case_hop(&d.c, 30);
	draw(&d, 80);
	assert_string_equal(columns(&d, 'X'), "30");
	assert_string_equal(columns(&d, 'p'), "50 55 60 65 70");
	assert_contains(d.writer.text.bytes, " 30 s X hop forgets the session\n");
	assert_contains(d.writer.text.bytes, "5 probes, 5 s apart: too late\n");
	end(&d);
}

static void a_hop_between_probes(void **state)
{
	struct drawing d;

	(void)state;
	begin(&d, 50, 5, 5);
	case_hop(&d.c, 57);
	draw(&d, 80);
	assert_string_equal(columns(&d, 'X'), "57");
	assert_contains(d.writer.text.bytes,
			" 57 s X hop forgets the session if a probe is lost\n");
	end(&d);
	begin(&d, 50, 5, 5);
	d.c.intent.goals.has_lost_probes = true;
	d.c.intent.goals.lost_probes = 2;
	case_hop(&d.c, 62);
	draw(&d, 80);
	assert_contains(d.writer.text.bytes,
			" 62 s X hop forgets the session if 2 probes are lost\n");
	end(&d);
}

/* 50 s may fire at 52.048 s. */
static void a_hop_that_lateness_alone_endangers(void **state)
{
	struct drawing d;

	(void)state;
	begin(&d, 50, 5, 5);
	case_hop(&d.c, 51);
	draw(&d, 80);
	assert_string_equal(columns(&d, 'X'), "51");
	assert_contains(d.writer.text.bytes, "hop forgets the session if a probe is late\n");
	end(&d);
}

/* At 128 ticks 96 s fire at the latest after 100 s, and the silence of 60/32 is 100 s. */
static void words_change_at_equality(void **state)
{
	static const struct {
		int64_t time, intvl, idle_s;
		const char *words;
	} cases[] = {
		{96, 5, 96, "X hop forgets the session\n"},
		{96, 5, 96, "5 s apart: too late\n"},
		{96, 5, 97, "5 s apart\n"},
		{96, 5, 97, "X hop forgets the session if a probe is late\n"},
		{96, 5, 100, "X hop forgets the session if a probe is late\n"},
		{96, 5, 101, "X hop forgets the session if a probe is lost\n"},
		{60, 90, 90, "X hop forgets the session between two probes\n"},
		{60, 90, 91, "X hop forgets the session if a probe is late\n"},
		{60, 32, 100, "X hop forgets the session if a probe is lost\n"},
		{60, 32, 101, "X without probes hop forgets the session\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct drawing d;

		begin(&d, cases[i].time, cases[i].intvl, 9);
		d.c.facts.hz = 128;
		case_hop(&d.c, cases[i].idle_s);
		draw(&d, 80);
		assert_contains(d.writer.text.bytes, cases[i].words);
		end(&d);
	}
}

static void an_interval_above_the_time(void **state)
{
	struct drawing d;

	(void)state;
	begin(&d, 15, 30, 2);
	case_hop(&d.c, 25);
	draw(&d, 80);
	assert_string_equal(columns(&d, 'p'), "15 45");
	assert_string_equal(columns(&d, 'X'), "25");
	assert_string_equal(columns(&d, 'D'), "75");
	assert_contains(d.writer.text.bytes, "hop forgets the session between two probes\n");
	end(&d);
}

static void a_later_hop_ends_it(void **state)
{
	struct drawing d;

	(void)state;
	begin(&d, 20, 5, 4); /* detection at 40 s, the hop at 75 s */
	case_hop(&d.c, 75);
	draw(&d, 80);
	assert_string_equal(columns(&d, 'p'), "20 25 30 35");
	assert_string_equal(columns(&d, 'D'), "40");
	assert_string_equal(columns(&d, 'X'), "75");
	assert_contains(d.writer.text.bytes, " 75 s X without probes hop forgets the session\n");
	end(&d);
}

static void a_far_hop_is_named_only(void **state)
{
	struct drawing d;

	(void)state;
	begin(&d, 49, 5, 5); /* 74 s, and the sign of the far hop takes a column */
	case_hop(&d.c, 432000)->name = "conntrack";
	draw(&d, 80);
	assert_int_equal(strlen(d.line), DRAWN);
	assert_string_equal(columns(&d, '>'), "75");
	assert_string_equal(columns(&d, 'D'), "74");
	assert_string_equal(columns(&d, 'p'), "49 54 59 64 69");
	assert_string_equal(columns(&d, 'X'), "");
	assert_contains(d.writer.text.bytes, "  432000 s > without probes conntrack forgets the "
					     "session (beyond the drawing)\n");
	end(&d);
}

/* Three times the detection is still drawn, and more is not. */
static void far_begins_beyond_three_times_the_detection(void **state)
{
	struct drawing d;

	(void)state;
	begin(&d, 15, 5, 2);
	case_hop(&d.c, 77);
	draw(&d, 80);
	assert_string_equal(columns(&d, 'X'), "75");
	end(&d);
	begin(&d, 15, 5, 2);
	case_hop(&d.c, 78);
	draw(&d, 80);
	assert_string_equal(columns(&d, 'X'), "");
	assert_string_equal(columns(&d, '>'), "75");
	end(&d);
}

static void probes_closer_than_a_column_share_one(void **state)
{
	struct drawing d;

	(void)state;
	begin(&d, 7200, 1, 127);
	draw(&d, 80);
	/* 7327 s over 75 steps: 97.7 s a column, so the probes fall into 74 and the last one. */
	assert_string_equal(columns(&d, 'p'), "74");
	assert_string_equal(columns(&d, 'D'), "75");
	end(&d);
	begin(&d, 1, 1, 75); /* two probes a column here and there, none is missing */
	draw(&d, 80);
	assert_int_equal(strspn(d.line + 1, "p"), DRAWN - 2);
	end(&d);
}

static void the_last_packet_keeps_its_column(void **state)
{
	struct drawing d;

	(void)state;
	begin(&d, 7200, 75, 9);
	case_hop(&d.c, 10);
	draw(&d, 80);
	assert_string_equal(columns(&d, '*'), "0");
	assert_string_equal(columns(&d, 'X'), "1");
	end(&d);
	begin(&d, 1, 30000, 9);
	draw(&d, 80);
	assert_string_equal(columns(&d, '*'), "0");
	assert_int_equal(d.line[1], 'p');
	end(&d);
}

/* In one column: the earlier left, the later right, and neither hides the other. */
static void a_hop_and_the_detection_are_both_seen(void **state)
{
	static const struct {
		int64_t idle_s;
		const char *hop, *detection;
	} cases[] = {
		{7874, "74", "75"}, {7875, "74", "75"}, {7876, "75", "74"}, {7900, "75", "74"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct drawing d;

		begin(&d, 7200, 75, 9);
		case_hop(&d.c, cases[i].idle_s);
		draw(&d, 80);
		assert_string_equal(columns(&d, 'X'), cases[i].hop);
		assert_string_equal(columns(&d, 'D'), cases[i].detection);
		end(&d);
	}
}

static void hops_share_a_column(void **state)
{
	struct drawing d;

	(void)state;
	begin(&d, 7200, 75, 9);
	case_hop(&d.c, 3000)->name = "one";
	case_hop(&d.c, 3001)->name = "two";
	draw(&d, 80);
	assert_string_equal(columns(&d, 'X'), "29");
	assert_contains(d.writer.text.bytes, " 3000 s X one forgets the session\n");
	assert_contains(d.writer.text.bytes, " 3001 s X two forgets the session\n");
	end(&d);
}

static void only_reached_hops_that_break_are_drawn(void **state)
{
	struct ka_hop *hop;
	struct drawing d;

	(void)state;
	begin(&d, 7200, 75, 9);
	d.c.intent.side = KA_SIDE_CLIENT;
	case_hop(&d.c, 1000)->breaks_connection = false;
	hop = case_hop(&d.c, 2000);
	hop->probes = KA_IGNORED;
	hop->on_expiry = KA_CLOSE;
	hop->name = "proxy";
	case_hop(&d.c, 4000);
	draw(&d, 80);
	assert_string_equal(columns(&d, 'X'), "19");
	assert_contains(d.writer.text.bytes,
			" 2000 s X proxy closes the connection: probes do not count\n");
	/* What ignores probes does not make them late. */
	assert_null(strstr(d.writer.text.bytes, "too late"));
	end(&d);
}

static void words_follow_what_the_hop_does(void **state)
{
	static const char *const words[] = {
		[KA_SILENT] = "forgets the session",
		[KA_RESET_ON_NEXT] = "forgets the session",
		[KA_RESET_BOTH] = "resets the connection",
		[KA_DROP] = "forgets the session",
		[KA_CLOSE] = "closes the connection",
		[KA_EXPIRY_UNKNOWN] = "forgets the session",
	};

	(void)state;
	for (int expiry = KA_SILENT; expiry <= KA_EXPIRY_UNKNOWN; expiry++) {
		struct drawing d;

		begin(&d, 7200, 75, 1);
		case_hop(&d.c, 350)->on_expiry = (enum ka_expiry)expiry;
		draw(&d, 80);
		assert_contains(d.writer.text.bytes, words[expiry]);
		assert_contains(d.writer.text.bytes, "the only probe: too late\n");
		end(&d);
	}
}

/* The most that a kernel keeps neither overflows nor takes long. */
static void absurd_values_are_drawn(void **state)
{
	struct drawing d;

	(void)state;
	begin(&d, INT32_MAX, INT32_MAX, INT32_MAX);
	case_hop(&d.c, 350);
	draw(&d, 80);
	assert_string_equal(columns(&d, 'X'), "1");
	assert_string_equal(columns(&d, 'D'), "75");
	assert_int_equal(strspn(d.line + 2, "p"), 73);
	end(&d);
	begin(&d, 1, 1, INT32_MAX);
	draw(&d, 80);
	assert_int_equal(strspn(d.line + 1, "p"), 74);
	end(&d);
}

/* Every mark stands within half a column of its time, at every width. */
static void marks_are_to_scale(void **state)
{
	(void)state;
	for (size_t width = KA_WIDTH_MIN; width <= KA_WIDTH_MAX; width++)
		for (int64_t time = 10; time < 4000; time = time * 3 / 2 + 7) {
			int64_t steps = (int64_t)width - 5, at, off;
			struct drawing d;

			begin(&d, time, time / 9 + 1, 1);
			draw(&d, width);
			at = strchr(d.line, 'p') - d.line;
			off = at * (time + time / 9 + 1) - time * steps;
			ka_test_at("%zu columns, time %d", width, (int)time);
			assert_int_at_most(2 * (off < 0 ? -off : off), time + time / 9 + 1);
			end(&d);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_hop_the_detection_ends_it),
		cmocka_unit_test(a_hop_before_the_first_probe),
		cmocka_unit_test(a_hop_between_probes),
		cmocka_unit_test(a_hop_that_lateness_alone_endangers),
		cmocka_unit_test(words_change_at_equality),
		cmocka_unit_test(an_interval_above_the_time),
		cmocka_unit_test(a_later_hop_ends_it),
		cmocka_unit_test(a_far_hop_is_named_only),
		cmocka_unit_test(far_begins_beyond_three_times_the_detection),
		cmocka_unit_test(probes_closer_than_a_column_share_one),
		cmocka_unit_test(the_last_packet_keeps_its_column),
		cmocka_unit_test(a_hop_and_the_detection_are_both_seen),
		cmocka_unit_test(hops_share_a_column),
		cmocka_unit_test(only_reached_hops_that_break_are_drawn),
		cmocka_unit_test(words_follow_what_the_hop_does),
		cmocka_unit_test(absurd_values_are_drawn),
		cmocka_unit_test(marks_are_to_scale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
