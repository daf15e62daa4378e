#include "core/rule.h"

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_intent *intent = analysis->intent;

	for (size_t i = 0; i < intent->waiver_count; i++) {
		const struct ka_waiver *waiver = &intent->waivers[i];
		struct ka_finding *finding;

		if (!ka_waiver_has_expired(waiver, analysis->facts->today))
			continue;
		finding = ka_find(findings, rule, rule->severity,
				  "The waiver of %s in %s:%u held until %s and holds no more: %s",
				  waiver->rule, waiver->origin, waiver->line, waiver->until,
				  waiver->reason);
		finding->location =
			(struct ka_location){waiver->origin, waiver->line, waiver->column};
		finding->is_ours = true;
		ka_add_text(finding, "rule", waiver->rule);
		ka_add_text(finding, "until", waiver->until);
	}
}

static const char *const sources[] = {"the configuration file", NULL};

extern const struct ka_rule ka_rule_703;
const struct ka_rule ka_rule_703 = {
	.id = "KA703",
	.title = "a waiver has expired",
	.severity = KA_WARNING,
	.when = "The configuration has a waiver whose last day (`until`) is before today "
		"(SOURCE_DATE_EPOCH, else the clock), whether or not a finding still needs it.",
	.rationale = "A waiver with a date is a promise to look again. Without this finding it "
		     "would be forgotten where nothing fails, and where something does, the "
		     "reason that was once good would not be seen.",
	.remedy = "Look again at what was waived: mend it and remove the waiver, or give the "
		  "waiver a new date and a reason that holds today.",
	.sources = sources,
	.check = check,
};
