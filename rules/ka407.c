#include "boot_rule.h"

#include <inttypes.h>

/* The last line about the key: it sets nothing, as nothing does. */
static const struct ka_boot_line *vain_line(const struct ka_boot *boot, int key)
{
	for (size_t i = boot->main.line_count; i-- > 0;)
		if ((int)boot->main.lines[i].key == key)
			return &boot->main.lines[i];
	return NULL;
}

static const char *nobody(struct ka_arena *arena, const struct ka_boot *boot,
			  const struct ka_boot_line *line)
{
	if (!boot->main.loader)
		return "nothing applies sysctl.d at boot";
	if (!line)
		return "no file sets it";
	return ka_arena_printf(arena, "no file sets it, and %s is %s",
			       ka_boot_place(arena, boot, line),
			       ka_line_effect_words[line->effect]);
}

static void report(const struct ka_rule *rule, const struct ka_analysis *analysis,
		   struct ka_findings *findings, int key)
{
	const struct ka_boot *boot = analysis->facts->boot;
	const struct ka_boot_line *line = vain_line(boot, key);
	int64_t running = analysis->facts->settings.value[key];
	struct ka_finding *finding =
		ka_find(findings, rule, rule->severity,
			"%s is %" PRId64 " now and %" PRId64 " again after the next boot: %s.",
			ka_sysctls[key].word, running, boot->main.values.value[key],
			nobody(findings->arena, boot, line));

	ka_boot_point(finding, line);
	ka_add_text(finding, "key", ka_sysctls[key].key);
	ka_add_number(finding, "running", running);
	ka_add_number(finding, "after_boot", boot->main.values.value[key]);
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_boot *boot = analysis->facts->boot;
	const int64_t *running = analysis->facts->settings.value;

	if (!boot || !boot->facts->is_live)
		return;
	for (int key = 0; key < KA_KEY_COUNT; key++)
		if (!boot->main.source[key] && running[key] != boot->main.values.value[key] &&
		    !ka_boot_setter_of(boot, (enum ka_key)key, running[key]))
			report(rule, analysis, findings, key);
}

static const char *const sources[] = {"sysctl(8)", "sysctl.d(5)",
				      "net/ipv4/tcp_ipv4.c, tcp_sk_init()", NULL};

extern const struct ka_rule ka_rule_407;
const struct ka_rule ka_rule_407 = {
	.id = "KA407",
	.title = "running values that no file sets are lost at the next boot",
	.severity = KA_WARNING,
	.when = "On the running host a value differs from the kernel's default, and nothing sets "
		"it at boot.",
	.rationale =
		"`sysctl -w` changes the running kernel only. The host works until it boots, and "
		"then goes back to 7200, 75 and 9: often months later, and on all hosts that a "
		"kernel update restarts.",
	.remedy = "Write the running values to a file: `kaadvise apply` does, for values that are "
		  "good for the path.",
	.sources = sources,
	.check = check,
};
