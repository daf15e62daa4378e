#include "core/setter_text.h"

#include "core/setter_shell.h"

#include <string.h>

void ka_hits_add(struct ka_hits *hits, const struct ka_hit *hit)
{
	if (hits->count == KA_HITS_MAX)
		return;
	if (hits->count == hits->capacity) {
		size_t capacity = hits->capacity ? hits->capacity * 2 : 8;
		struct ka_hit *items = ka_arena_array(hits->arena, capacity, sizeof(*items));

		if (!items)
			return;
		if (hits->count > 0)
			memcpy(items, hits->items, hits->count * sizeof(*items));
		hits->items = items;
		hits->capacity = capacity;
	}
	hits->items[hits->count++] = *hit;
}

/* ---- Keys --------------------------------------------------------------------------------- */

static bool is_separator(char c)
{
	return c == '.' || c == '/';
}

static char first_separator(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (is_separator(name[i]))
			return name[i];
	return '.';
}

/* What becomes of a separator in the path below /proc/sys. */
static char translate(char c, enum ka_key_syntax syntax, char first)
{
	if (!is_separator(c))
		return c;
	if (syntax == KA_KEY_ANY)
		return '/';
	if (syntax == KA_KEY_SYSCTL && first == '/')
		return c;
	return c == '.' ? '/' : '.';
}

bool ka_key_read(const char *name, size_t length, enum ka_key_syntax syntax, enum ka_key *ret_key)
{
	char path[32], first = first_separator(name, length);
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		char c = translate(name[i], syntax, first);

		if (c == '/' && (used == 0 || path[used - 1] == '/'))
			continue;
		if (used == sizeof(path) - 1)
			return false;
		path[used++] = c;
	}
	path[used] = '\0';
	for (enum ka_key key = 0; key < KA_KEY_COUNT; key++)
		if (strlen(ka_sysctls[key].file) == used &&
		    memcmp(ka_sysctls[key].file, path, used) == 0) {
			*ret_key = key;
			return true;
		}
	return false;
}

/* Matches one character against what stands at *pattern, and moves that on. */
static bool match_one(const char **pattern, const char *end, char c)
{
	const char *at = *pattern, *close;
	bool is_match = false, is_negated;

	if (*at != '[' || !(close = memchr(at + 1, ']', (size_t)(end - at - 1)))) {
		*pattern = at + 1;
		return *at == c || (*at == '?' && c != '/');
	}
	is_negated = at[1] == '!' || at[1] == '^';
	for (at += 1 + is_negated; at < close; at++) {
		if (at + 2 < close && at[1] == '-') {
			is_match |= at[0] <= c && c <= at[2];
			at += 2;
		} else {
			is_match |= *at == c;
		}
	}
	*pattern = close + 1;
	return is_match != is_negated && c != '/';
}

static bool match_path(const char *pattern, const char *end, const char *path)
{
	const char *star = NULL, *resume = NULL;

	while (*path) {
		if (pattern < end && *pattern == '*') {
			star = ++pattern;
			resume = path;
		} else if (pattern < end && match_one(&pattern, end, *path)) {
			path++;
		} else if (star && *resume != '/') {
			pattern = star;
			path = ++resume;
		} else {
			return false;
		}
	}
	while (pattern < end && *pattern == '*')
		pattern++;
	return pattern == end;
}

static const char PROC_SYS[] = "/proc/sys/";

bool ka_key_matches_path(const char *pattern, size_t length, enum ka_key key)
{
	char path[64];

	memcpy(path, PROC_SYS, sizeof(PROC_SYS) - 1);
	strcpy(path + sizeof(PROC_SYS) - 1, ka_sysctls[key].file);
	return match_path(pattern, pattern + length, path);
}

/* ---- Kernel command lines ----------------------------------------------------------------- */

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static const char SYSCTL[] = "sysctl";

/* `sysctl.KEY` with its value, both already without quotes. at is the place of the value. */
static void read_parameter(struct ka_hits *hits, const char *name, size_t name_length,
			   const char *value, size_t value_length, size_t at)
{
	struct ka_hit hit = {.kind = KA_HIT_VALUE, .at = at};
	size_t prefix = sizeof(SYSCTL);

	if (name_length <= prefix || memcmp(name, SYSCTL, prefix - 1) != 0 ||
	    !is_separator(name[prefix - 1]) || value_length == 0)
		return;
	if (!ka_key_read(name + prefix, name_length - prefix, KA_KEY_ANY, &hit.key))
		return;
	hit.value = ka_arena_copy(hits->arena, value, value_length);
	ka_hits_add(hits, &hit);
}

