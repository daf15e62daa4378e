#include "cli/applying.h"
#include "cli/commands.h"
#include "cli/mending.h"
#include "cli/namespaces.h"
#include "cli/print.h"
#include "cli/subject.h"
#include "out/text.h"

#include <inttypes.h>
#include <string.h>

enum { PURPOSE_MAX = 2000, REASONS_MAX = 8000 }; /* bytes */

static const char *default_path(struct ka_arena *arena, const struct ka_intent *intent)
{
	const char *words = "";

	for (size_t i = 0; i < intent->path.count && strlen(words) < PURPOSE_MAX; i++)
		words = ka_arena_printf(arena, "%s%s%s", words, i ? ", " : "path ",
					intent->path.hops[i].name);
	return words;
}

/* What named the values: words of the command line, and the configuration. */
static const char *words_of(const struct ka_options *options, const struct ka_intent *intent)
{
	const char *words = options->path_words.bytes ? options->path_words.bytes : "";
	const int64_t *set = options->set.value;
	const char *path = "";

	if (options->has_set)
		return ka_arena_printf(options->arena, "--set %" PRId64 ",%" PRId64 ",%" PRId64,
				       set[KA_TIME], set[KA_INTVL], set[KA_PROBES]);
	if (!intent->configuration)
		return words;
	if (options->path_count == 0)
		path = default_path(options->arena, intent);
	return ka_arena_printf(options->arena, "%s%s%s (configuration: %s)", path,
			       *path && *words ? " " : "", words, intent->configuration);
}

/* The same as one line without control characters. */
static const char *purpose_of(const struct ka_options *options, const struct ka_intent *intent)
{
	const char *words = ka_escape(options->arena, words_of(options, intent));
	size_t length;

	if (strlen(words) <= PURPOSE_MAX)
		return words;
	/* Cut between two characters of UTF-8. */
	length = PURPOSE_MAX;
	while (length > 0 && (words[length] & 0xc0) == 0x80)
		length--;
	return ka_arena_printf(options->arena, "%.*s...", (int)length, words);
}

/* The constraints, a line each, for the comments of the drop-in. */
static const char *reasons_of(struct ka_arena *arena, const struct ka_analysis *analysis)
{
	const struct ka_recommendation *recommendation = &analysis->recommendation;
	const char *lines = "";

	for (size_t i = 0; i < recommendation->proof_count && strlen(lines) < REASONS_MAX; i++) {
		const struct ka_proof *proof = &recommendation->proof[i];
		const char *name = ka_constraint_words[proof->constraint];

		if (proof->constraint == KA_C_HOP)
			name = ka_arena_printf(arena, "hop %zu", proof->hop + 1);
		lines = ka_arena_printf(arena, "%s%s: %s <= %s\n", lines, name,
					ka_seconds(arena, proof->left_ms),
					ka_seconds_left(arena, proof->right_ms));
	}
	return lines;
}

/* Works out which values to set. *ret_exit is -1 when there are some, else the exit code. */
static int recommend(const struct ka_options *options, const struct ka_intent *intent,
		     const struct ka_facts *facts, struct ka_run *run,
		     struct ka_apply_request *request, int *ret_exit, struct ka_error *reterr)
{
	struct ka_text_context context = {.path_words = request->purpose, .subject_words = ""};
	struct ka_analysis analysis;

	if (ka_analyse(options->arena, facts, intent, &analysis, reterr) < 0)
		return -1;
	*ret_exit = -1;
	if (analysis.is_unsatisfiable || !ka_has_work(&analysis) || !analysis.has_recommendation) {
		ka_text_recommendation(&run->said, &analysis, &context);
		*ret_exit = analysis.is_unsatisfiable ? 1 : 0;
	}
	request->target = analysis.recommendation.settings;
	request->reasons = reasons_of(options->arena, &analysis);
	return 0;
}

/* Says in which image it went wrong. */
static int within_root(const struct ka_options *options, int result, struct ka_error *reterr)
{
	if (result < 0 && options->root_count > 0)
		ka_error_name_root(reterr, options->roots[0]);
	return result;
}

static int read_subject(const struct ka_options *options, struct ka_facts *facts,
			struct ka_error *reterr)
{
	int result;

