#include "boot_rule.h"

#include <inttypes.h>

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_boot *boot = analysis->facts->boot;

	for (int key = 0; boot && key < KA_KEY_COUNT; key++) {
		const struct ka_boot_line *line = boot->main.source[key];
		struct ka_finding *finding;

		if (!line || !line->misread)
			continue;
		finding = ka_find(
			findings, rule, rule->severity,
			"%s writes %s as %s, and the kernel takes it for %" PRId64 ": %s.",
			ka_boot_place(findings->arena, boot, line), ka_sysctls[key].word,
			ka_boot_value(findings->arena, line->value), line->number, line->misread);
		ka_boot_point(finding, line);
		ka_boot_add_written(finding, findings->arena, line->key, line->value);
		ka_add_number(finding, "value", line->number);
	}
}

static const char *const sources[] = {
	"kernel/sysctl.c, proc_get_long() and strtoul_lenient()",
	"measured on Linux 6.18",
	NULL,
};

extern const struct ka_rule ka_rule_102;
const struct ka_rule ka_rule_102 = {
	.id = "KA102",
	.title = "a number that the kernel reads as another one",
	.severity = KA_WARNING,
	.when = "The line that decides a value after boot writes it with a leading 0 (octal) or 0x "
		"(hexadecimal).",
	.rationale =
		"The kernel reads these numbers as C does: 010 is 8, and 0x10 is 16. Whoever wrote "
		"010 most likely meant 10, and no tool says a word.",
	.remedy = "Write the number in plain decimal, without a leading zero.",
	.sources = sources,
	.check = check,
};
