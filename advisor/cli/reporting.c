#include "cli/reporting.h"

#include "cli/print.h"
#include "out/github.h"
#include "out/json.h"
#include "out/junit.h"
#include "out/sarif.h"
#include "out/sysctl.h"
#include "out/text_summary.h"

#include <errno.h>
#include <unistd.h>

enum { PENDING_MAX = 32 * 1024 }; /* bytes */

void ka_rendering_clear(struct ka_rendering *rendering)
{
	for (size_t i = 0; i < KA_OUTPUTS_MAX; i++)
		ka_text_clear(&rendering->texts[i]);
}

struct ka_reporter ka_reporter_make(const struct ka_options *options, bool is_summary)
{
	static const struct ka_output_request text_only = {KA_FORMAT_TEXT, NULL};
	struct ka_reporter reporter = {.options = options,
				       .requests = options->outputs,
				       .request_count = options->output_count,
				       .is_summary = is_summary};

	if (options->output_count == 0) {
		reporter.requests = &text_only;
		reporter.request_count = 1;
	}
	for (size_t i = 0; i < KA_OUTPUTS_MAX; i++)
		reporter.fds[i] = -1;
	for (size_t i = 0; i < reporter.request_count; i++)
		if (reporter.requests[i].format == KA_FORMAT_TEXT)
			reporter.writers[i] = ka_make_writer(options, reporter.requests[i].file);
	reporter.is_hasty = is_summary && isatty(STDOUT_FILENO);
	return reporter;
}

static void render_text(const struct ka_reporter *reporter, size_t at, struct ka_arena *arena,
			const struct ka_report *report, const struct ka_text_context *context,
			struct ka_text *text)
{
	struct ka_writer writer = reporter->writers[at];

	writer.arena = arena;
	if (reporter->is_summary)
		ka_text_summary(&writer, report);
	else
		ka_text_report(&writer, report, context);
	*text = writer.text;
}

static int render_one(const struct ka_reporter *reporter, size_t at, struct ka_arena *arena,
		      const struct ka_report *report, const struct ka_text_context *context,
		      struct ka_text *text, struct ka_error *reterr)
{
	switch (reporter->requests[at].format) {
	case KA_FORMAT_JSON:
		return ka_json_report(report, text, reterr);
	case KA_FORMAT_SARIF:
		return ka_sarif_subject(report, ka_rules, ka_rule_count, text, reterr);
	case KA_FORMAT_JUNIT:
		ka_junit_subject(report, ka_rules, ka_rule_count, reporter->options->fail_on, text);
		return 0;
	case KA_FORMAT_GITHUB:
		ka_github_subject(report, text);
		return 0;
	case KA_FORMAT_SYSCTL:
		ka_sysctl_report(report, context->path_words, text);
		return 0;
	default:
		render_text(reporter, at, arena, report, context, text);
		return 0;
	}
}

int ka_render(const struct ka_reporter *reporter, struct ka_arena *arena,
	      const struct ka_report *report, const struct ka_text_context *context,
	      struct ka_rendering *ret_rendering, struct ka_error *reterr)
{
	struct ka_rendering rendering = {0};
	int result = 0;

	for (size_t i = 0; i < reporter->request_count && result == 0; i++)
		result = render_one(reporter, i, arena, report, context, &rendering.texts[i],
				    reterr);
	if (result == 0 && arena->has_failed)
		result = ka_fail_memory(reterr);
	if (result == 0)
		*ret_rendering = rendering;
	else
		ka_rendering_clear(&rendering);
	return result;
}

int ka_render_failure(const struct ka_reporter *reporter, const char *subject,
		      const struct ka_error *error, struct ka_rendering *ret_rendering,
		      struct ka_error *reterr)
{
	struct ka_rendering rendering = {0};
	int result = 0;

	for (size_t i = 0; i < reporter->request_count && result == 0; i++) {
		struct ka_text *text = &rendering.texts[i];

		if (reporter->requests[i].format == KA_FORMAT_SARIF)
			result = ka_sarif_failure(subject, error, text, reterr);
		else if (reporter->requests[i].format == KA_FORMAT_JUNIT)
			ka_junit_failure(subject, error, text);
		else if (reporter->requests[i].format == KA_FORMAT_GITHUB)
			ka_github_failure(subject, error, text);
	}
	if (result == 0)
		*ret_rendering = rendering;
	else
		ka_rendering_clear(&rendering);
	return result;
}

static int flush(struct ka_reporter *reporter, size_t at, struct ka_error *reterr)
{
	struct ka_text *pending = &reporter->pending[at];
	int result = ka_emit_to(pending, reporter->requests[at].file, reporter->fds[at], reterr);

	ka_text_clear(pending);
	return result;
}

/* Puts text behind what was put before; many small subjects are written together. */
static int put(struct ka_reporter *reporter, size_t at, const struct ka_text *text,
	       struct ka_error *reterr)
{
	struct ka_text *pending = &reporter->pending[at];

