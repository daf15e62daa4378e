#include "out/timeline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { FAR = 3, MARKS_MAX = 64 };

/* One mark on the line, and its row below it. */
struct mark {
	int64_t at_s;
	char sign;
	const char *words;
};

struct timeline {
	struct mark marks[MARKS_MAX];
	size_t count;
	int64_t end_s; /* what the right end stands for */
	bool has_far;  /* a hop beyond the end */
};

static void add(struct timeline *line, int64_t at_s, char sign, const char *words)
{
	if (line->count < MARKS_MAX)
		line->marks[line->count++] = (struct mark){at_s, sign, words};
}

static int by_time(const void *a, const void *b)
{
	const struct mark *left = a, *right = b;

	return (left->at_s > right->at_s) - (left->at_s < right->at_s);
}

/* Hops that the host's probes reach and that forget something. */
static bool is_drawn(const struct ka_analysis *analysis, size_t at)
{
	return analysis->hops[at].is_reached && analysis->intent->path.hops[at].breaks_connection;
}

static void add_hops(struct timeline *line, const struct ka_analysis *analysis,
		     struct ka_arena *arena, int64_t nominal_s)
{
	const struct ka_path *path = &analysis->intent->path;

	for (size_t i = 0; i < path->count; i++) {
		int64_t idle_s = analysis->hops[i].idle_s;
		bool is_far = idle_s / FAR > nominal_s;
		const char *verb = path->hops[i].on_expiry == KA_CLOSE ? "closes the connection"
								       : "forgets the session";

		if (!is_drawn(analysis, i))
			continue;
		if (path->hops[i].probes == KA_IGNORED)
			verb = ka_arena_printf(arena, "%s, whatever is probed", verb);
		line->has_far |= is_far;
		if (!is_far && idle_s > line->end_s)
			line->end_s = idle_s;
		add(line, idle_s, is_far ? '>' : 'X',
		    ka_arena_printf(arena, "%s %s%s", path->hops[i].name, verb,
				    is_far ? " (beyond the drawing)" : ""));
	}
}

static size_t column_of(const struct timeline *line, int64_t at_s, size_t width)
{
	if (at_s >= line->end_s)
		return width - 1;
	return (size_t)(at_s * (int64_t)(width - 1) / line->end_s);
}

/* Later marks of the same column do not hide an X or a D. */
static void put(char *row, size_t column, char sign)
{
	if (row[column] == '-' || row[column] == '~' || row[column] == 'p' || row[column] == '*')
		row[column] = sign;
}

static void draw(struct ka_writer *writer, const struct timeline *line,
		 const struct ka_settings *settings)
{
	char row[KA_WIDTH_MAX + 1];
	size_t width = writer->width - 4 - line->has_far;
	int64_t time_s = settings->value[KA_TIME], intvl_s = settings->value[KA_INTVL];

	memset(row, '-', width);
	row[width] = '\0';
	for (size_t i = 0; i < line->count; i++)
		if (line->marks[i].sign == 'X')
			put(row, column_of(line, line->marks[i].at_s, width), 'X');
	for (int64_t p = settings->value[KA_PROBES]; p > 0; p--) {
		size_t column = column_of(line, time_s + (p - 1) * intvl_s, width);

		if (row[column] == '-')
			row[column] = 'p';
	}
	put(row, 0, '*');
	put(row, column_of(line, ka_nominal_s(settings), width), 'D');
	ka_text_printf(&writer->text, "  %s%s\n", row, line->has_far ? ">" : "");
}

void ka_timeline(struct ka_writer *writer, const struct ka_analysis *analysis,
		 const struct ka_settings *settings, int64_t bound_ms)
{
	int64_t nominal_s = ka_nominal_s(settings), probes = settings->value[KA_PROBES];
	struct timeline line = {.end_s = nominal_s};

	add(&line, 0, '*', "the last packet");
	add(&line, settings->value[KA_TIME], 'p',
	    probes == 1 ? "the only probe"
			: ka_arena_printf(writer->arena,
					  "the first of %" PRId64 " probes, %" PRId64 " s apart",
					  probes, settings->value[KA_INTVL]));
	add(&line, nominal_s, 'D',
	    ka_arena_printf(writer->arena, "a dead peer is noticed, at the latest after %s",
			    ka_seconds(writer->arena, bound_ms)));
	add_hops(&line, analysis, writer->arena, nominal_s);
	draw(writer, &line, settings);
	qsort(line.marks, line.count, sizeof(line.marks[0]), by_time);
	for (size_t i = 0; i < line.count; i++)
		ka_paragraph(writer, 0, 16, "%11" PRId64 " s %c %s", line.marks[i].at_s,
			     line.marks[i].sign, line.marks[i].words);
}
