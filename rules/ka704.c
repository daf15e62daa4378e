#include "core/rule.h"

#include "base/duration.h"

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_intent *intent = analysis->intent;

	for (size_t i = 0; i < intent->profile_count; i++) {
		const struct ka_profile *profile = intent->profiles[i];
		struct ka_finding *finding;
		char age[KA_DURATION_TEXT];

		if (!profile->is_stale)
			continue;
		finding = ka_find(
			findings, rule, rule->severity,
			"Profile %s is a copy of %s that its server last confirmed %s ago.",
			profile->id, profile->origin, ka_format_duration(age, profile->age_s));
		ka_add_text(finding, "profile", profile->id);
		ka_add_text(finding, "url", profile->origin);
		ka_add_number(finding, "age_s", profile->age_s);
	}
}

static const char *const sources[] = {"RFC 9111, section 4.2.4 (serving stale responses)", NULL};

extern const struct ka_rule ka_rule_704;
const struct ka_rule ka_rule_704 = {
	.id = "KA704",
	.title = "a fetched profile was not confirmed now",
	.severity = KA_NOTE,
	.when = "A profile of the path came from a URL, and a kept copy stands in for its server: "
		"the server could not be reached, or --offline forbade to ask.",
	.rationale = "A site that publishes profiles may have changed one since. A copy is better "
		     "than nothing, as long as everybody can see how old it is.",
	.remedy = "Find out why the server does not answer; a pinned URL (#sha256=HEX) needs none.",
	.sources = sources,
	.check = check,
};
