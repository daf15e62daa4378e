#include "cli/checking.h"
#include "cli/commands.h"
#include "cli/roots.h"
#include "cli/subject.h"
#include "profiles/builtin.h"
#include "rules/hop_rule.h"

static const char *survey_verdict(const struct ka_analysis *analysis)
{
	static const char *const words[] = {
		[KA_FAULT_NONE] = "survived",
		[KA_FAULT_BEFORE_FIRST_PROBE] = "forgets the session before the first probe",
		[KA_FAULT_NOMINAL] = "forgets it when a probe is lost",
		[KA_FAULT_LATENESS] = "forgets it when a probe is lost and timers fire late",
		[KA_FAULT_MARGIN] = "survived, with less than the margin left",
	};
	enum ka_hop_fault gravest = KA_FAULT_NONE;
	bool constrains = false;

	if (!analysis->works)
		return "keepalive does not work";
	for (size_t i = 0; i < analysis->intent->path.count; i++) {
		enum ka_hop_fault fault = ka_hop_fault(analysis, i);

		constrains |= analysis->hops[i].constrains;
		if (fault != KA_FAULT_NONE && (gravest == KA_FAULT_NONE || fault < gravest))
			gravest = fault;
	}
	return constrains ? words[gravest] : "ignores probes: HTTP keepalive decides";
}

/* What these values do on each built-in middlebox, for a check without a path. */
static int survey(const struct ka_options *options, const struct ka_facts *facts,
		  struct ka_text_context *context, struct ka_error *reterr)
{
	struct ka_survey_row *rows =
		ka_arena_array(options->arena, ka_builtin_count, sizeof(*rows));

	if (!rows)
		return ka_fail_memory(reterr);
	for (size_t i = 0; i < ka_builtin_count; i++) {
		struct ka_ingredient one = {.profile = ka_builtin_profile(options->arena, i)};
		struct ka_stated nothing = {0};
		struct ka_intent intent;
		struct ka_analysis analysis;

		if (!one.profile)
			return ka_fail_memory(reterr);
		if (one.profile->hop_count == 0)
			continue;
		if (ka_intent_build(options->arena, &one, 1, &nothing, &intent, reterr) < 0 ||
		    ka_analyse(options->arena, facts, &intent, &analysis, reterr) < 0)
			return -1;
		rows[context->survey_count++] =
			(struct ka_survey_row){one.profile, survey_verdict(&analysis)};
	}
	context->survey = rows;
	return 0;
}

static bool wants_text(const struct ka_options *options)
{
	bool wants = options->output_count == 0;

	for (size_t i = 0; i < options->output_count; i++)
		wants |= options->outputs[i].format == KA_FORMAT_TEXT;
	return wants;
}

static int check_host(struct ka_baselining *baselining, const struct ka_intent *intent,
		      struct ka_error *reterr)
{
	const struct ka_options *options = baselining->options;
	struct ka_text_context context = {.path_words = options->path_words.bytes,
					  .subject_words = "",
					  .can_apply = !options->has_settings};
	struct ka_checked checked;
	struct ka_facts facts;

	if (ka_read_facts(options, &facts, reterr) < 0)
		return -1;
	ka_ask_about_nat(intent, &facts);
	if (ka_check_facts(options->arena, &facts, intent, baselining, &checked, reterr) < 0)
		return -1;
	if (options->netns)
		context.subject_words =
			ka_arena_printf(options->arena, "--netns %s ",
					ka_shell_word(options->arena, options->netns));
	if (!intent->has_path && wants_text(options) &&
	    survey(options, &facts, &context, reterr) < 0)
		return -1;
	if (ka_write_reports(options, &checked.report, &context, reterr) < 0)
		return -1;
	return checked.report.has_failed ? 1 : 0;
}

int ka_cmd_check(const struct ka_options *options, struct ka_error *reterr)
{
	struct ka_options own = *options;
	struct ka_baselining baselining;
	struct ka_intent intent;
	int result;

	/* Whoever writes down what there is accepts it. */
	if (own.write_baseline)
		own.fail_on = KA_FAIL_ON_NEVER;
	if (ka_read_intent(&own, &intent, reterr) < 0 ||
	    ka_baselining_begin(&baselining, &own, reterr) < 0)
		return -1;
	if (own.root_count > 0 || own.root_list)
		result = ka_check_roots(&baselining, &intent, reterr);
	else
		result = check_host(&baselining, &intent, reterr);
	return ka_baselining_end(&baselining, result, reterr);
}