/* `$name`, `${name}`. */
static void read_variable(struct ka_hits *hits, const char *word, size_t length, size_t at)
{
	struct ka_hit hit = {.kind = KA_HIT_VARIABLE, .at = at};
	bool has_braces = length > 3 && word[1] == '{' && word[length - 1] == '}';

	hit.word = ka_arena_copy(hits->arena, word + 1 + has_braces,
				 length - 1 - (has_braces ? 2 : 0));
	ka_hits_add(hits, &hit);
}

/* The end of the parameter at text[at..to), and where its first = is (its end: none). */
static size_t parameter_end(const char *text, size_t at, size_t to, bool in_quote,
			    size_t *ret_equals)
{
	bool has_equals = false;

	for (; at < to && (in_quote || !is_space(text[at])); at++) {
		if (text[at] == '=' && !has_equals) {
			*ret_equals = at;
			has_equals = true;
		}
		if (text[at] == '"')
			in_quote = !in_quote;
	}
	if (!has_equals)
		*ret_equals = at;
	return at;
}

/* One parameter as the kernel cuts it out of text[from..to). */
static void read_kernel_word(struct ka_hits *hits, const char *text, size_t from, size_t equals,
			     size_t end, bool is_quoted)
{
	size_t value = equals + 1;

	if (text[from] == '$' && end > from + 1) {
		read_variable(hits, text + from, end - from, from);
		return;
	}
	if (value >= end)
		return;
	if (text[value] == '"') {
		value++;
		end -= text[end - 1] == '"' && end > value;
	} else if (is_quoted && text[end - 1] == '"') {
		end--;
	}
	read_parameter(hits, text + from, equals - from, text + value, end - value, value);
}

static void read_kernel_line(struct ka_hits *hits, const char *text, size_t at, size_t to)
{
	const char *nul = memchr(text + at, '\0', to - at);

	if (nul)
		to = (size_t)(nul - text);
	while (at < to) {
		size_t equals, start, end;
		bool is_quoted = text[at] == '"';

		if (is_space(text[at])) {
			at++;
			continue;
		}
		start = at + is_quoted;
		end = parameter_end(text, start, to, is_quoted, &equals);
		/* What follows is for init. */
		if (end - start == 2 && memcmp(text + start, "--", 2) == 0)
			return;
		if (end > start)
			read_kernel_word(hits, text, start, equals, end, is_quoted);
		at = end;
	}
}

static void read_grub_word(struct ka_hits *hits, const char *text, const struct ka_word *word)
{
	const char *equals = strchr(word->text, '=');
	const char *raw = memchr(text + word->from, '=', word->to - word->from);

	if (word->text[0] == '$' && word->text[1])
		read_variable(hits, word->text, strlen(word->text), word->from);
	else if (equals && raw)
		read_parameter(hits, word->text, (size_t)(equals - word->text), equals + 1,
			       strlen(equals + 1), (size_t)(raw + 1 - text));
}

static void read_grub_line(struct ka_hits *hits, const char *text, size_t at, size_t to)
{
	while (at < to) {
		size_t start = at;
		struct ka_word word = ka_word_read(hits->arena, text, &at, to);

		if (at == start) {
			at++;
			continue;
		}
		if (strcmp(word.text, "--") == 0)
			return;
		read_grub_word(hits, text, &word);
	}
}

void ka_cmdline_read(struct ka_hits *hits, const char *text, size_t from, size_t to,
		     enum ka_cmdline_syntax syntax)
{
	if (syntax == KA_CMDLINE_OF_KERNEL)
		read_kernel_line(hits, text, from, to);
	else
		read_grub_line(hits, text, from, to);
}

/* ---- Files of other programs -------------------------------------------------------------- */

enum section { SECTION_OTHER, SECTION_COMMANDS, SECTION_FILES };

struct reader {
	struct ka_hits *hits;
	const char *text;
	enum section section; /* of cloud-init's configuration */
};

static const char KEEPALIVE[] = "tcp_keepalive_";

static bool has(const char *text, size_t length, const char *needle)
{
	return memmem(text, length, needle, strlen(needle)) != NULL;
}

