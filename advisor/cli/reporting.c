#include "cli/reporting.h"

#include "cli/print.h"
#include "out/json.h"
#include "out/sysctl.h"

static int write_one(const struct ka_options *options, const struct ka_output_request *output,
		     const struct ka_report *report, const struct ka_text_context *context,
		     struct ka_error *reterr)
{
	struct ka_writer writer = ka_make_writer(options, output->file);
	int result = 0;

	switch (output->format) {
	case KA_FORMAT_JSON:
		result = ka_json_report(report, &writer.text, reterr);
		break;
	case KA_FORMAT_SYSCTL:
		ka_sysctl_report(report, context->path_words, &writer.text);
		break;
	default:
		ka_text_report(&writer, report, context);
	}
	if (result == 0 && options->arena->has_failed)
		result = ka_fail_memory(reterr);
	if (result == 0)
		result = ka_emit(&writer.text, output->file, reterr);
	ka_text_clear(&writer.text);
	return result;
}

int ka_write_reports(const struct ka_options *options, const struct ka_report *report,
		     const struct ka_text_context *context, struct ka_error *reterr)
{
	static const struct ka_output_request text_only = {KA_FORMAT_TEXT, NULL};

	if (options->output_count == 0)
		return write_one(options, &text_only, report, context, reterr);
	for (size_t i = 0; i < options->output_count; i++)
		if (write_one(options, &options->outputs[i], report, context, reterr) < 0)
			return -1;
	return 0;
}
