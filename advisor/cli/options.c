#include "cli/options.h"

#include "base/text.h"

#include <string.h>

enum { OPTIONS_MAX = 64, MAX_STALE_S = 7 * 86400 };

/* In front of the command stand only options that every command takes. */
static bool takes(const struct ka_command *command, const struct ka_option *option)
{
	if (!command)
		return option->commands == (1u << KA_CMD_COUNT) - 1;
	return option->commands & 1u << (command - ka_commands);
}

static int fail_unknown(const struct ka_options *options, const char *word, size_t length,
			struct ka_error *reterr)
{
	const char *names[OPTIONS_MAX + 1];
	const char *name = ka_arena_copy(options->arena, word, length), *nearest;
	size_t count = 0;

	for (size_t i = 0; i < ka_option_count && count < OPTIONS_MAX; i++)
		if (takes(options->command, &ka_option_table[i]))
			names[count++] = ka_option_table[i].name;
	names[count] = NULL;
	nearest = ka_suggest(name, names);
	if (nearest)
		return ka_fail(reterr, KA_E_OPTION_UNKNOWN,
			       "unknown option '--%s'; did you mean '--%s'?", name, nearest);
	if (!options->command)
		return ka_fail(
			reterr, KA_E_OPTION_UNKNOWN,
			"unknown option '--%s' in front of the command: see `kaadvise --help`",
			name);
	return ka_fail(reterr, KA_E_OPTION_UNKNOWN,
		       "unknown option '--%s': see `kaadvise %s --help`", name,
		       options->command->name);
}

static const struct ka_option *find_long(const struct ka_command *command, const char *name,
					 size_t length)
{
	for (size_t i = 0; i < ka_option_count; i++) {
		const struct ka_option *option = &ka_option_table[i];

		if (takes(command, option) && strlen(option->name) == length &&
		    memcmp(option->name, name, length) == 0)
			return option;
	}
	return NULL;
}

static const struct ka_option *find_short(const struct ka_command *command, char letter)
{
	for (size_t i = 0; i < ka_option_count; i++)
		if (letter && ka_option_table[i].letter == letter &&
		    takes(command, &ka_option_table[i]))
			return &ka_option_table[i];
	return NULL;
}

/* The words that are yet to be parsed. */
struct words {
	char **at;
	int left;
};

/* Adds a word as a shell reads it. */
static void quote(struct ka_text *text, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-_./:=,%@+";

	if (*word && word[strspn(word, plain)] == '\0') {
		ka_text_add(text, word);
		return;
	}
	ka_text_add(text, "'");
	for (; *word; word++) {
		if (*word == '\'')
			ka_text_add(text, "'\\''");
		else
			ka_text_add_bytes(text, word, 1);
	}
	ka_text_add(text, "'");
}

const char *ka_shell_word(struct ka_arena *arena, const char *word)
{
	struct ka_text text = {0};
	const char *quoted;

	quote(&text, word);
	arena->has_failed |= text.has_failed;
	quoted = text.has_failed ? "" : ka_arena_copy(arena, text.bytes, text.length);
	ka_text_clear(&text);
	return quoted;
}

static bool decides_judgement(const struct ka_option *option)
{
	static const char *const sections[] = {"Path", "Goals", "Fetching"};

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (strcmp(option->section, sections[i]) == 0)
			return true;
	return strcmp(option->name, "config") == 0 || strcmp(option->name, "no-config") == 0;
}

/* What a URL asks for may be secret. */
static const char *without_query(struct ka_arena *arena, const char *value)
{
	const char *query = strstr(value, "://") ? strchr(value, '?') : NULL;

	if (!query)
		return value;
	return ka_arena_printf(arena, "%.*s?...%s", (int)(query - value), value,
			       query + strcspn(query, "#"));
}

/* What decides the judgement is shown again in the command that applies it. */
static void remember(struct ka_options *options, const struct ka_option *option, const char *value)
{
	struct ka_text *text = &options->path_words;

	if (!decides_judgement(option))
		return;
	if (text->length > 0)
		ka_text_add(text, " ");
	if (option->letter)
		ka_text_printf(text, "-%c", option->letter);
	else
		ka_text_printf(text, "--%s", option->name);
	if (!option->metavar)
		return;
	ka_text_add(text, " ");
	quote(text, without_query(options->arena, value));
}