	if (text->length > 0)
		ka_text_add_bytes(pending, text->bytes, text->length);
	pending->has_failed |= text->has_failed;
	if (pending->length < PENDING_MAX && !pending->has_failed && !reporter->is_hasty)
		return 0;
	return flush(reporter, at, reterr);
}

/* What stands before the first subject. */
static int write_head(struct ka_reporter *reporter, size_t at, struct ka_error *reterr)
{
	struct ka_text text = {0};
	int result = 0;

	if (reporter->requests[at].format == KA_FORMAT_SARIF)
		result = ka_sarif_begin(ka_rules, ka_rule_count, &text, reterr);
	else if (reporter->requests[at].format == KA_FORMAT_JUNIT)
		ka_junit_begin(&text);
	if (result == 0)
		result = put(reporter, at, &text, reterr);
	ka_text_clear(&text);
	return result;
}

/* What stands behind the last subject. */
static int write_foot(struct ka_reporter *reporter, size_t at, struct ka_error *reterr)
{
	struct ka_text text = {0};
	int result;

	if (reporter->requests[at].format == KA_FORMAT_SARIF)
		ka_sarif_end(&reporter->sarifs[at], &text);
	else if (reporter->requests[at].format == KA_FORMAT_JUNIT)
		ka_junit_end(&text);
	result = put(reporter, at, &text, reterr);
	ka_text_clear(&text);
	return result;
}

static int write_subject(struct ka_reporter *reporter, size_t at, const struct ka_text *piece,
			 struct ka_error *reterr)
{
	struct ka_text text = {0};
	int result;

	if (reporter->requests[at].format != KA_FORMAT_SARIF)
		return put(reporter, at, piece, reterr);
	ka_sarif_join(&reporter->sarifs[at], piece, &text);
	result = put(reporter, at, &text, reterr);
	ka_text_clear(&text);
	return result;
}

static int open_outputs(struct ka_reporter *reporter, struct ka_error *reterr)
{
	for (size_t i = 0; i < reporter->request_count; i++) {
		const char *file = reporter->requests[i].file;

		reporter->fds[i] = file ? ka_create(file, reterr) : STDOUT_FILENO;
		if (reporter->fds[i] < 0)
			return -1;
	}
	return 0;
}

static int begin(struct ka_reporter *reporter, struct ka_error *reterr)
{
	if (reporter->has_begun)
		return 0;
	reporter->has_begun = true;
	if (open_outputs(reporter, reterr) < 0)
		return -1;
	for (size_t i = 0; i < reporter->request_count; i++)
		if (write_head(reporter, i, reterr) < 0)
			return -1;
	return 0;
}

int ka_reporter_write(struct ka_reporter *reporter, const struct ka_rendering *rendering,
		      struct ka_error *reterr)
{
	if (begin(reporter, reterr) < 0)
		return -1;
	for (size_t i = 0; i < reporter->request_count; i++)
		if (write_subject(reporter, i, &rendering->texts[i], reterr) < 0)
			return -1;
	return 0;
}

int ka_reporter_end(struct ka_reporter *reporter, struct ka_error *reterr)
{
	int result = begin(reporter, reterr);

	for (size_t i = 0; i < reporter->request_count && result == 0; i++) {
		result = write_foot(reporter, i, reterr);
		if (result == 0)
			result = flush(reporter, i, reterr);
	}
	for (size_t i = 0; i < reporter->request_count; i++) {
		const char *file = reporter->requests[i].file;

		if (file && reporter->fds[i] >= 0 && close(reporter->fds[i]) < 0 && result == 0)
			result = ka_fail_sys(reterr, KA_E_OUTPUT, errno, "cannot write %s", file);
		reporter->fds[i] = -1;
	}
	return result;
}

void ka_reporter_abandon(struct ka_reporter *reporter)
{
	struct ka_text unsaid = {0};

	for (size_t i = 0; i < reporter->request_count; i++) {
		if (reporter->requests[i].file && reporter->fds[i] >= 0)
			close(reporter->fds[i]);
		reporter->fds[i] = -1;
		ka_sarif_end(&reporter->sarifs[i], &unsaid);
		ka_text_clear(&reporter->pending[i]);
	}
	ka_text_clear(&unsaid);
}

int ka_write_reports(const struct ka_options *options, const struct ka_report *report,
		     const struct ka_text_context *context, struct ka_error *reterr)
{
	struct ka_reporter reporter = ka_reporter_make(options, false);
	struct ka_rendering rendering = {0};
	int result;

	if (ka_render(&reporter, options->arena, report, context, &rendering, reterr) < 0)
		return -1;
	result = ka_reporter_write(&reporter, &rendering, reterr);
	ka_rendering_clear(&rendering);
	if (result == 0)
		result = ka_reporter_end(&reporter, reterr);
	if (result < 0)
		ka_reporter_abandon(&reporter);
	return result;
}
