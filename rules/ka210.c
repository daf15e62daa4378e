#include "hop_rule.h"

#include "base/duration.h"

#include <inttypes.h>

static const char *describe(struct ka_arena *arena, const struct ka_analysis *analysis, size_t at)
{
	const struct ka_hop_verdict *hop = &analysis->hops[at];
	char left[KA_DURATION_TEXT], margin[KA_DURATION_TEXT];

	return ka_arena_printf(arena,
			       "%s forgets the session after %" PRId64
			       " s, %s after the latest probe "
			       "that must arrive: less than the margin of %s.",
			       analysis->intent->path.hops[at].name, hop->idle_s,
			       ka_format_ms(left, hop->idle_s * 1000 - hop->silence_ms),
			       ka_format_ms(margin, hop->margin_ms));
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	ka_check_hops(rule, analysis, findings, KA_FAULT_MARGIN, describe);
}

static const char *const sources[] = {"kernel/time/timer.c, LVL_GRAN and LVL_START", NULL};

extern const struct ka_rule ka_rule_210;
const struct ka_rule ka_rule_210 = {
	.id = "KA210",
	.title = "less than the margin is left",
	.severity = KA_WARNING,
	.when = "S(lost_probes) is below a hop's idle timeout, but by less than the margin (1 s "
		"unless "
		"stated). A note where HTTP keepalive closes the connection first.",
	.rationale = "Delays on the path, a scheduler that runs late and a hop whose clock ticks "
		     "coarsely "
		     "eat into what is left. Timers that coincide decide by luck.",
	.remedy = "Lower tcp_keepalive_time by the missing margin.",
	.sources = sources,
	.about = 1u << KA_TIME | 1u << KA_INTVL,
	.check = check,
};
