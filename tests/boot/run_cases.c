/* run_cases [--write] DIRECTORY: fixed cases of what a boot sets, one rule each.
 *
 * A case is a text that anybody can read (DIRECTORY/NNN-name.case):
 *
 *     A file with the same name in an earlier directory hides the later one
 *
 *     == /etc/sysctl.d/50-a.conf
 *     net.ipv4.tcp_keepalive_time = 300
 *     == /usr/lib/sysctl.d/50-a.conf
 *     net.ipv4.tcp_keepalive_time = 600
 *     => systemd-252 procps-4.0
 *     time 300 by /etc/sysctl.d/50-a.conf:1
 *     shadowed /usr/lib/sysctl.d/50-a.conf:1 time 600: /etc/sysctl.d/50-a.conf has the same name
 * ...
 *
 * Its first line is the rule. Then come, in this order: what is known besides files (`live`, `hz
 * 1000`, `old probes`, `tuned`, `tuned without reapply`, `no loader`, `cmdline KEY=VALUE`, `tuned
 * KEY=VALUE`, `other LOADER`), the files, and what each of the named loaders makes of them: every
 * value that is not the kernel's default, and every line that does not win. `== PATH -> TARGET` is
 * a link, `== PATH (a directory)` no regular file. In files \r \0 \t \v \f \\ \xNN are bytes,
 * \{N:c} stands for c, N times, and \c at the end of a line leaves out its newline.
 *
 * --write puts what comes out into the cases: to be read before it is committed. */
#include "base/text.h"
#include "core/boot.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 64, SETTERS_MAX = 16, LINE_SIZE = 8192, TEXT_MAX = 1024 };

struct files {
	struct ka_boot_file items[FILES_MAX];
	struct ka_text bytes[FILES_MAX];
	size_t count;
};

struct boot_case {
	const char *path; /* of the case itself */
	struct ka_arena arena;
	struct ka_boot_facts facts;
	struct files files;
	struct ka_setter setters[SETTERS_MAX];
	struct ka_named_loader other;
	bool has_no_loader;
};

static unsigned failures;

static void complain(const struct boot_case *c, const char *what, const char *word)
{
	printf("%s: %s '%s'\n", c->path, what, word);
	failures++;
}

/* ---- Reading a case ----------------------------------------------------------------------- */

static const struct {
	const char *prefix;
	enum ka_boot_directory directory;
} places[] = {
	{"/etc/sysctl.d/", KA_IN_ETC},
	{"/run/sysctl.d/", KA_IN_RUN},
	{"/usr/local/lib/sysctl.d/", KA_IN_USR_LOCAL_LIB},
	{"/usr/lib/sysctl.d/", KA_IN_USR_LIB},
	{"/lib/sysctl.d/", KA_IN_LIB},
	{"/etc/sysctl.conf", KA_SYSCTL_CONF},
	{"/etc/credstore/", KA_CREDENTIAL},
	{"/run/credstore/", KA_CREDENTIAL},
	{"/usr/lib/credstore/", KA_CREDENTIAL},
};

/* Elsewhere: only links lead there. */
static enum ka_boot_directory directory_of(const char *path)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strncmp(path, places[i].prefix, strlen(places[i].prefix)) == 0)
			return places[i].directory;
	return KA_BOOT_DIRECTORIES;
}

static enum ka_node_type node_type_of(const char *words)
{
	for (int type = KA_NODE_ABSENT; type <= KA_NODE_LOOP; type++)
		if (strcmp(words, ka_node_words[type]) == 0)
			return (enum ka_node_type)type;
	return KA_NODE_ABSENT;
}

static void add_repeated(struct ka_text *bytes, const char **at)
{
	unsigned long count = strtoul(*at + 1, NULL, 10);
	const char *colon = strchr(*at, ':');

	while (count-- > 0)
		ka_text_add_bytes(bytes, colon + 1, 1);
	*at = colon + 2;
}

/* Adds one line of a file, its escapes undone. */
static void add_content(struct ka_text *bytes, const char *line)
{
	static const char names[] = "rtvf0\\", values[] = "\r\t\v\f\0\\";

	for (const char *at = line; *at; at++) {
		const char *name;

		if (*at != '\\') {
			ka_text_add_bytes(bytes, at, 1);
			continue;
		}
		at++;
		name = strchr(names, *at);
		if (*at == 'c')
			return;
		if (*at == 'x') {
			char byte = (char)strtoul((char[]){at[1], at[2], '\0'}, NULL, 16);

			ka_text_add_bytes(bytes, &byte, 1);
			at += 2;
		} else if (*at == '{') {
			add_repeated(bytes, &at);
		} else {
			ka_text_add_bytes(bytes, &values[name - names], 1);
		}
	}
	ka_text_add(bytes, "\n");
}

