#include "core/rule.h"

#include <string.h>

static bool ends_a_sentence(const char *text)
{
	size_t length = strlen(text);

	return length > 0 && text[length - 1] == '.';
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_intent *intent = analysis->intent;

	for (size_t i = 0; i < intent->profile_count; i++) {
		const struct ka_profile *profile = intent->profiles[i];

		for (size_t s = 0; s < profile->source_count; s++) {
			const struct ka_source *source = &profile->sources[s];
			const char *word = ka_confirmed_words[source->confirmed];
			const char *what = source->says ? source->says : source->url;
			struct ka_finding *finding;

			if (source->confirmed != KA_SECOND_HAND && source->confirmed != KA_INFERRED)
				continue;
			finding =
				ka_find(findings, rule, rule->severity, "Profile %s, %s: %s%s",
					profile->id, word, what, ends_a_sentence(what) ? "" : ".");
			ka_add_text(finding, "profile", profile->id);
			ka_add_text(finding, "confirmed", word);
			ka_add_text(finding, "url", source->url);
		}
	}
}

static const char *const sources[] = {"the profile's own sources", NULL};

extern const struct ka_rule ka_rule_702;
const struct ka_rule ka_rule_702 = {
	.id = "KA702",
	.title = "a value is not confirmed by its vendor",
	.severity = KA_NOTE,
	.when = "A source of a profile in the path is second-hand or inferred.",
	.rationale = "Not everything that matters is written down by the vendor. Such values are "
		     "the best "
		     "known, and the report says which they are.",
	.remedy = "Measure the path, or ask the vendor, and put what you learn into a profile of "
		  "your own.",
	.sources = sources,
	.check = check,
};
