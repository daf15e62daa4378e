#include "hop_rule.h"

#include <inttypes.h>

enum ka_hop_fault ka_hop_fault(const struct ka_analysis *analysis, size_t at)
{
	const struct ka_hop_verdict *hop = &analysis->hops[at];
	int64_t idle_ms = hop->idle_s * 1000;

	if (!hop->constrains || !analysis->works)
		return KA_FAULT_NONE;
	if (hop->silence0_ms >= idle_ms)
		return KA_FAULT_BEFORE_FIRST_PROBE;
	if (hop->nominal_silence_s >= hop->idle_s)
		return KA_FAULT_NOMINAL;
	if (hop->silence_ms >= idle_ms)
		return KA_FAULT_LATENESS;
	return hop->silence_ms + hop->margin_ms > idle_ms ? KA_FAULT_MARGIN : KA_FAULT_NONE;
}

const struct ka_profile *ka_hop_owner(const struct ka_analysis *analysis, size_t at)
{
	const struct ka_profile *const *owners = analysis->intent->hop_profiles;

	return owners ? owners[at] : NULL;
}

void ka_add_hop(struct ka_finding *finding, const struct ka_analysis *analysis, size_t at)
{
	ka_add_number(finding, "hop", (int64_t)at + 1);
	ka_add_text(finding, "name", analysis->intent->path.hops[at].name);
	ka_add_number(finding, "idle_timeout_s", analysis->hops[at].idle_s);
}

/* What setting the hop's own timeout would do, behind the rule's remedy. */
static void offer_setting(struct ka_finding *finding, struct ka_arena *arena,
			  const struct ka_analysis *analysis, size_t at)
{
	const struct ka_hop *hop = &analysis->intent->path.hops[at];
	int64_t enough_s =
		ka_idle_enough_s(&analysis->intent->goals.margin, analysis->hops[at].silence_ms);
	const char *setting = hop->setting;

	if (!hop->is_configurable || analysis->hops[at].idle_s != hop->idle_s)
		return;
	if (enough_s > hop->configurable_max_s) {
		finding->remedy =
			ka_arena_printf(arena,
					"%s The idle timeout of %s can be set to %" PRId64
					" s at most, which is not enough for these values.",
					finding->rule->remedy, hop->name, hop->configurable_max_s);
		return;
	}
	finding->remedy =
		ka_arena_printf(arena, "%s Or raise the idle timeout of %s to %" PRId64 " s%s%s.",
				finding->rule->remedy, hop->name, enough_s, setting ? ": " : "",
				setting ? setting : "");
	ka_add_number(finding, "idle_timeout_enough_s", enough_s);
}

void ka_check_hops(const struct ka_rule *rule, const struct ka_analysis *analysis,
		   struct ka_findings *findings, enum ka_hop_fault fault, ka_describe_hop *describe)
{
	for (size_t i = 0; i < analysis->intent->path.count; i++) {
		const struct ka_hop_verdict *hop = &analysis->hops[i];
		const char *excuse = "";
		struct ka_finding *finding;

		if (ka_hop_fault(analysis, i) != fault)
			continue;
		if (hop->closes_first)
			excuse = " Between requests HTTP keepalive closes the connection first; "
				 "while a "
				 "request is in flight, and for other programs, it does not.";
		finding = ka_find(findings, rule, hop->closes_first ? KA_NOTE : rule->severity,
				  "%s%s", describe(findings->arena, analysis, i), excuse);
		ka_add_hop(finding, analysis, i);
		ka_add_number(finding, "silence_ms",
			      fault == KA_FAULT_BEFORE_FIRST_PROBE ? hop->silence0_ms
								   : hop->silence_ms);
		ka_add_number(finding, "margin_ms", hop->margin_ms);
		offer_setting(finding, findings->arena, analysis, i);
	}
}
