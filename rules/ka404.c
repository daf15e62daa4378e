#include "boot_rule.h"

#include "core/kernel_number.h"

#include <inttypes.h>
#include <string.h>

enum { KERNEL_DIGITS_MAX = 20 };

/* What makes text no number for the kernel, told by the first byte that does not belong there. */
static const struct {
	const char *bytes;
	const char *after_digits, *at_once;
} faults[] = {
	{"#;", "a comment is glued to the number, where a blank would end it", "it is a comment"},
	{"sSmMhHdD", "it has a unit, and the kernel takes a bare number", "it is a word"},
	{"\"'", "it is in quotes", "it is in quotes"},
	{"+", "it is no whole number", "the kernel knows no plus sign"},
	{".,_eE", "it is no whole number", "it is no number"},
	{"\r\v\f\xc2", "an invisible byte follows the number", "it begins with an invisible byte"},
	{"xX", "it is no whole number", "it is a word"},
};

static bool ends_number(char byte)
{
	return byte == '\0' || byte == ' ' || byte == '\t';
}

static const char *malformed_words(const char *value)
{
	const char *digits = value + (*value == '-');
	size_t count = strspn(digits, "0123456789");
	char after = digits[count];

	if (*value == '\0')
		return "it is empty";
	if (count > 0 && ends_number(after))
		return digits + count - value > KERNEL_DIGITS_MAX
			       ? "it is longer than the kernel reads"
			       : "a leading 0 makes it octal, which has no digit 8 or 9";
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (after != '\0' && strchr(faults[i].bytes, after))
			return count > 0 ? faults[i].after_digits : faults[i].at_once;
	return "it is no number";
}

static const char *why(struct ka_arena *arena, const struct ka_boot *boot,
		       const struct ka_boot_line *line)
{
	const struct ka_kernel *kernel = &boot->facts->kernel;
	struct ka_kernel_number number = ka_kernel_number_read(
		line->key, line->value, strlen(line->value), kernel->hz, kernel->has_u8_probes);

	if (number.result != KA_NUMBER_OUT_OF_RANGE)
		return malformed_words(line->value);
	return ka_arena_printf(
		arena, "%s takes %" PRId64 " to %" PRId64,
		kernel->hz == KA_HZ_UNKNOWN && line->key != KA_PROBES
			? "a kernel with 1000 ticks a second (this one's rate is not known)"
			: "this kernel",
		number.min, number.max);
}

static const char *consequence(struct ka_arena *arena, const struct ka_boot *boot,
			       const struct ka_boot_line *line)
{
	const struct ka_boot_line *winner = boot->main.source[line->key];
	int64_t value = boot->main.values.value[line->key];

	if (winner)
		return ka_arena_printf(arena, "%s sets %" PRId64 " instead",
				       ka_boot_place(arena, boot, winner), value);
	return ka_arena_printf(
		arena, "%s%sthe value from before, %" PRId64 ", stays",
		line->drops_earlier ? ka_boot_loader_word(&boot->main) : "",
		line->drops_earlier ? " has by then dropped what an earlier line sets, so " : "",
		value);
}

static void report(const struct ka_rule *rule, const struct ka_boot *boot,
		   struct ka_findings *findings, const struct ka_boot_line *line)
{
	struct ka_arena *arena = findings->arena;
	struct ka_finding *finding =
		ka_find(findings, rule, rule->severity,
			"%s sets %s to %s, which the kernel refuses: %s. After boot %s.",
			ka_boot_place(arena, boot, line), ka_sysctls[line->key].word,
			ka_boot_value(arena, line->value), why(arena, boot, line),
			consequence(arena, boot, line));

	ka_boot_point(finding, line);
	ka_boot_add_written(finding, findings->arena, line->key, line->value);
	ka_add_number(finding, "after_boot", boot->main.values.value[line->key]);
}

static void check(const struct ka_rule *rule, const struct ka_analysis *analysis,
		  struct ka_findings *findings)
{
	const struct ka_boot *boot = analysis->facts->boot;
	size_t count = 0;

	for (size_t i = 0; boot && i < boot->main.line_count; i++) {
		const struct ka_boot_line *line = &boot->main.lines[i];

		if (line->effect == KA_LINE_REFUSED && count++ < KA_BOOT_FINDINGS_MAX)
			report(rule, boot, findings, line);
	}
	ka_boot_find_more(rule, findings, count);
}

static const char *const sources[] = {
	"kernel/sysctl.c, proc_get_long()",
	"net/ipv4/sysctl_net_ipv4.c: proc_dointvec_jiffies(), proc_dou8vec_minmax()",
	"measured on Linux 6.18 with systemd-sysctl 219 to 262 and procps 3.3.10 to 4.0.7",
	NULL,
};

extern const struct ka_rule ka_rule_404;
const struct ka_rule ka_rule_404 = {
	.id = "KA404",
	.title = "a value that the kernel refuses",
	.severity = KA_WARNING,
	.when = "The loader writes a line's value and the kernel refuses it: a unit (5s), a "
		"comment "
		"glued to the number, quotes, a fraction, or a number out of this kernel's range. "
		"`7200 # two hours` is accepted: the kernel ignores what follows a blank.",
	.rationale =
		"systemd-sysctl keeps one value for each key, the last one. If the kernel refuses "
		"it, what an earlier line set is gone too, and the value from before the boot "
		"stays: the kernel's default, or what its command line says. procps writes "
		"every line in turn, so there the earlier value stays.",
	.remedy = "Write the bare number of seconds (or probes), and comments on a line of their "
		  "own.",
	.sources = sources,
	.check = check,
};
