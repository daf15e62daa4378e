#include "cli/commands.h"
#include "cli/reporting.h"
#include "cli/subject.h"

int ka_cmd_recommend(const struct ka_options *options, struct ka_error *reterr)
{
	struct ka_text_context context = {
		.path_words = options->path_words.bytes, .subject_words = "", .can_apply = true};
	struct ka_findings findings = {.arena = options->arena};
	struct ka_report report = {.findings = &findings};
	struct ka_analysis analysis;
	struct ka_intent intent;
	struct ka_facts facts;

	if (ka_read_intent(options, &intent, reterr) < 0)
		return -1;
	if (!intent.has_path)
		return ka_fail(reterr, KA_E_NO_PATH,
			       "recommend needs a path: -p ID (`kaadvise profiles list`) or --hop "
			       "idle=350s");
	if (ka_suppose_facts(options, &facts, reterr) < 0 ||
	    ka_analyse(options->arena, &facts, &intent, &analysis, reterr) < 0)
		return -1;
	ka_rules_check(&analysis, &findings);
	ka_waive(&findings, &facts, intent.waivers, intent.waiver_count);
	report.analysis = &analysis;
	report.has_failed = analysis.is_unsatisfiable;
	if (ka_write_reports(options, &report, &context, reterr) < 0)
		return -1;
	return report.has_failed ? 1 : 0;
}
