/* Writes the documents that follow from the program's tables: the manual page and the bash
 * completion (from a template), the rules' pages, the tables of errors and of profiles.
 *
 *   generate man TEMPLATE | completion TEMPLATE | rules DIRECTORY | errors | profiles
 *
 * A template is copied; a line @NAME@ in it is replaced by what the table NAME holds. Output goes
 * to standard output, the rules' pages to DIRECTORY. */
#include "base/text.h"
#include "cli/options.h"
#include "core/rule.h"
#include "generate_profiles.h"
#include "out/explain.h"
#include "profiles/builtin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const unsigned every_command = (1u << KA_CMD_COUNT) - 1;

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "generate: %s: %s\n", what, why);
	return -1;
}

/* Words for mdoc: a sentence per line, `code` in bold, nothing taken for a request or escape. */
static void add_mdoc(struct ka_text *text, const char *words)
{
	bool is_code = false;
	char before = '\n';

	for (const char *at = words; *at; before = *at++) {
		if (*at == ' ' && before == '.' && at[1] >= 'A' && at[1] <= 'Z')
			ka_text_add(text, "\n");
		else if (*at == '`')
			ka_text_add(text, (is_code = !is_code) ? "\\fB" : "\\fP");
		else if (*at == '\\')
			ka_text_add(text, "\\e");
		else if (*at == '-' && (is_code || before == '-' || before == ' ' ||
					before == '[' || at[1] == '-'))
			ka_text_add(text, "\\-");
		else if ((*at == '.' || *at == '\'') && (before == '\n' || before == ' '))
			ka_text_printf(text, "\\&%c", *at);
		else
			ka_text_add_bytes(text, at, 1);
	}
	ka_text_add(text, "\n");
}

static void man_synopsis(struct ka_text *text)
{
	for (size_t i = 0; i < KA_CMD_COUNT; i++) {
		ka_text_printf(text, ".Nm\n.Cm %s\n", ka_commands[i].name);
		if (*ka_commands[i].synopsis)
			add_mdoc(text, ka_commands[i].synopsis);
	}
}

static void man_commands(struct ka_text *text)
{
	for (size_t i = 0; i < KA_CMD_COUNT; i++) {
		ka_text_printf(text, ".It Cm %s", ka_commands[i].name);
		ka_text_add(text, *ka_commands[i].synopsis ? " No " : "");
		add_mdoc(text, ka_commands[i].synopsis);
		add_mdoc(text, ka_commands[i].description);
	}
}

/* Names the commands that take an option, unless all do. */
static void add_takers(struct ka_text *text, unsigned commands)
{
	unsigned left = commands;

	if (commands == every_command)
		return;
	ka_text_add(text, "For\n");
	for (size_t i = 0; i < KA_CMD_COUNT; i++) {
		if (!(left & 1u << i))
			continue;
		left &= ~(1u << i);
		ka_text_printf(text, ".Cm %s", ka_commands[i].name);
		if (!left)
			ka_text_add(text, " .\n");
		else
			ka_text_add(text, left & (left - 1) ? " ,\n" : "\nand\n");
	}
}

static void man_options(struct ka_text *text)
{
	const char *section = "";

	for (size_t i = 0; i < ka_option_count; i++) {
		const struct ka_option *option = &ka_option_table[i];

		if (strcmp(section, option->section) != 0) {
			ka_text_add(text, *section ? ".El\n" : "");
			section = option->section;
			ka_text_printf(text, ".Ss %s\n.Bl -tag -width Ds\n", section);
		}
		ka_text_add(text, ".It ");
		if (option->letter)
			ka_text_printf(text, "Fl %c , ", option->letter);
		ka_text_printf(text, "Fl Fl %s", option->name);
		if (option->metavar)
			ka_text_printf(text, " Ar %s", option->metavar);
		ka_text_add(text, "\n");
		add_mdoc(text, option->help);
		add_takers(text, option->commands);
	}
	ka_text_add(text, ".El\n");
}

static void man_profiles(struct ka_text *text)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);

	for (size_t i = 0; i < ka_builtin_count; i++) {
		const struct ka_profile *profile = ka_builtin_profile(&arena, i);

		text->has_failed |= !profile;
		if (!profile)
			break;
		ka_text_printf(text, ".It %s\n", profile->id);
		add_mdoc(text, profile->title);
	}
	ka_arena_clear(&arena);
}

