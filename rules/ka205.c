#include "hop_rule.h"

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_path *path = &analysis->intent->path;

	for (size_t i = 0; i < path->count; i++) {
		struct ka_finding *finding;

		if (path->hops[i].probes != KA_UNKNOWN || !analysis->hops[i].constrains)
			continue;
		finding = ka_find(
			findings, rule, rule->severity,
			"It is not confirmed that an empty keepalive probe restarts the idle timer "
			"of %s; the verdict assumes that it does.",
			path->hops[i].name);
		ka_add_hop(finding, analysis, i);
	}
}

static const char *const sources[] = {"the profile's own sources", NULL};

extern const struct ka_rule ka_rule_205;
const struct ka_rule ka_rule_205 = {
	.id = "KA205",
	.title = "not confirmed that probes refresh the hop",
	.severity = KA_NOTE,
	.when = "A hop that the probes reach has `keepalive: unknown`.",
	.rationale =
		"Most packet forwarders restart their timer with any packet, but some count only "
		"packets with data, or one direction. Where nobody has said or measured it, a safe "
		"verdict rests on an assumption.",
	.remedy = "Measure it: keep a connection idle for longer than the timeout with probes well "
		  "below "
		  "it, then use it; write the result into a profile with `confirmed: experiment`.",
	.sources = sources,
	.check = check,
};
