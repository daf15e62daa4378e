#include "core/plan.h"

#include <inttypes.h>
#include <string.h>

enum { CONTEXT = 3 };

bool ka_same_file(const char *a, const char *b)
{
	return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

struct ka_plan ka_plan_make(const struct ka_condition *from, const struct ka_condition *to,
			    bool has_file)
{
	static const enum ka_key order[KA_KEY_COUNT] = {KA_INTVL, KA_PROBES, KA_TIME};
	struct ka_plan plan = {0};

	if (has_file && !ka_same_file(from->file, to->file))
		plan.steps[plan.count++] = (struct ka_step){.kind = KA_STEP_FILE};
	for (int falling = 0; falling < 2; falling++)
		for (int i = 0; i < KA_KEY_COUNT; i++) {
			enum ka_key key = order[i];
			int64_t old = from->live.value[key], new = to->live.value[key];

			if (old != new && (new < old) == falling)
				plan.steps[plan.count++] =
					(struct ka_step){KA_STEP_VALUE, key, old, new};
		}
	return plan;
}

/* A text as lines. */
struct lines {
	const char **at;
	size_t count;
};

static struct lines split(struct ka_arena *arena, const char *text)
{
	struct lines lines = {0};
	size_t capacity = 1;

	for (const char *at = text; at && *at; at++)
		capacity += *at == '\n';
	lines.at = ka_arena_array(arena, capacity, sizeof(*lines.at));
	while (lines.at && text && *text) {
		size_t length = strcspn(text, "\n");

		lines.at[lines.count++] = ka_escape(arena, ka_arena_copy(arena, text, length));
		text += length;
		text += *text == '\n';
	}
	return lines;
}

static void add_lines(struct ka_text *text, const char *mark, const struct lines *lines,
		      size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		ka_text_printf(text, "%s%s\n", mark, lines->at[i]);
}

/* One hunk: from the first line that differs to the last, with context around it. */
static void add_hunk(struct ka_text *text, const struct lines *old, const struct lines *new)
{
	size_t shorter = old->count < new->count ? old->count : new->count;
	size_t same = 0, tail = 0, first, after;

	while (same < shorter && strcmp(old->at[same], new->at[same]) == 0)
		same++;
	while (tail < shorter - same &&
	       strcmp(old->at[old->count - 1 - tail], new->at[new->count - 1 - tail]) == 0)
		tail++;
	first = same > CONTEXT ? same - CONTEXT : 0;
	after = tail < CONTEXT ? tail : CONTEXT;
	ka_text_printf(text, "@@ -%zu,%zu +%zu,%zu @@\n", old->count ? first + 1 : 0,
		       old->count - tail + after - first, new->count ? first + 1 : 0,
		       new->count - tail + after - first);
	add_lines(text, " ", old, first, same);
	add_lines(text, "-", old, same, old->count - tail);
	add_lines(text, "+", new, same, new->count - tail);
	add_lines(text, " ", old, old->count - tail, old->count - tail + after);
}

void ka_diff(struct ka_arena *arena, struct ka_text *text, const char *name, const char *from,
	     const char *to)
{
	struct lines old, new;

	if (ka_same_file(from, to))
		return;
	old = split(arena, from);
	new = split(arena, to);
	ka_text_printf(text, "--- %s\n+++ %s\n", from ? name : "/dev/null",
		       to ? name : "/dev/null");
	add_hunk(text, &old, &new);
}

static const char *values_text(struct ka_arena *arena, const struct ka_settings *settings)
{
	const char *text = "";

	for (int key = 0; key < KA_KEY_COUNT; key++)
		text = ka_arena_printf(arena, "%s%s = %" PRId64 "\n", text, ka_sysctls[key].key,
				       settings->value[key]);
	return text;
}

void ka_plan_diff(struct ka_arena *arena, struct ka_text *text, const char *live,
		  const struct ka_condition *from, const struct ka_condition *to, const char *file)
{
	ka_diff(arena, text, live, values_text(arena, &from->live), values_text(arena, &to->live));
	if (file)
		ka_diff(arena, text, file, from->file, to->file);
}