static void man_rules(struct ka_text *text)
{
	for (size_t i = 0; i < ka_rule_count; i++) {
		ka_text_printf(text, ".It %s No ( %s )\n", ka_rules[i]->id,
			       ka_severity_words[ka_rules[i]->severity]);
		add_mdoc(text, ka_rules[i]->title);
	}
}

static void completion_commands(struct ka_text *text)
{
	ka_text_add(text, "_kaadvise_commands='");
	for (size_t i = 0; i < KA_CMD_COUNT; i++)
		ka_text_printf(text, "%s%s", i ? " " : "", ka_commands[i].name);
	ka_text_add(text, "'\n");
}

/* A case of the options that these commands take. */
static void completion_case(struct ka_text *text, const char *pattern, unsigned commands)
{
	ka_text_printf(text, "\t%s) REPLY='", pattern);
	for (size_t i = 0; i < ka_option_count; i++) {
		const struct ka_option *option = &ka_option_table[i];

		if ((option->commands & commands) != commands)
			continue;
		if (option->letter)
			ka_text_printf(text, "-%c ", option->letter);
		ka_text_printf(text, "--%s ", option->name);
	}
	text->length -= text->length > 0;
	ka_text_add(text, "' ;;\n");
}

static void completion_options(struct ka_text *text)
{
	for (size_t i = 0; i < KA_CMD_COUNT; i++)
		completion_case(text, ka_commands[i].name, 1u << i);
	completion_case(text, "*", every_command);
}

static void completion_values(struct ka_text *text)
{
	for (size_t i = 0; i < ka_option_count; i++) {
		const struct ka_option *option = &ka_option_table[i];

		if (!option->metavar)
			continue;
		ka_text_add(text, "\t");
		if (option->letter)
			ka_text_printf(text, "-%c | ", option->letter);
		ka_text_printf(text, "--%s) REPLY='%s' ;;\n", option->name,
			       option->words ? option->words : "");
	}
}

static void completion_ids(struct ka_text *text)
{
	ka_text_add(text, "_kaadvise_profiles='");
	for (size_t i = 0; i < ka_builtin_count; i++)
		ka_text_printf(text, "%s%s", i ? "\n\t" : "", ka_builtin_id(i));
	ka_text_add(text, "'\n_kaadvise_rules='");
	for (size_t i = 0; i < ka_rule_count; i++)
		ka_text_printf(text, "%s%s", i ? "\n\t" : "", ka_rules[i]->id);
	ka_text_add(text, "'\n_kaadvise_errors='");
	for (enum ka_error_id id = KA_E_NONE + 1; id < KA_E_COUNT; id++)
		ka_text_printf(text, "%s%s", id > KA_E_NONE + 1 ? "\n\t" : "",
			       ka_error_info(id)->id);
	ka_text_add(text, "'\n");
}

static const struct {
	const char *name;
	void (*write)(struct ka_text *text);
} tables[] = {
	{"@synopsis@", man_synopsis},
	{"@commands@", man_commands},
	{"@options@", man_options},
	{"@profiles@", man_profiles},
	{"@rules@", man_rules},
	{"@completion-commands@", completion_commands},
	{"@completion-options@", completion_options},
	{"@completion-values@", completion_values},
	{"@completion-ids@", completion_ids},
};

/* Adds a line of a template (with its newline), or the table that it names. */
static int add_template_line(struct ka_text *text, char *line)
{
	if (line[0] != '@') {
		ka_text_add(text, line);
		return 0;
	}
	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (strcmp(tables[i].name, line) == 0) {
			tables[i].write(text);
			return 0;
		}
	return fail(line, "no such table");
}

static int write_file(const struct ka_text *text, FILE *file, const char *name)
{
	if (text->has_failed)
		return fail(name, "out of memory");
	if (fwrite(text->bytes, 1, text->length, file) != text->length || fflush(file) != 0)
		return fail(name, strerror(errno));
	return 0;
}

static int from_template(const char *name)
{
	FILE *file = fopen(name, "re");
	struct ka_text text = {0};
	char line[512];
	int result = 0;

	if (!file)
		return fail(name, strerror(errno));
	while (result == 0 && fgets(line, sizeof(line), file))
		result = add_template_line(&text, line);
	fclose(file);
	if (result == 0)
		result = write_file(&text, stdout, "standard output");
	ka_text_clear(&text);
	return result;
}

