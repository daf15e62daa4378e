#include "out/table.h"
#include "out/text.h"

#include <inttypes.h>

static const char *effect(const struct ka_hop *hop)
{
	switch (hop->probes) {
	case KA_REFRESHES:
		return "refreshed by probes";
	case KA_REGENERATED:
		return "sends its own probes";
	case KA_IGNORED:
		return "ignores probes";
	default:
		return "probes: unknown";
	}
}

static const char *verdict_words(struct ka_arena *arena, const struct ka_analysis *analysis,
				 size_t at)
{
	const struct ka_hop_verdict *verdict = &analysis->hops[at];

	if (!verdict->is_reached)
		return "not reached from here";
	if (!verdict->is_judged)
		return "no sysctl can help";
	if (!analysis->intent->path.hops[at].breaks_connection)
		return "breaks nothing";
	if (!analysis->works)
		return "keepalive does not work";
	if (verdict->ok)
		return ka_arena_printf(arena, "safe, survives %s without packets",
				       ka_seconds_left(arena, verdict->survives_loss_ms));
	if (verdict->silence0_ms >= verdict->idle_s * 1000)
		return "forgets the session";
	if (verdict->silence_ms >= verdict->idle_s * 1000)
		return "forgets it after a lost probe";
	return "less than the margin left";
}

static void write_table(struct ka_writer *writer, const struct ka_analysis *analysis)
{
	const struct ka_path *path = &analysis->intent->path;
	struct ka_table table;

	ka_table_init(&table, writer->arena, 5, 1u << 0 | 1u << 2);
	ka_table_row(&table, (const char *[]){"", "hop", "idle", "timer", "with these values"});
	for (size_t i = 0; i < path->count; i++)
		ka_table_row(&table,
			     (const char *[]){ka_arena_printf(writer->arena, "%zu", i + 1),
					      path->hops[i].name,
					      ka_arena_printf(writer->arena, "%" PRId64 " s",
							      analysis->hops[i].idle_s),
					      effect(&path->hops[i]),
					      verdict_words(writer->arena, analysis, i)});
	ka_table_write(&table, writer, 2);
}

/* Where detection ends: at the nearest hop that terminates TCP, from either end. */
static void write_ends(struct ka_writer *writer, const struct ka_intent *intent)
{
	const struct ka_path *path = &intent->path;
	size_t first = ka_path_first_terminating(path), last = ka_path_last_terminating(path);

	if (first == path->count)
		return;
	if (intent->side == KA_SIDE_BOTH && first != last)
		ka_paragraph(writer, 2, 2,
			     "%s and %s terminate TCP: each end detects the nearer one, not what "
			     "stands behind it.",
			     path->hops[first].name, path->hops[last].name);
	else
		ka_paragraph(writer, 2, 2,
			     "%s terminates TCP: detection is about it, not about what stands "
			     "behind it.",
			     path->hops[intent->side == KA_SIDE_SERVER ? last : first].name);
}

static void write_limits(struct ka_writer *writer, const struct ka_analysis *analysis)
{
	const struct ka_path *path = &analysis->intent->path;

	write_ends(writer, analysis->intent);
	for (size_t i = 0; i < path->count; i++)
		if (!analysis->hops[i].is_reached)
			ka_paragraph(writer, 2, 2,
				     "%s lies in a segment that this host's probes do not reach: "
				     "whoever terminates TCP there must send keepalive.",
				     path->hops[i].name);
}

void ka_text_path(struct ka_writer *writer, const struct ka_analysis *analysis)
{
	if (analysis->intent->path.count == 0) {
		ka_paragraph(writer, 2, 2, "No middlebox: only HTTP keepalive is stated.");
		return;
	}
	write_table(writer, analysis);
	write_limits(writer, analysis);
}
