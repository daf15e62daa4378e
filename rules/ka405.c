#include "boot_rule.h"

#include <inttypes.h>
#include <string.h>

static const char *const when_it_runs[KA_SETTER_KINDS] = {
	[KA_SET_BY_TMPFILES] = "which of the two comes last is not fixed",
	[KA_SET_BY_UDEV] = "it is set when the device appears, mostly later",
	[KA_SET_BY_UNIT] = "it mostly runs later, and then wins",
	[KA_SET_BY_SCRIPT] = "it runs later, and then wins",
	[KA_SET_BY_CLOUD_INIT] = "it wins in each boot that runs it",
};

static void point(struct ka_finding *finding, const struct ka_setter *setter)
{
	finding->location = (struct ka_location){setter->file, setter->line, setter->column};
	ka_add_text(finding, "by", ka_setter_words[setter->kind]);
}

/* The line of sysctl.d that would decide without the winner, or without tuned. */
static const struct ka_boot_line *runner_up(const struct ka_boot *boot,
					    const struct ka_boot_line *winner)
{
	const struct ka_boot_line *best = NULL;

	for (size_t i = 0; i < boot->main.line_count; i++) {
		const struct ka_boot_line *line = &boot->main.lines[i];

		if (line->key == winner->key && line->effect == KA_LINE_OVERRIDDEN && line->by &&
		    (line->by == winner || line->by->setter >= 0) && line->setter < 0 &&
		    line->is_accepted)
			best = line;
	}
	return best;
}

/* tuned, a credential or the kernel command line decides: against a file, or alone. */
static void report_decider(const struct ka_rule *rule, const struct ka_boot *boot,
			   struct ka_findings *findings, const struct ka_boot_line *winner)
{
	const struct ka_boot_line *file = runner_up(boot, winner);
	const char *place = ka_boot_place(findings->arena, boot, winner);
	const char *word = ka_sysctls[winner->key].word;
	struct ka_finding *finding;

	if (file && file->number == winner->number)
		return;
	finding = file ? ka_find(findings, rule, rule->severity,
				 "%s sets %s to %" PRId64 " and wins over %s, which sets %" PRId64
				 ".",
				 place, word, winner->number,
				 ka_boot_place(findings->arena, boot, file), file->number)
		       : ka_find(findings, rule, KA_NOTE,
				 "%s sets %s to %" PRId64 ": no file of sysctl.d does.", place,
				 word, winner->number);
	ka_boot_point(finding, winner);
	ka_add_text(finding, "by",
		    winner->setter < 0
			    ? "a credential"
			    : ka_setter_words[boot->facts->setters[winner->setter].kind]);
	ka_add_text(finding, "key", ka_sysctls[winner->key].key);
	ka_add_number(finding, "value", winner->number);
}

static void check_deciders(const struct ka_rule *rule, const struct ka_boot *boot,
			   struct ka_findings *findings)
{
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		const struct ka_boot_line *winner = boot->main.source[key];

		if (winner && (winner->setter >= 0 || ka_boot_is_credential(boot, winner)))
			report_decider(rule, boot, findings, winner);
	}
}

/* A value that a program makes up when it runs. */
static bool is_computed(const char *value)
{
	return strpbrk(value, "$`%{") != NULL;
}

static const char *its_value(struct ka_arena *arena, const struct ka_setter *setter)
{
	return ka_arena_printf(arena, "sets %s to %s%s", ka_sysctls[setter->key].word,
			       ka_boot_value(arena, setter->value),
			       is_computed(setter->value) ? " (not known before it runs)" : "");
}

static void report_value(const struct ka_rule *rule, const struct ka_boot *boot,
			 struct ka_findings *findings, const struct ka_setter *setter)
{
	int64_t value = boot->main.values.value[setter->key];
	const struct ka_boot_line *line = boot->main.source[setter->key];
	struct ka_finding *finding = ka_find(
		findings, rule, rule->severity, "%s:%u (%s) %s, besides the %" PRId64 " of %s: %s.",
		setter->file, setter->line, ka_setter_words[setter->kind],
		its_value(findings->arena, setter), value,
		ka_boot_place(findings->arena, boot, line), when_it_runs[setter->kind]);

