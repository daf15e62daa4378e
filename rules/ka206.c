#include "core/rule.h"

#include "base/duration.h"

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_goals *goals = &analysis->intent->goals;
	char bound[KA_DURATION_TEXT], wanted[KA_DURATION_TEXT];
	struct ka_finding *finding;

	if (!goals->has_detect_within || !analysis->works ||
	    analysis->bound_ms <= goals->detect_within_s * 1000)
		return;
	finding = ka_find(findings, rule, rule->severity,
			  "A dead peer is noticed after up to %s, later than the %s asked for.",
			  ka_format_ms(bound, analysis->bound_ms),
			  ka_format_ms(wanted, goals->detect_within_s * 1000));
	ka_add_number(finding, "bound_ms", analysis->bound_ms);
	ka_add_number(finding, "detect_within_s", goals->detect_within_s);
}

static const char *const sources[] = {"net/ipv4/tcp_timer.c, tcp_keepalive_timer()",
				      "kernel/time/timer.c, LVL_GRAN and LVL_START", NULL};

extern const struct ka_rule ka_rule_206;
const struct ka_rule ka_rule_206 = {
	.id = "KA206",
	.title = "a dead peer is noticed too late",
	.severity = KA_WARNING,
	.when = "detect_within is stated and below the bound max(hi(T), hi(I)) + P*hi(I).",
	.rationale =
		"time + intvl*probes is only the least that detection takes. The kernel's timer "
		"wheel "
		"rounds each of these intervals up, so a deadline has to be checked against the "
		"bound.",
	.remedy = "Lower the three values: `kaadvise recommend --detect-within` finds the gentlest "
		  "that "
		  "meet the deadline.",
	.sources = sources,
	.about = 1u << KA_TIME | 1u << KA_INTVL | 1u << KA_PROBES,
	.check = check,
};
