#include "hop_rule.h"

#include "base/duration.h"

#include <inttypes.h>

static const char *describe(struct ka_arena *arena, const struct ka_analysis *analysis, size_t at)
{
	const struct ka_hop_verdict *hop = &analysis->hops[at];
	char silence[KA_DURATION_TEXT];

	return ka_arena_printf(
		arena,
		"By the numbers %s hears from the host every %" PRId64 " s with %" PRId64
		" lost, but kernel timers fire late: up to %s, and it "
		"forgets the session after %" PRId64 " s.",
		analysis->intent->path.hops[at].name, hop->nominal_silence_s, analysis->lost_probes,
		ka_format_ms(silence, hop->silence_ms), hop->idle_s);
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	ka_check_hops(rule, analysis, findings, KA_FAULT_LATENESS, describe);
}

static const char *const sources[] = {"kernel/time/timer.c, LVL_GRAN and LVL_START",
				      "measured on Linux 6.18 at 250 ticks a second", NULL};

extern const struct ka_rule ka_rule_203;
const struct ka_rule ka_rule_203 = {
	.id = "KA203",
	.title = "timer lateness makes the values unsafe",
	.severity = KA_WARNING,
	.when = "The nominal silence is below a hop's idle timeout, but S(lost_probes), which "
		"counts the "
		"kernel's timer lateness, reaches it. A note where HTTP keepalive closes the "
		"connection "
		"first.",
	.rationale =
		"The kernel's timer wheel rounds every interval up, by up to an eighth. A probe "
		"that "
		"looks in time on paper may leave after the hop has forgotten the session; which "
		"connections are hit depends on when their timers were armed.",
	.remedy = "Lower tcp_keepalive_time or tcp_keepalive_intvl by the difference and a margin.",
	.sources = sources,
	.about = 1u << KA_TIME | 1u << KA_INTVL,
	.check = check,
};
