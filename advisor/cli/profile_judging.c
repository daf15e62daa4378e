#include "cli/profile_judging.h"

#include "core/rule.h"

#include <string.h>

static bool is_about_path(const struct ka_rule *rule)
{
	return strncmp(rule->id, "KA2", 3) == 0 || strncmp(rule->id, "KA3", 3) == 0;
}

/* The number of the hop that a finding is about, from 1; 0: none. */
static size_t hop_of(const struct ka_finding *finding)
{
	for (size_t i = 0; i < finding->data_count; i++)
		if (strcmp(finding->data[i].key, "hop") == 0)
			return (size_t)finding->data[i].number;
	return 0;
}

static void add_rules(struct ka_judged_profile *judged, const char **rules, const char **hop_rules,
		      const struct ka_findings *findings)
{
	const char *last = NULL;

	for (size_t i = 0; i < findings->count; i++) {
		const struct ka_finding *finding = &findings->items[i];
		size_t hop = hop_of(finding);

		if (!is_about_path(finding->rule))
			continue;
		if (last != finding->rule->id)
			rules[judged->rule_count++] = last = finding->rule->id;
		if (hop > 0 && !hop_rules[hop - 1] && judged->hops[hop - 1] >= KA_OUTCOME_IGNORED)
			hop_rules[hop - 1] = finding->rule->id;
	}
	judged->rules = rules;
	judged->hop_rules = hop_rules;
}

static int judge(struct ka_arena *arena, const struct ka_analysis *analysis,
		 struct ka_judged_profile *judged)
{
	size_t count = analysis->intent->path.count;
	enum ka_outcome *hops = ka_arena_array(arena, count, sizeof(*hops));
	const char **hop_rules = ka_arena_array(arena, count, sizeof(*hop_rules));
	const char **rules = ka_arena_array(arena, ka_rule_count, sizeof(*rules));
	struct ka_findings findings = {.arena = arena};

	if (!hops || !hop_rules || !rules)
		return -1;
	for (size_t i = 0; i < count; i++) {
		hops[i] = ka_hop_outcome(analysis, i);
		if (hops[i] > judged->outcome)
			judged->outcome = hops[i];
	}
	judged->hops = hops;
	ka_rules_check(analysis, &findings);
	add_rules(judged, rules, hop_rules, &findings);
	return arena->has_failed ? -1 : 0;
}

int ka_profile_judge(struct ka_arena *arena, const struct ka_profile *profile,
		     const struct ka_settings *settings, struct ka_judged_profile *ret_judged,
		     struct ka_error *reterr)
{
	const struct ka_facts facts = {.kind = KA_SUBJECT_SETTINGS,
				       .name = "",
				       .settings = *settings,
				       .hz = KA_HZ_UNKNOWN};
	const struct ka_ingredient ingredient = {.profile = profile};
	const struct ka_stated nothing = {0};
	struct ka_judged_profile judged = {.profile = profile};
	struct ka_intent intent;
	struct ka_analysis analysis;

	if (ka_intent_build(arena, &ingredient, 1, &nothing, &intent, reterr) < 0 ||
	    ka_judge(arena, &facts, &intent, &analysis, reterr) < 0)
		return -1;
	if (judge(arena, &analysis, &judged) < 0)
		return ka_fail_memory(reterr);
	*ret_judged = judged;
	return 0;
}
