#include "core/rule.h"

#include <inttypes.h>

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const int64_t *value = analysis->facts->settings.value;
	struct ka_finding *finding;

	if (!analysis->works || value[KA_INTVL] <= value[KA_TIME])
		return;
	finding = ka_find(
		findings, rule, rule->severity,
		"tcp_keepalive_intvl (%" PRId64 " s) is above tcp_keepalive_time (%" PRId64
		" s): after the first answered probe a live connection is silent for %" PRId64
		" s at a time.",
		value[KA_INTVL], value[KA_TIME], value[KA_INTVL]);
	ka_add_number(finding, "time_s", value[KA_TIME]);
	ka_add_number(finding, "intvl_s", value[KA_INTVL]);
}

static const char *const sources[] = {"net/ipv4/tcp_timer.c, tcp_keepalive_timer()",
				      "measured on Linux 6.18", NULL};

extern const struct ka_rule ka_rule_103;
const struct ka_rule ka_rule_103 = {
	.id = "KA103",
	.title = "the interval is above the time and sets the silence",
	.severity = KA_NOTE,
	.when = "tcp_keepalive_intvl is greater than tcp_keepalive_time.",
	.rationale = "After every probe, answered or not, the timer is armed with the interval. On "
		     "a live "
		     "idle connection probes are therefore max(time, intvl) apart, and lowering "
		     "the time "
		     "alone does not keep a balancer's session known.",
	.remedy = "Lower tcp_keepalive_intvl to tcp_keepalive_time or below.",
	.sources = sources,
	.about = 1u << KA_INTVL | 1u << KA_TIME,
	.check = check,
};
