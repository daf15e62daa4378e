/* What an output format gets to print. */
#ifndef KA_CORE_REPORT_H
#define KA_CORE_REPORT_H

#include "core/rule.h"

struct ka_report {
	const struct ka_analysis *analysis;
	const struct ka_findings *findings;
	bool has_failed; /* verdict: a finding at or above --fail-on, or nothing satisfies */
};

#endif
