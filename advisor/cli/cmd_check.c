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

/* Looks at the connections that are open. What cannot be read is no reason to say nothing about the
 * values. */
static void look_at_sockets(const struct ka_options *options, const struct ka_intent *intent,
			    struct ka_facts *facts)
{
	struct ka_seen_sockets *seen = ka_arena_alloc(options->arena, sizeof(*seen));
	struct ka_socket_judge judge;
	struct ka_look look = {.options = options,
			       .judge = &judge,
			       .owners = options->deep ? KA_OWNERS_ALL : KA_OWNERS_NEEDED,
			       .wants_options = options->deep,
			       .observe_s = options->observe_s,
			       .is_hasty = true};
	struct ka_analysis analysis;
	struct ka_error error;

	if (options->no_sockets || options->has_settings || !seen)
		return;
	if (options->no_owners)
		look.owners = KA_OWNERS_NONE;
	if (ka_judge(options->arena, facts, intent, &analysis, &error) < 0)
		return;
	ka_socket_judge_init(&judge, &analysis, false);
	if (ka_look_at_sockets(&look, seen, &error) < 0) {
		ka_print_note("the connections that are open are not judged: %s", error.message);
		return;
	}
	ka_seen_sockets_clear(seen);
	facts->sockets = &seen->summary;
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
	look_at_sockets(options, intent, &facts);
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
