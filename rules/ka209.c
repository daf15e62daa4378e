#include "core/rule.h"

#include "base/duration.h"

#include <inttypes.h>

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_facts *facts = analysis->facts;
	const struct ka_conntrack *conntrack = &facts->conntrack;
	int64_t silence_ms = ka_silence_ms(&facts->settings, analysis->lost_probes, facts->hz);
	bool is_harmful = conntrack->does_nat == KA_YES || conntrack->is_loose == KA_NO;
	char text[KA_DURATION_TEXT];
	struct ka_finding *finding;

	if (!conntrack->is_present || !analysis->works ||
	    silence_ms < conntrack->established_s * 1000)
		return;
	finding = ka_find(
		findings, rule, is_harmful ? KA_WARNING : rule->severity,
		"Connection tracking %s forgets an idle connection after %" PRId64
		" s, and %s may be silent for %s%s.",
		facts->conntrack_is_of_host ? "of the host" : "in this namespace",
		conntrack->established_s,
		facts->conntrack_is_of_host ? "this container" : "the host",
		ka_format_ms(text, silence_ms),
		is_harmful ? ": with NAT, or with nf_conntrack_tcp_loose=0, it is then lost" : "");
	ka_add_number(finding, "established_s", conntrack->established_s);
	ka_add_number(finding, "silence_ms", silence_ms);
}

static const char *const sources[] = {"Documentation/networking/nf_conntrack-sysctl.rst",
				      "measured on Linux 6.18", NULL};

extern const struct ka_rule ka_rule_209;
const struct ka_rule ka_rule_209 = {
	.id = "KA209",
	.title = "this host's own connection tracking is a hop too",
	.severity = KA_NOTE,
	.when = "nf_conntrack_tcp_timeout_established of the namespace is not above the silence; a "
		"warning "
		"with NAT or nf_conntrack_tcp_loose=0.",
	.rationale =
		"Netfilter keeps a session table like any balancer. When an entry expires, a "
		"connection "
		"without NAT is picked up again in mid-stream (tcp_loose=1); one with NAT, or with "
		"tcp_loose=0 and a rule that drops invalid packets, is lost.",
	.remedy = "Raise net.netfilter.nf_conntrack_tcp_timeout_established, or lower "
		  "tcp_keepalive_time "
		  "(add `-p linux-conntrack` or `--hop idle=...` to the path to have it counted).",
	.sources = sources,
	.about = 1u << KA_TIME,
	.check = check,
};