static int write_page(const char *directory, const char *name, const struct ka_text *text)
{
	char path[4096];
	FILE *file;
	int result;

	if (snprintf(path, sizeof(path), "%s/%s.md", directory, name) >= (int)sizeof(path))
		return fail(directory, "too long");
	file = fopen(path, "we");
	if (!file)
		return fail(path, strerror(errno));
	result = write_file(text, file, path);
	return fclose(file) == 0 ? result : fail(path, strerror(errno));
}

static int rule_page(const char *directory, const struct ka_rule *rule)
{
	struct ka_text text = {0};
	int result;

	ka_rule_markdown(rule, &text);
	ka_text_add(&text, "\n[All rules](README.md)\n");
	result = write_page(directory, rule->id, &text);
	ka_text_clear(&text);
	return result;
}

/* The first digit of an id says what a rule is about. */
static const char *group_title(char digit)
{
	switch (digit) {
	case '1':
		return "The values";
	case '2':
		return "The path";
	case '3':
		return "HTTP keepalive";
	case '4':
		return "What the host will have after boot";
	case '7':
		return "The advice itself";
	default:
		return "More";
	}
}

static int rule_index(const char *directory)
{
	struct ka_text text = {0};
	char group = '\0';
	int result;

	ka_text_add(&text, "# Rules\n\nA rule's id never changes its meaning. The same pages are "
			   "printed by `kaadvise explain KA201`.\n");
	for (size_t i = 0; i < ka_rule_count; i++) {
		const struct ka_rule *rule = ka_rules[i];

		if (rule->id[2] != group) {
			group = rule->id[2];
			ka_text_printf(&text,
				       "\n## KA%cxx: %s\n\n| Rule | Severity | What |\n"
				       "|---|---|---|\n",
				       group, group_title(group));
		}
		ka_text_printf(&text, "| [%s](%s.md) | %s | %s |\n", rule->id, rule->id,
			       ka_severity_words[rule->severity], rule->title);
	}
	result = write_page(directory, "README", &text);
	ka_text_clear(&text);
	return result;
}

static int rules(const char *directory)
{
	for (size_t i = 0; i < ka_rule_count; i++)
		if (rule_page(directory, ka_rules[i]) < 0)
			return -1;
	return rule_index(directory);
}

static int errors(const char *unused)
{
	struct ka_text text = {0};
	int result;

	(void)unused;
	ka_text_add(&text, "# Errors\n\nAn error is one line on standard error, `place: error: "
			   "message [id]`. An id never changes its meaning;\n`kaadvise explain ID` "
			   "prints its row. What the exit codes mean is in [json.md](json.md).\n\n"
			   "| Id | Exit code | What | What to do |\n|---|---|---|---|\n");
	for (enum ka_error_id id = KA_E_NONE + 1; id < KA_E_COUNT; id++) {
		const struct ka_error_info *error = ka_error_info(id);

		ka_text_printf(&text, "| %s | %d | %s | %s |\n", error->id, error->exit_code,
			       error->title, error->remedy);
	}
	result = write_file(&text, stdout, "standard output");
	ka_text_clear(&text);
	return result;
}

static int profiles(const char *unused)
{
	struct ka_text text = {0};
	struct ka_error error = {0};
	int result;

	(void)unused;
	if (ka_profiles_markdown(&text, &error) < 0)
		result = fail("profiles", error.message);
	else
		result = write_file(&text, stdout, "standard output");
	ka_text_clear(&text);
	return result;
}

int main(int argc, char *argv[])
{
	static const struct {
		const char *word;
		int operands;
		int (*run)(const char *operand);
	} modes[] = {
		{"man", 1, from_template}, {"completion", 1, from_template}, {"rules", 1, rules},
		{"errors", 0, errors},     {"profiles", 0, profiles},
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (argc == modes[i].operands + 2 && strcmp(argv[1], modes[i].word) == 0)
			return modes[i].run(argv[2]) < 0;
	fputs("usage: generate man TEMPLATE | completion TEMPLATE | rules DIRECTORY | errors | "
	      "profiles\n",
	      stderr);
	return 2;
}