bool ka_setter_text_is_candidate(const char *text, size_t length)
{
	return has(text, length, KEEPALIVE) || has(text, length, SYSCTL);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static size_t skip_blanks(const char *text, size_t at, size_t to)
{
	while (at < to && is_blank(text[at]))
		at++;
	return at;
}

/* Whether word stands at text[at..to); *ret_behind is the place behind it. */
static bool starts_with(const char *text, size_t at, size_t to, const char *word,
			size_t *ret_behind)
{
	size_t length = strlen(word);

	if (to - at < length || memcmp(text + at, word, length) != 0)
		return false;
	*ret_behind = at + length;
	return true;
}

static void read_script_line(struct reader *reader, size_t from, size_t to)
{
	ka_shell_read(reader->hits, reader->text, from, to);
}

/* Exec*= of a unit, of those that run when it starts. */
static void read_unit_line(struct reader *reader, size_t from, size_t to)
{
	static const char *const keys[] = {"ExecStartPre", "ExecStartPost", "ExecStart",
					   "ExecCondition"};
	const char *text = reader->text;
	size_t at = skip_blanks(text, from, to);

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t behind;

		if (!starts_with(text, at, to, keys[i], &behind))
			continue;
		behind = skip_blanks(text, behind, to);
		if (behind == to || text[behind] != '=')
			continue;
		behind = skip_blanks(text, behind + 1, to);
		while (behind < to && text[behind] && strchr("@-:+!|", text[behind]))
			behind++;
		ka_shell_read(reader->hits, text, behind, to);
		return;
	}
}

/* Whether a type of tmpfiles.d writes into a file that exists. */
static bool writes_existing(const char *type)
{
	return type[0] == 'w' || type[0] == 'F' || (type[0] == 'f' && strchr(type, '+'));
}

/* The value that the argument of a tmpfiles.d line stands for. */
static void add_argument(struct reader *reader, size_t at, size_t to, enum ka_key key)
{
	struct ka_hit hit = {.kind = KA_HIT_VALUE, .at = at, .key = key};
	size_t length = to - at;

	if (length > 2 && memcmp(reader->text + to - 2, "\\n", 2) == 0)
		length -= 2;
	hit.value = ka_arena_copy(reader->hits->arena, reader->text + at, length);
	if (strpbrk(hit.value, "\\%"))
		hit.kind = KA_HIT_UNKNOWN;
	ka_hits_add(reader->hits, &hit);
}

/* type path mode user group age argument */
static void read_tmpfiles_line(struct reader *reader, size_t from, size_t to)
{
	enum { TYPE, PATH, MODE, USER, GROUP, AGE, FIELDS };
	struct ka_word fields[FIELDS];
	const char *text = reader->text;
	size_t at = from, length;

	for (int i = 0; i < FIELDS; i++) {
		at = skip_blanks(text, at, to);
		fields[i] = ka_word_read(reader->hits->arena, text, &at, to);
	}
	at = skip_blanks(text, at, to);
	while (to > at && is_blank(text[to - 1]))
		to--;
	if (at == to || (to - at == 1 && text[at] == '-') || !writes_existing(fields[TYPE].text))
		return;
	length = strlen(fields[PATH].text);
	if (has(fields[PATH].text, length, KEEPALIVE) && strpbrk(fields[PATH].text, "{%"))
		ka_hits_add(reader->hits, &(struct ka_hit){.kind = KA_HIT_UNKNOWN, .at = at});
	for (enum ka_key key = 0; key < KA_KEY_COUNT; key++)
		if (ka_key_matches_path(fields[PATH].text, length, key))
			add_argument(reader, at, to, key);
}

/* One KEY{attribute}op"value" of a rule. */
struct udev_part {
	size_t key, key_end, attribute, attribute_end, value, value_end;
	bool is_match; /* == or != */
};

/* Reads the part that begins at *at and moves behind it; false at the end, or what is no part. */
static bool read_udev_part(const char *text, size_t *at, size_t to, struct udev_part *ret_part)
{
	struct udev_part part = {0};
	size_t i = *at;

	while (i < to && (is_blank(text[i]) || strchr(",\\\n", text[i])))
		i++;
	part.key = i;
	while (i < to && ((text[i] >= 'A' && text[i] <= 'Z') || text[i] == '_'))
		i++;
	part.key_end = part.attribute = part.attribute_end = i;
	if (part.key == part.key_end)
		return false;
	if (i < to && text[i] == '{') {
		const char *close = memchr(text + i, '}', to - i);

		part.attribute = i + 1;
		part.attribute_end = close ? (size_t)(close - text) : to;
		i = close ? part.attribute_end + 1 : to;
	}
	i = skip_blanks(text, i, to);
	for (; i < to && text[i] && strchr("=!+-:", text[i]); i++)
		part.is_match = text[i] == '=' && (text[i - 1] == '=' || text[i - 1] == '!');
	i = skip_blanks(text, i, to);
	i += i < to && text[i] == 'e';
	if (i >= to || text[i] != '"')
		return false;
	part.value = ++i;
	while (i < to && text[i] != '"')
		i += text[i] == '\\' && i + 1 < to ? 2 : 1;
	part.value_end = i;
	*at = i < to ? i + 1 : to;
	*ret_part = part;
	return true;
}

