#include "boot_rule.h"

#include <inttypes.h>
#include <string.h>

enum { NAMED_MAX = 5 };

/* Whether both are the same line of the same file, reached by two names. */
static bool is_same_line(const struct ka_boot_line *a, const struct ka_boot_line *b)
{
	return a->line == b->line &&
	       strcmp(a->target ? a->target : a->file, b->target ? b->target : b->file) == 0;
}

/* Lines of files that lost, with one effect. */
struct losers {
	size_t count;
	const char *words; /* the first of them */
};

static struct losers losers_of(struct ka_arena *arena, const struct ka_boot *boot,
			       const struct ka_boot_line *winner, enum ka_line_effect effect)
{
	struct losers losers = {.words = ""};

	for (size_t i = 0; i < boot->main.line_count; i++) {
		const struct ka_boot_line *line = &boot->main.lines[i];

		if (line->key != winner->key || line->effect != effect || line->setter >= 0 ||
		    is_same_line(line, winner))
			continue;
		if (losers.count++ < NAMED_MAX)
			losers.words = ka_arena_printf(
				arena, "%s%s%s%s%s", losers.words, *losers.words ? ", " : "",
				line->value ? ka_boot_value(arena, line->value) : "",
				line->value ? " of " : "", ka_boot_place(arena, boot, line));
	}
	if (losers.count > NAMED_MAX)
		losers.words = ka_arena_printf(arena, "%s, and %zu more", losers.words,
					       losers.count - NAMED_MAX);
	return losers;
}

static void report(const struct ka_rule *rule, const struct ka_boot *boot,
		   struct ka_findings *findings, const struct ka_boot_line *winner,
		   const struct losers *overridden)
{
	struct ka_arena *arena = findings->arena;
	struct losers shadowed = losers_of(arena, boot, winner, KA_LINE_SHADOWED);
	bool is_indeterminate = boot->main.is_indeterminate[winner->key];
	struct ka_finding *finding = ka_find(
		findings, rule, is_indeterminate ? KA_WARNING : rule->severity,
		"%s is set more than once: %s %s %s over %s%s%s.%s", ka_sysctls[winner->key].word,
		ka_boot_place(arena, boot, winner), is_indeterminate ? "may win with" : "wins with",
		ka_boot_value(arena, winner->value), overridden->words,
		*shadowed.words ? "; hidden by a file of the same name: " : "", shadowed.words,
		is_indeterminate
			? ka_arena_printf(arena,
					  " %s writes the two spellings of the key in an order "
					  "that cannot be told: any of them may win.",
					  ka_boot_loader_word(&boot->main))
			: "");

	ka_boot_point(finding, winner);
	ka_add_text(finding, "key", ka_sysctls[winner->key].key);
	ka_add_number(finding, "value", winner->number);
	ka_add_number(finding, "overridden", (int64_t)overridden->count);
	ka_add_number(finding, "shadowed", (int64_t)shadowed.count);
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_boot *boot = analysis->facts->boot;

	for (int key = 0; boot && key < KA_KEY_COUNT; key++) {
		const struct ka_boot_line *winner = boot->main.source[key];
		struct losers overridden;

		/* What tuned and credentials win over is for KA405. */
		if (!winner || winner->setter >= 0 || ka_boot_is_credential(boot, winner))
			continue;
		overridden = losers_of(findings->arena, boot, winner, KA_LINE_OVERRIDDEN);
		if (overridden.count > 0)
			report(rule, boot, findings, winner, &overridden);
	}
}

static const char *const sources[] = {"sysctl.d(5)", "sysctl(8), --system", NULL};

extern const struct ka_rule ka_rule_403;
const struct ka_rule ka_rule_403 = {
	.id = "KA403",
	.title = "a value is set more than once",
	.severity = KA_NOTE,
	.when = "Besides the line that decides a key at boot there are others that lose against "
		"it. A warning where an old systemd-sysctl writes two spellings of the key in an "
		"order that cannot be told.",
	.rationale =
		"All files of all directories make one list, sorted by the bytes of their names: "
		"100 comes before 20, and a name without a number comes after every 99-. Whoever "
		"edits a line that loses changes nothing. In most such cases the order is meant, "
		"so this is a note.",
	.remedy = "Remove the lines that lose, or put the value into a file whose name sorts last.",
	.sources = sources,
	.check = check,
};