/* "PATH", "PATH -> TARGET" or "PATH (a directory)" */
static void start_file(struct boot_case *c, const char *words)
{
	struct ka_boot_file *file = &c->files.items[c->files.count];
	const char *arrow = strstr(words, " -> "), *kind = strstr(words, " (");
	size_t length = arrow  ? (size_t)(arrow - words)
			: kind ? (size_t)(kind - words)
			       : strlen(words);

	if (c->files.count + 1 == FILES_MAX) {
		complain(c, "too many files at", words);
		return;
	}
	*file = (struct ka_boot_file){.path = ka_arena_copy(&c->arena, words, length),
				      .type = KA_NODE_REGULAR};
	file->name = strrchr(file->path, '/') + 1;
	file->directory = directory_of(file->path);
	if (arrow)
		file->target = ka_arena_copy(&c->arena, arrow + 4, strlen(arrow + 4));
	if (kind)
		file->type = node_type_of(ka_arena_copy(&c->arena, kind + 2, strlen(kind) - 3));
	if (file->type == KA_NODE_ABSENT)
		complain(c, "unknown kind of file", words);
	c->files.count++;
}

static void add_setter(struct boot_case *c, enum ka_setter_kind kind, const char *words)
{
	struct ka_setter *setter = &c->setters[c->facts.setter_count++];
	const char *equals = strchr(words, '=');

	*setter = (struct ka_setter){.kind = kind,
				     .file = kind == KA_SET_BY_TUNED ? "tuned.conf" : "grub.cfg",
				     .line = (unsigned)c->facts.setter_count,
				     .column = 1,
				     .text = words,
				     .has_key = true,
				     .value = equals + 1};
	for (int key = 0; key < KA_KEY_COUNT; key++)
		if (strncmp(words, ka_sysctls[key].key, (size_t)(equals - words)) == 0)
			setter->key = (enum ka_key)key;
}

static const struct ka_loader *find_loader(struct boot_case *c, const char *word,
					   struct ka_named_loader *storage)
{
	struct ka_loader_version version;
	bool has_version;

	if (ka_loader_parse(word, &version, &has_version, NULL) == 0)
		return ka_loader_for(&version, storage);
	complain(c, "unknown loader", word);
	return NULL;
}

static void read_circumstance(struct boot_case *c, const char *line)
{
	if (strcmp(line, "live") == 0)
		c->facts.is_live = true;
	else if (strcmp(line, "old probes") == 0)
		c->facts.kernel.has_u8_probes = false;
	else if (strncmp(line, "hz ", 3) == 0)
		c->facts.kernel.hz = (unsigned)strtoul(line + 3, NULL, 10);
	else if (strcmp(line, "tuned") == 0)
		c->facts.tuned = (struct ka_tuned){true, "custom", true};
	else if (strcmp(line, "tuned without reapply") == 0)
		c->facts.tuned = (struct ka_tuned){true, "custom", false};
	else if (strncmp(line, "tuned ", 6) == 0)
		add_setter(c, KA_SET_BY_TUNED, line + 6);
	else if (strncmp(line, "cmdline ", 8) == 0)
		add_setter(c, KA_SET_BY_CMDLINE, line + 8);
	else if (strncmp(line, "other ", 6) == 0)
		c->facts.other = find_loader(c, line + 6, &c->other);
	else if (line[0] != '\0')
		complain(c, "unknown circumstance", line);
}

/* What a link leads to among the files of the case. */
static void follow_link(struct boot_case *c, struct ka_boot_file *link)
{
	if (strcmp(link->target, "/dev/null") == 0)
		link->type = KA_NODE_NULL_DEVICE;
	else if (strncmp(link->target, "/dev/", 5) == 0)
		link->type = KA_NODE_DEVICE;
	else if (strcmp(link->target, link->path) == 0)
		link->type = KA_NODE_LOOP;
	else
		link->type = KA_NODE_DANGLING;
	for (size_t i = 0; i < c->files.count; i++) {
		const struct ka_boot_file *file = &c->files.items[i];

		if (file == link || strcmp(file->path, link->target) != 0)
			continue;
		link->type = file->type;
		link->bytes = file->bytes;
		link->length = file->length;
	}
}

