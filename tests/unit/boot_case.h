/* A case for what is judged about the next boot: made by hand, line by line, so that a rule is
 * tested apart from the resolver. At first no line sets anything. */
#ifndef KA_UNIT_BOOT_CASE_H
#define KA_UNIT_BOOT_CASE_H

#include "case.h"

#include "core/boot.h"
#include "core/rule.h"

#include <stdlib.h>

enum { CASE_LINES_MAX = 64, CASE_SETTERS_MAX = 32, CASE_FILES_MAX = 8 };

static const struct ka_loader case_systemd = {.name = "systemd-252", .family = KA_SYSTEMD};
static const struct ka_loader case_procps = {.name = "procps-4.0", .family = KA_PROCPS};

struct boot_case {
	struct test_case c;
	struct ka_boot_facts facts;
	struct ka_boot boot;
	struct ka_boot_line lines[CASE_LINES_MAX], other_lines[CASE_LINES_MAX];
	struct ka_setter setters[CASE_SETTERS_MAX];
	struct ka_boot_file files[CASE_FILES_MAX];
	struct ka_findings findings;
};

/* An image; set facts.is_live for the running host. */
__attribute__((unused)) static void boot_init(struct boot_case *b)
{
	*b = (struct boot_case){
		.facts = {.loader = &case_systemd, .other = &case_procps},
		.boot = {.base = KA_KERNEL_DEFAULTS},
	};
	case_init(&b->c);
	b->c.facts.kind = KA_SUBJECT_ROOT;
	b->c.facts.boot = &b->boot;
	b->facts.kernel = (struct ka_kernel){.hz = 250, .has_u8_probes = true};
	b->facts.files = b->files;
	b->facts.setters = b->setters;
	b->boot.facts = &b->facts;
	b->boot.main = (struct ka_boot_outcome){
		.loader = &case_systemd, .values = KA_KERNEL_DEFAULTS, .lines = b->lines};
	b->boot.other = (struct ka_boot_outcome){
		.loader = &case_procps, .values = KA_KERNEL_DEFAULTS, .lines = b->other_lines};
}

static struct ka_boot_line *boot_line_of(struct ka_boot_outcome *outcome,
					 struct ka_boot_line *lines, const char *file,
					 unsigned line, enum ka_key key, const char *value,
					 enum ka_line_effect effect)
{
	struct ka_boot_line *added = &lines[outcome->line_count++];

	*added = (struct ka_boot_line){
		.file = file,
		.line = line,
		.column = 5,
		.width = 1,
		.text = value ? value : "",
		.key = key,
		.value = value,
		.is_accepted = value && effect != KA_LINE_REFUSED,
		.number = value ? strtoll(value, NULL, 0) : 0,
		.effect = effect,
		.reason = effect == KA_LINE_WINS ? NULL : "there is a reason",
		.setter = -1,
	};
	if (effect == KA_LINE_WINS) {
		outcome->source[key] = added;
		outcome->values.value[key] = added->number;
	}
	return added;
}

/* Appends a line of the boot loader's; one that wins sets the value. */
__attribute__((unused)) static struct ka_boot_line *boot_line(struct boot_case *b, const char *file,
							      unsigned line, enum ka_key key,
							      const char *value,
							      enum ka_line_effect effect)
{
	return boot_line_of(&b->boot.main, b->lines, file, line, key, value, effect);
}

/* The same of the other loader. */
__attribute__((unused)) static struct ka_boot_line *
boot_other_line(struct boot_case *b, const char *file, unsigned line, enum ka_key key,
		const char *value, enum ka_line_effect effect)
{
	return boot_line_of(&b->boot.other, b->other_lines, file, line, key, value, effect);
}

/* Appends a setter with a value, or one that calls sysctl where value is NULL. */
__attribute__((unused)) static struct ka_setter *boot_setter(struct boot_case *b,
							     enum ka_setter_kind kind,
							     const char *file, enum ka_key key,
							     const char *value)
{
	struct ka_setter *setter = &b->setters[b->facts.setter_count++];

	*setter = (struct ka_setter){.kind = kind,
				     .file = file,
				     .line = 7,
				     .column = 3,
				     .text = "the line",
				     .has_key = value != NULL,
				     .key = key,
				     .value = value};
	return setter;
}

__attribute__((unused)) static void boot_file(struct boot_case *b, enum ka_boot_directory directory,
					      const char *path, enum ka_node_type type)
{
	b->files[b->facts.file_count++] = (struct ka_boot_file){
		.directory = directory, .name = strrchr(path, '/') + 1, .path = path, .type = type};
}

/* What the rules find. An image's own values are those after boot. */
__attribute__((unused)) static const struct ka_findings *boot_run(struct boot_case *b)
{
	b->findings = (struct ka_findings){.arena = &b->c.arena};
	if (!b->facts.is_live)
		b->c.facts.settings = b->boot.main.values;
	ka_rules_check(case_run(&b->c), &b->findings);
	return &b->findings;
}

__attribute__((unused)) static size_t boot_count(const struct boot_case *b, const char *id)
{
	size_t count = 0;

	for (size_t i = 0; i < b->findings.count; i++)
		count += strcmp(b->findings.items[i].rule->id, id) == 0;
	return count;
}

/* The finding number at of a rule, which must be there. */
__attribute__((unused)) static const struct ka_finding *boot_finding(const struct boot_case *b,
								     const char *id, size_t at)
{
	for (size_t i = 0; i < b->findings.count; i++)
		if (strcmp(b->findings.items[i].rule->id, id) == 0 && at-- == 0)
			return &b->findings.items[i];
	print_error("%s does not say so much\n", id);
	_fail(__FILE__, __LINE__);
	return NULL;
}

__attribute__((unused)) static void boot_end(struct boot_case *b)
{
	case_end(&b->c);
}

#endif
