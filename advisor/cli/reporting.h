/* From facts and intent to the outputs that were asked for: what check and recommend share. */
#ifndef KA_CLI_REPORTING_H
#define KA_CLI_REPORTING_H

#include "cli/options.h"
#include "core/report.h"
#include "out/text.h"

/* Writes the report in every format that the options ask for (text when they ask for none).
 * context->path_words and the survey are used by the text alone. */
int ka_write_reports(const struct ka_options *options, const struct ka_report *report,
		     const struct ka_text_context *context, struct ka_error *reterr);

#endif