static void finish_files(struct boot_case *c)
{
	struct files *files = &c->files;
	size_t kept = 0;

	for (size_t i = 0; i < files->count; i++) {
		ka_text_add(&files->bytes[i], "");
		if (files->items[i].type != KA_NODE_REGULAR || files->items[i].target)
			continue;
		files->items[i].bytes = files->bytes[i].bytes ? files->bytes[i].bytes : "";
		files->items[i].length = files->bytes[i].length;
	}
	for (size_t i = 0; i < files->count; i++)
		if (files->items[i].target)
			follow_link(c, &files->items[i]);
	/* Those elsewhere have served. */
	for (size_t i = 0; i < files->count; i++)
		if (files->items[i].directory != KA_BOOT_DIRECTORIES)
			files->items[kept++] = files->items[i];
	c->facts.files = files->items;
	c->facts.file_count = kept;
	c->facts.setters = c->setters;
}

/* ---- What comes out ----------------------------------------------------------------------- */

static void add_place(struct ka_text *text, const struct ka_boot_line *line)
{
	ka_text_printf(text, "%s:%u", line->file, line->line);
	if (line->target)
		ka_text_printf(text, " (%s)", line->target);
}

static const char *key_word(enum ka_key key)
{
	return ka_sysctls[key].word + strlen("tcp_keepalive_");
}

static void add_values(struct ka_text *text, const struct ka_boot_outcome *outcome)
{
	const struct ka_settings defaults = KA_KERNEL_DEFAULTS;

	if (outcome->stopped)
		ka_text_printf(text, "stopped: %s\n", outcome->stopped);
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		int64_t value = outcome->values.value[key];

		if (value == defaults.value[key] && !outcome->source[key])
			continue;
		ka_text_printf(text, "%s %" PRId64 " by ", key_word((enum ka_key)key), value);
		if (outcome->source[key])
			add_place(text, outcome->source[key]);
		if (outcome->source[key] && outcome->source[key]->misread)
			ka_text_printf(text, ": %s", outcome->source[key]->misread);
		ka_text_add(text, outcome->is_indeterminate[key] ? ", or another\n" : "\n");
	}
}

static void add_losing_line(struct ka_arena *arena, struct ka_text *text,
			    const struct ka_boot_line *line)
{
	ka_text_printf(text, "%s ", ka_line_effect_words[line->effect]);
	add_place(text, line);
	ka_text_printf(text, " %s", key_word(line->key));
	if (line->value)
		ka_text_printf(text, " %s", ka_escape(arena, line->value));
	ka_text_printf(text, ": %s", line->reason);
	if (line->by) {
		ka_text_add(text, ", ");
		add_place(text, line->by);
	}
	ka_text_add(text, line->drops_earlier ? ", and drops what was set before\n" : "\n");
}

static void add_outcome(struct boot_case *c, struct ka_text *text, const struct ka_boot *boot)
{
	add_values(text, &boot->main);
	for (size_t i = 0; i < boot->main.line_count; i++)
		if (boot->main.lines[i].effect != KA_LINE_WINS)
			add_losing_line(&c->arena, text, &boot->main.lines[i]);
	if (c->facts.other)
		ka_text_printf(
			text, "%s %s: %" PRId64 ",%" PRId64 ",%" PRId64 "\n", c->facts.other->name,
			boot->differs ? "differs" : "is equal", boot->other.values.value[KA_TIME],
			boot->other.values.value[KA_INTVL], boot->other.values.value[KA_PROBES]);
	if (text->length == 0)
		ka_text_add(text, "nothing is set\n");
}

/* What a winner is said to be must hold for the line itself. */
static void check_winner(struct boot_case *c, const struct ka_boot_outcome *outcome, int key)
{
	const struct ka_boot_line *source = outcome->source[key];
	unsigned winners = 0;

	for (size_t i = 0; i < outcome->line_count; i++)
		winners += outcome->lines[i].key == (enum ka_key)key &&
			   outcome->lines[i].effect == KA_LINE_WINS;
	if (winners != (source != NULL))
		complain(c, "not one winner of", ka_sysctls[key].word);
	if (source && (source->number != outcome->values.value[key] || source->reason ||
		       source->effect != KA_LINE_WINS || source->by))
		complain(c, "no true winner of", ka_sysctls[key].word);
	if (source && source->setter < 0 && source->column < TEXT_MAX &&
	    strstr(source->text, source->value) &&
	    strncmp(source->text + source->column - 1, source->value, source->width) != 0)
		complain(c, "the column is wrong of", source->text);
}

/* What is the same for several loaders shall read the same. */
static void add_without_name(struct ka_text *text, const char *from, const char *name)
{
	for (const char *at; (at = strstr(from, name)); from = at + strlen(name)) {
		ka_text_add_bytes(text, from, (size_t)(at - from));
		ka_text_add(text, "the loader");
	}
	ka_text_add(text, from);
}

