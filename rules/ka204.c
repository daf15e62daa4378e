#include "hop_rule.h"

#include <inttypes.h>

static enum ka_severity severity_of(const struct ka_rule *rule, enum ka_expiry on_expiry)
{
	switch (on_expiry) {
	case KA_SILENT:
	case KA_DROP:
		return KA_ERROR_SEVERITY;
	case KA_CLOSE:
	case KA_RESET_BOTH:
	case KA_EXPIRY_UNKNOWN:
		return KA_NOTE;
	default:
		return rule->severity;
	}
}

static const char *const at_expiry[] = {
	[KA_SILENT] = "it tells nobody",
	[KA_RESET_ON_NEXT] = "it answers the next packet with a reset",
	[KA_RESET_BOTH] = "it resets both ends",
	[KA_DROP] = "it drops the next packet",
	[KA_CLOSE] = "it closes the connection",
	[KA_EXPIRY_UNKNOWN] = "what it does is not known",
};

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_path *path = &analysis->intent->path;

	for (size_t i = 0; i < path->count; i++) {
		const struct ka_hop *hop = &path->hops[i];
		struct ka_finding *finding;

		if (hop->probes != KA_IGNORED || !hop->breaks_connection ||
		    analysis->hops[i].closes_first)
			continue;
		finding = ka_find(
			findings, rule, severity_of(rule, hop->on_expiry),
			"%s terminates TCP, and keepalive probes do not restart its idle timeout "
			"of %" PRId64 " s: no sysctl can help here. When that ends, %s.",
			hop->name, analysis->hops[i].idle_s, at_expiry[hop->on_expiry]);
		ka_add_hop(finding, analysis, i);
		ka_add_text(finding, "on_expiry", ka_expiry_words[hop->on_expiry]);
	}
}

static const char *const sources[] = {
	"https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/config-idle-timeout.html",
	NULL};

extern const struct ka_rule ka_rule_204;
const struct ka_rule ka_rule_204 = {
	.id = "KA204",
	.title = "a hop ignores TCP keepalive, so no sysctl can help",
	.severity = KA_WARNING,
	.when = "A hop's idle timer ignores probes and neither end closes idle HTTP connections "
		"first. An "
		"error where the hop expires silently or drops, a note where it closes both sides "
		"itself "
		"or that is not known.",
	.rationale = "A proxy that terminates TCP answers probes in its own kernel; its idle timer "
		     "looks at "
		     "the bytes of requests and replies, and a probe has none. Keepalive on each "
		     "leg only "
		     "notices a dead proxy, not a dead peer behind it. HTTP keepalive values and "
		     "application traffic decide.",
	.remedy = "Let the server keep idle HTTP connections longer than the hop does, and the "
		  "client's pool "
		  "shorter (see KA301 and KA302); for long silences send application data.",
	.sources = sources,
	.check = check,
};
