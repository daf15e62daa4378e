#include "hop_rule.h"

#include <inttypes.h>

/* Whether the side of the hop that faces the server can be set below the server's keepalive. */
static bool can_be_lowered(const struct ka_hop *hop, const struct ka_profile *profile,
			   int64_t server_s)
{
	if (!profile)
		return true;
	return hop->is_configurable && !hop->has_backend_idle && hop->configurable_min_s < server_s;
}

static const char *remedy_of(struct ka_arena *arena, const struct ka_hop *hop,
			     const struct ka_profile *profile, int64_t idle_s, int64_t server_s)
{
	const char *raise = ka_arena_printf(
		arena, "Raise the server's HTTP keepalive above %" PRId64 " s", idle_s);

	if (!can_be_lowered(hop, profile, server_s))
		return ka_arena_printf(arena, "%s.", raise);
	return ka_arena_printf(
		arena, "%s, or lower the idle timeout of %s below %" PRId64 " s%s%s.", raise,
		hop->name, server_s, hop->setting ? ": " : "", hop->setting ? hop->setting : "");
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_path *path = &analysis->intent->path;
	const struct ka_http *http = &analysis->intent->http;
	size_t at = ka_path_last_l7(path);
	struct ka_finding *finding;
	int64_t idle_s;

	if (!http->has_server || at == path->count)
		return;
	idle_s = path->hops[at].has_backend_idle ? path->hops[at].backend_idle_s
						 : path->hops[at].idle_s;
	if (http->server_s > idle_s)
		return;
	finding = ka_find(
		findings, rule, rule->severity,
		"The server closes idle HTTP connections after %" PRId64
		" s, %s keeps them for %" PRId64
		" s: a request that crosses the server's FIN is answered with a reset, a 502.",
		http->server_s, path->hops[at].name, idle_s);
	ka_add_number(finding, "hop", (int64_t)at + 1);
	ka_add_text(finding, "name", path->hops[at].name);
	ka_add_number(finding, "idle_timeout_s", idle_s);
	ka_add_number(finding, "server_keepalive_s", http->server_s);
	finding->remedy = remedy_of(findings->arena, &path->hops[at], ka_hop_owner(analysis, at),
				    idle_s, http->server_s);
}

static const char *const sources[] = {
	"https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
	"edit-load-balancer-attributes.html",
	"https://cloud.google.com/load-balancing/docs/https/request-distribution", NULL};

extern const struct ka_rule ka_rule_301;
const struct ka_rule ka_rule_301 = {
	.id = "KA301",
	.title = "the server closes before the proxy in front of it",
	.severity = KA_WARNING,
	.when = "The server's HTTP keepalive is not above the idle timeout that the last layer-7 "
		"hop has "
		"towards it.",
	.rationale = "A proxy reuses idle connections to its servers. When the server closes "
		     "first, its FIN "
		     "and the proxy's next request cross on the wire; the request is answered with "
		     "a reset "
		     "and the client sees a 502 now and then, mostly under light load.",
	.remedy = "Let the server keep idle connections longer than the proxy does.",
	.sources = sources,
	.check = check,
};
