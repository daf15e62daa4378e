#include "boot_rule.h"

#include <inttypes.h>
#include <string.h>

/* The same line in what another loader made of the files; NULL where it has none. */
static const struct ka_boot_line *same_line(const struct ka_boot_outcome *outcome,
					    const struct ka_boot_line *line)
{
	for (size_t i = 0; line && i < outcome->line_count; i++) {
		const struct ka_boot_line *other = &outcome->lines[i];

		if (other->line == line->line && other->key == line->key &&
		    strcmp(other->file, line->file) == 0)
			return other;
	}
	return NULL;
}

/* Why the line that decides under one loader does not under the other; "" where that is not
 * told. */
static const char *why_not(struct ka_arena *arena, const struct ka_boot *boot,
			   const struct ka_boot_line *decider,
			   const struct ka_boot_outcome *elsewhere)
{
	const struct ka_boot_line *line = same_line(elsewhere, decider);

	if (!line || line->effect == KA_LINE_WINS)
		return "";
	if (line->by && line->by->effect == KA_LINE_REFUSED)
		return ka_arena_printf(arena,
				       " Under %s %s gives way to %s, which the kernel refuses.",
				       elsewhere->loader->name, ka_boot_place(arena, boot, line),
				       ka_boot_place(arena, boot, line->by));
	return ka_arena_printf(arena, " Under %s %s is %s: %s.", elsewhere->loader->name,
			       ka_boot_place(arena, boot, line), ka_line_effect_words[line->effect],
			       line->reason);
}

static const char *cause(struct ka_arena *arena, const struct ka_boot *boot, int key)
{
	const char *words = why_not(arena, boot, boot->other.source[key], &boot->main);

	return *words ? words : why_not(arena, boot, boot->main.source[key], &boot->other);
}

/* What people call it. */
static const char *other_word(struct ka_arena *arena, const struct ka_loader *loader)
{
	if (loader->family != KA_PROCPS)
		return loader->name;
	return ka_arena_printf(arena, "`sysctl --system` (%s)", loader->name);
}

static const char *other_words(struct ka_arena *arena, const struct ka_boot *boot, int key)
{
	const struct ka_boot_line *line = boot->other.source[key];
	int64_t value = boot->other.values.value[key];

	if (line && line->setter < 0)
		return ka_arena_printf(arena, "%s sets %" PRId64 " (%s)",
				       other_word(arena, boot->other.loader), value,
				       ka_boot_place(arena, boot, line));
	return ka_arena_printf(arena, "with %s in its place it would be %" PRId64 " (%s)",
			       boot->other.loader->name, value, ka_boot_place(arena, boot, line));
}

static void report(const struct ka_rule *rule, const struct ka_boot *boot,
		   struct ka_findings *findings, int key)
{
	const struct ka_boot_line *line = boot->main.source[key], *other = boot->other.source[key];
	struct ka_arena *arena = findings->arena;
	struct ka_finding *finding =
		ka_find(findings, rule, rule->severity,
			"%s is %" PRId64 " after a boot with %s (%s), but %s.%s",
			ka_sysctls[key].word, boot->main.values.value[key], boot->main.loader->name,
			ka_boot_place(arena, boot, line), other_words(arena, boot, key),
			cause(arena, boot, key));

	ka_boot_point(finding, line ? line : other);
	ka_add_text(finding, "key", ka_sysctls[key].key);
	ka_add_text(finding, "loader", boot->main.loader->name);
	ka_add_number(finding, "value", boot->main.values.value[key]);
	ka_add_text(finding, "other_loader", boot->other.loader->name);
	ka_add_number(finding, "other_value", boot->other.values.value[key]);
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_boot *boot = analysis->facts->boot;

	if (!boot || !boot->differs || !boot->main.loader)
		return;
	for (int key = 0; key < KA_KEY_COUNT; key++)
		if (boot->main.values.value[key] != boot->other.values.value[key])
			report(rule, boot, findings, key);
}

static const char *const sources[] = {
	"sysctl.d(5)",
	"sysctl(8), --system",
	"systemd, src/sysctl/sysctl.c",
	"procps-ng, src/sysctl.c",
	"measured with systemd-sysctl 219 to 262 and procps 3.3.10 to 4.0.7",
	NULL,
};

extern const struct ka_rule ka_rule_402;
const struct ka_rule ka_rule_402 = {
	.id = "KA402",
	.title = "systemd-sysctl and procps would set different values",
	.severity = KA_WARNING,
	.when = "What applies sysctl.d at boot and the other program that is there for it (for "
		"systemd-sysctl that is `sysctl --system` of procps) leave different values.",
	.rationale =
		"The two read the same directories by different rules. Most differences come from "
		"/etc/sysctl.conf, which procps reads last of all and systemd-sysctl only through "
		"a link in sysctl.d, and from values that the kernel refuses: systemd-sysctl has "
		"by then dropped what an earlier line set, procps has written it. So a value that "
		"was tested with `sysctl --system` is another one after the next boot.",
	.remedy = "Set the key in one file, /etc/sysctl.d/*.conf, with a plain number, and remove "
		  "the other lines.",
	.sources = sources,
	.check = check,
};
