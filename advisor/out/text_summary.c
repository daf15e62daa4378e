#include "out/text_summary.h"

#include "core/boot.h"

#include <inttypes.h>
#include <string.h>

static const char *loader_words(const struct ka_boot_facts *facts)
{
	return facts->loader ? facts->loader->name : "no loader";
}

/* Where the values come from: the files of an image, or a running kernel. */
static const char *origin_words(struct ka_arena *arena, const struct ka_analysis *analysis)
{
	const struct ka_facts *facts = analysis->facts;

	if (facts->kind == KA_SUBJECT_ROOT && facts->boot)
		return loader_words(facts->boot->facts);
	if (!analysis->works)
		return "running";
	return ka_arena_printf(arena, "running; a dead peer is noticed within %s",
			       ka_seconds(arena, analysis->bound_ms));
}

static void write_subject(struct ka_writer *writer, const struct ka_report *report)
{
	const struct ka_facts *facts = report->analysis->facts;
	const int64_t *value = facts->settings.value;
	size_t waived = 0;

	ka_text_printf(&writer->text, "%s: ", ka_escape(writer->arena, facts->name));
	ka_style_on(writer, report->has_failed ? KA_RED : KA_GREEN);
	ka_text_add(&writer->text, report->has_failed ? "fail" : "pass");
	ka_style_off(writer);
	ka_text_printf(&writer->text, ": %" PRId64 ",%" PRId64 ",%" PRId64 " (%s)", value[KA_TIME],
		       value[KA_INTVL], value[KA_PROBES],
		       origin_words(writer->arena, report->analysis));
	for (size_t i = 0; i < report->findings->count; i++)
		waived += report->findings->items[i].waiver != NULL;
	if (waived > 0)
		ka_text_printf(&writer->text, ", %zu waived", waived);
	ka_text_add(&writer->text, "\n");
}

/* The subject's name and the file inside it, without two slashes between them. */
static void write_place(struct ka_writer *writer, const char *root,
			const struct ka_finding *finding)
{
	const struct ka_location *location = &finding->location;
	size_t length = finding->is_ours ? 0 : strlen(root);

	while (location->file && length > 0 && root[length - 1] == '/')
		length--;
	ka_text_add(&writer->text,
		    ka_escape(writer->arena, ka_arena_copy(writer->arena, root, length)));
	if (!location->file)
		return;
	ka_text_printf(&writer->text, "%s:%u", ka_escape(writer->arena, location->file),
		       location->line);
	if (location->column > 0)
		ka_text_printf(&writer->text, ":%u", location->column);
}

static void write_finding(struct ka_writer *writer, const struct ka_finding *finding)
{
	static const enum ka_style styles[] = {KA_CYAN, KA_YELLOW, KA_RED};

	ka_text_add(&writer->text, ": ");
	ka_style_on(writer, styles[finding->severity]);
	ka_text_printf(&writer->text, "%s:", ka_severity_words[finding->severity]);
	ka_style_off(writer);
	ka_text_printf(&writer->text, " %s [%s]\n", ka_escape(writer->arena, finding->message),
		       finding->rule->id);
}

static void write_waived(struct ka_writer *writer, const struct ka_finding *finding)
{
	const char *words = ka_waiver_words(writer->arena, finding->waiver);

	ka_style_on(writer, KA_DIM);
	ka_text_printf(&writer->text, ": %s: %s [%s] (%s)", ka_severity_words[finding->severity],
		       ka_escape(writer->arena, finding->message), finding->rule->id,
		       ka_escape(writer->arena, words));
	ka_style_off(writer);
	ka_text_add(&writer->text, "\n");
}

/* What a subject is told of others belongs into an overview of all of them. */
static bool is_worth_a_line(const struct ka_finding *finding)
{
	return finding->severity != KA_NOTE || strcmp(finding->rule->id, "KA501") == 0;
}

void ka_text_summary(struct ka_writer *writer, const struct ka_report *report)
{
	write_subject(writer, report);
	for (size_t i = 0; i < report->findings->count; i++) {
		const struct ka_finding *finding = &report->findings->items[i];

		if (!is_worth_a_line(finding))
			continue;
		write_place(writer, report->analysis->facts->name, finding);
		if (finding->waiver)
			write_waived(writer, finding);
		else
			write_finding(writer, finding);
	}
}
