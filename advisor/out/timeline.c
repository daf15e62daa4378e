#include "out/timeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAR = 3, INDENT = 2 };

/* One mark on the line, and its row below it. */
struct mark {
	int64_t at_s;
	char sign;
	const char *words;
	size_t order; /* among marks of the same time */
};

struct timeline {
	const struct ka_analysis *analysis;
	const struct ka_settings *settings;
	unsigned hz;
	struct ka_arena *arena;
	struct mark *marks;
	size_t count;
	int64_t nominal_s;
	int64_t end_s;     /* what the right end stands for */
	bool has_far;      /* a hop beyond the end */
	bool is_forgotten; /* by a hop, before the first probe */
};

static void add(struct timeline *line, int64_t at_s, char sign, const char *words)
{
	line->marks[line->count] = (struct mark){at_s, sign, words, line->count};
	line->count++;
}

static int by_time(const void *a, const void *b)
{
	const struct mark *left = a, *right = b;

	if (left->at_s != right->at_s)
		return left->at_s < right->at_s ? -1 : 1;
	return left->order < right->order ? -1 : 1;
}

/* Hops that the host's probes reach and that forget something. */
static bool is_drawn(const struct ka_analysis *analysis, size_t at)
{
	return analysis->hops[at].is_reached && analysis->intent->path.hops[at].breaks_connection;
}

static const char *at_expiry(enum ka_expiry on_expiry)
{
	switch (on_expiry) {
	case KA_CLOSE:
		return "closes the connection";
	case KA_RESET_BOTH:
		return "resets the connection";
	default:
		return "forgets the session";
	}
}

/* What has to happen for a hop to forget. */
static const char *condition(const struct timeline *line, int64_t idle_s)
{
	const int64_t *value = line->settings->value;
	int64_t lost = line->analysis->lost_probes;

	if (ka_silence_ms(line->settings, 0, line->hz) >= idle_s * 1000) {
		if (value[KA_TIME] >= idle_s)
			return "";
		return value[KA_INTVL] >= idle_s ? " between two probes" : " if a probe is late";
	}
	if (ka_silence_ms(line->settings, lost, line->hz) < idle_s * 1000)
		return NULL;
	if (lost == 1)
		return " if a probe is lost";
	return ka_arena_printf(line->arena, " if %" PRId64 " probes are lost", lost);
}

static const char *hop_words(const struct timeline *line, size_t at)
{
	const struct ka_hop *hop = &line->analysis->intent->path.hops[at];
	const char *verb = at_expiry(hop->on_expiry), *when;

	if (hop->probes == KA_IGNORED)
		return ka_arena_printf(line->arena, "%s %s: probes do not count", hop->name, verb);
	when = condition(line, line->analysis->hops[at].idle_s);
	if (!when)
		return ka_arena_printf(line->arena, "without probes %s %s", hop->name, verb);
	return ka_arena_printf(line->arena, "%s %s%s", hop->name, verb, when);
}

static void add_hops(struct timeline *line)
{
	for (size_t i = 0; i < line->analysis->intent->path.count; i++) {
		int64_t idle_s = line->analysis->hops[i].idle_s;
		bool is_far = idle_s / FAR > line->nominal_s;
		const char *words;

		if (!is_drawn(line->analysis, i))
			continue;
		line->has_far |= is_far;
		line->is_forgotten |= line->analysis->hops[i].is_judged &&
				      idle_s <= line->settings->value[KA_TIME];
		if (!is_far && idle_s > line->end_s)
			line->end_s = idle_s;
		words = hop_words(line, i);
		if (is_far)
			words = ka_arena_printf(line->arena, "%s (beyond the drawing)", words);
		add(line, idle_s, is_far ? '>' : 'X', words);
	}
}

static void add_probes(struct timeline *line)
{
	const int64_t *value = line->settings->value;
	const char *words = "the only probe";

	if (value[KA_PROBES] > 1)
		words = ka_arena_printf(line->arena,
					"the first of %" PRId64 " probes, %" PRId64 " s apart",
					value[KA_PROBES], value[KA_INTVL]);
	if (line->is_forgotten)
		words = ka_arena_printf(line->arena, "%s: too late", words);
	add(line, value[KA_TIME], 'p', words);
}

