/* What the rules about hops share: which one of them a hop breaks, and how it is named. */
#ifndef KA_RULES_HOP_RULE_H
#define KA_RULES_HOP_RULE_H

#include "core/rule.h"

enum ka_hop_fault {
	KA_FAULT_NONE,
	KA_FAULT_BEFORE_FIRST_PROBE, /* KA201: S(0) >= W */
	KA_FAULT_NOMINAL,            /* KA202: max(T, I) + k*I >= W */
	KA_FAULT_LATENESS,           /* KA203: S(k) >= W */
	KA_FAULT_MARGIN,             /* KA210: S(k) + margin > W */
};

/* The gravest fault of a hop. None for a hop that the probes do not hold, and none when the values
 * do not work at all (KA101 says so). */
enum ka_hop_fault ka_hop_fault(const struct ka_analysis *analysis, size_t at);

/* Appends a finding for each hop with this fault: severity lowered to a note where an end closes
 * idle HTTP connections first. describe writes the message; the data of a hop is added here. */
typedef const char *ka_describe_hop(struct ka_arena *arena, const struct ka_analysis *analysis,
				    size_t at);
void ka_check_hops(const struct ka_rule *rule, const struct ka_analysis *analysis,
		   struct ka_findings *findings, enum ka_hop_fault fault,
		   ka_describe_hop *describe);

/* The profile that a hop comes from; NULL for one made on the spot. */
const struct ka_profile *ka_hop_owner(const struct ka_analysis *analysis, size_t at);

/* Adds hop number (1-based), hop name and idle_timeout_s. */
void ka_add_hop(struct ka_finding *finding, const struct ka_analysis *analysis, size_t at);

#endif