static void resolve(struct boot_case *c, const char *word, struct ka_text *text)
{
	struct ka_named_loader storage;
	struct ka_error error = {0};
	struct ka_text named = {0};
	struct ka_boot boot;

	c->facts.loader = strcmp(word, "nothing") == 0 ? NULL : find_loader(c, word, &storage);
	if (ka_boot_resolve(&c->arena, &c->facts, &boot, &error) < 0) {
		complain(c, word, error.message);
		return;
	}
	for (int key = 0; key < KA_KEY_COUNT; key++)
		check_winner(c, &boot.main, key);
	add_outcome(c, &named, &boot);
	add_without_name(text, named.bytes, c->facts.loader ? word : "no loader");
	ka_text_clear(&named);
}

/* ---- The case ----------------------------------------------------------------------------- */

/* All loaders of a `=>` line must make the same of the files. */
static void check_loaders(struct boot_case *c, const char *words, const struct ka_text *expected,
			  struct ka_text *written)
{
	char copy[LINE_SIZE], *rest = copy;

	snprintf(copy, sizeof(copy), "%s", words);
	for (const char *word; (word = strsep(&rest, " "));) {
		struct ka_text text = {0};

		resolve(c, word, &text);
		if (text.length > 0 &&
		    (!expected->bytes || strcmp(text.bytes, expected->bytes) != 0)) {
			complain(c, "comes out otherwise for", word);
			printf("%s", text.bytes);
		}
		if (word == copy && text.bytes)
			ka_text_printf(written, "=> %s\n%s", words, text.bytes);
		ka_text_clear(&text);
	}
}

/* Removes the line end; false at the end of the file. */
static bool read_line(FILE *stream, char line[static LINE_SIZE])
{
	if (!fgets(line, LINE_SIZE, stream))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

static bool read_header(struct boot_case *c, FILE *stream, char line[static LINE_SIZE],
			struct ka_text *written)
{
	bool is_in_file = false;

	if (!read_line(stream, line) || line[0] == '\0')
		return complain(c, "no rule in", c->path), false;
	do {
		if (strncmp(line, "=> ", 3) == 0)
			return true;
		if (written->length > 0 && !is_in_file && strncmp(line, "== ", 3) != 0)
			read_circumstance(c, ka_arena_copy(&c->arena, line, strlen(line)));
		else if (is_in_file && strncmp(line, "== ", 3) != 0)
			add_content(&c->files.bytes[c->files.count - 1], line);
		if (strncmp(line, "== ", 3) == 0) {
			start_file(c, line + 3);
			is_in_file = true;
		}
		ka_text_printf(written, "%s\n", line);
	} while (read_line(stream, line));
	return complain(c, "no loader in", c->path), false;
}

static void run_stream(struct boot_case *c, FILE *stream, struct ka_text *written)
{
	char line[LINE_SIZE], words[LINE_SIZE];
	bool goes_on = read_header(c, stream, line, written);

	finish_files(c);
	while (goes_on) {
		struct ka_text expected = {0};

		snprintf(words, sizeof(words), "%s", line + 3);
		while ((goes_on = read_line(stream, line)) && strncmp(line, "=> ", 3) != 0)
			ka_text_printf(&expected, "%s\n", line);
		check_loaders(c, words, &expected, written);
		ka_text_clear(&expected);
	}
}

static void run_case(const char *path, bool writes)
{
	struct boot_case c = {
		.path = path,
		.arena = ka_arena_make(KA_ARENA_CAP),
		.facts = {.kernel = {.hz = 250, .has_u8_probes = true}},
	};
	struct ka_text written = {0};
	FILE *stream = fopen(path, "r");

	if (!stream) {
		complain(&c, strerror(errno), path);
		return;
	}
	run_stream(&c, stream, &written);
	fclose(stream);
	stream = writes ? fopen(path, "w") : NULL;
	if (stream) {
		fputs(written.bytes, stream);
		fclose(stream);
	}
	for (size_t i = 0; i < FILES_MAX; i++)
		ka_text_clear(&c.files.bytes[i]);
	ka_text_clear(&written);
	ka_arena_clear(&c.arena);
}

static int is_case(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".case") == 0;
}

int main(int argc, char **argv)
{
	bool writes = argc == 3 && strcmp(argv[1], "--write") == 0;
	const char *directory = argv[argc - 1];
	struct dirent **entries;
	int count = scandir(directory, &entries, is_case, alphasort);

	if (argc < 2 || count < 0) {
		fprintf(stderr, "usage: run_cases [--write] DIRECTORY\n");
		return 2;
	}
	for (int i = 0; i < count; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		run_case(path, writes);
		free(entries[i]);
	}
	free(entries);
	printf("%d cases, %u failures\n", count, failures);
	return failures > 0 || count == 0;
}
