#include "core/rule.h"

#include <string.h>

const struct ka_rule *ka_rule_find(const char *id)
{
	for (size_t i = 0; i < ka_rule_count; i++)
		if (strcmp(ka_rules[i]->id, id) == 0)
			return ka_rules[i];
	return NULL;
}

void ka_finding_place(struct ka_finding *finding, const struct ka_analysis *analysis,
		      enum ka_key key)
{
	const struct ka_boot *boot = analysis->facts->boot;
	const struct ka_boot_line *line = boot ? boot->main.source[key] : NULL;

	/* A running value that the files do not set is not the fault of their lines. */
	if (!line || boot->main.values.value[key] != analysis->facts->settings.value[key])
		return;
	finding->location = (struct ka_location){line->file, line->line, line->column};
}

static void place(struct ka_finding *finding, const struct ka_analysis *analysis)
{
	for (int key = 0; key < KA_KEY_COUNT && !finding->location.file; key++)
		if (finding->rule->about & 1u << key)
			ka_finding_place(finding, analysis, (enum ka_key)key);
}

void ka_rules_check(const struct ka_analysis *analysis, struct ka_findings *findings)
{
	for (size_t i = 0; i < ka_rule_count; i++) {
		size_t before = findings->count;

		ka_rules[i]->check(ka_rules[i], analysis, findings);
		for (size_t at = before; at < findings->count; at++)
			place(&findings->items[at], analysis);
	}
}
