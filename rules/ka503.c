#include "rules/socket_rule.h"

#include "base/duration.h"

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_socket_summary *summary = analysis->facts->sockets;
	char text[KA_DURATION_TEXT];
	struct ka_finding *finding;
	size_t count;

	if (!summary || summary->total.old_timers == 0)
		return;
	count = summary->total.old_timers;
	finding = ka_find(findings, rule, rule->severity,
			  "%s: the timer was armed for longer than the values in force ask for, "
			  "and fires in up to %s.",
			  ka_connections(findings->arena, count),
			  ka_format_ms(text, summary->old_timer_ms));
	ka_add_number(finding, "connections", (int64_t)count);
	ka_add_number(finding, "timer_ms", summary->old_timer_ms);
}

static const char *const sources[] = {"net/ipv4/tcp_timer.c, tcp_keepalive_timer()",
				      "measured on Linux 6.18", NULL};

extern const struct ka_rule ka_rule_503;
const struct ka_rule ka_rule_503 = {
	.id = "KA503",
	.title = "keepalive timers from before the values were lowered",
	.severity = KA_NOTE,
	.when = "Established connections have a keepalive timer that leaves more time than the "
		"values in force would: it was armed before they were lowered, or by the program.",
	.rationale =
		"Lowering the sysctls does not touch timers that run already. Such a connection "
		"sends its first probe when the old timer fires, up to two hours and an eighth "
		"later; traffic does not change that. Only then does it follow the new values.",
	.remedy = "Run `kaadvise sockets --rearm` with the path, or open the connections anew.",
	.sources = sources,
	.check = check,
};
