#include "boot_rule.h"

#include <inttypes.h>

/* What a triple comes to, by the measures of the constraints. */
struct outcome {
	bool works;
	int64_t silence_ms, bound_ms, outage_s, time_s, probes;
};

static struct outcome outcome_of(const struct ka_analysis *analysis,
				 const struct ka_settings *settings)
{
	const int64_t *value = settings->value;

	return (struct outcome){
		.works = ka_settings_work(settings),
		.silence_ms = ka_silence_ms(settings, analysis->lost_probes, analysis->facts->hz),
		.bound_ms = ka_bound_ms(settings, analysis->facts->hz),
		.outage_s = (value[KA_PROBES] - 1) * value[KA_INTVL],
		.time_s = value[KA_TIME],
		.probes = value[KA_PROBES],
	};
}

static bool only_then_above(int64_t now, int64_t then, int64_t limit)
{
	return now <= limit && then > limit;
}

static const char *lost_hop(struct ka_arena *arena, const struct ka_analysis *analysis,
			    const struct outcome *now, const struct outcome *then)
{
	for (size_t i = 0; i < analysis->intent->path.count; i++) {
		const struct ka_hop_verdict *hop = &analysis->hops[i];

		if (hop->constrains && only_then_above(now->silence_ms, then->silence_ms,
						       hop->idle_s * 1000 - hop->margin_ms))
			return ka_arena_printf(arena, "%s is no longer held open",
					       analysis->intent->path.hops[i].name);
	}
	return NULL;
}

static const char *lost_goal(const struct ka_analysis *analysis, const struct outcome *now,
			     const struct outcome *then)
{
	const struct ka_goals *goals = &analysis->intent->goals;

	if (goals->has_detect_within &&
	    only_then_above(now->bound_ms, then->bound_ms, goals->detect_within_s * 1000))
		return "a dead peer is noticed later than asked for";
	if (goals->has_survive_outage &&
	    only_then_above(-now->outage_s, -then->outage_s, -goals->survive_outage_s))
		return "an outage is survived for less time than asked for";
	if (only_then_above(-now->probes, -then->probes, -(analysis->lost_probes + 1)))
		return "lost probes kill healthy connections";
	if (goals->has_min_time && only_then_above(-now->time_s, -then->time_s, -goals->min_time_s))
		return "the time is below the least that was asked for";
	return NULL;
}

/* The first constraint that the running values meet and these do not, in words; NULL: none. */
static const char *lost_constraint(struct ka_arena *arena, const struct ka_analysis *analysis,
				   const struct ka_settings *settings)
{
	struct outcome now = outcome_of(analysis, &analysis->facts->settings);
	struct outcome then = outcome_of(analysis, settings);
	const char *hop;

	if (!now.works)
		return NULL;
	if (!then.works)
		return "keepalive kills connections or is switched off";
	hop = lost_hop(arena, analysis, &now, &then);
	return hop ? hop : lost_goal(analysis, &now, &then);
}

/* What the boot value of this key spoils: alone, or together with the others where none does so
 * alone. NULL: nothing. */
static const char *harm_of(struct ka_arena *arena, const struct ka_analysis *analysis, int key)
{
	const struct ka_settings *then = &analysis->facts->boot->main.values;
	const char *harm = lost_constraint(arena, analysis, then);
	bool has_one_culprit = false;

	for (int changed = 0; harm && changed < KA_KEY_COUNT; changed++) {
		struct ka_settings alone = analysis->facts->settings;
		const char *its_harm;

		alone.value[changed] = then->value[changed];
		its_harm = lost_constraint(arena, analysis, &alone);
		if (its_harm && changed == key)
			return its_harm;
		has_one_culprit |= its_harm != NULL;
	}
	return has_one_culprit ? NULL : harm;
}

static const char *restorer(struct ka_arena *arena, const struct ka_boot *boot, int key,
			    int64_t running)
{
	const struct ka_setter *setter = ka_boot_setter_of(boot, (enum ka_key)key, running);

	if (!setter)
		return "";
	return ka_arena_printf(arena, " %s:%u (%s) may set it back.", setter->file, setter->line,
			       ka_setter_words[setter->kind]);
}

static void report(const struct ka_rule *rule, const struct ka_analysis *analysis,
		   struct ka_findings *findings, int key)
{
	const struct ka_boot *boot = analysis->facts->boot;
	const struct ka_boot_line *line = boot->main.source[key];
	int64_t running = analysis->facts->settings.value[key];
	const char *harm = harm_of(findings->arena, analysis, key);
	struct ka_finding *finding = ka_find(
		findings, rule, harm ? KA_ERROR_SEVERITY : rule->severity,
		"%s is %" PRId64 " now and %s %" PRId64 " after the next boot: %s sets it%s%s.%s",
		ka_sysctls[key].word, running,
		boot->main.is_indeterminate[key] ? "may be" : "will be",
		boot->main.values.value[key], ka_boot_place(findings->arena, boot, line),
		harm ? ", and then " : "", harm ? harm : "",
		restorer(findings->arena, boot, key, running));

	ka_boot_point(finding, line);
	ka_add_text(finding, "key", ka_sysctls[key].key);
	ka_add_number(finding, "running", running);
	ka_add_number(finding, "after_boot", boot->main.values.value[key]);
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_boot *boot = analysis->facts->boot;

	if (!boot || !boot->facts->is_live)
		return;
	for (int key = 0; key < KA_KEY_COUNT; key++)
		if (boot->main.source[key] &&
		    boot->main.values.value[key] != analysis->facts->settings.value[key])
			report(rule, analysis, findings, key);
}

static const char *const sources[] = {"sysctl.d(5)", "systemd-sysctl.service(8)", "sysctl(8)",
				      NULL};

extern const struct ka_rule ka_rule_401;
const struct ka_rule ka_rule_401 = {
	.id = "KA401",
	.title = "the next boot sets another value than the running one",
	.severity = KA_WARNING,
	.when = "On the running host, the line that decides a key at boot sets another value than "
		"the kernel has now. An error where the values after boot break a constraint (a "
		"hop, a stated goal, one probe more than may be lost, or that keepalive works at "
		"all) that the running ones meet.",
	.rationale =
		"The running values were changed by hand, or the file was changed and not applied. "
		"What works today stops working with the next reboot, when nobody thinks of it; or "
		"what was written down was never in force.",
	.remedy = "Put the value that is right into the file: `kaadvise apply` sets both and "
		  "checks that no other line wins. To have the files' values now, restart "
		  "systemd-sysctl.service, or run `sysctl --system` where procps applies them.",
	.sources = sources,
	.check = check,
};
