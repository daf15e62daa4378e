#include "cli/survey.h"

#include "profiles/builtin.h"
#include "rules/hop_rule.h"

/* After the faults of the rules about hops. */
enum { SURVEY_IGNORED = KA_FAULT_MARGIN + 1, SURVEY_GROUPS };

static const char *const group_words[SURVEY_GROUPS] = {
	[KA_FAULT_NONE] = "Keep an idle connection",
	[KA_FAULT_BEFORE_FIRST_PROBE] = "Forget it before the first probe",
	[KA_FAULT_NOMINAL] = "Forget it when a probe is lost",
	[KA_FAULT_LATENESS] = "Forget it when a probe is lost and timers fire late",
	[KA_FAULT_MARGIN] = "Keep it, with less than the margin left",
	[SURVEY_IGNORED] = "",
};

struct groups {
	struct ka_text ids[SURVEY_GROUPS];
	size_t counts[SURVEY_GROUPS];
};

static void add_id(struct groups *groups, size_t group, const char *id)
{
	ka_text_printf(&groups->ids[group], "%s%s", groups->counts[group]++ ? ", " : "", id);
}

static int sort_profile(struct ka_arena *arena, const struct ka_facts *facts, size_t number,
			struct groups *groups, struct ka_error *reterr)
{
	const struct ka_ingredient one = {.profile = ka_builtin_profile(arena, number)};
	const struct ka_stated nothing = {0};
	struct ka_intent intent;
	struct ka_analysis analysis;

	if (!one.profile)
		return ka_fail_memory(reterr);
	if (ka_profile_kind(one.profile) != KA_PRODUCT)
		return 0;
	if (ka_intent_build(arena, &one, 1, &nothing, &intent, reterr) < 0 ||
	    ka_judge(arena, facts, &intent, &analysis, reterr) < 0)
		return -1;
	add_id(groups,
	       ka_hop_outcome(&analysis, 0) == KA_OUTCOME_IGNORED ? SURVEY_IGNORED
								  : ka_hop_fault(&analysis, 0),
	       one.profile->id);
	return 0;
}

static int write_groups(struct ka_arena *arena, const struct groups *groups,
			struct ka_text_context *context, struct ka_error *reterr)
{
	struct ka_survey_group *shown = ka_arena_array(arena, SURVEY_GROUPS, sizeof(*shown));

	if (!shown)
		return ka_fail_memory(reterr);
	for (size_t i = 0; i < SURVEY_GROUPS; i++) {
		const struct ka_text *ids = &groups->ids[i];

		if (ids->has_failed)
			return ka_fail_memory(reterr);
		if (groups->counts[i] > 0 && i != SURVEY_IGNORED)
			shown[context->survey_count++] = (struct ka_survey_group){
				group_words[i], ka_arena_copy(arena, ids->bytes, ids->length)};
	}
	context->survey_ignoring = groups->counts[SURVEY_IGNORED];
	context->survey = shown;
	return 0;
}

int ka_survey(const struct ka_options *options, const struct ka_facts *facts,
	      struct ka_text_context *context, struct ka_error *reterr)
{
	struct groups groups = {0};
	int result = 0;

	if (!ka_settings_work(&facts->settings))
		return 0;
	for (size_t i = 0; result == 0 && i < ka_builtin_count; i++)
		result = sort_profile(options->arena, facts, i, &groups, reterr);
	if (result == 0)
		result = write_groups(options->arena, &groups, context, reterr);
	for (size_t i = 0; i < SURVEY_GROUPS; i++)
		ka_text_clear(&groups.ids[i]);
	return result;
}
