#include "core/setter_shell.h"

#include <string.h>

enum { WORDS_MAX = 128, DEPTH_MAX = 4 };

/* ---- Words -------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool is_in(const char *set, char c)
{
	return c && strchr(set, c);
}

static bool is_operator(char c)
{
	return is_in(";&|<>()`", c);
}

struct word_reader {
	const char *text;
	size_t at, to;
	char quote;      /* the one that is open; 0: none */
	unsigned quotes; /* that have been opened */
};

/* A backslash: the character that it stands for; 0 where it joins two lines. */
static char read_escape(struct word_reader *reader)
{
	char next;

	if (reader->at == reader->to)
		return '\\';
	next = reader->text[reader->at];
	if (reader->quote && !is_in("$`\"\\\n", next))
		return '\\';
	reader->at++;
	return next == '\n' ? 0 : next;
}

/* Moves on by one character of the word. False at its end; *ret_byte is 0 where the word gets
 * nothing of it. */
static bool step(struct word_reader *reader, char *ret_byte)
{
	char c;

	if (reader->at == reader->to)
		return false;
	c = reader->text[reader->at];
	if (!reader->quote && (is_blank(c) || c == '\n' || is_operator(c)))
		return false;
	reader->at++;
	*ret_byte = c;
	if (c == '\\' && reader->quote != '\'') {
		*ret_byte = read_escape(reader);
	} else if (reader->quote ? c == reader->quote : c == '"' || c == '\'') {
		reader->quotes += !reader->quote;
		reader->quote = reader->quote ? 0 : c;
		*ret_byte = 0;
	}
	return true;
}

struct ka_word ka_word_read(struct ka_arena *arena, const char *text, size_t *at, size_t to)
{
	struct ka_word word = {.from = *at, .text = ""};
	struct word_reader reader = {.text = text, .at = *at, .to = to};
	size_t length = 0;
	char *copy, byte;

	while (step(&reader, &byte))
		;
	word.to = *at = reader.at;
	word.is_quoted = reader.quotes == 1 && !reader.quote && is_in("\"'", text[word.from]) &&
			 text[word.to - 1] == text[word.from];
	copy = ka_arena_alloc(arena, word.to - word.from + 1);
	if (!copy)
		return word;
	reader = (struct word_reader){.text = text, .at = word.from, .to = word.to};
	while (step(&reader, &byte))
		if (byte)
			copy[length++] = byte;
	word.text = copy;
	return word;
}

/* ---- Commands ----------------------------------------------------------------------------- */

struct command {
	struct ka_word words[WORDS_MAX];
	size_t count;
	struct ka_word target; /* of an output redirection; text NULL: none */
};

