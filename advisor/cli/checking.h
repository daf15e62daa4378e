/* Facts plus intent to a verdict: what check does with each of its subjects. */
#ifndef KA_CLI_CHECKING_H
#define KA_CLI_CHECKING_H

#include "cli/reporting.h"

struct ka_checked {
	struct ka_analysis analysis;
	struct ka_findings findings;
	struct ka_report report;
};

/* Analyses and runs the rules. checked must stay where it is: the report points into it.
 * Arena-owned; safe in any thread. */
int ka_check_facts(struct ka_arena *arena, const struct ka_facts *facts,
		   const struct ka_intent *intent, int fail_on, struct ka_checked *checked,
		   struct ka_error *reterr);

#endif
