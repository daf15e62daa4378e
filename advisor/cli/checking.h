/* Facts plus intent to a verdict: what check does with each of its subjects. */
#ifndef KA_CLI_CHECKING_H
#define KA_CLI_CHECKING_H

#include "cli/baselining.h"
#include "cli/reporting.h"

struct ka_checked {
	struct ka_analysis analysis;
	struct ka_findings findings;
	struct ka_report report;
};

/* Analyses, runs the rules, and marks what waivers and the baseline excuse; the options are those
 * of baselining. checked must stay where it is: the report points into it. Arena-owned; safe in any
 * thread. */
int ka_check_facts(struct ka_arena *arena, const struct ka_facts *facts,
		   const struct ka_intent *intent, struct ka_baselining *baselining,
		   struct ka_checked *checked, struct ka_error *reterr);

#endif
