#include "cli/checking.h"

int ka_check_facts(struct ka_arena *arena, const struct ka_facts *facts,
		   const struct ka_intent *intent, struct ka_baselining *baselining,
		   struct ka_checked *checked, struct ka_error *reterr)
{
	int fail_on = baselining->options->fail_on;

	*checked = (struct ka_checked){.findings = {.arena = arena}};
	if (ka_analyse(arena, facts, intent, &checked->analysis, reterr) < 0)
		return -1;
	ka_rules_check(&checked->analysis, &checked->findings);
	ka_waive(&checked->findings, facts, intent->waivers, intent->waiver_count);
	if (ka_baselining_take(baselining, facts, &checked->findings, reterr) < 0)
		return -1;
	checked->report = (struct ka_report){
		.analysis = &checked->analysis,
		.findings = &checked->findings,
		.has_failed = fail_on != KA_FAIL_ON_NEVER &&
			      ka_worst_severity(&checked->findings) >= fail_on,
	};
	return arena->has_failed ? ka_fail_memory(reterr) : 0;
}
