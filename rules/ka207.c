#include "core/rule.h"

#include <inttypes.h>

static const char *describe(struct ka_arena *arena, int64_t probes, int64_t survived_s,
			    bool loss_kills)
{
	if (probes == 1)
		return "A single probe decides: its loss alone, or any outage, can kill healthy "
		       "idle "
		       "connections.";
	return ka_arena_printf(arena,
			       "The last of %" PRId64 " probes leaves %" PRId64
			       " s after the first: an outage longer than that can kill healthy "
			       "idle connections%s.",
			       probes, survived_s,
			       loss_kills ? ", and so can the loss of its probes alone" : "");
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_goals *goals = &analysis->intent->goals;
	const int64_t *value = analysis->facts->settings.value;
	int64_t survived_s = (value[KA_PROBES] - 1) * value[KA_INTVL];
	bool outage_kills = survived_s < analysis->outage_s;
	bool loss_kills = value[KA_PROBES] <= analysis->lost_probes;
	bool is_stated = (outage_kills && goals->has_survive_outage) ||
			 (loss_kills && goals->has_lost_probes);
	struct ka_finding *finding;

	if (!analysis->works || (!outage_kills && !loss_kills))
		return;
	finding = ka_find(findings, rule, is_stated ? KA_WARNING : rule->severity, "%s",
			  describe(findings->arena, value[KA_PROBES], survived_s, loss_kills));
	ka_add_number(finding, "survived_s", survived_s);
	ka_add_number(finding, "survive_outage_s", analysis->outage_s);
	ka_add_number(finding, "probes", value[KA_PROBES]);
	ka_add_number(finding, "lost_probes", analysis->lost_probes);
}

static const char *const sources[] = {"RFC 1122, section 4.2.3.6 (one lost probe must not kill)",
				      "net/ipv4/tcp_timer.c, tcp_keepalive_timer()", NULL};

extern const struct ka_rule ka_rule_207;
const struct ka_rule ka_rule_207 = {
	.id = "KA207",
	.title = "a short outage kills healthy connections",
	.severity = KA_NOTE,
	.when = "(probes-1)*intvl is below survive_outage, or probes do not exceed lost_probes: a "
		"warning "
		"when that is stated, a note for the defaults (60 s and 1), silent where the path "
		"leaves no "
		"room for the default.",
	.rationale =
		"Keepalive ends a connection whose probes go unanswered, also when the peer is "
		"well "
		"and only the network was away for a moment. Detecting death fast and outliving "
		"outages pull in opposite directions.",
	.remedy = "Raise tcp_keepalive_probes or tcp_keepalive_intvl.",
	.sources = sources,
	.about = 1u << KA_PROBES,
	.check = check,
};
