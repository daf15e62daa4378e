#include "core/rule.h"

#include <inttypes.h>

enum { YEAR_DAYS = 365 };

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_intent *intent = analysis->intent;

	for (size_t i = 0; i < intent->profile_count; i++) {
		const struct ka_profile *profile = intent->profiles[i];
		const struct ka_source *oldest = NULL;
		struct ka_finding *finding;

		for (size_t s = 0; s < profile->source_count; s++)
			if (!oldest || profile->sources[s].checked_day < oldest->checked_day)
				oldest = &profile->sources[s];
		if (!oldest || analysis->facts->today - oldest->checked_day <= YEAR_DAYS)
			continue;
		finding = ka_find(
			findings, rule, rule->severity,
			"Profile %s rests on a source last checked on %s, more than a year ago.",
			profile->id, oldest->checked);
		ka_add_text(finding, "profile", profile->id);
		ka_add_text(finding, "url", oldest->url);
		ka_add_text(finding, "checked", oldest->checked);
	}
}

static const char *const sources[] = {"the profile's own sources", NULL};

extern const struct ka_rule ka_rule_701;
const struct ka_rule ka_rule_701 = {
	.id = "KA701",
	.title = "a profile's source is older than a year",
	.severity = KA_NOTE,
	.when = "A source of a profile in the path was last checked more than 365 days before "
		"today "
		"(SOURCE_DATE_EPOCH, else the clock).",
	.rationale = "Vendors change idle timeouts and make fixed ones configurable. Old advice "
		     "looks like "
		     "new advice unless it carries its date.",
	.remedy = "Read the source again and update the profile, or a newer kaadvise.",
	.sources = sources,
	.check = check,
};
