#include "core/rule.h"

#include <inttypes.h>

static const char *triple(struct ka_arena *arena, const struct ka_settings *settings)
{
	const int64_t *value = settings->value;

	return ka_arena_printf(arena, "%" PRId64 "/%" PRId64 "/%" PRId64, value[KA_TIME],
			       value[KA_INTVL], value[KA_PROBES]);
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_facts *facts = analysis->facts;
	struct ka_arena *arena = findings->arena;

	for (size_t i = 0; i < facts->neighbour_count; i++) {
		const struct ka_neighbour *neighbour = &facts->neighbours[i];
		struct ka_finding *finding = ka_find(
			findings, rule, rule->severity,
			"%zu other network namespace%s %s, not %s (time/intvl/probes): %s%s",
			neighbour->count, neighbour->count == 1 ? " has" : "s have",
			triple(arena, &neighbour->settings), triple(arena, &facts->settings),
			neighbour->names, neighbour->count > 3 ? ", ..." : ".");

		ka_add_number(finding, "namespaces", (int64_t)neighbour->count);
		ka_add_text(finding, "names", neighbour->names);
		ka_add_number(finding, "time", neighbour->settings.value[KA_TIME]);
		ka_add_number(finding, "intvl", neighbour->settings.value[KA_INTVL]);
		ka_add_number(finding, "probes", neighbour->settings.value[KA_PROBES]);
	}
}

static const char *const sources[] = {"net/ipv4/tcp_ipv4.c, tcp_sk_init()",
				      "https://github.com/kubernetes/kubernetes/issues/71358",
				      NULL};

extern const struct ka_rule ka_rule_501;
const struct ka_rule ka_rule_501 = {
	.id = "KA501",
	.title = "network namespaces have values of their own",
	.severity = KA_NOTE,
	.when = "With --netns all: other network namespaces of this machine have other values than "
		"this one; once for each distinct triple.",
	.rationale =
		"Every network namespace has its own three values, and a new one starts with the "
		"kernel's defaults, whatever the host has: containers do not follow the host. What "
		"that does to their connections is said by the findings of each namespace.",
	.remedy = "Set the values where the container is made (--sysctl, sysctls: of compose, "
		  "securityContext.sysctls of a pod), or mend those that run with `kaadvise apply "
		  "--netns all`.",
	.sources = sources,
	.check = check,
};
