#include "rules/socket_rule.h"

#include "base/duration.h"

static size_t count(const struct ka_socket_group *group)
{
	return group->off;
}

static void find(const struct ka_rule *rule, const struct ka_analysis *analysis,
		 const struct ka_socket_group *group, const char *whose,
		 struct ka_findings *findings)
{
	const struct ka_socket_judge *judge = &analysis->facts->sockets->judge;
	bool is_near = judge->has_hop && 2 * group->off_idle_ms > judge->idle_timeout_ms;
	char text[KA_DURATION_TEXT], limit[KA_DURATION_TEXT];
	struct ka_finding *finding;

	if (is_near)
		finding = ka_find(findings, rule, KA_WARNING,
				  "%s %s without SO_KEEPALIVE, idle for up to %s: %s forgets after "
				  "%s.",
				  ka_connections(findings->arena, group->off), whose,
				  ka_format_ms(text, group->off_idle_ms), judge->hop_name,
				  ka_format_ms(limit, judge->idle_timeout_ms));
	else
		finding = ka_find(findings, rule, rule->severity,
				  "%s %s without SO_KEEPALIVE: the sysctls do nothing for %s.",
				  ka_connections(findings->arena, group->off), whose,
				  group->off == 1 ? "it" : "them");
	ka_add_group(finding, group, group->off);
	ka_add_number(finding, "idle_ms", group->off_idle_ms);
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	ka_check_groups(rule, analysis, count, find, findings);
}

static const char *const sources[] = {
	"RFC 1122, section 4.2.3.6 (keepalive must be off by default)", "socket(7), SO_KEEPALIVE",
	"https://github.com/nsqio/nsq/issues/698", NULL};

extern const struct ka_rule ka_rule_502;
const struct ka_rule ka_rule_502 = {
	.id = "KA502",
	.title = "connections without SO_KEEPALIVE",
	.severity = KA_NOTE,
	.when = "Established connections, not to this machine itself, have keepalive switched off; "
		"for each program and port. A warning when one was seen idle for longer than half "
		"of the idle timeout of the path.",
	.rationale =
		"The sysctls say how keepalive behaves where a program has asked for it. Without "
		"SO_KEEPALIVE no probe is ever sent: the hop forgets the connection once it has "
		"been idle for long enough, and a dead peer is never noticed.",
	.remedy = "Switch keepalive on in the program's own configuration; for what is open now, "
		  "use `kaadvise sockets --enable`.",
	.sources = sources,
	.check = check,
};
