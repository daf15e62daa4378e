#include "rules/socket_rule.h"

#include "base/duration.h"

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_socket_summary *summary = analysis->facts->sockets;
	char text[KA_DURATION_TEXT];
	struct ka_finding *finding;
	size_t count;

	if (!summary || summary->total.counts[KA_V_FORGOTTEN] == 0)
		return;
	count = summary->total.counts[KA_V_FORGOTTEN];
	finding = ka_find(findings, rule, summary->silent > 0 ? KA_WARNING : rule->severity,
			  "%s: idle for us for longer than %s remembers (%s)%s.",
			  ka_connections(findings->arena, count), summary->judge.hop_name,
			  ka_format_ms(text, summary->judge.idle_timeout_ms),
			  summary->silent > 0 ? "; nothing at all arrived while they were observed"
					      : ", unless the peer is the one that probes");
	ka_add_number(finding, "connections", (int64_t)count);
	ka_add_number(finding, "idle_timeout_ms", summary->judge.idle_timeout_ms);
	if (summary->silent > 0)
		ka_add_number(finding, "silent", (int64_t)summary->silent);
}

static const char *const sources[] = {"net/ipv4/tcp.c, tcp_get_info() (tcpi_last_data_recv, "
				      "tcpi_last_ack_recv, tcpi_segs_in)",
				      "measured on Linux 6.18", NULL};

extern const struct ka_rule ka_rule_504;
const struct ka_rule ka_rule_504 = {
	.id = "KA504",
	.title = "connections that the path has forgotten, as far as this end sees",
	.severity = KA_NOTE,
	.when = "Established connections have received nothing for longer than the idle timeout of "
		"the path. A warning when they were observed and not one segment arrived: the peer "
		"may be the one that probes, and its probes do not end our idle time.",
	.rationale =
		"The hop has removed such a session from its table. The next request on it is "
		"reset or vanishes, and the server behind the hop keeps a connection that nobody "
		"will ever use.",
	.remedy = "See which they are with `kaadvise sockets --verdict forgotten --observe 60s`; "
		  "restart the programs, or let their pools close idle connections earlier.",
	.sources = sources,
	.check = check,
};
