#include "rules/socket_rule.h"

static size_t count(const struct ka_socket_group *group)
{
	return group->pinned;
}

static void find(const struct ka_rule *rule, const struct ka_analysis *analysis,
		 const struct ka_socket_group *group, const char *whose,
		 struct ka_findings *findings)
{
	struct ka_arena *arena = findings->arena;
	bool is_unsafe = group->pinned_unsafe > 0;
	struct ka_finding *finding;

	(void)analysis;
	finding = ka_find(findings, rule, is_unsafe ? KA_WARNING : rule->severity,
			  "%s %s with keepalive values of the program's own%s.",
			  ka_connections(arena, group->pinned), whose,
			  is_unsafe ? ka_arena_printf(arena, ", of which %zu probe too late",
						      group->pinned_unsafe)
				    : ": the sysctls do not move them");
	ka_add_group(finding, group, group->pinned);
	ka_add_number(finding, "unsafe", (int64_t)group->pinned_unsafe);
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	ka_check_groups(rule, analysis, count, find, findings);
}

static const char *const sources[] = {
	"tcp(7), TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT",
	"measured on Linux 6.18", NULL};

extern const struct ka_rule ka_rule_505;
const struct ka_rule ka_rule_505 = {
	.id = "KA505",
	.title = "programs that pin values of their own",
	.severity = KA_NOTE,
	.when = "With --deep: established connections whose TCP_KEEPIDLE, TCP_KEEPINTVL or "
		"TCP_KEEPCNT differ from the sysctls; for each program and port. A warning when "
		"the path forgets them before they probe.",
	.rationale =
		"A program that sets these options on a socket no longer follows the sysctls, for "
		"as long as that socket lives: the kernel has no way back. TCP_USER_TIMEOUT "
		"replaces the number of probes.",
	.remedy = "Change the values in the program's own configuration, or take them out there so "
		  "that the sysctls hold.",
	.sources = sources,
	.check = check,
};
