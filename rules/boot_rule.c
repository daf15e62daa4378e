#include "boot_rule.h"

#include "core/kernel_number.h"

#include <string.h>

enum { VALUE_MAX = 40, WRITTEN_MAX = 256 };

const char *ka_boot_place(struct ka_arena *arena, const struct ka_boot *boot,
			  const struct ka_boot_line *line)
{
	const char *file = line ? line->file : "";

	if (!line)
		return "the kernel's default";
	if (line->setter >= 0)
		return ka_arena_printf(arena, "%s:%u (%s)", file, line->line,
				       ka_setter_words[boot->facts->setters[line->setter].kind]);
	if (line->target)
		return ka_arena_printf(arena, "%s:%u (a link to %s)", file, line->line,
				       line->target);
	return ka_arena_printf(arena, "%s:%u", file, line->line);
}

const char *ka_boot_value(struct ka_arena *arena, const char *value)
{
	return ka_arena_printf(arena, "'%.*s%s'", VALUE_MAX, value,
			       strlen(value) > VALUE_MAX ? "..." : "");
}

void ka_boot_add_written(struct ka_finding *finding, struct ka_arena *arena, enum ka_key key,
			 const char *value)
{
	ka_add_text(finding, "key", ka_sysctls[key].key);
	ka_add_text(finding, "written", ka_arena_copy(arena, value, strnlen(value, WRITTEN_MAX)));
}

void ka_boot_point(struct ka_finding *finding, const struct ka_boot_line *line)
{
	if (line)
		finding->location = (struct ka_location){line->file, line->line, line->column};
}

const char *ka_boot_loader_word(const struct ka_boot_outcome *outcome)
{
	return outcome->loader ? outcome->loader->name : "the boot";
}

bool ka_boot_is_credential(const struct ka_boot *boot, const struct ka_boot_line *line)
{
	for (size_t i = 0; i < boot->facts->file_count; i++)
		if (boot->facts->files[i].directory == KA_CREDENTIAL &&
		    strcmp(boot->facts->files[i].path, line->file) == 0)
			return true;
	return false;
}

bool ka_boot_setter_number(const struct ka_boot *boot, const struct ka_setter *setter,
			   int64_t *ret_number)
{
	const struct ka_kernel *kernel = &boot->facts->kernel;
	struct ka_kernel_number number;

	if (!setter->has_key || setter->kind == KA_SET_BY_CMDLINE ||
	    setter->kind == KA_SET_BY_TUNED)
		return false;
	number = ka_kernel_number_read(setter->key, setter->value, strlen(setter->value),
				       kernel->hz, kernel->has_u8_probes);
	*ret_number = number.value;
	return number.result == KA_NUMBER_OK;
}

const struct ka_setter *ka_boot_setter_of(const struct ka_boot *boot, enum ka_key key,
					  int64_t number)
{
	for (size_t i = 0; i < boot->facts->setter_count; i++) {
		const struct ka_setter *setter = &boot->facts->setters[i];
		int64_t its_number;

		if (ka_boot_setter_number(boot, setter, &its_number) && setter->key == key &&
		    its_number == number)
			return setter;
	}
	return NULL;
}

void ka_boot_find_more(const struct ka_rule *rule, struct ka_findings *findings, size_t count)
{
	if (count > KA_BOOT_FINDINGS_MAX)
		ka_find(findings, rule, rule->severity, "Left out here: %zu more of these.",
			count - KA_BOOT_FINDINGS_MAX);
}
