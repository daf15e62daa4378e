/* From reports to the outputs that were asked for: each subject is rendered in every format, by
 * any thread, and written in order. Memory is bounded by one subject. */
#ifndef KA_CLI_REPORTING_H
#define KA_CLI_REPORTING_H

#include "cli/options.h"
#include "core/report.h"
#include "out/sarif.h"
#include "out/text.h"
#include "out/writer.h"

/* One subject in every format that was asked for. */
struct ka_rendering {
	struct ka_text texts[KA_OUTPUTS_MAX];
};
void ka_rendering_clear(struct ka_rendering *rendering);

/* Where the outputs go; starts with those of the options. */
struct ka_reporter {
	const struct ka_options *options;
	const struct ka_output_request
		*requests; /* text to standard output, if none was asked for */
	size_t request_count;
	int fds[KA_OUTPUTS_MAX]; /* -1: not opened yet */
	struct ka_sarif sarifs[KA_OUTPUTS_MAX];
	struct ka_writer writers[KA_OUTPUTS_MAX]; /* of text: width and colour */
	struct ka_text pending[KA_OUTPUTS_MAX];   /* not written yet */
	bool has_begun;
	bool is_hasty;   /* each subject is written at once: somebody watches */
	bool is_summary; /* several subjects: in text, a line each and the findings that matter */
};
struct ka_reporter ka_reporter_make(const struct ka_options *options, bool is_summary);

/* Renders the report in every format. context is used by the text alone. What is made on the way
 * is owned by arena. */
int ka_render(const struct ka_reporter *reporter, struct ka_arena *arena,
	      const struct ka_report *report, const struct ka_text_context *context,
	      struct ka_rendering *ret_rendering, struct ka_error *reterr);

/* The same for a subject that could not be read. */
int ka_render_failure(const struct ka_reporter *reporter, const char *subject,
		      const struct ka_error *error, struct ka_rendering *ret_rendering,
		      struct ka_error *reterr);

/* Writes what was rendered, behind what was written before; files are created at the first
 * writing. KA_E_OUTPUT. */
int ka_reporter_write(struct ka_reporter *reporter, const struct ka_rendering *rendering,
		      struct ka_error *reterr);

/* Ends every output and closes the files. KA_E_OUTPUT. */
int ka_reporter_end(struct ka_reporter *reporter, struct ka_error *reterr);

/* After a failure: closes the files as they are, and frees. */
void ka_reporter_abandon(struct ka_reporter *reporter);

/* All of it for a single subject. */
int ka_write_reports(const struct ka_options *options, const struct ka_report *report,
		     const struct ka_text_context *context, struct ka_error *reterr);

#endif
