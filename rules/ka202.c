#include "hop_rule.h"

#include <inttypes.h>

static const char *describe(struct ka_arena *arena, const struct ka_analysis *analysis, size_t at)
{
	const struct ka_hop_verdict *hop = &analysis->hops[at];

	return ka_arena_printf(
		arena,
		"When %" PRId64 " probe%s in a row %s lost in front of %s, it hears nothing "
		"for %" PRId64 " s and forgets the session after %" PRId64 " s.",
		analysis->lost_probes, analysis->lost_probes == 1 ? "" : "s",
		analysis->lost_probes == 1 ? "is" : "are", analysis->intent->path.hops[at].name,
		hop->nominal_silence_s, hop->idle_s);
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	ka_check_hops(rule, analysis, findings, KA_FAULT_NOMINAL, describe);
}

static const char *const sources[] = {"net/ipv4/tcp_timer.c, tcp_keepalive_timer()", NULL};

extern const struct ka_rule ka_rule_202;
const struct ka_rule ka_rule_202 = {
	.id = "KA202",
	.title = "a lost probe is not survived",
	.severity = KA_WARNING,
	.when = "max(time, intvl) + lost_probes*intvl reaches a hop's idle timeout, by the nominal "
		"numbers "
		"already. A note where HTTP keepalive closes the connection first.",
	.rationale =
		"Probes are single small packets and get lost like any other. The next one comes "
		"an "
		"interval later; when the hop's timer ends before that, one lost packet breaks a "
		"healthy connection.",
	.remedy = "Lower tcp_keepalive_time, or tcp_keepalive_intvl, so that the probe after the "
		  "lost one "
		  "is in time.",
	.sources = sources,
	.about = 1u << KA_TIME | 1u << KA_INTVL,
	.check = check,
};
