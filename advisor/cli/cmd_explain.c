#include "cli/commands.h"
#include "cli/print.h"
#include "cli/profile_source.h"
#include "core/rule.h"
#include "out/explain.h"

#include <string.h>

static bool looks_like_id_of_ours(const char *word)
{
	return strncmp(word, "KA", 2) == 0;
}

static int explain(struct ka_writer *writer, const struct ka_options *options, const char *word,
		   struct ka_error *reterr)
{
	const struct ka_rule *rule = ka_rule_find(word);
	const struct ka_error_info *error = ka_error_find(word);
	struct ka_sourced_profile sourced;

	if (rule) {
		ka_explain_rule(writer, rule);
		return 0;
	}
	if (error) {
		ka_explain_error(writer, error);
		return 0;
	}
	if (looks_like_id_of_ours(word))
		return ka_fail(
			reterr, KA_E_PROFILE_UNKNOWN,
			"'%s' is neither a rule nor an error: `kaadvise rules` lists the rules",
			word);
	if (ka_profile_source(options, word, &sourced, reterr) < 0)
		return -1;
	ka_explain_profile(writer, sourced.profile);
	return 0;
}

int ka_cmd_explain(const struct ka_options *options, struct ka_error *reterr)
{
	struct ka_writer writer = ka_make_writer(options, NULL);
	int result = explain(&writer, options, options->operands[0], reterr);

	if (result == 0)
		result = ka_emit(&writer.text, NULL, reterr);
	ka_text_clear(&writer.text);
	return result;
}