static void read_udev_sysctl(struct reader *reader, const struct udev_part *part)
{
	const char *text = reader->text;
	struct ka_hit hit = {.kind = KA_HIT_VALUE, .at = part->value};

	if (part->is_match ||
	    !ka_key_read(text + part->attribute, part->attribute_end - part->attribute,
			 KA_KEY_SYSCTL, &hit.key))
		return;
	hit.value = ka_arena_copy(reader->hits->arena, text + part->value,
				  part->value_end - part->value);
	if (strpbrk(hit.value, "$%\\"))
		hit.kind = KA_HIT_UNKNOWN;
	ka_hits_add(reader->hits, &hit);
}

static void read_udev_line(struct reader *reader, size_t from, size_t to)
{
	const char *text = reader->text;
	struct udev_part part;
	size_t at = from, behind;

	while (read_udev_part(text, &at, to, &part)) {
		if (starts_with(text, part.key, part.key_end, "SYSCTL", &behind))
			read_udev_sysctl(reader, &part);
		else if (starts_with(text, part.key, part.key_end, "RUN", &behind) ||
			 starts_with(text, part.key, part.key_end, "PROGRAM", &behind) ||
			 starts_with(text, part.key, part.key_end, "IMPORT", &behind))
			ka_shell_read(reader->hits, text, part.value, part.value_end);
	}
}

static void read_interfaces_line(struct reader *reader, size_t from, size_t to)
{
	static const char *const keys[] = {"up", "pre-up", "post-up"};
	size_t at = skip_blanks(reader->text, from, to), behind;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (starts_with(reader->text, at, to, keys[i], &behind) && behind < to &&
		    is_blank(reader->text[behind]))
			ka_shell_read(reader->hits, reader->text, behind, to);
}

static void read_crontab_line(struct reader *reader, size_t from, size_t to)
{
	size_t at = skip_blanks(reader->text, from, to), behind;

	if (starts_with(reader->text, at, to, "@reboot", &behind))
		ka_shell_read(reader->hits, reader->text, behind, to);
}

static void read_cron_d_line(struct reader *reader, size_t from, size_t to)
{
	const char *text = reader->text;
	size_t at = skip_blanks(text, from, to), behind;

	if (!starts_with(text, at, to, "@reboot", &behind))
		return;
	behind = skip_blanks(text, behind, to);
	while (behind < to && !is_blank(text[behind]))
		behind++;
	ka_shell_read(reader->hits, text, behind, to);
}

/* `key = value` of a file that `sysctl -p` is given. */
static void read_settings_line(struct reader *reader, size_t from, size_t to)
{
	const char *text = reader->text;
	struct ka_hit hit = {.kind = KA_HIT_VALUE};
	const char *equals = memchr(text + from, '=', to - from);
	size_t at = skip_blanks(text, from, to), key_end, value;

	if (!equals)
		return;
	key_end = (size_t)(equals - text);
	value = skip_blanks(text, key_end + 1, to);
	at += at < key_end && text[at] == '-';
	while (key_end > at && is_blank(text[key_end - 1]))
		key_end--;
	while (to > value && is_blank(text[to - 1]))
		to--;
	hit.at = value;
	if (key_end > at && memchr(text + at, '*', key_end - at))
		hit.kind = KA_HIT_UNKNOWN;
	else if (!ka_key_read(text + at, key_end - at, KA_KEY_SYSCTL, &hit.key))
		return;
	hit.value = ka_arena_copy(reader->hits->arena, text + value, to - value);
	ka_hits_add(reader->hits, &hit);
}

/* ---- cloud-init --------------------------------------------------------------------------- */

/* `net.ipv4.tcp_keepalive_time = 300` anywhere in the line: a file's content, or a command in it.
 */
static void read_content_line(struct reader *reader, size_t from, size_t to)
{
	const char *text = reader->text;

	for (enum ka_key key = 0; key < KA_KEY_COUNT; key++) {
		const char *word = ka_sysctls[key].word;
		const char *found = memmem(text + from, to - from, word, strlen(word));
		struct ka_hit hit = {.kind = KA_HIT_VALUE, .key = key};
		size_t at, end;

		if (!found)
			continue;
		at = skip_blanks(text, (size_t)(found - text) + strlen(word), to);
		if (at == to || text[at] != '=')
			continue;
		hit.at = end = skip_blanks(text, at + 1, to);
		while (end < to && !is_blank(text[end]) && !strchr("\"'\\,]", text[end]))
			end++;
		hit.value = ka_arena_copy(reader->hits->arena, text + hit.at, end - hit.at);
		ka_hits_add(reader->hits, &hit);
	}
}

