/* A rule: its page and its check. One file each in rules/. */
#ifndef KA_CORE_RULE_H
#define KA_CORE_RULE_H

#include "core/analysis.h"
#include "core/finding.h"

struct ka_rule {
	const char *id; /* "KA201": never changes meaning */
	const char *title;
	enum ka_severity severity; /* unless the finding says another */
	const char *when;          /* exactly when it fires, with its other severities */
	const char *rationale;     /* why it matters */
	const char *remedy;
	const char *const *sources; /* NULL-terminated */
	/* Bits 1u << enum ka_key: a finding without a place of its own points to the line that
	 * sets the first of these keys that a line sets. */
	unsigned about;
	/* Appends its findings. Pure: reads only the analysis. */
	void (*check)(const struct ka_rule *rule, const struct ka_analysis *analysis,
		      struct ka_findings *findings);
};

/* All rules in the order of their ids; written by the build from the files of rules/. */
extern const struct ka_rule *const ka_rules[];
extern const size_t ka_rule_count;

/* The rule with this id, or NULL. */
const struct ka_rule *ka_rule_find(const char *id);

/* Points the finding to the line that sets the key, where a file sets the value that is judged. */
void ka_finding_place(struct ka_finding *finding, const struct ka_analysis *analysis,
		      enum ka_key key);

/* Runs all rules, in order. */
void ka_rules_check(const struct ka_analysis *analysis, struct ka_findings *findings);

#endif