/* The nearest column; the first one is the last packet's alone. */
static size_t column_of(const struct timeline *line, int64_t at_s, size_t width)
{
	/* The most that a kernel keeps would overflow; so far out a column is ages wide. */
	int shift = line->end_s > INT64_MAX / 256 ? 8 : 0;
	int64_t end_s = line->end_s >> shift, last = (int64_t)width - 1;
	int64_t column = ((at_s >> shift) * last + end_s / 2) / end_s;

	return column < 1 ? 1 : (size_t)column;
}

static void draw_probes(const struct timeline *line, char *row, size_t width)
{
	const int64_t *value = line->settings->value;
	int64_t at_s = value[KA_TIME];
	int64_t step_s = line->end_s / (INT64_C(4) * KA_WIDTH_MAX);

	/* Where probes are closer than columns some are stepped over, and none is missed. */
	step_s = step_s > value[KA_INTVL] ? step_s / value[KA_INTVL] * value[KA_INTVL]
					  : value[KA_INTVL];
	for (; at_s < line->nominal_s; at_s += step_s)
		row[column_of(line, at_s, width)] = 'p';
	row[column_of(line, line->nominal_s - value[KA_INTVL], width)] = 'p';
}

/* An earlier hop stays left of the detection, a later one right of it. */
static size_t hop_column(const struct timeline *line, int64_t idle_s, size_t detection,
			 size_t width)
{
	size_t column = column_of(line, idle_s, width);

	if (idle_s > line->nominal_s)
		return column > detection ? column : detection + 1;
	return column < detection ? column : detection - 1;
}

static void draw(struct ka_writer *writer, const struct timeline *line)
{
	char row[KA_WIDTH_MAX + 1];
	size_t width = writer->width - (size_t)2 * INDENT - line->has_far;
	size_t detection = column_of(line, line->nominal_s, width);

	if (line->end_s > line->nominal_s && detection == width - 1)
		detection--;
	memset(row, '-', width);
	row[width] = '\0';
	row[0] = '*';
	draw_probes(line, row, width);
	row[detection] = 'D';
	for (size_t i = 0; i < line->count; i++)
		if (line->marks[i].sign == 'X')
			row[hop_column(line, line->marks[i].at_s, detection, width)] = 'X';
	ka_text_printf(&writer->text, "%*s%s%s\n", INDENT, "", row, line->has_far ? ">" : "");
}

static void write_rows(struct ka_writer *writer, struct timeline *line)
{
	int digits;

	qsort(line->marks, line->count, sizeof(line->marks[0]), by_time);
	digits = snprintf(NULL, 0, "%" PRId64, line->marks[line->count - 1].at_s);
	for (size_t i = 0; i < line->count; i++)
		ka_paragraph(writer, INDENT, INDENT + (size_t)digits + 5, "%*" PRId64 " s %c %s",
			     digits, line->marks[i].at_s, line->marks[i].sign,
			     line->marks[i].words);
}

void ka_timeline(struct ka_writer *writer, const struct ka_analysis *analysis,
		 const struct ka_settings *settings, unsigned hz)
{
	int64_t nominal_s = ka_nominal_s(settings);
	const char *bound = ka_seconds(writer->arena, ka_bound_ms(settings, hz));
	struct timeline line = {.analysis = analysis,
				.settings = settings,
				.hz = hz,
				.arena = writer->arena,
				.nominal_s = nominal_s,
				.end_s = nominal_s};

	line.marks = ka_arena_array(writer->arena, analysis->intent->path.count + 3,
				    sizeof(*line.marks));
	if (!line.marks)
		return;
	add(&line, 0, '*', "the last packet");
	add_hops(&line);
	add_probes(&line);
	add(&line, nominal_s, 'D',
	    ka_arena_printf(writer->arena, "a dead peer is noticed, at the latest after %s",
			    bound));
	draw(writer, &line);
	write_rows(writer, &line);
}
