#include "core/rule.h"

#include <inttypes.h>

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		int64_t value = analysis->facts->settings.value[key];
		struct ka_finding *finding;

		if (value <= ka_sysctls[key].max)
			continue;
		finding = ka_find(findings, rule, rule->severity,
				  "%s is %" PRId64 ", above the %" PRId64
				  " that a program could ask for on its own socket.",
				  ka_sysctls[key].word, value, ka_sysctls[key].max);
		ka_finding_place(finding, analysis, (enum ka_key)key);
		ka_add_text(finding, "key", ka_sysctls[key].key);
		ka_add_number(finding, "value", value);
		ka_add_number(finding, "max", ka_sysctls[key].max);
	}
}

static const char *const sources[] = {"tcp(7), TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT",
				      "include/net/tcp.h, MAX_TCP_KEEPIDLE", NULL};

extern const struct ka_rule ka_rule_104;
const struct ka_rule ka_rule_104 = {
	.id = "KA104",
	.title = "a value beyond what setsockopt allows",
	.severity = KA_NOTE,
	.when = "tcp_keepalive_time or tcp_keepalive_intvl is above 32767, or tcp_keepalive_probes "
		"above "
		"127.",
	.rationale = "The sysctls take more than the socket options do, so such a value cannot be "
		     "given to "
		     "a single socket, and programs that read the sysctl and pass it on to "
		     "setsockopt fail "
		     "with EINVAL.",
	.remedy = "Stay within 1 to 32767 seconds and 1 to 127 probes.",
	.sources = sources,
	.check = check,
};