struct shell {
	struct ka_hits *hits;
	const char *text;
	unsigned depth;
	struct ka_word piped; /* what an echo in front of a | writes; text NULL: nothing known */
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_one_of(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static void add_unknown(struct shell *shell, const struct ka_word *word)
{
	ka_hits_add(shell->hits, &(struct ka_hit){.kind = KA_HIT_UNKNOWN, .at = word->from});
}

/* A value that only the shell can tell. */
static bool is_computed(const char *value)
{
	return !*value || strpbrk(value, "$`");
}

static void add_value(struct shell *shell, size_t at, enum ka_key key, const char *value)
{
	struct ka_hit hit = {.kind = KA_HIT_VALUE, .at = at, .key = key, .value = value};

	if (is_computed(value))
		hit.kind = KA_HIT_UNKNOWN;
	ka_hits_add(shell->hits, &hit);
}

/* A file of settings given to sysctl -p or systemd-sysctl. */
static void add_file(struct shell *shell, const struct ka_word *word, const char *path)
{
	struct ka_hit hit = {.kind = KA_HIT_FILE, .at = word->from, .word = path};

	if (path[0] != '/' || strpbrk(path, "$`*?[{"))
		hit.kind = KA_HIT_UNKNOWN;
	ka_hits_add(shell->hits, &hit);
}

/* key=value, the quotes of an outer command still around it. */
static void read_assignment(struct shell *shell, const struct ka_word *word)
{
	const char *name = word->text + strspn(word->text, "\"'"), *equals = strchr(name, '=');
	const char *raw = memchr(shell->text + word->from, '=', word->to - word->from);
	const char *end = shell->text + word->to;
	enum ka_key key;
	size_t length;

	if (!equals || !raw)
		return;
	if (!ka_key_read(name, (size_t)(equals - name), KA_KEY_SYSCTL, &key)) {
		/* One of a loop over the keys' names. */
		if (memmem(name, (size_t)(equals - name), "tcp_keepalive_", 14) &&
		    memchr(name, '$', (size_t)(equals - name)))
			add_unknown(shell, word);
		return;
	}
	for (raw++; raw < end && is_in("\"'\\", *raw);)
		raw++;
	equals += 1 + strspn(equals + 1, "\"'");
	length = strlen(equals);
	while (length > 0 && is_in("\"'", equals[length - 1]))
		length--;
	add_value(shell, (size_t)(raw - shell->text), key,
		  ka_arena_copy(shell->hits->arena, equals, length));
}

enum sysctl_mode { MODE_WRITE, MODE_LOAD, MODE_SYSTEM };

/* An option of sysctl(8); *ret_file is a file that -p has with it. */
static enum sysctl_mode read_sysctl_option(const char *option, enum sysctl_mode mode,
					   const char **ret_file)
{
	size_t letters;

	if (strcmp(option, "--system") == 0)
		return MODE_SYSTEM;
	if (strncmp(option, "--load", 6) == 0) {
		if (option[6] == '=')
			*ret_file = option + 7;
		return MODE_LOAD;
	}
	letters = strcspn(option, "pfr");
	if (option[1] == '-' || !is_in("pf", option[letters]))
		return mode;
	if (option[letters] == 'p' && option[letters + 1])
		*ret_file = option + letters + 1;
	return MODE_LOAD;
}

static void load_files(struct shell *shell, const struct ka_word *words, size_t count)
{
	size_t files = 0;

	for (size_t i = 1; i < count; i++) {
		const char *file =
			words[i].text[0] == '-' && words[i].text[1] ? NULL : words[i].text;

		if (!file)
			read_sysctl_option(words[i].text, MODE_WRITE, &file);
		if (!file)
			continue;
		add_file(shell, &words[i], file);
		files++;
	}
	if (files == 0)
		add_file(shell, &words[0], "/etc/sysctl.conf");
}

static void run_sysctl(struct shell *shell, const struct ka_word *words, size_t count)
{
	enum sysctl_mode mode = MODE_WRITE;
	const char *file;

	for (size_t i = 1; i < count; i++)
		if (words[i].text[0] == '-' && mode != MODE_SYSTEM)
			mode = read_sysctl_option(words[i].text, mode, &file);
	if (mode == MODE_SYSTEM)
		add_unknown(shell, &words[0]);
	else if (mode == MODE_LOAD)
		load_files(shell, words, count);
	else
		for (size_t i = 1; i < count; i++)
			read_assignment(shell, &words[i]);
}

/* Whether the keys are below this prefix: "/net/ipv4/conf" is none, "net.ipv4" is one. */
static bool is_prefix_of_keys(const char *prefix)
{
	const char *file = "net/ipv4/tcp_keepalive_";

	prefix += strspn(prefix, "/.");
	for (; *prefix && *file; prefix++, file++)
		if (*prefix == '.' ? *file != '/' : *prefix != *file)
			return false;
	return true;
}

static void run_systemd_sysctl(struct shell *shell, const struct ka_word *words, size_t count)
{
	static const char OPTION[] = "--prefix=";
	bool has_prefix = false, is_ours = false, has_file = false;

	for (size_t i = 1; i < count; i++) {
		const char *word = words[i].text;

		if (strncmp(word, OPTION, sizeof(OPTION) - 1) == 0) {
			has_prefix = true;
			is_ours |= is_prefix_of_keys(word + sizeof(OPTION) - 1);
		} else if (word[0] != '-') {
			has_file = true;
		}
	}
	if (has_prefix && !is_ours)
		return;
	for (size_t i = 1; i < count; i++)
		if (words[i].text[0] != '-')
			add_file(shell, &words[i], words[i].text);
	if (!has_file)
		add_unknown(shell, &words[0]);
}

/* systemctl restart systemd-sysctl; service procps restart */
static void run_service(struct shell *shell, const struct ka_word *words, size_t count)
{
	static const char *const services[] = {"systemd-sysctl", "systemd-sysctl.service",
					       "procps",         "procps.service",
					       "sysctl",         NULL};
	static const char *const verbs[] = {
		"start",       "restart",           "reload", "force-reload",
		"try-restart", "reload-or-restart", NULL};
	const struct ka_word *service = NULL;
	bool has_verb = false;

	for (size_t i = 1; i < count; i++) {
		if (is_one_of(services, words[i].text))
			service = &words[i];
		has_verb |= is_one_of(verbs, words[i].text);
	}
	if (service && has_verb)
		add_unknown(shell, service);
}

/* The word that echo or printf writes, or the last of several; NULL: none. */
static const struct ka_word *written_word(const struct ka_word *words, size_t count)
{
	bool is_printf = strcmp(base_name(words[0].text), "printf") == 0;
	size_t first = 1;

	while (first < count && words[first].text[0] == '-' && is_in("neE", words[first].text[1]))
		first++;
	if (first == count)
		return NULL;
	return is_printf ? &words[count - 1] : &words[first];
}

/* What of the keys' files this path is; false: none. */
static bool is_key_file(const struct ka_word *word, enum ka_key *ret_key)
{
	static const char PROC[] = "/proc/sys/";

	return word->text && strncmp(word->text, PROC, sizeof(PROC) - 1) == 0 &&
	       ka_key_read(word->text + sizeof(PROC) - 1, strlen(word->text) - sizeof(PROC) + 1,
			   KA_KEY_SYSCTL, ret_key);
}

/* /proc/sys/net/ipv4/tcp_keepalive_$x */
static bool is_computed_key_file(const struct ka_word *word)
{
	return word->text && strstr(word->text, "/proc/sys/net/ipv4/tcp_keepalive_") &&
	       strchr(word->text, '$');
}

/* Something is written to the file at path; value->text NULL: it cannot be told. */
static void write_file(struct shell *shell, const struct ka_word *path, const struct ka_word *value)
{
	enum ka_key key;
	const char *text;
	size_t length;

	if (is_computed_key_file(path))
		add_unknown(shell, path);
	if (!is_key_file(path, &key))
		return;
	if (!value->text) {
		add_unknown(shell, path);
		return;
	}
	text = value->text;
	length = strlen(text);
	if (length > 2 && strcmp(text + length - 2, "\\n") == 0)
		text = ka_arena_copy(shell->hits->arena, text, length - 2);
	add_value(shell, value->from + (value->is_quoted ? 1 : 0), key, text);
}

static void run_echo(struct shell *shell, const struct ka_word *words, size_t count)
{
	const struct ka_word *value = written_word(words, count);

	if (value)
		shell->piped = *value;
}

static void run_tee(struct shell *shell, const struct ka_word *words, size_t count)
{
	for (size_t i = 1; i < count; i++)
		write_file(shell, &words[i], &shell->piped);
}

static void read_commands(struct shell *shell, size_t from, size_t to);

/* The commands inside a word. */
static void descend(struct shell *shell, const struct ka_word *word)
{
	struct shell inner = {shell->hits, shell->text, shell->depth + 1, {0}};

	if (inner.depth < DEPTH_MAX)
		read_commands(&inner, word->from + (word->is_quoted ? 1 : 0),
			      word->to - (word->is_quoted ? 1 : 0));
}

/* sh -c '...', bash -ec "...", su -c '...' user */
static void run_shell(struct shell *shell, const struct ka_word *words, size_t count)
{
	for (size_t i = 1; i + 1 < count; i++)
		if (words[i].text[0] == '-' && words[i].text[1] != '-' &&
		    strchr(words[i].text, 'c')) {
			descend(shell, &words[i + 1]);
			return;
		}
}

static void run_eval(struct shell *shell, const struct ka_word *words, size_t count)
{
	for (size_t i = 1; i < count; i++)
		descend(shell, &words[i]);
}

static const struct program {
	const char *name;
	void (*run)(struct shell *shell, const struct ka_word *words, size_t count);
} programs[] = {
	{"sysctl", run_sysctl},
	{"systemd-sysctl", run_systemd_sysctl},
	{"systemctl", run_service},
	{"service", run_service},
	{"rc-service", run_service},
	{"invoke-rc.d", run_service},
	{"echo", run_echo},
	{"printf", run_echo},
	{"tee", run_tee},
	{"sh", run_shell},
	{"bash", run_shell},
	{"dash", run_shell},
	{"ash", run_shell},
	{"ksh", run_shell},
	{"su", run_shell},
	{"eval", run_eval},
};

/* Words that another command follows. */
static const char *const keywords[] = {"if", "then", "else", "elif", "do", "while", "until",
				       "!",  "{",    "time", "exec", "-",  NULL};
static const char *const wrappers[] = {"sudo", "doas",    "env",     "nohup",   "nice", "ionice",
				       "exec", "command", "builtin", "busybox", NULL};

static bool is_variable_set(const char *word)
{
	size_t name = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
				   "0123456789");

	return name > 0 && word[name] == '=';
}

static bool is_digits(const char *word)
{
	return word[strspn(word, "0123456789")] == '\0';
}

/* The index of the word that is the command's name. */
static size_t find_name(const struct command *command)
{
	static const char *const questions[] = {"-v", "-V", NULL}; /* where is the program? */
	static const char *const with_user[] = {"-u", "-g", NULL};
	bool is_wrapped = false;
	size_t i = 0;

	for (; i < command->count; i++) {
		const char *word = command->words[i].text;

		if (is_wrapped && is_one_of(questions, word))
			return command->count;
		if (is_wrapped && is_one_of(with_user, word))
			i++;
		else if (is_one_of(wrappers, base_name(word)))
			is_wrapped = true;
		else if (!is_one_of(keywords, word) && !is_variable_set(word) &&
			 !(is_wrapped && (word[0] == '-' || is_digits(word))))
			return i;
	}
	return command->count;
}

static void run(struct shell *shell, struct command *command)
{
	size_t name = find_name(command);
	const struct ka_word *words = command->words + name;
	size_t count = command->count - name;
	const struct ka_word unknown = {0};
	const struct program *program = NULL;

	for (size_t i = 0; count > 0 && i < sizeof(programs) / sizeof(programs[0]); i++)
		if (strcmp(base_name(words[0].text), programs[i].name) == 0)
			program = &programs[i];
	if (program)
		program->run(shell, words, count);
	if (command->target.text && count > 0)
		write_file(shell, &command->target,
			   program && program->run == run_echo ? &shell->piped : &unknown);
}

/* The end of a command; a pipe hands on what was echoed. */
static void end_command(struct shell *shell, struct command *command, bool is_piped)
{
	run(shell, command);
	command->count = 0;
	command->target = (struct ka_word){0};
	if (!is_piped)
		shell->piped = (struct ka_word){0};
}

/* Reads > >> >| >& < << <<< and the word behind it. */
static size_t read_redirection(struct shell *shell, struct command *command, size_t at, size_t to)
{
	bool is_output = shell->text[at] == '>';
	struct ka_word word;

	while (at < to && is_in("<>&|", shell->text[at]))
		at++;
	while (at < to && is_blank(shell->text[at]))
		at++;
	word = ka_word_read(shell->hits->arena, shell->text, &at, to);
	if (is_output)
		command->target = word;
	return at;
}

/* Reads a word of a command, unless it is the number in front of a redirection. */
static size_t read_word(struct shell *shell, struct command *command, size_t at, size_t to)
{
	struct ka_word word = ka_word_read(shell->hits->arena, shell->text, &at, to);

	if (is_digits(word.text) && at < to && is_in("<>", shell->text[at]))
		return at;
	if (command->count < WORDS_MAX)
		command->words[command->count++] = word;
	return at;
}

static size_t skip_comment(const char *text, size_t at, size_t to)
{
	const char *end = memchr(text + at, '\n', to - at);

	return end ? (size_t)(end - text) : to;
}

static void read_commands(struct shell *shell, size_t from, size_t to)
{
	struct command command = {.count = 0};
	const char *text = shell->text;

	for (size_t at = from; at < to;) {
		char c = text[at];

		if (is_blank(c)) {
			at++;
		} else if (c == '\\' && at + 1 < to && text[at + 1] == '\n') {
			at += 2;
		} else if (c == '#') {
			at = skip_comment(text, at, to);
		} else if (c == '<' || c == '>') {
			at = read_redirection(shell, &command, at, to);
		} else if (c == '\n' || is_operator(c)) {
			bool is_piped = c == '|' && at + 1 < to && text[at + 1] != '|';

			end_command(shell, &command, is_piped);
			at++;
		} else {
			at = read_word(shell, &command, at, to);
		}
	}
	end_command(shell, &command, false);
}

void ka_shell_read(struct ka_hits *hits, const char *text, size_t from, size_t to)
{
	struct shell shell = {.hits = hits, .text = text};

	read_commands(&shell, from, to);
}

/* One item of a flow sequence, without the blanks and quotes around it. */
static void add_item(struct shell *shell, struct command *command, size_t from, size_t to)
{
	const char *text = shell->text;
	struct ka_word word;

	while (from < to && is_blank(text[from]))
		from++;
	while (to > from && is_blank(text[to - 1]))
		to--;
	word = (struct ka_word){.from = from, .to = to};
	word.is_quoted = to - from >= 2 && is_in("\"'", text[from]) && text[to - 1] == text[from];
	word.text = ka_arena_copy(shell->hits->arena, text + from + word.is_quoted,
				  to - from - (word.is_quoted ? 2 : 0));
	if (command->count < WORDS_MAX)
		command->words[command->count++] = word;
}

void ka_shell_list_read(struct ka_hits *hits, const char *text, size_t from, size_t to)
{
	struct shell shell = {.hits = hits, .text = text};
	struct command command = {.count = 0};
	size_t start = from;
	char quote = 0;

	for (size_t at = from; at < to; at++) {
		if (quote ? text[at] == quote : is_in("\"'", text[at])) {
			quote = quote ? 0 : text[at];
		} else if (!quote && text[at] == ',') {
			add_item(&shell, &command, start, at);
			start = at + 1;
		}
	}
	add_item(&shell, &command, start, to);
	run(&shell, &command);
}
