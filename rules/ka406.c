#include "boot_rule.h"

#include <string.h>

static const char *real_file(const struct ka_boot_line *line)
{
	return line->target ? line->target : line->file;
}

static bool is_without_effect(const struct ka_boot_line *line)
{
	return line->setter < 0 &&
	       (line->effect == KA_LINE_IGNORED || line->effect == KA_LINE_MASKED);
}

/* Whether the same line is read under another name: /etc/sysctl.conf through a link to it. */
static bool is_read_elsewhere(const struct ka_boot_outcome *outcome,
			      const struct ka_boot_line *line)
{
	for (size_t i = 0; i < outcome->line_count; i++) {
		const struct ka_boot_line *other = &outcome->lines[i];

		if (other->line == line->line && other->key == line->key &&
		    !is_without_effect(other) && strcmp(real_file(other), real_file(line)) == 0)
			return true;
	}
	return false;
}

/* A line about several keys is told once. */
static bool is_told(const struct ka_boot_outcome *outcome, size_t at)
{
	const struct ka_boot_line *line = &outcome->lines[at];

	return at > 0 && line[-1].line == line->line && line[-1].effect == line->effect &&
	       strcmp(line[-1].file, line->file) == 0;
}

/* A link of that name to /dev/null, or an empty file, is how an administrator says so. */
static bool is_masked_on_purpose(const struct ka_boot *boot, const struct ka_boot_line *line)
{
	const char *name = strrchr(line->file, '/');

	if (!name || line->effect != KA_LINE_MASKED)
		return false;
	for (size_t i = 0; i < boot->facts->file_count; i++) {
		const struct ka_boot_file *file = &boot->facts->files[i];

		if ((file->type == KA_NODE_NULL_DEVICE ||
		     (file->type == KA_NODE_REGULAR && file->length == 0)) &&
		    strcmp(file->name, name + 1) == 0)
			return true;
	}
	return false;
}

static void report(const struct ka_rule *rule, const struct ka_boot *boot,
		   struct ka_findings *findings, const struct ka_boot_line *line)
{
	struct ka_finding *finding = ka_find(
		findings, rule, is_masked_on_purpose(boot, line) ? KA_NOTE : rule->severity,
		"%s is about %s and has no effect: %s.", ka_boot_place(findings->arena, boot, line),
		line->is_pattern ? "the keys" : ka_sysctls[line->key].word, line->reason);

	ka_boot_point(finding, line);
	ka_add_text(finding, "key", ka_sysctls[line->key].key);
	ka_add_text(finding, "effect", ka_line_effect_words[line->effect]);
	ka_add_text(finding, "reason", line->reason);
}

static bool is_beyond_stop(const struct ka_boot_outcome *outcome, const struct ka_boot_line *line)
{
	return outcome->stopped && line->reason && strcmp(line->reason, outcome->stopped) == 0;
}

static void check_lines(const struct ka_rule *rule, const struct ka_boot *boot,
			struct ka_findings *findings)
{
	size_t count = 0;

	for (size_t i = 0; i < boot->main.line_count; i++) {
		const struct ka_boot_line *line = &boot->main.lines[i];

		if (is_without_effect(line) && !is_beyond_stop(&boot->main, line) &&
		    !is_told(&boot->main, i) && !is_read_elsewhere(&boot->main, line) &&
		    count++ < KA_BOOT_FINDINGS_MAX)
			report(rule, boot, findings, line);
	}
	ka_boot_find_more(rule, findings, count);
}

/* One finding for all lines that one thing takes the effect from. False where there is no such
 * line. */
static bool
report_all(const struct ka_rule *rule, const struct ka_boot *boot, struct ka_findings *findings,
	   bool (*is_meant)(const struct ka_boot_outcome *, const struct ka_boot_line *),
	   const char *what, const char *remedy)
{
	const struct ka_boot_line *first = NULL;
	struct ka_finding *finding;
	int64_t count = 0;

	for (size_t i = 0; i < boot->main.line_count; i++) {
		const struct ka_boot_line *line = &boot->main.lines[i];

		if (!is_meant(&boot->main, line) || is_told(&boot->main, i))
			continue;
		first = first ? first : line;
		count++;
	}
	if (!first)
		return false;
	finding = ka_find(findings, rule, rule->severity, "%s: %s%s no effect.", what,
			  ka_boot_place(findings->arena, boot, first),
			  count > 1 ? " and the lines like it have" : " has");
	finding->remedy = remedy;
	ka_boot_point(finding, first);
	ka_add_number(finding, "lines", count);
	return true;
}

static bool is_of_a_file(const struct ka_boot_outcome *outcome, const struct ka_boot_line *line)
{
	(void)outcome;
	return line->setter < 0;
}

static void check_without_loader(const struct ka_rule *rule, const struct ka_boot *boot,
				 struct ka_findings *findings)
{
	const char *source = boot->facts->loader_source;
	const char *what = "Nothing applies sysctl.d at boot";

	if (source)
		what = ka_arena_printf(findings->arena, "%s (%s)", what, source);
	report_all(rule, boot, findings, is_of_a_file, what,
		   "Enable systemd-sysctl.service (or the service of procps) where the values are "
		   "meant, or remove the lines.");
}

static void check_stop(const struct ka_rule *rule, const struct ka_boot *boot,
		       struct ka_findings *findings)
{
	static const char remedy[] = "Put right what stops it.";
	const char *what;

	if (!boot->main.stopped)
		return;
	what = ka_arena_printf(findings->arena, "Not all of sysctl.d is applied, for %s",
			       boot->main.stopped);
	/* OpenRC without /etc/sysctl.conf is as it should be where there is nothing to apply. */
	if (!report_all(rule, boot, findings, is_beyond_stop, what, remedy) &&
	    boot->main.loader->sysctl_conf != KA_CONF_FIRST_OR_NOTHING)
		ka_find(findings, rule, rule->severity, "%s.", what)->remedy = remedy;
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_boot *boot = analysis->facts->boot;

	if (!boot)
		return;
	if (!boot->main.loader) {
		check_without_loader(rule, boot, findings);
		return;
	}
	check_stop(rule, boot, findings);
	check_lines(rule, boot, findings);
}

static const char *const sources[] = {
	"sysctl.d(5)",
	"systemd-sysctl.service(8)",
	"sysctl(8), sysctl.conf(5)",
	"measured with systemd-sysctl 219 to 262, procps 3.3.10 to 4.0.7 and busybox",
	NULL,
};

extern const struct ka_rule ka_rule_406;
const struct ka_rule ka_rule_406 = {
	.id = "KA406",
	.title = "a line about these keys that is silently ignored",
	.severity = KA_WARNING,
	.when = "A line about the three keys is not read or not understood by what applies "
		"sysctl.d at boot; or its file is masked (a note where that is by a link "
		"to /dev/null or an empty file); or the loader does not come to its end; or "
		"nothing applies the files "
		"at all.",
	.rationale =
		"None of this gives an error message that anyone sees: /etc/sysctl.conf without a "
		"link to it in sysctl.d, a name that does not end in .conf, /run/sysctl.d in an "
		"image (it is empty when the host boots), `key: value`, a spelling with both "
		"dots and slashes. The file looks as if it worked.",
	.remedy = "Move the line into a file /etc/sysctl.d/NAME.conf, as key = number, or remove "
		  "it.",
	.sources = sources,
	.check = check,
};
