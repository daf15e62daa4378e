#include "cli/options.h"

#include <string.h>

enum { HELP_COLUMNS = 80, OPTION_INDENT = 6 };

/* text in lines of at most HELP_COLUMNS, each indented. */
static void print_wrapped(FILE *file, const char *text, int indent)
{
	size_t room = (size_t)(HELP_COLUMNS - indent);

	while (*text) {
		size_t length = strlen(text);

		if (length > room) {
			length = room;
			while (length > 0 && text[length] != ' ')
				length--;
			if (length == 0)
				length = room;
		}
		fprintf(file, "%*s%.*s\n", indent, "", (int)length, text);
		text += length;
		text += *text == ' ';
	}
}

static void print_option(FILE *file, const struct ka_option *option)
{
	char letter[8] = "";

	if (option->letter)
		snprintf(letter, sizeof(letter), "-%c, ", option->letter);
	fprintf(file, "  %s--%s%s%s\n", letter, option->name, option->metavar ? " " : "",
		option->metavar ? option->metavar : "");
	print_wrapped(file, option->help, OPTION_INDENT);
}

/* The options that all of these commands take. */
static void print_options(FILE *file, unsigned commands)
{
	const char *section = "";

	for (size_t i = 0; i < ka_option_count; i++) {
		const struct ka_option *option = &ka_option_table[i];

		if ((option->commands & commands) != commands)
			continue;
		if (strcmp(section, option->section) != 0) {
			section = option->section;
			fprintf(file, "\n%s:\n", section);
		}
		print_option(file, option);
	}
}

void ka_help(FILE *file, const struct ka_command *command)
{
	if (command) {
		fprintf(file, "Usage: kaadvise %s%s%s\n\n", command->name,
			*command->synopsis ? " " : "", command->synopsis);
		print_wrapped(file, command->description, 0);
		print_options(file, 1u << (command - ka_commands));
		return;
	}
	fprintf(file,
		"Usage: kaadvise COMMAND [OPTION]...\n\n"
		"Advises on Linux TCP keepalive: which values keep the sessions of a path's load\n"
		"balancers and NATs known, with proof, and sets them.\n\nCommands:\n");
	for (size_t i = 0; i < KA_CMD_COUNT; i++)
		fprintf(file, "  %-10s %s\n", ka_commands[i].name, ka_commands[i].summary);
	print_options(file, (1u << KA_CMD_COUNT) - 1);
	fprintf(file,
		"\nExit codes: 0 nothing found, 1 findings, 2 wrong usage, 3 bad input, 4 the\n"
		"system could not be read or changed. `kaadvise COMMAND --help` tells more.\n");
}
