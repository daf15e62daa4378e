/* Chooses the three values, or proves that none will do. Pure. */
#ifndef KA_CORE_SOLVER_H
#define KA_CORE_SOLVER_H

#include "core/keepalive.h"

#include <stdbool.h>

/* What the values must meet. A constraint that does not hold is simply absent (has_x false, hop
 * limit INT64_MAX, minimum 0 or 1). */
struct ka_problem {
	unsigned hz;        /* or KA_HZ_UNKNOWN: must hold at every common rate */
	int64_t silence_ms; /* S(lost) may be at most this: the least of W - margin over the hops;
			       INT64_MAX without hops */
	int64_t lost;       /* probes in a row that may vanish; P >= lost + 1 */
	bool has_detect;
	int64_t detect_ms;  /* B may be at most this */
	int64_t outage_s;   /* (P-1)*I at least this; 0: none */
	int64_t min_time_s; /* T at least this; 1: none */
};

/* Whether these values are in range and meet the problem; I <= T is a matter of choosing and is not
 * asked. */
bool ka_problem_holds(const struct ka_problem *problem, const struct ka_settings *settings);

/* The best triple of the first stage that has one (largest time, then least bound, then
 * largest intvl, then fewest probes). False when even the last stage has none. */
bool ka_solve(const struct ka_problem *problem, struct ka_settings *ret_settings);

/* Whether any triple of the last stage meets the problem: T 1..7200, I 1..75 and at most T,
 * P 1..127. */
bool ka_is_solvable(const struct ka_problem *problem);

#endif
