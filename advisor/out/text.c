#include "out/text.h"

#include "base/duration.h"
#include "out/table.h"
#include "out/timeline.h"

#include <inttypes.h>

static void write_facts(struct ka_writer *writer, const struct ka_analysis *analysis)
{
	const struct ka_facts *facts = analysis->facts;
	const int64_t *value = facts->settings.value;
	const char *ticks = "tick rate unknown";
	char nominal[KA_DURATION_TEXT];

	if (facts->hz != KA_HZ_UNKNOWN)
		ticks = ka_arena_printf(writer->arena, "%u ticks a second", facts->hz);
	ka_heading(writer, "TCP keepalive of %s: %" PRId64 "/%" PRId64 "/%" PRId64 " (%s)",
		   facts->name, value[KA_TIME], value[KA_INTVL], value[KA_PROBES], ticks);
	for (int key = 0; key < KA_KEY_COUNT; key++)
		ka_text_printf(&writer->text, "  %-20s %6" PRId64 "%s%s\n", ka_sysctls[key].word,
			       value[key], *ka_sysctls[key].unit ? " " : "", ka_sysctls[key].unit);
	if (!analysis->works)
		return;
	ka_paragraph(
		writer, 2, 2,
		"A dead peer is noticed after %" PRId64
		" s (%s) when the connection is idle, at the latest after %s: kernel timers fire "
		"late, never early.",
		analysis->nominal_s, ka_format_duration(nominal, analysis->nominal_s),
		ka_seconds(writer->arena, analysis->bound_ms));
}

static void write_findings(struct ka_writer *writer, const struct ka_findings *findings)
{
	static const enum ka_style styles[] = {KA_CYAN, KA_YELLOW, KA_RED};

	ka_heading(writer, "Findings");
	if (findings->count == 0)
		ka_paragraph(writer, 2, 2, "None.");
	for (int severity = KA_ERROR_SEVERITY; severity >= KA_NOTE; severity--)
		for (size_t i = 0; i < findings->count; i++) {
			const struct ka_finding *finding = &findings->items[i];

			if ((int)finding->severity != severity)
				continue;
			ka_led_paragraph(writer, 2, 4, styles[severity],
					 ka_arena_printf(writer->arena,
							 "%s %s:", ka_severity_words[severity],
							 finding->rule->id),
					 finding->message);
			if (severity > KA_NOTE)
				ka_paragraph(writer, 4, 4, "-> %s",
					     finding->remedy ? finding->remedy
							     : finding->rule->remedy);
		}
}

/* What a constraint says, as `left <= right`. */
static const char *proof_words(struct ka_arena *arena, const struct ka_analysis *analysis,
			       const struct ka_proof *proof)
{
	const int64_t *value = analysis->recommendation.settings.value;
	const struct ka_hop *hop = &analysis->intent->path.hops[proof->hop];

	switch (proof->constraint) {
	case KA_C_HOP:
		return ka_arena_printf(arena,
				       "%s hears from the host in time: silence with %" PRId64
				       " lost, and margin",
				       hop->name, analysis->lost_probes);
	case KA_C_DETECT_WITHIN:
		return ka_arena_printf(arena, "a dead peer is noticed%s",
				       analysis->intent->goals.has_detect_within ? " in time"
										 : " (default)");
	case KA_C_SURVIVE_OUTAGE:
		return ka_arena_printf(arena, "an outage is survived%s: the probes last",
				       analysis->intent->goals.has_survive_outage ? ""
										  : " (default)");
	case KA_C_LOST_PROBES:
		return ka_arena_printf(arena, "%" PRId64 " probes, so that %" PRId64 " may be lost",
				       value[KA_PROBES], analysis->lost_probes);
	default:
		return ka_arena_printf(arena, "no chatter%s",
				       analysis->intent->goals.has_min_time ? "" : " (default)");
	}
}

static void write_proof(struct ka_writer *writer, const struct ka_analysis *analysis)
{
	const struct ka_recommendation *recommendation = &analysis->recommendation;

	if (recommendation->hz == KA_HZ_UNKNOWN)
		ka_paragraph(writer, 2, 2, "Proof, for every common tick rate:");
	else
		ka_paragraph(writer, 2, 2, "Proof, for %u ticks a second:", recommendation->hz);
	for (size_t i = 0; i < recommendation->proof_count; i++) {
		const struct ka_proof *proof = &recommendation->proof[i];

		ka_paragraph(writer, 4, 6, "%s: %s <= %s, %s to spare",
			     proof_words(writer->arena, analysis, proof),
			     ka_seconds(writer->arena, proof->left_ms),
			     ka_seconds(writer->arena, proof->right_ms),
			     ka_seconds_left(writer->arena, proof->right_ms - proof->left_ms));
	}
	for (int c = 0; c < KA_C_COUNT; c++)
		if (recommendation->yielded[c])
			ka_paragraph(writer, 4, 6, "the default for %s had to give way",
				     ka_constraint_words[c]);
}

