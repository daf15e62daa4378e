/* A profile, and what some values do to idle connections on its hops: what lists of profiles
 * show. */
#ifndef KA_CORE_JUDGED_PROFILE_H
#define KA_CORE_JUDGED_PROFILE_H

#include "core/analysis.h"

struct ka_judged_profile {
	const struct ka_profile *profile;
	enum ka_outcome outcome;     /* the gravest of its hops; NONE without hops */
	const enum ka_outcome *hops; /* of each hop */
	/* Of each hop the rule that tells why it fails or ignores probes, or NULL. */
	const char *const *hop_rules;
	/* What a check of this profile alone finds about path and HTTP keepalive: ids in order. */
	const char *const *rules;
	size_t rule_count;
};

#endif
