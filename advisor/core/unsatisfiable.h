/* Why no values will do: the smallest set of stated constraints and hops that cannot hold
 * together, and what each would have to become. Pure. */
#ifndef KA_CORE_UNSATISFIABLE_H
#define KA_CORE_UNSATISFIABLE_H

#include "core/analysis.h"

/* Fills analysis->conflicts for a problem that ka_solve refused and whose defaults have all
 * yielded. -1 only for lack of memory. */
int ka_explain_conflict(struct ka_arena *arena, struct ka_analysis *analysis,
			const struct ka_problem *problem);

#endif
