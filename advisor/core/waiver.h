/* Waivers: findings that a site has looked at and accepts, each with a reason. */
#ifndef KA_CORE_WAIVER_H
#define KA_CORE_WAIVER_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ka_facts;
struct ka_findings;

/* One waiver of the configuration file, or the baseline as a whole. hop, file and netns narrow it;
 * NULL: any. */
struct ka_waiver {
	const char *rule;   /* "KA205" */
	const char *reason; /* never empty */
	const char *until;  /* YYYY-MM-DD, the last day on which it holds; NULL: for ever */
	int64_t until_day;  /* days since 1970-01-01 */
	const char *hop;    /* the name of the hop that the finding is about */
	const char *file;   /* the file that it points to: a pattern as of fnmatch(3) */
	const char *netns;  /* the namespace as it was named: a pattern as of fnmatch(3) */
	const char *origin; /* the configuration file, for messages */
	unsigned line, column;
};

/* Whether today is after its last day. */
bool ka_waiver_has_expired(const struct ka_waiver *waiver, int64_t today);

/* Marks each finding that is not marked yet with the first waiver that fits it and has not expired.
 */
void ka_waive(struct ka_findings *findings, const struct ka_facts *facts,
	      const struct ka_waiver *waivers, size_t count);

/* "waived until 2027-01-31: REASON", for reports; arena-owned. */
const char *ka_waiver_words(struct ka_arena *arena, const struct ka_waiver *waiver);

#endif
