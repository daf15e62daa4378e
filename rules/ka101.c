#include "core/rule.h"

#include <inttypes.h>

static const char *const harm[KA_KEY_COUNT] = {
	[KA_TIME] = "0 probes at once, a negative value switches keepalive off",
	[KA_INTVL] = "0 kills healthy connections after a few ticks, a negative one never probes",
	[KA_PROBES] =
		"every idle connection is killed when its time ends, though the peer is alive",
};

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		int64_t value = analysis->facts->settings.value[key];
		struct ka_finding *finding;

		if (value > 0)
			continue;
		finding = ka_find(findings, rule, rule->severity, "%s is %" PRId64 ": %s.",
				  ka_sysctls[key].word, value, harm[key]);
		ka_finding_place(finding, analysis, (enum ka_key)key);
		ka_add_text(finding, "key", ka_sysctls[key].key);
		ka_add_number(finding, "value", value);
	}
}

static const char *const sources[] = {"net/ipv4/tcp_timer.c, tcp_keepalive_timer()",
				      "measured on Linux 6.18", NULL};

extern const struct ka_rule ka_rule_101;
const struct ka_rule ka_rule_101 = {
	.id = "KA101",
	.title = "a value that kills connections or switches keepalive off",
	.severity = KA_ERROR_SEVERITY,
	.when = "tcp_keepalive_time or tcp_keepalive_intvl is 0 or negative, or "
		"tcp_keepalive_probes is 0.",
	.rationale =
		"The kernel accepts these values without a word. With probes 0 it sends no probe: "
		"it resets every idle connection when tcp_keepalive_time ends, also when the peer "
		"answers. With intvl 0 probes are a tick apart, and a path whose round trip is "
		"longer "
		"than a few ticks is given up. A negative time or intvl puts the timer some years "
		"ahead: keepalive is silently off.",
	.remedy = "Set a positive value: `kaadvise recommend` for your path, or the kernel's "
		  "defaults "
		  "7200, 75 and 9.",
	.sources = sources,
	.check = check,
};
