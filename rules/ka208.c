#include "core/rule.h"

#include "base/duration.h"

#include <inttypes.h>

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_goals *goals = &analysis->intent->goals;
	int64_t gives_up_ms = ka_retries2_ms(analysis->facts->retries2);
	char text[KA_DURATION_TEXT];
	struct ka_finding *finding;

	if (!goals->has_detect_within || !analysis->facts->has_retries2 ||
	    gives_up_ms <= goals->detect_within_s * 1000)
		return;
	finding = ka_find(
		findings, rule, rule->severity,
		"With data in flight keepalive does nothing: tcp_retries2 = %" PRId64
		" gives up after %s at the earliest, later than the %" PRId64 " s asked for.",
		analysis->facts->retries2, ka_format_ms(text, gives_up_ms), goals->detect_within_s);
	ka_add_number(finding, "tcp_retries2", analysis->facts->retries2);
	ka_add_number(finding, "gives_up_ms", gives_up_ms);
	ka_add_number(finding, "detect_within_s", goals->detect_within_s);
}

static const char *const sources[] = {"net/ipv4/tcp_timer.c, tcp_model_timeout()",
				      "Documentation/networking/ip-sysctl.rst, tcp_retries2", NULL};

extern const struct ka_rule ka_rule_208;
const struct ka_rule ka_rule_208 = {
	.id = "KA208",
	.title = "with data in flight tcp_retries2 decides",
	.severity = KA_NOTE,
	.when = "detect_within is stated and shorter than what tcp_retries2 allows retransmission "
		"to last.",
	.rationale = "While sent data is not acknowledged the keepalive timer does nothing; the "
		     "retransmission timer decides, about 15 minutes by default. Keepalive bounds "
		     "detection "
		     "only for connections that are idle when the path dies.",
	.remedy = "Set TCP_USER_TIMEOUT in the program, or lower net.ipv4.tcp_retries2 (not below "
		  "8, RFC "
		  "1122).",
	.sources = sources,
	.check = check,
};
