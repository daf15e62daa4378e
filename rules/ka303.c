#include "core/rule.h"

#include <inttypes.h>

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_http *http = &analysis->intent->http;
	int64_t time_s = analysis->facts->settings.value[KA_TIME];
	struct ka_finding *finding;

	if (!http->has_server || !analysis->works || http->server_s > time_s)
		return;
	finding = ka_find(findings, rule, rule->severity,
			  "The server closes idle HTTP connections after %" PRId64
			  " s; TCP keepalive would probe after %" PRId64
			  " s and never does between requests. The socket follows HTTP keepalive.",
			  http->server_s, time_s);
	ka_add_number(finding, "server_keepalive_s", http->server_s);
	ka_add_number(finding, "time_s", time_s);
}

static const char *const sources[] = {"RFC 9112, section 9.5", NULL};

extern const struct ka_rule ka_rule_303;
const struct ka_rule ka_rule_303 = {
	.id = "KA303",
	.title = "HTTP keepalive closes before TCP keepalive fires",
	.severity = KA_NOTE,
	.when = "The server's HTTP keepalive is not above tcp_keepalive_time.",
	.rationale =
		"HTTP keepalive ends idle connections, TCP keepalive checks them. Where the two "
		"differ the socket lives as long as the shorter one lets it: a connection that "
		"HTTP "
		"closes first is never probed. It matters only while a request is in flight.",
	.remedy = "Nothing needs to change; to hold idle HTTP connections open longer, raise the "
		  "server's "
		  "HTTP keepalive.",
	.sources = sources,
	.about = 1u << KA_TIME,
	.check = check,
};