	if (options->root_count == 0)
		return ka_read_facts(options, facts, reterr);
	if (options->has_set)
		return 0; /* nothing is to be judged */
	result = ka_read_root_facts(options, options->arena, options->roots[0], ka_now_s() / 86400,
				    facts, reterr);
	return within_root(options, result, reterr);
}

static int run_apply(const struct ka_options *options, const struct ka_intent *intent,
		     struct ka_run *run, bool *has_snippets, struct ka_error *reterr)
{
	struct ka_apply_request request = {.target = options->set,
					   .purpose = purpose_of(options, intent),
					   .reasons = "",
					   .live_only = options->live_only,
					   .persist_only = options->persist_only,
					   .dry_run = options->dry_run,
					   .drop_in = options->drop_in,
					   .has_snippets = has_snippets};
	struct ka_facts facts = {0};
	int exit_code = -1;

	if (read_subject(options, &facts, reterr) < 0 || ka_run_init(run, options, reterr) < 0)
		return -1;
	if (!options->has_set &&
	    recommend(options, intent, &facts, run, &request, &exit_code, reterr) < 0)
		return -1;
	if (exit_code >= 0)
		return exit_code;
	return within_root(options, ka_apply(run, &request, reterr), reterr);
}

/* Connections that are open follow the new values now, and not when their timers fire. */
static int rearm(const struct ka_options *options, const struct ka_intent *intent,
		 struct ka_error *reterr)
{
	struct ka_socket_judge judge;
	struct ka_look look = {.options = options, .judge = &judge, .owners = KA_OWNERS_ALL};
	struct ka_seen_sockets seen;
	int result;

	if (options->dry_run) {
		ka_print_note("--rearm does nothing yet: the values are not applied (--dry-run)");
		return 0;
	}
	if (ka_socket_judge_here(options, intent, &judge, reterr) < 0 ||
	    ka_look_at_sockets(&look, &seen, reterr) < 0)
		return -1;
	result = ka_mend_sockets(options, &judge, &seen, NULL, reterr);
	ka_seen_sockets_clear(&seen);
	return result;
}

static int apply_here(const struct ka_options *options, const struct ka_intent *intent,
		      bool *has_snippets, struct ka_error *reterr)
{
	struct ka_run run = KA_RUN_NONE;
	int result = run_apply(options, intent, &run, has_snippets, reterr);

	result = ka_run_end(&run, result, reterr);
	return result == 0 && options->rearm ? rearm(options, intent, reterr) : result;
}

struct everywhere {
	const struct ka_options *options;
	const struct ka_intent *intent;
	bool has_snippets; /* told already */
};

static int say_where(const struct ka_options *options, const struct ka_netns_entry *entry,
		     struct ka_error *reterr)
{
	struct ka_writer writer = ka_make_writer(options, NULL);
	int result;

	ka_text_add(&writer.text, entry->is_own ? "" : "\n");
	ka_style_on(&writer, KA_BOLD);
	ka_text_printf(&writer.text, "Network namespace %s%s",
		       ka_escape(options->arena, entry->name), entry->is_own ? " (this one)" : "");
	ka_style_off(&writer);
	ka_end_line(&writer);
	result = ka_emit(&writer.text, NULL, reterr);
	ka_text_clear(&writer.text);
	return result;
}

static int apply_there(void *context, const struct ka_netns_entry *entry, struct ka_error *reterr)
{
	struct everywhere *everywhere = context;
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_options options = *everywhere->options;
	int result;

	options.arena = &arena;
	options.all_netns = false;
	options.netns = entry->is_own ? NULL : entry->word;
	result = say_where(&options, entry, reterr);
	if (result == 0)
		result =
			apply_here(&options, everywhere->intent, &everywhere->has_snippets, reterr);
	ka_arena_clear(&arena);
	return result;
}

int ka_cmd_apply(const struct ka_options *options, struct ka_error *reterr)
{
	struct ka_intent intent = {0};
	struct everywhere everywhere = {options, &intent, false};

	/* All input is read before anything of the system: in the caller's namespace, too. */
	if (!options->has_set && ka_read_intent(options, &intent, reterr) < 0)
		return -1;
	if (!options->has_set && !intent.has_path)
		return ka_fail(reterr, KA_E_NO_PATH,
			       "apply needs a path (-p ID, --hop idle=350s) or --set T,I,P");
	if (options->all_netns)
		return ka_each_namespace(options, apply_there, &everywhere, reterr);
	return apply_here(options, &intent, NULL, reterr);
}
