#include "out/table.h"
#include "out/text.h"
#include "out/timeline.h"

#include <inttypes.h>

static const char *hop_words(struct ka_arena *arena, const struct ka_analysis *analysis,
			     const struct ka_proof *proof)
{
	const struct ka_recommendation *recommendation = &analysis->recommendation;
	int64_t lost = analysis->lost_probes;
	int64_t silence_ms = ka_silence_ms(&recommendation->settings, lost, recommendation->hz);

	return ka_arena_printf(arena, "%s: silence with %" PRId64 " probe%s lost, %s margin",
			       analysis->intent->path.hops[proof->hop].name, lost,
			       lost == 1 ? "" : "s",
			       ka_seconds(arena, proof->left_ms - silence_ms));
}

/* What a constraint is about. */
static const char *proof_words(struct ka_arena *arena, const struct ka_analysis *analysis,
			       const struct ka_proof *proof)
{
	const struct ka_goals *goals = &analysis->intent->goals;

	switch (proof->constraint) {
	case KA_C_HOP:
		return hop_words(arena, analysis, proof);
	case KA_C_DETECT_WITHIN:
		return goals->has_detect_within ? "a dead peer is noticed in time"
						: "a dead peer is noticed in time (default)";
	case KA_C_SURVIVE_OUTAGE:
		return goals->has_survive_outage ? "the probes outlast an outage"
						 : "the probes outlast an outage (default)";
	case KA_C_LOST_PROBES:
		return ka_arena_printf(arena, "%" PRId64 " of %" PRId64 " probes may be lost%s",
				       analysis->lost_probes,
				       analysis->recommendation.settings.value[KA_PROBES],
				       goals->has_lost_probes ? "" : " (default)");
	default:
		return goals->has_min_time ? "no chatter" : "no chatter (default)";
	}
}

static void write_yielded(struct ka_writer *writer, const struct ka_recommendation *recommendation)
{
	const char *words = "";

	for (int c = 0; c < KA_C_COUNT; c++)
		if (recommendation->yielded[c])
			words = ka_arena_printf(writer->arena, "%s%s%s", words, *words ? ", " : "",
						ka_constraint_words[c]);
	if (*words)
		ka_paragraph(writer, 2, 4, "Defaults that had to give way: %s.", words);
}

static void write_proof(struct ka_writer *writer, const struct ka_analysis *analysis)
{
	const struct ka_recommendation *recommendation = &analysis->recommendation;
	struct ka_arena *arena = writer->arena;
	struct ka_table table;

	if (recommendation->hz == KA_HZ_UNKNOWN)
		ka_paragraph(writer, 2, 2, "Proof, for every common tick rate:");
	else
		ka_paragraph(writer, 2, 2, "Proof, for %u ticks a second:", recommendation->hz);
	ka_table_init(&table, arena, 5, 1u << 0 | 1u << 2 | 1u << 3);
	ka_table_row(&table, (const char *[]){"needs", "", "has", "spare", ""});
	for (size_t i = 0; i < recommendation->proof_count; i++) {
		const struct ka_proof *proof = &recommendation->proof[i];
		int64_t left_ms = proof->left_ms, right_ms = proof->right_ms;

		ka_table_row(&table, (const char *[]){ka_seconds(arena, left_ms),
						      "<=", ka_seconds(arena, right_ms),
						      ka_seconds_left(arena, right_ms - left_ms),
						      proof_words(arena, analysis, proof)});
	}
	ka_table_write(&table, writer, 4);
	write_yielded(writer, recommendation);
}

