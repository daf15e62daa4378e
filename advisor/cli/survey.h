/* What a host's values do on the products of the library, for a check without a path. */
#ifndef KA_CLI_SURVEY_H
#define KA_CLI_SURVEY_H

#include "cli/options.h"
#include "out/text.h"

/* Sorts the built-in products by what becomes of an idle connection there, and puts the groups into
 * the context. -1 only for lack of memory. */
int ka_survey(const struct ka_options *options, const struct ka_facts *facts,
	      struct ka_text_context *context, struct ka_error *reterr);

#endif
