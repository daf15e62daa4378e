#include "core/rule.h"

#include <inttypes.h>

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	int64_t time_s = analysis->facts->settings.value[KA_TIME];
	bool is_stated = analysis->intent->goals.has_min_time;
	struct ka_finding *finding;

	if (!analysis->works || time_s >= analysis->min_time_s)
		return;
	finding = ka_find(findings, rule, is_stated ? KA_WARNING : rule->severity,
			  "tcp_keepalive_time is %" PRId64 " s, below %s minimum of %" PRId64
			  " s: %" PRId64 " probes a second for every 1,000 idle connections.",
			  time_s, is_stated ? "the stated" : "the usual", analysis->min_time_s,
			  1000 / time_s);
	ka_add_number(finding, "time_s", time_s);
	ka_add_number(finding, "min_time_s", analysis->min_time_s);
}

static const char *const sources[] = {"RFC 9293, section 3.8.4 (keep-alives cost bandwidth)", NULL};

extern const struct ka_rule ka_rule_105;
const struct ka_rule ka_rule_105 = {
	.id = "KA105",
	.title = "the time is so low that idle connections chatter",
	.severity = KA_NOTE,
	.when = "tcp_keepalive_time is below min_time: a warning when it is stated, a note for its "
		"default "
		"of 15 s, silent where the path leaves no room for the default.",
	.rationale = "Each idle connection with keepalive sends a probe and gets an answer every "
		     "tcp_keepalive_time seconds. On hosts with many idle connections, and on "
		     "radios that "
		     "wake up for each packet, that is a cost without a gain.",
	.remedy = "Raise tcp_keepalive_time to the largest value that the path allows: `kaadvise "
		  "recommend` "
		  "names it.",
	.sources = sources,
	.about = 1u << KA_TIME,
	.check = check,
};
