/* The search for a path's idle timeout, from samples: connections that were idle for a time and
 * then used. Only a failure proves anything: a forgotten connection may be answered by luck, when
 * its packets happen to reach the server that knows it. So survivals are weighed against failures,
 * and the answer is the interval outside of which nothing explains what was seen. */
#ifndef KA_CORE_IDLE_SEARCH_H
#define KA_CORE_IDLE_SEARCH_H

#include "base/arena.h"

#include <stdint.h>

enum ka_idle_end {
	KA_IDLE_SURVIVED,      /* what was sent after it was answered */
	KA_IDLE_RESET_ON_NEXT, /* ... met a reset */
	KA_IDLE_SILENT,        /* ... met nothing */
	KA_IDLE_RESET,         /* a reset came while it was idle */
	KA_IDLE_CLOSED,        /* a FIN came while it was idle */
	KA_IDLE_END_COUNT,
};

struct ka_idle_sample {
	int64_t least_ms, most_ms; /* what a hop saw as its idle time lies between */
	enum ka_idle_end end;
	unsigned round; /* set by ka_idle_search_add */
};

struct ka_idle_plan {
	int64_t min_ms, max_ms; /* the shortest and longest idle times to begin with */
	int64_t precision_ms;   /* how wide the answer may be */
	unsigned connections;   /* samples for each idle time, at least 1 */
	unsigned parallel;      /* samples in each round, at least 2 * connections */
};

/* The timeout is above lower_ms and, with has_upper, not above upper_ms. */
struct ka_idle_bracket {
	int64_t lower_ms, upper_ms;
	bool has_upper;
};

enum {
	KA_IDLE_PARALLEL_MAX = 200,
	KA_IDLE_PRECISION_MIN_MS = 50,
	/* A survival where the session was forgotten is luck, one in two with two servers: so many
	 * of them are not. */
	KA_IDLE_EVIDENCE = 20,
	/* A failure where the session was known is noise: it outweighs so many survivals. What ends
	 * all that are open, as a server that restarts does, is no more than one. */
	KA_IDLE_NOISE_WEIGHT = 10,
};

struct ka_idle_search {
	struct ka_idle_plan plan;
	struct ka_idle_sample *samples;
	size_t count, capacity;
	unsigned rounds; /* planned so far */
	uint64_t random; /* state of the generator that orders samples */
};

/* How many rounds it takes at most, where luck does not mislead it. */
unsigned ka_idle_search_rounds(const struct ka_idle_plan *plan);

/* How many it takes in any case: after these the path contradicts itself. */
unsigned ka_idle_search_rounds_max(const struct ka_idle_plan *plan);

/* seed: any number. Without memory arena->has_failed. */
void ka_idle_search_init(struct ka_idle_search *ret_search, struct ka_arena *arena,
			 const struct ka_idle_plan *plan, uint64_t seed);

/* The idle times of the next round in random order: up to plan.parallel. 0: it is over, found or
 * given up. */
size_t ka_idle_search_next(struct ka_idle_search *search,
			   int64_t ret_idle_ms[static KA_IDLE_PARALLEL_MAX]);

/* Takes one sample into account. */
void ka_idle_search_add(struct ka_idle_search *search, const struct ka_idle_sample *sample);

/* Longer idle times than this have nothing to add to the present round. INT64_MAX: all have. */
int64_t ka_idle_search_enough_ms(const struct ka_idle_search *search);

/* What is known so far, as good as proven. */
struct ka_idle_bracket ka_idle_search_bracket(const struct ka_idle_search *search);

/* Where it is, as far as it takes to decide where to look next. */
struct ka_idle_bracket ka_idle_search_guess(const struct ka_idle_search *search);

/* Whether it is as narrow as was asked for, or the longest idle time survives. */
bool ka_idle_search_is_found(const struct ka_idle_search *search);

/* How idle connections end, from the most frequent end of those that ended when it was time for it;
 * KA_IDLE_SURVIVED when none did. */
enum ka_idle_end ka_idle_search_end(const struct ka_idle_search *search);

#endif
