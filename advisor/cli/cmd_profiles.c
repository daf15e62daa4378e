#include "cli/commands.h"
#include "cli/print.h"
#include "cli/profile_fetch.h"
#include "cli/profile_list.h"
#include "cli/profile_source.h"
#include "cli/profile_url.h"

#include <string.h>

static int list(const struct ka_options *options, struct ka_error *reterr)
{
	return ka_profile_list(options, options->operands + 1, options->operand_count - 1, reterr);
}

static int show(const struct ka_options *options, struct ka_error *reterr)
{
	struct ka_sourced_profile sourced;
	struct ka_text text = {0};
	int result;

	if (options->operand_count != 2)
		return ka_fail(reterr, KA_E_OPERAND,
			       "show takes one ID: kaadvise profiles show aws-nlb");
	if (ka_profile_source(options, options->operands[1], &sourced, reterr) < 0)
		return -1;
	ka_text_add_bytes(&text, sourced.yaml, sourced.yaml_length);
	result = ka_emit(&text, NULL, reterr);
	ka_text_clear(&text);
	return result;
}

/* Every file is checked and every error printed; the last one is left to main. */
static int validate(const struct ka_options *options, struct ka_error *reterr)
{
	struct ka_text text = {0};
	bool has_failed = false;
	int result;

	if (options->operand_count < 2)
		return ka_fail(reterr, KA_E_OPERAND,
			       "validate takes files: kaadvise profiles validate ./site.yaml");
	for (size_t i = 1; i < options->operand_count; i++) {
		struct ka_sourced_profile sourced;
		struct ka_error error;

		if (ka_profile_source(options, options->operands[i], &sourced, &error) < 0) {
			if (has_failed)
				ka_print_error(reterr);
			*reterr = error;
			has_failed = true;
			continue;
		}
		ka_text_printf(&text, "%s: %s is valid\n",
			       ka_escape(options->arena, options->operands[i]),
			       sourced.profile->id);
	}
	if (has_failed) {
		ka_text_clear(&text);
		return -1;
	}
	result = ka_emit(&text, NULL, reterr);
	ka_text_clear(&text);
	return result;
}

static int fetch(const struct ka_options *options, struct ka_error *reterr)
{
	if (options->operand_count != 2 || !ka_is_url(options->operands[1]))
		return ka_fail(reterr, KA_E_OPERAND,
			       "fetch takes one URL: kaadvise profiles fetch https://HOST/PATH");
	return ka_profile_fetch(options, options->operands[1], reterr);
}

int ka_cmd_profiles(const struct ka_options *options, struct ka_error *reterr)
{
	static const struct {
		const char *word;
		int (*run)(const struct ka_options *options, struct ka_error *reterr);
	} actions[] = {{"list", list}, {"show", show}, {"validate", validate}, {"fetch", fetch}};
	const char *const names[] = {"list", "show", "validate", "fetch", NULL};
	const char *nearest;

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].word, options->operands[0]) == 0)
			return actions[i].run(options, reterr);
	nearest = ka_suggest(options->operands[0], names);
	return ka_fail(reterr, KA_E_COMMAND_UNKNOWN,
		       "profiles has no action '%s'%s%s: list, show, validate or fetch",
		       options->operands[0], nearest ? "; did you mean " : "",
		       nearest ? nearest : "");
}