static void write_change(struct ka_writer *writer, const struct ka_analysis *analysis,
			 const struct ka_text_context *context)
{
	const struct ka_recommendation *recommendation = &analysis->recommendation;
	const int64_t *value = recommendation->settings.value;
	int64_t tenths = 10000 / value[KA_TIME];

	ka_heading(writer, "Recommended: %" PRId64 "/%" PRId64 "/%" PRId64, value[KA_TIME],
		   value[KA_INTVL], value[KA_PROBES]);
	ka_timeline(writer, analysis, &recommendation->settings, recommendation->bound_ms);
	write_proof(writer, analysis);
	ka_paragraph(writer, 2, 2,
		     "Cost: %" PRId64 ".%" PRId64
		     " probes a second for every 1,000 idle connections.",
		     tenths / 10, tenths % 10);
	if (context->can_apply)
		ka_paragraph(writer, 2, 4, "To apply: kaadvise apply %s%s", context->subject_words,
			     context->path_words);
}

static void write_kept(struct ka_writer *writer, const struct ka_analysis *analysis)
{
	const int64_t *value = analysis->recommendation.settings.value;

	ka_heading(writer, "Recommended: keep %" PRId64 "/%" PRId64 "/%" PRId64, value[KA_TIME],
		   value[KA_INTVL], value[KA_PROBES]);
	if (!ka_has_work(analysis))
		ka_paragraph(
			writer, 2, 2,
			"This path leaves nothing for TCP keepalive to do, and no goal is stated.");
	else
		write_proof(writer, analysis);
}

static void write_conflicts(struct ka_writer *writer, const struct ka_analysis *analysis)
{
	ka_heading(writer, "No values will do");
	ka_paragraph(writer, 2, 2, "These cannot hold together:");
	for (size_t i = 0; i < analysis->conflict_count; i++) {
		const struct ka_conflict *conflict = &analysis->conflicts[i];
		const char *what = conflict->constraint == KA_C_HOP
					   ? analysis->intent->path.hops[conflict->hop].name
					   : ka_constraint_words[conflict->constraint];

		if (conflict->has_value)
			ka_paragraph(writer, 4, 6, "%s: would do with %s = %" PRId64, what,
				     conflict->key, conflict->value);
		else
			ka_paragraph(writer, 4, 6, "%s: changing it alone does not help", what);
	}
}

static void write_recommendation(struct ka_writer *writer, const struct ka_analysis *analysis,
				 const struct ka_text_context *context)
{
	if (analysis->is_unsatisfiable)
		write_conflicts(writer, analysis);
	else if (analysis->has_recommendation && analysis->recommendation.change)
		write_change(writer, analysis, context);
	else if (analysis->has_recommendation)
		write_kept(writer, analysis);
}

static void write_survey(struct ka_writer *writer, const struct ka_text_context *context)
{
	struct ka_table table;

	ka_heading(writer, "Known middleboxes with these values");
	ka_table_init(&table, writer->arena, 3, 1u << 1);
	for (size_t i = 0; i < context->survey_count; i++)
		for (size_t h = 0; h < context->survey[i].profile->hop_count; h++)
			ka_table_row(
				&table,
				(const char *[]){
					context->survey[i].profile->id,
					ka_arena_printf(writer->arena, "%" PRId64 " s",
							context->survey[i].profile->hops[h].idle_s),
					context->survey[i].verdict});
	ka_table_write(&table, writer, 2);
	ka_paragraph(writer, 2, 2,
		     "Name your path for a verdict: kaadvise check -p ID, or --hop idle=350s.");
}

static void write_scope(struct ka_writer *writer)
{
	ka_text_add(&writer->text, "\n");
	ka_paragraph(
		writer, 0, 0,
		"All this is about idle connections of programs that set SO_KEEPALIVE and no "
		"TCP_KEEP* option of their own. With data unacknowledged tcp_retries2 decides, and "
		"connections that are open already follow lower values late. `kaadvise explain "
		"RULE` tells more.");
}

void ka_text_report(struct ka_writer *writer, const struct ka_report *report,
		    const struct ka_text_context *context)
{
	const struct ka_analysis *analysis = report->analysis;

	write_facts(writer, analysis);
	if (analysis->intent->has_path) {
		ka_heading(writer, "Path, client to server");
		ka_text_path(writer, analysis);
		if (analysis->works) {
			ka_heading(writer, "An idle connection, to scale");
			ka_timeline(writer, analysis, &analysis->facts->settings,
				    analysis->bound_ms);
		}
	}
	write_findings(writer, report->findings);
	write_recommendation(writer, analysis, context);
	if (!analysis->intent->has_path)
		write_survey(writer, context);
	write_scope(writer);
}