/* An item of bootcmd or runcmd: `- command`, `- "command"`, `- [ word, word ]`, or a line of a
 * block. */
static void read_command_line(struct reader *reader, size_t from, size_t to)
{
	const char *text = reader->text;
	size_t at = skip_blanks(text, from, to), end = to;

	while (end > at && is_blank(text[end - 1]))
		end--;
	while (at + 1 < end && text[at] == '-' && is_blank(text[at + 1]))
		at = skip_blanks(text, at + 1, end);
	if (at < end && text[at] == '[') {
		const char *close = memrchr(text + at, ']', end - at);

		ka_shell_list_read(reader->hits, text, at + 1,
				   close ? (size_t)(close - text) : end);
	} else if (end - at >= 2 && strchr("\"'", text[at]) && text[end - 1] == text[at]) {
		ka_shell_read(reader->hits, text, at + 1, end - 1);
	} else {
		ka_shell_read(reader->hits, text, at, end);
	}
}

/* A line that begins a section, `bootcmd:`; what follows on it is read as part of that. */
static size_t read_section(struct reader *reader, size_t from, size_t to)
{
	size_t behind;

	if (from == to || strchr(" \t\r#-", reader->text[from]))
		return from;
	reader->section = SECTION_OTHER;
	if (starts_with(reader->text, from, to, "bootcmd:", &behind) ||
	    starts_with(reader->text, from, to, "runcmd:", &behind))
		reader->section = SECTION_COMMANDS;
	else if (starts_with(reader->text, from, to, "write_files:", &behind))
		reader->section = SECTION_FILES;
	return reader->section == SECTION_OTHER ? from : behind;
}

static void read_cloud_line(struct reader *reader, size_t from, size_t to)
{
	const char *text = reader->text;

	from = skip_blanks(text, read_section(reader, from, to), to);
	if (from == to || text[from] == '#' || !ka_setter_text_is_candidate(text + from, to - from))
		return;
	if (reader->section == SECTION_COMMANDS)
		read_command_line(reader, from, to);
	else if (reader->section == SECTION_FILES)
		read_content_line(reader, from, to);
}

/* ---- Lines -------------------------------------------------------------------------------- */

static const struct syntax {
	void (*read)(struct reader *reader, size_t from, size_t to);
	bool joins_lines; /* a backslash at its end */
	bool needs_all;   /* lines without any of the words are told too */
} syntaxes[KA_SYNTAXES] = {
	[KA_SYNTAX_SCRIPT] = {read_script_line, true, false},
	[KA_SYNTAX_UNIT] = {read_unit_line, true, false},
	[KA_SYNTAX_TMPFILES] = {read_tmpfiles_line, false, false},
	[KA_SYNTAX_UDEV] = {read_udev_line, true, false},
	[KA_SYNTAX_INTERFACES] = {read_interfaces_line, true, false},
	[KA_SYNTAX_CRONTAB] = {read_crontab_line, false, false},
	[KA_SYNTAX_CRON_D] = {read_cron_d_line, false, false},
	[KA_SYNTAX_CLOUD_CONFIG] = {read_cloud_line, false, true},
	[KA_SYNTAX_SETTINGS] = {read_settings_line, false, false},
};

static bool ends_with_backslash(const char *text, size_t from, size_t to)
{
	size_t count = 0;

	while (to - count > from && text[to - count - 1] == '\\')
		count++;
	return count % 2 == 1;
}

/* The end of the line at text[from..length), joined with those that follow it. */
static size_t line_end(const char *text, size_t from, size_t length, bool joins)
{
	for (size_t at = from;;) {
		const char *end = memchr(text + at, '\n', length - at);

		if (!end)
			return length;
		if (!joins || !ends_with_backslash(text, from, (size_t)(end - text)))
			return (size_t)(end - text);
		at = (size_t)(end - text) + 1;
	}
}

void ka_setter_text_read(struct ka_hits *hits, const char *text, size_t length,
			 enum ka_setter_syntax syntax)
{
	const struct syntax *row = &syntaxes[syntax];
	struct reader reader = {.hits = hits, .text = text};
	bool is_comment;

	for (size_t at = 0, end; at < length; at = end + 1) {
		size_t first = skip_blanks(text, at, length);

		/* A comment is not continued. */
		is_comment = first < length && (text[first] == '#' || text[first] == ';');
		end = line_end(text, at, length, row->joins_lines && !is_comment);
		if (!is_comment &&
		    (row->needs_all || ka_setter_text_is_candidate(text + at, end - at)))
			row->read(&reader, at, end);
	}
}
