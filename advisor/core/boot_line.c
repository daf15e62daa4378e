#include "core/boot_line.h"

#include "core/sysctl_pattern.h"

#include <string.h>

/* A stretch of the text. */
struct span {
	const char *at;
	size_t length;
};

static bool is_blank(const struct ka_loader *loader, char byte)
{
	if (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r')
		return true;
	return loader->blanks == KA_BLANKS_ALL && (byte == '\v' || byte == '\f');
}

/* Where a CR ends values it is trimmed behind them only. */
static bool is_blank_in_front(const struct ka_loader *loader, char byte)
{
	return is_blank(loader, byte) &&
	       !(byte == '\r' && loader->line_ends == KA_ENDS_LF_VALUE_CR);
}

static struct span trim_front(const struct ka_loader *loader, struct span text)
{
	while (text.length > 0 && is_blank_in_front(loader, *text.at)) {
		text.at++;
		text.length--;
	}
	return text;
}

static struct span trim_back(const struct ka_loader *loader, struct span text)
{
	while (text.length > 0 && is_blank(loader, text.at[text.length - 1]))
		text.length--;
	return text;
}

static struct span trim(const struct ka_loader *loader, struct span text)
{
	return trim_back(loader, trim_front(loader, text));
}

static bool is_comment(const struct ka_loader *loader, char first)
{
	return first == '#' || (first == ';' && loader->comments == KA_COMMENT_HASH_SEMICOLON);
}

/* Whether what follows the k of one of the names stands at text, in whatever case; a brace may
 * stand for the last part. */
static bool has_name_at(const char *text, const char *end)
{
	static const char *const parts[] = {"time", "intvl", "probes", "{"};
	static const char common[] = "eepalive_";
	size_t length = strlen(common);

	if ((size_t)(end - text) < length || strncasecmp(text, common, length) != 0)
		return false;
	text += length;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if ((size_t)(end - text) >= strlen(parts[i]) &&
		    strncasecmp(text, parts[i], strlen(parts[i])) == 0)
			return true;
	return false;
}

/* Whether a key can be one of ours: it is in the name of all three, or there is a wildcard. Nearly
 * all lines end here. A backslash may be gone when the shell has read the line. */
static bool may_matter(struct span key)
{
	for (const char *at = key.at, *end = at + key.length; at < end; at++)
		switch (*at) {
		case '*':
		case '?':
		case '[':
		case '\\':
			return true;
		case 'k':
		case 'K':
			if (has_name_at(at + 1, end))
				return true;
			break;
		default:
			break;
		}
	return false;
}

/* ---- The key's path ----------------------------------------------------------------------- */

size_t ka_path_simplify(char *path, size_t length, bool drops_dots)
{
	size_t used = length > 0 && path[0] == '/', at = used;
	size_t root = used;

	while (at < length) {
		const char *slash = memchr(path + at, '/', length - at);
		size_t end = slash ? (size_t)(slash - path) : length, part = end - at;

		if (part > 0 && !(drops_dots && part == 1 && path[at] == '.')) {
			if (used > root)
				path[used++] = '/';
			memmove(path + used, path + at, part);
			used += part;
		}
		at = end + 1;
	}
	path[used] = '\0';
	return used;
}

bool ka_path_goes_up(const char *path, size_t length)
{
	for (size_t at = 0; at < length;) {
		const char *slash = memchr(path + at, '/', length - at);
		size_t end = slash ? (size_t)(slash - path) : length;

		if (end - at == 2 && path[at] == '.' && path[at + 1] == '.')
			return true;
		at = end + 1;
	}
	return false;
}

/* Dots become slashes and slashes dots. */
static void swap_separators(char *path, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (path[i] == '.')
			path[i] = '/';
		else if (path[i] == '/')
			path[i] = '.';
}

static void replace_dots(char *path, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (path[i] == '.')
			path[i] = '/';
}

static size_t first_separator(const char *path, size_t length)
{
	size_t at = 0;

	while (at < length && path[at] != '.' && path[at] != '/')
		at++;
	return at;
}

/* The last dot behind from whose replacement leaves the name of something that exists in front of
 * it; length: the whole name exists; from: there is none. */
static size_t find_replaceable(const char *path, size_t from, size_t length)
{
	for (size_t at = length; at > from; at--)
		if ((at == length || path[at] == '.') &&
		    ka_place_of_absolute(path, at) != KA_PLACE_ABSENT)
			return at;
	return from;
}

enum { KEY_MAX = 512 }; /* of those that are tried against files */

/* busybox: a dot in front of a slash means the other spelling; else as few dots as possible are
 * replaced so that each directory exists. */
static void replace_by_file(char *path, size_t length)
{
	size_t first = first_separator(path, length), good = 0;

	if (first < length && path[first] == '.' && memchr(path, '/', length)) {
		swap_separators(path, length);
		return;
	}
	while (length <= KEY_MAX) {
		size_t at = find_replaceable(path, good, length);

		if (at == good || at == length)
			return;
		path[at] = '/';
		good = at;
	}
}

static void normalize(const struct ka_loader *loader, struct ka_line_reading *reading)
{
	char *path = reading->path;
	size_t length = reading->path_length, first = first_separator(path, length);

	if (loader->separators == KA_SEPARATOR_BY_FILE)
		replace_by_file(path, length);
	else if (loader->separators == KA_SEPARATOR_ANY)
		replace_dots(path, length);
	else if (first < length && path[first] == '.')
		swap_separators(path, length);
	if (loader->key_path == KA_PATH_SIMPLIFIED) {
		length = ka_path_simplify(path, length, true);
		if (length > 1 && path[0] == '/')
			memmove(path, path + 1, length--);
	}
	reading->path_length = length;
}

/* ---- The keys it is about ----------------------------------------------------------------- */

struct pattern_search {
	const struct ka_loader *loader;
	unsigned keys;
};

static bool note_key(void *context, enum ka_key key, const char *path)
{
	struct pattern_search *search = context;

	if (search->loader->dot_dot == KA_DOT_DOT_REFUSED && ka_path_goes_up(path, strlen(path)))
		return false;
	search->keys |= 1u << key;
	return true;
}

static unsigned find_pattern_keys(const struct ka_loader *loader, const char *path,
				  size_t *steps_left)
{
	struct pattern_search search = {.loader = loader};
	struct ka_pattern_rules rules = {loader->key_globs == KA_GLOB_BRACES, steps_left};

	ka_pattern_each(path, &rules, note_key, &search);
	return search.keys;
}

/* What excludes keys is compared as text: a star passes slashes. */
static unsigned find_text_keys(const char *path, size_t *steps_left)
{
	unsigned keys = 0;

	for (int key = 0; key < KA_KEY_COUNT; key++)
		if (ka_spend_steps(steps_left, 1 + strlen(path)) &&
		    ka_text_matches(path, ka_sysctls[key].file))
			keys |= 1u << key;
	return keys;
}

static int find_place(const struct ka_loader *loader, struct ka_line_reading *reading)
{
	size_t length = reading->path_length;

	/* Compared as paths these are one key with those that can be written. */
	if (loader->key_path == KA_PATH_COMPARED)
		while (length > 1 && reading->path[length - 1] == '/')
			length--;
	if (length < reading->path_length) {
		reading->is_no_file = true;
		return ka_place_of(reading->path, length);
	}
	return loader->separators == KA_SEPARATOR_BY_FILE
		       ? ka_place_of_absolute(reading->path, reading->path_length)
		       : ka_place_of(reading->path, reading->path_length);
}

static void find_keys(const struct ka_loader *loader, size_t *steps_left,
		      struct ka_line_reading *reading)
{
	int place;

	reading->keys = 0;
	reading->is_no_file = false;
	reading->is_pattern = loader->key_globs != KA_GLOB_NONE &&
			      ka_is_pattern(reading->path, reading->path_length);
	if (reading->is_pattern) {
		reading->keys = find_pattern_keys(loader, reading->path, steps_left);
		if (!reading->value && loader->dash_bare == KA_BARE_EXCLUDES_PATTERN)
			reading->keys |= find_text_keys(reading->path, steps_left);
		return;
	}
	place = find_place(loader, reading);
	if (place >= 0 && !(loader->dot_dot == KA_DOT_DOT_REFUSED &&
			    ka_path_goes_up(reading->path, reading->path_length)))
		reading->keys = 1u << place;
}

/* ---- The line ----------------------------------------------------------------------------- */

/* procps 3: a value begins behind all line ends, and ends at the next one. */
static struct span cut_at_line_end(struct span value)
{
	size_t length = 0;

	while (value.length > 0 && (*value.at == '\r' || *value.at == '\n')) {
		value.at++;
		value.length--;
	}
	while (length < value.length && value.at[length] != '\r' && value.at[length] != '\n')
		length++;
	return (struct span){value.at, length};
}

/* Takes off what a dash in front of a key means. */
static struct span skip_dash(const struct ka_loader *loader, struct span key)
{
	key.at++;
	key.length--;
	if (loader->dash_blank == KA_DASH_BLANK_SKIPPED)
		key = trim_front(loader, key);
	if (loader->dash_dash == KA_DASH_DASH_STRIPPED && key.length > 0 && *key.at == '-') {
		key.at++;
		key.length--;
	}
	return key;
}

static void set_value(const struct ka_loader *loader, struct span value,
		      struct ka_line_reading *reading)
{
	if (loader->line_ends == KA_ENDS_LF_VALUE_CR)
		value = cut_at_line_end(value);
	value = trim(loader, value);
	reading->value = value.at;
	reading->value_length = value.length;
}

/* Splits key and value at equals (NULL: there is none). False when the loader makes nothing of
 * it. */
static bool split(const struct ka_loader *loader, struct span text, const char *equals,
		  struct ka_line_reading *reading)
{
	bool has_dash = *text.at == '-';
	struct span key = text;

	reading->kind = equals ? KA_LINE_ASSIGNS : KA_LINE_BARE;
	reading->value = NULL;
	if (equals) {
		key.length = (size_t)(equals - text.at);
		set_value(loader,
			  (struct span){equals + 1, (size_t)(text.at + text.length - equals - 1)},
			  reading);
	} else if (!has_dash || loader->dash_bare == KA_BARE_ERROR) {
		return false;
	}
	if (has_dash && (!equals || loader->dash_assigns == KA_DASH_QUIET))
		key = skip_dash(loader, key);
	key = trim_back(loader, key);
	reading->key = key.at;
	reading->key_length = key.length;
	return true;
}

static bool is_shell_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* sed 's/ = /=/', then the first word, without the backslashes that protect. */
static bool split_as_shell(struct span text, struct ka_line_reading *reading)
{
	const char *spaced = memmem(text.at, text.length, " = ", 3);
	size_t used = 0, at = 0;
	const char *equals;

	while (at < text.length && is_shell_blank(text.at[at]))
		at++;
	for (; at < text.length && used + 1 < sizeof(reading->word); at++) {
		if (text.at + at == spaced) {
			reading->word[used++] = '=';
			at += 2;
			continue;
		}
		if (is_shell_blank(text.at[at]))
			break;
		if (text.at[at] == '\\' && at + 1 < text.length)
			at++;
		reading->word[used++] = text.at[at];
	}
	equals = memchr(reading->word, '=', used);
	/* A word with a dash is an option to sysctl. */
	if (!equals || reading->word[0] == '-' || reading->word[0] == '#')
		return false;
	reading->kind = KA_LINE_ASSIGNS;
	reading->key = reading->word;
	reading->key_length = (size_t)(equals - reading->word);
	reading->value = equals + 1;
	reading->value_length = used - reading->key_length - 1;
	/* Without a value sysctl does nothing. */
	return reading->value_length > 0;
}

static bool make_path(const struct ka_loader *loader, size_t *steps_left,
		      struct ka_line_reading *reading)
{
	if (reading->key_length == 0 || reading->key_length >= sizeof(reading->path))
		return false;
	memcpy(reading->path, reading->key, reading->key_length);
	reading->path[reading->key_length] = '\0';
	reading->path_length = reading->key_length;
	normalize(loader, reading);
	find_keys(loader, steps_left, reading);
	return reading->keys != 0;
}

void ka_line_read(const struct ka_loader *loader, const char *text, size_t length,
		  size_t *steps_left, struct ka_line_reading *ret_reading)
{
	struct span line = trim(loader, (struct span){text, length});
	const char *equals;
	bool is_split;

	ret_reading->kind = KA_LINE_NOTHING;
	ret_reading->keys = 0;
	ret_reading->is_pattern = false;
	if (line.length == 0 || is_comment(loader, *line.at))
		return;
	equals = memchr(line.at, '=', line.length);
	if (!may_matter((struct span){line.at, equals ? (size_t)(equals - line.at) : line.length}))
		return;
	if (loader->syntax == KA_SYNTAX_SHELL_WORD)
		is_split = split_as_shell((struct span){text, length}, ret_reading);
	else
		is_split = split(loader, line, equals, ret_reading);
	if (is_split && make_path(loader, steps_left, ret_reading))
		return;
	ret_reading->kind = KA_LINE_NOTHING;
	ret_reading->keys =
		ka_line_lookalike(loader, line.at, line.length, steps_left, &ret_reading->why);
	if (ret_reading->keys)
		ret_reading->kind = KA_LINE_LOOKALIKE;
}