static int take_option(struct ka_options *options, const struct ka_option *option,
		       const char *attached, struct words *words, struct ka_error *reterr)
{
	const char *value = attached;

	if (!option->metavar && attached)
		return ka_fail(reterr, KA_E_OPTION_VALUE, "--%s takes no value, '%s' found",
			       option->name, attached);
	if (option->metavar && !attached) {
		if (words->left == 0)
			return ka_fail(reterr, KA_E_OPTION_VALUE, "--%s needs a value: %s",
				       option->name, option->metavar);
		value = *words->at++;
		words->left--;
	}
	remember(options, option, value);
	return option->take(options, value, reterr);
}

static int take_long(struct ka_options *options, const char *word, struct words *words,
		     struct ka_error *reterr)
{
	size_t length = strcspn(word, "=");
	const struct ka_option *option = find_long(options->command, word, length);

	if (!option)
		return fail_unknown(options, word, length, reterr);
	return take_option(options, option, word[length] == '=' ? word + length + 1 : NULL, words,
			   reterr);
}

static int take_short(struct ka_options *options, const char *word, struct words *words,
		      struct ka_error *reterr)
{
	const struct ka_option *option = find_short(options->command, word[0]);

	if (!option || (!option->metavar && word[1]))
		return ka_fail(reterr, KA_E_OPTION_UNKNOWN, "unknown option '-%s'%s", word,
			       options->command ? "" : " in front of the command");
	return take_option(options, option, word[1] ? word + 1 : NULL, words, reterr);
}

static int take_command(struct ka_options *options, const char *word, struct ka_error *reterr)
{
	const char *names[KA_CMD_COUNT + 1] = {NULL}, *nearest;

	for (size_t i = 0; i < KA_CMD_COUNT; i++) {
		names[i] = ka_commands[i].name;
		if (strcmp(names[i], word) == 0) {
			options->command = &ka_commands[i];
			return 0;
		}
	}
	nearest = ka_suggest(word, names);
	if (nearest)
		return ka_fail(reterr, KA_E_COMMAND_UNKNOWN,
			       "unknown command '%s'; did you mean '%s'?", word, nearest);
	return ka_fail(reterr, KA_E_COMMAND_UNKNOWN,
		       "unknown command '%s': `kaadvise --help` lists the commands", word);
}

static int check_exclusions(const struct ka_options *options, struct ka_error *reterr)
{
	bool has_root = options->root_count > 0 || options->root_list;
	bool has_netns = options->netns || options->all_netns;
	bool mends = options->rearm || options->enable;
	const struct {
		bool holds;
		const char *message;
	} exclusions[] = {
		{has_netns && options->has_settings,
		 "--netns and --settings name two subjects: give one"},
		{has_root && has_netns, "--root and --netns name two subjects: give one"},
		{has_root && options->has_settings,
		 "--root and --settings name two subjects: give one"},
		{options->root_count > 1 && options->command == &ka_commands[KA_CMD_APPLY],
		 "apply changes one image at a time: give one --root"},
		{has_root && options->live_only,
		 "--root and --live-only exclude each other: an image has no running kernel"},
		{options->live_only && options->persist_only,
		 "--live-only and --persist-only exclude each other"},
		{options->all_netns && (options->command == &ka_commands[KA_CMD_ROLLBACK] ||
					options->command == &ka_commands[KA_CMD_HISTORY]),
		 "--netns all: rollback and history are about one namespace, give its name"},
		{options->all_netns && options->persist_only,
		 "--netns all and --persist-only exclude each other: no file sets the values of "
		 "other namespaces"},
		{options->persist_only && options->rearm,
		 "--persist-only and --rearm exclude each other: connections follow the running "
		 "values"},
		{has_root && options->rearm,
		 "--root and --rearm exclude each other: an image has no connections"},
		{options->pin && !mends, "--pin says how to mend: give --rearm or --enable too"},
		{options->has_over && !mends,
		 "--over says how to mend: give --rearm or --enable too"},
		{mends && options->no_owners,
		 "--no-owners excludes --rearm and --enable: a connection is mended through the "
		 "process that has it"},
		{options->deep && options->no_owners,
		 "--deep and --no-owners exclude each other: a socket is asked through the process "
		 "that has it"},
		{options->no_owners &&
			 ka_socket_filters_need_owner(options->filters, options->filter_count),
		 "--no-owners excludes filters by process"},
		{options->watch_s > 0 && (mends || options->observe_s > 0),
		 "--watch excludes --rearm, --enable and --observe"},
		{options->watch_s > 0 && options->output_count > 0,
		 "--watch and --format exclude each other"},
		{options->no_sockets &&
			 ((options->deep && !options->all_netns) || options->observe_s > 0),
		 "--no-sockets excludes --deep and --observe"},
		{options->config_file && options->no_config,
		 "--config and --no-config exclude each other"},
		{options->baseline && options->write_baseline,
		 "--baseline and --write-baseline exclude each other"},
		{options->has_set && options->path_count > 0,
		 "--set and a path exclude each other: the path asks for recommended values"},
	};

	for (size_t i = 0; i < sizeof(exclusions) / sizeof(exclusions[0]); i++)
		if (exclusions[i].holds)
			return ka_fail(reterr, KA_E_OPTION_CONFLICT, "%s", exclusions[i].message);
	return 0;
}

