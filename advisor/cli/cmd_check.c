#include "cli/checking.h"
#include "cli/commands.h"
#include "cli/namespaces.h"
#include "cli/print.h"
#include "cli/roots.h"
#include "cli/socket_look.h"
#include "cli/subject.h"
#include "cli/survey.h"

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
	ka_look_for_check(options, intent, &facts);
	if (ka_check_facts(options->arena, &facts, intent, baselining, &checked, reterr) < 0)
		return -1;
	if (options->netns)
		context.subject_words =
			ka_arena_printf(options->arena, "--netns %s ",
					ka_shell_word(options->arena, options->netns));
	if (!intent->has_path && wants_text(options) &&
	    ka_survey(options, &facts, &context, reterr) < 0)
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
	else if (own.all_netns)
		result = ka_check_namespaces(&baselining, &intent, reterr);
	else
		result = check_host(&baselining, &intent, reterr);
	return ka_baselining_end(&baselining, result, reterr);
}
