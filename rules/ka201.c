#include "hop_rule.h"

#include "base/duration.h"

#include <inttypes.h>

static const char *const at_expiry[] = {
	[KA_SILENT] = "and tells nobody",
	[KA_RESET_ON_NEXT] = "and answers the next packet with a reset",
	[KA_RESET_BOTH] = "and resets both ends",
	[KA_DROP] = "and drops the next packet",
	[KA_CLOSE] = "and closes the connection",
	[KA_EXPIRY_UNKNOWN] = "",
};

static const char *describe(struct ka_arena *arena, const struct ka_analysis *analysis, size_t at)
{
	const struct ka_hop *hop = &analysis->intent->path.hops[at];
	const int64_t *value = analysis->facts->settings.value;
	const char *what = at_expiry[hop->on_expiry];
	char silence[KA_DURATION_TEXT];

	return ka_arena_printf(
		arena, "%s forgets an idle session after %" PRId64 " s%s%s; %s %s%s.", hop->name,
		analysis->hops[at].idle_s, *what ? " " : "", what,
		value[KA_INTVL] > value[KA_TIME] ? "two probes are up to"
						 : "the first probe leaves after up to",
		ka_format_ms(silence, analysis->hops[at].silence0_ms),
		value[KA_INTVL] > value[KA_TIME] ? " apart" : "");
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	ka_check_hops(rule, analysis, findings, KA_FAULT_BEFORE_FIRST_PROBE, describe);
}

static const char *const sources[] = {"kernel/time/timer.c, LVL_GRAN and LVL_START",
				      "net/ipv4/tcp_timer.c, tcp_keepalive_timer()", NULL};

extern const struct ka_rule ka_rule_201;
const struct ka_rule ka_rule_201 = {
	.id = "KA201",
	.title = "a hop forgets the session before the first probe",
	.severity = KA_ERROR_SEVERITY,
	.when = "The longest silence without any loss, S(0), reaches a hop's idle timeout. A note "
		"where "
		"HTTP keepalive closes the connection first.",
	.rationale =
		"A balancer, NAT or firewall that sees no packet for its idle timeout removes the "
		"session from its table. The next request then reaches another server, which "
		"answers "
		"with a reset, or vanishes; the old server keeps a connection without a peer. The "
		"first probe comes too late to prevent it.",
	.remedy = "Lower tcp_keepalive_time (and tcp_keepalive_intvl, when it is larger).",
	.sources = sources,
	.about = 1u << KA_TIME | 1u << KA_INTVL,
	.check = check,
};