/* Each idle connection is probed once per time, which is 7200 s at most. */
static const char *cost(struct ka_arena *arena, int64_t time_s)
{
	int64_t tenths = 10000 / time_s;

	if (tenths % 10 == 0)
		return ka_arena_printf(arena, "%" PRId64, tenths / 10);
	return ka_arena_printf(arena, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
}

static void write_change(struct ka_writer *writer, const struct ka_analysis *analysis,
			 const struct ka_text_context *context)
{
	const struct ka_recommendation *recommendation = &analysis->recommendation;
	const int64_t *value = recommendation->settings.value;

	ka_heading(writer, "Recommended: %" PRId64 "/%" PRId64 "/%" PRId64, value[KA_TIME],
		   value[KA_INTVL], value[KA_PROBES]);
	ka_timeline(writer, analysis, &recommendation->settings, recommendation->hz);
	write_proof(writer, analysis);
	ka_paragraph(writer, 2, 2, "Cost: %s probes a second for every 1,000 idle connections.",
		     cost(writer->arena, value[KA_TIME]));
	if (!context->can_apply)
		return;
	ka_paragraph(writer, 2, 2, "To apply:");
	ka_command(writer, 4,
		   ka_arena_printf(writer->arena, "kaadvise apply %s%s", context->subject_words,
				   context->path_words));
}

static bool has_deaf_hop(const struct ka_analysis *analysis)
{
	for (size_t i = 0; i < analysis->intent->path.count; i++)
		if (analysis->intent->path.hops[i].probes == KA_IGNORED)
			return true;
	return false;
}

static void write_kept(struct ka_writer *writer, const struct ka_analysis *analysis)
{
	const int64_t *value = analysis->recommendation.settings.value;

	ka_heading(writer, "Recommended: keep %" PRId64 "/%" PRId64 "/%" PRId64, value[KA_TIME],
		   value[KA_INTVL], value[KA_PROBES]);
	if (ka_has_work(analysis)) {
		write_proof(writer, analysis);
		return;
	}
	ka_paragraph(writer, 2, 2,
		     "This path leaves nothing for TCP keepalive to do, and no goal is stated.");
	if (has_deaf_hop(analysis))
		ka_paragraph(writer, 2, 2,
			     "Where a hop ignores probes, HTTP keepalive or application traffic "
			     "decides.");
}

/* A conflict's present value, as people write it. */
static const char *present_words(struct ka_arena *arena, const struct ka_analysis *analysis,
				 const struct ka_conflict *conflict)
{
	const struct ka_goals *goals = &analysis->intent->goals;

	switch (conflict->constraint) {
	case KA_C_HOP:
		return ka_arena_printf(arena, "%s forgets after %" PRId64 " s",
				       analysis->intent->path.hops[conflict->hop].name,
				       analysis->hops[conflict->hop].idle_s);
	case KA_C_DETECT_WITHIN:
		return ka_arena_printf(arena, "detect_within %" PRId64 " s",
				       goals->detect_within_s);
	case KA_C_SURVIVE_OUTAGE:
		return ka_arena_printf(arena, "survive_outage %" PRId64 " s",
				       goals->survive_outage_s);
	case KA_C_LOST_PROBES:
		return ka_arena_printf(arena, "lost_probes %" PRId64, goals->lost_probes);
	default:
		return ka_arena_printf(arena, "min_time %" PRId64 " s", goals->min_time_s);
	}
}

/* Whether a hop's timeout can be set to what would do. */
static const char *reach_words(struct ka_arena *arena, const struct ka_analysis *analysis,
			       const struct ka_conflict *conflict)
{
	const struct ka_hop *hop = &analysis->intent->path.hops[conflict->hop];

	if (conflict->constraint != KA_C_HOP || !analysis->intent->hop_profiles[conflict->hop])
		return "";
	if (!hop->is_configurable)
		return ", but its profile knows no way to set it";
	if (conflict->value > hop->configurable_max_s)
		return ka_arena_printf(arena, ", but %" PRId64 " s is the most",
				       hop->configurable_max_s);
	return hop->setting ? ka_arena_printf(arena, ": %s", hop->setting) : "";
}

static void write_conflicts(struct ka_writer *writer, const struct ka_analysis *analysis)
{
	struct ka_arena *arena = writer->arena;

	ka_heading(writer, "No values will do");
	ka_paragraph(writer, 2, 2,
		     analysis->conflict_count == 1 ? "This cannot be met:"
						   : "These cannot hold together:");
	for (size_t i = 0; i < analysis->conflict_count; i++) {
		const struct ka_conflict *conflict = &analysis->conflicts[i];
		const char *present = present_words(arena, analysis, conflict);

		if (conflict->has_value)
			ka_paragraph(writer, 4, 6, "%s: %" PRId64 "%s would do%s", present,
				     conflict->value,
				     conflict->constraint == KA_C_LOST_PROBES ? "" : " s",
				     reach_words(arena, analysis, conflict));
		else
			ka_paragraph(writer, 4, 6, "%s: changing it alone does not help", present);
	}
}

void ka_text_recommendation(struct ka_writer *writer, const struct ka_analysis *analysis,
			    const struct ka_text_context *context)
{
	if (analysis->is_unsatisfiable)
		write_conflicts(writer, analysis);
	else if (analysis->has_recommendation && analysis->recommendation.change)
		write_change(writer, analysis, context);
	else if (analysis->has_recommendation)
		write_kept(writer, analysis);
}
