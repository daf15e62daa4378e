#include "hop_rule.h"

#include <inttypes.h>

static const char *remedy_of(struct ka_arena *arena, const struct ka_hop *hop, int64_t other_s,
			     int64_t client_s)
{
	const char *lower =
		ka_arena_printf(arena, "Lower the pool's idle time below %" PRId64 " s", other_s);

	if (!hop || !hop->is_configurable || hop->configurable_max_s <= client_s)
		return ka_arena_printf(arena, "%s.", lower);
	return ka_arena_printf(
		arena, "%s, or raise the idle timeout of %s above %" PRId64 " s%s%s.", lower,
		hop->name, client_s, hop->setting ? ": " : "", hop->setting ? hop->setting : "");
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_path *path = &analysis->intent->path;
	const struct ka_http *http = &analysis->intent->http;
	size_t at = ka_path_first_l7(path);
	bool has_hop = at < path->count;
	struct ka_finding *finding;
	int64_t other_s;

	if (!http->has_client || (!has_hop && !http->has_server))
		return;
	other_s = has_hop ? path->hops[at].idle_s : http->server_s;
	if (http->client_s < other_s)
		return;
	finding = ka_find(findings, rule, rule->severity,
			  "The client's pool keeps idle HTTP connections for %" PRId64
			  " s, %s closes them after %" PRId64
			  " s: the pool hands out connections that are already closed.",
			  http->client_s, has_hop ? path->hops[at].name : "the server", other_s);
	if (has_hop)
		ka_add_hop(finding, analysis, at);
	else
		ka_add_number(finding, "server_keepalive_s", other_s);
	ka_add_number(finding, "client_keepalive_s", http->client_s);
	finding->remedy = remedy_of(findings->arena, has_hop ? &path->hops[at] : NULL, other_s,
				    http->client_s);
}

static const char *const sources[] = {"RFC 9112, section 9.5 (either end may close at any time)",
				      NULL};

extern const struct ka_rule ka_rule_302;
const struct ka_rule ka_rule_302 = {
	.id = "KA302",
	.title = "the client's pool outlives the other end",
	.severity = KA_WARNING,
	.when = "The client's HTTP keepalive is not below the idle timeout of the first layer-7 "
		"hop or, "
		"without one, not below the server's HTTP keepalive.",
	.rationale = "A pool that keeps connections longer than the other end does reuses one at "
		     "the moment "
		     "it is closed, and the request fails or must be retried.",
	.remedy = "Let the client's pool close idle connections before the other end does.",
	.sources = sources,
	.check = check,
};