static int check_operands(const struct ka_options *options, struct ka_error *reterr)
{
	const struct ka_command *command = options->command;

	if (options->help || options->version)
		return 0;
	if (!command)
		return ka_fail(reterr, KA_E_COMMAND_UNKNOWN,
			       "no command: `kaadvise --help` lists the commands");
	if (options->operand_count < command->operands_min)
		return ka_fail(reterr, KA_E_OPERAND, "an operand is missing: kaadvise %s %s",
			       command->name, command->synopsis);
	if (options->operand_count > command->operands_max)
		return ka_fail(reterr, KA_E_OPERAND, "'%s' is one operand too many: kaadvise %s %s",
			       options->operands[command->operands_max], command->name,
			       command->synopsis);
	return check_exclusions(options, reterr);
}

static int take_word_of_line(struct ka_options *options, struct words *words, bool *only_operands,
			     struct ka_error *reterr)
{
	const char *word = *words->at++;

	words->left--;
	if (!*only_operands && strcmp(word, "--") == 0) {
		*only_operands = true;
		return 0;
	}
	if (!*only_operands && word[0] == '-' && word[1] == '-')
		return take_long(options, word + 2, words, reterr);
	if (!*only_operands && word[0] == '-' && word[1])
		return take_short(options, word + 1, words, reterr);
	if (!options->command)
		return take_command(options, word, reterr);
	options->operands[options->operand_count++] = word;
	return 0;
}

int ka_options_parse(struct ka_arena *arena, int argc, char *argv[], struct ka_options *ret_options,
		     struct ka_error *reterr)
{
	struct ka_options options = {
		.arena = arena, .fail_on = KA_WARNING, .jobs = 1, .max_stale_s = MAX_STALE_S};
	struct words words = {argv, argc};
	bool only_operands = false;

	options.operands = ka_arena_array(arena, (size_t)argc + 1, sizeof(*options.operands));
	options.path = ka_arena_array(arena, (size_t)argc + 1, sizeof(*options.path));
	options.roots = ka_arena_array(arena, (size_t)argc + 1, sizeof(*options.roots));
	options.idles = ka_arena_array(arena, (size_t)argc + 1, sizeof(*options.idles));
	options.filters = ka_arena_array(arena, (size_t)argc + 1, sizeof(*options.filters));
	options.fetched = ka_arena_alloc(arena, sizeof(*options.fetched));
	if (!options.operands || !options.path || !options.roots || !options.idles ||
	    !options.filters || !options.fetched)
		return ka_fail_memory(reterr);
	while (words.left > 0)
		if (take_word_of_line(&options, &words, &only_operands, reterr) < 0)
			goto fail;
	if (check_operands(&options, reterr) < 0)
		goto fail;
	if (options.path_words.has_failed) {
		ka_fail_memory(reterr);
		goto fail;
	}
	*ret_options = options;
	return 0;
fail:
	ka_text_clear(&options.path_words);
	return -1;
}