	point(finding, setter);
	ka_boot_add_written(finding, findings->arena, setter->key, setter->value);
	ka_add_number(finding, "value", value);
}

/* The values when `sysctl --system` has run after the boot: of keys that it does not set those of
 * the boot. */
static struct ka_settings after_call(const struct ka_boot *boot)
{
	struct ka_settings settings = boot->main.values;

	if (!boot->other.loader || boot->other.loader->family == KA_SYSTEMD)
		return settings;
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		const struct ka_boot_line *line = boot->other.source[key];

		if (line && line->setter < 0)
			settings.value[key] = line->number;
	}
	return settings;
}

static void report_call(const struct ka_rule *rule, const struct ka_boot *boot,
			struct ka_findings *findings, const struct ka_setter *setter)
{
	const int64_t *value = boot->main.values.value;
	struct ka_settings then = after_call(boot);
	struct ka_finding *finding = ka_find(
		findings, rule, rule->severity,
		"%s:%u (%s) calls sysctl; with `sysctl --system` the values become %" PRId64
		", %" PRId64 ", %" PRId64 " instead of %" PRId64 ", %" PRId64 ", %" PRId64 ".",
		setter->file, setter->line, ka_setter_words[setter->kind], then.value[KA_TIME],
		then.value[KA_INTVL], then.value[KA_PROBES], value[KA_TIME], value[KA_INTVL],
		value[KA_PROBES]);

	point(finding, setter);
}

static bool is_rival(const struct ka_boot *boot, const struct ka_setter *setter)
{
	struct ka_settings then;
	int64_t number;

	if (setter->kind == KA_SET_BY_CMDLINE || setter->kind == KA_SET_BY_TUNED)
		return false;
	if (!setter->has_key) {
		then = after_call(boot);
		return !ka_settings_equal(&then, &boot->main.values);
	}
	if (!ka_boot_setter_number(boot, setter, &number))
		return is_computed(setter->value);
	return number != boot->main.values.value[setter->key];
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_boot *boot = analysis->facts->boot;
	size_t count = 0;

	if (!boot)
		return;
	check_deciders(rule, boot, findings);
	for (size_t i = 0; i < boot->facts->setter_count; i++) {
		const struct ka_setter *setter = &boot->facts->setters[i];

		if (!is_rival(boot, setter) || count++ >= KA_BOOT_FINDINGS_MAX)
			continue;
		if (setter->has_key)
			report_value(rule, boot, findings, setter);
		else
			report_call(rule, boot, findings, setter);
	}
	ka_boot_find_more(rule, findings, count);
}

static const char *const sources[] = {
	"Documentation/admin-guide/kernel-parameters.txt, sysctl.*",
	"tuned-profiles(7), tuned-main.conf(5), reapply_sysctl",
	"systemd.system-credentials(7), sysctl.extra",
	"tmpfiles.d(5), udev(7), cloud-init's bootcmd, runcmd and write_files",
	"measured with tuned 2.20",
	NULL,
};

extern const struct ka_rule ka_rule_405;
const struct ka_rule ka_rule_405 = {
	.id = "KA405",
	.title = "another writer sets another value than the files",
	.severity = KA_WARNING,
	.when = "tuned's profile or a credential decides a key against a line of sysctl.d; or "
		"tmpfiles.d, a udev rule, a unit, a script or cloud-init sets a key to another "
		"value than the boot does, or calls sysctl where that leaves other values. A note "
		"where tuned, a credential or the kernel command line decides a key that no file "
		"of sysctl.d sets.",
	.rationale = "sysctl.d is not the only place. The kernel command line comes before it and "
		     "loses; tuned comes after it, and by default applies /run, /etc/sysctl.d and "
		     "/etc/sysctl.conf again, so that its profile wins over /usr/lib and "
		     "/usr/local/lib only; what runs "
		     "later wins. Two writers that differ make the value depend on their order.",
	.remedy = "Let one of them set the value: remove the key from the others, or give all the "
		  "same value.",
	.sources = sources,
	.check = check,
};
