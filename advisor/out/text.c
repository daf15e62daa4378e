#include "out/text.h"

#include "base/duration.h"
#include "out/socket.h"
#include "out/table.h"
#include "out/timeline.h"

#include <inttypes.h>

static const char *const meanings[KA_KEY_COUNT] = {
	[KA_TIME] = "idle, then the first probe",
	[KA_INTVL] = "between probes",
	[KA_PROBES] = "unanswered, then the connection ends",
};

static void write_values(struct ka_writer *writer, const struct ka_settings *settings)
{
	struct ka_table table;

	ka_table_init(&table, writer->arena, 3, 1u << 1);
	for (int key = 0; key < KA_KEY_COUNT; key++)
		ka_table_row(&table,
			     (const char *[]){
				     ka_sysctls[key].word,
				     ka_arena_printf(
					     writer->arena, "%" PRId64 " %s", settings->value[key],
					     *ka_sysctls[key].unit ? ka_sysctls[key].unit : "x"),
				     meanings[key]});
	ka_table_write(&table, writer, 2);
}

static const char *subject(struct ka_arena *arena, const struct ka_facts *facts)
{
	switch (facts->kind) {
	case KA_SUBJECT_SETTINGS:
		return ka_arena_printf(arena, "with %s", facts->name);
	case KA_SUBJECT_NETNS:
		return ka_arena_printf(arena, "in network namespace %s", facts->name);
	case KA_SUBJECT_ROOT:
		return ka_arena_printf(arena, "of %s after boot", facts->name);
	default:
		return ka_arena_printf(arena, "of %s", facts->name);
	}
}

static const char *detection_words(struct ka_arena *arena, int64_t nominal_s)
{
	char text[KA_DURATION_TEXT];

	if (nominal_s < 60)
		return ka_arena_printf(arena, "%" PRId64 " s", nominal_s);
	return ka_arena_printf(arena, "%" PRId64 " s (%s)", nominal_s,
			       ka_format_duration(text, nominal_s));
}

static void write_sockets(struct ka_writer *writer, const struct ka_facts *facts)
{
	if (facts->sockets && facts->sockets->states[KA_TCP_ESTABLISHED] > 0)
		ka_paragraph(writer, 2, 2, "%s",
			     ka_socket_summary_line(writer->arena, facts->sockets));
}

static void write_facts(struct ka_writer *writer, const struct ka_analysis *analysis)
{
	const struct ka_facts *facts = analysis->facts;
	const char *ticks = "tick rate unknown";

	if (facts->hz != KA_HZ_UNKNOWN)
		ticks = ka_arena_printf(writer->arena, "%u ticks a second", facts->hz);
	ka_heading(writer, "TCP keepalive %s (%s)", subject(writer->arena, facts), ticks);
	write_values(writer, &facts->settings);
	if (analysis->works)
		ka_paragraph(writer, 2, 2,
			     "A dead peer is noticed after %s when the connection is idle, at the "
			     "latest after %s: kernel timers fire late, never early.",
			     detection_words(writer->arena, analysis->nominal_s),
			     ka_seconds(writer->arena, analysis->bound_ms));
	write_sockets(writer, facts);
}

/* A remedy that several findings share is told after the last of them. */
static bool is_told_later(const struct ka_findings *findings, size_t at)
{
	const struct ka_finding *finding = &findings->items[at];

	for (size_t i = at + 1; i < findings->count; i++)
		if (findings->items[i].rule == finding->rule && !findings->items[i].remedy &&
		    !findings->items[i].waiver &&
		    findings->items[i].severity == finding->severity && !finding->remedy)
			return true;
	return false;
}

static void write_finding(struct ka_writer *writer, const struct ka_findings *findings, size_t at)
{
	static const enum ka_style styles[] = {KA_CYAN, KA_YELLOW, KA_RED};
	const struct ka_finding *finding = &findings->items[at];

	ka_led_paragraph(writer, 2, 4, styles[finding->severity],
			 ka_arena_printf(writer->arena, "%s %s:",
					 ka_severity_words[finding->severity], finding->rule->id),
			 finding->message);
	if (finding->severity > KA_NOTE && !is_told_later(findings, at))
		ka_paragraph(writer, 4, 7, "-> %s",
			     finding->remedy ? finding->remedy : finding->rule->remedy);
}

static void write_waived(struct ka_writer *writer, const struct ka_finding *finding)
{
	ka_style_on(writer, KA_DIM);
	ka_paragraph(writer, 2, 4, "%s %s: %s", ka_severity_words[finding->severity],
		     finding->rule->id, finding->message);
	ka_paragraph(writer, 4, 4, "%s", ka_waiver_words(writer->arena, finding->waiver));
	ka_style_off(writer);
}

static size_t count_waived(const struct ka_findings *findings)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->items[i].waiver != NULL;
	return count;
}

/* Waived ones stand last. */
static void write_findings(struct ka_writer *writer, const struct ka_findings *findings)
{
	size_t waived = count_waived(findings);

	if (waived > 0)
		ka_heading(writer, "Findings (%zu waived)", waived);
	else
		ka_heading(writer, "Findings");
	if (findings->count == 0)
		ka_paragraph(writer, 2, 2, "None.");
	for (int severity = KA_ERROR_SEVERITY; severity >= KA_NOTE; severity--)
		for (size_t i = 0; i < findings->count; i++)
			if ((int)findings->items[i].severity == severity &&
			    !findings->items[i].waiver)
				write_finding(writer, findings, i);
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].waiver)
			write_waived(writer, &findings->items[i]);
}

static void write_survey(struct ka_writer *writer, const struct ka_text_context *context)
{
	ka_heading(writer, context->survey_count > 0 ? "Known middleboxes with these values"
						     : "Middleboxes in front of the host");
	for (size_t i = 0; i < context->survey_count; i++)
		ka_paragraph(writer, 2, 4, "%s: %s.", context->survey[i].words,
			     context->survey[i].ids);
	if (context->survey_ignoring > 0)
		ka_paragraph(writer, 2, 4,
			     "%zu more terminate TCP and ignore probes: HTTP keepalive decides.",
			     context->survey_ignoring);
	ka_paragraph(writer, 2, 4,
		     "Name your path for a verdict: kaadvise check -p ID (`kaadvise profiles list` "
		     "shows them), or --hop idle=350s.");
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
				    analysis->facts->hz);
		}
	}
	if (analysis->facts->boot)
		ka_text_boot(writer, analysis->facts->boot);
	write_findings(writer, report->findings);
	ka_text_recommendation(writer, analysis, context);
	if (!analysis->intent->has_path)
		write_survey(writer, context);
	write_scope(writer);
}
