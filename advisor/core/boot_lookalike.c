#include "core/boot_line.h"
#include "core/sysctl_pattern.h"

#include <string.h>

enum { LENIENT_MAX = 512 };

/* A line as people read it. */
struct look {
	const struct ka_loader *loader;
	const char *text, *end;
	const char *name;       /* where the key itself begins */
	char path[LENIENT_MAX]; /* the key in lower case, with slashes */
	size_t length;
	bool is_command, is_quoted, is_marked, is_absolute, is_upper, is_comment;
};

static const char BYTE_ORDER_MARK[] = "\xef\xbb\xbf";

static bool skip_word(const char **at, const char *end, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(end - *at) < length || strncasecmp(*at, word, length) != 0)
		return false;
	*at += length;
	return true;
}

static void skip_blanks(const char **at, const char *end)
{
	while (*at < end && (**at == ' ' || (**at >= '\t' && **at <= '\r')))
		++*at;
}

/* `sysctl -w -q key=value` */
static void skip_command(struct look *look, const char **at)
{
	const char *from = *at;

	if (!skip_word(&from, look->end, "sysctl") || from == look->end ||
	    (*from != ' ' && *from != '\t'))
		return;
	look->is_command = true;
	skip_blanks(&from, look->end);
	while (from < look->end && *from == '-') {
		while (from < look->end && *from != ' ' && *from != '\t')
			from++;
		skip_blanks(&from, look->end);
	}
	*at = from;
}

/* Moves to the key, noting what stands in front of it. */
static void skip_decoration(struct look *look)
{
	const char *at = look->text;

	look->is_marked = skip_word(&at, look->end, BYTE_ORDER_MARK);
	look->is_comment = skip_word(&at, look->end, ";");
	skip_blanks(&at, look->end);
	skip_command(look, &at);
	while (at < look->end && (*at == '-' || *at == ' ' || *at == '\t'))
		at++;
	while (at < look->end && strchr("\"'`", *at) && *at) {
		look->is_quoted = true;
		at++;
	}
	look->name = at;
	look->is_absolute = skip_word(&at, look->end, "/proc/sys/") ||
			    skip_word(&at, look->end, "proc/sys/") ||
			    skip_word(&at, look->end, "proc.sys.");
	if (look->is_absolute)
		look->name = at;
}

static bool ends_key(char byte)
{
	return byte == '=' || byte == ':' || byte == '"' || byte == '\'' || byte == ' ' ||
	       (byte >= '\t' && byte <= '\r') || byte == '\0';
}

/* Dots become slashes, but `..` between slashes stays. */
static void replace_dots(char *path, size_t length)
{
	bool begins_with_slash = strcspn(path, "/") < strcspn(path, ".");

	for (size_t at = 0; at < length; at++) {
		size_t rest = strcspn(path + at, "/");

		if (begins_with_slash && rest == 2 && path[at] == '.' && path[at + 1] == '.') {
			at += 2;
			continue;
		}
		for (; rest > 0; rest--, at++)
			if (path[at] == '.')
				path[at] = '/';
	}
}

/* False when it is too long to be a key. */
static bool take_path(struct look *look)
{
	size_t length = 0;

	for (const char *at = look->name; at < look->end && !ends_key(*at); at++) {
		char byte = *at;

		if (length + 1 == LENIENT_MAX)
			return false;
		if (byte >= 'A' && byte <= 'Z') {
			byte = (char)(byte - 'A' + 'a');
			look->is_upper = true;
		}
		look->path[length++] = byte;
	}
	look->path[length] = '\0';
	replace_dots(look->path, length);
	look->length = ka_path_simplify(look->path, length, true);
	return true;
}

static bool note_key(void *context, enum ka_key key, const char *path)
{
	(void)path;
	*(unsigned *)context |= 1u << key;
	return true;
}

/* The key of a path that ends in one of the names, wherever that is. */
static unsigned find_last_name(const struct look *look)
{
	const char *slash = memrchr(look->path, '/', look->length);
	const char *last = slash ? slash + 1 : look->path;

	for (int key = 0; key < KA_KEY_COUNT; key++)
		if (strcmp(last, ka_sysctls[key].word) == 0)
			return 1u << key;
	return 0;
}

static unsigned find_keys(const struct look *look, size_t *steps_left, bool *ret_is_elsewhere)
{
	struct ka_pattern_rules rules = {true, steps_left};
	const char *path = look->path + (look->path[0] == '/');
	int place = ka_place_of(path, strlen(path));
	unsigned keys = place >= 0 ? 1u << place : 0;

	if (strpbrk(path, "*?[{\\"))
		ka_pattern_each(path, &rules, note_key, &keys);
	*ret_is_elsewhere = keys == 0;
	return keys ? keys : find_last_name(look);
}

static bool has(const struct look *look, char byte)
{
	return memchr(look->text, byte, (size_t)(look->end - look->text)) != NULL;
}

static size_t key_length(const struct look *look)
{
	size_t length = 0;

	while (look->name + length < look->end && !ends_key(look->name[length]))
		length++;
	return length;
}

static bool mixes_separators(const struct look *look)
{
	size_t length = key_length(look);

	return memchr(look->name, '.', length) && memchr(look->name, '/', length);
}

static bool ends_in_separator(const struct look *look)
{
	char last = look->name[key_length(look) - 1];

	return last == '.' || last == '/';
}

static const char *why_dash(const struct look *look)
{
	const char *next = look->text + 1;

	if (!has(look, '='))
		return look->loader->dash_bare == KA_BARE_ERROR
			       ? "this loader knows no line without `=`"
			       : "the - is not directly in front of the key";
	if (look->loader->dash_assigns == KA_DASH_LITERAL)
		return "this loader takes the - in front for a part of the key";
	if (next < look->end && *next == '-')
		return "of two - in front the second is a part of the key";
	if (next < look->end && (*next == ' ' || *next == '\t'))
		return "the blank behind the - is a part of the key";
	return NULL;
}

static const char *why_pattern(const struct look *look)
{
	if (!ka_is_pattern(look->path, look->length))
		return strchr(look->path, '{') ? "braces are a pattern only together with *, ? or ["
					       : NULL;
	if (look->loader->key_globs == KA_GLOB_NONE)
		return "this loader knows no patterns";
	if (look->loader->key_globs == KA_GLOB_PLAIN && strchr(look->path, '{'))
		return "this loader knows no braces";
	return NULL;
}

static const char *why_no_assignment(const struct look *look)
{
	if (look->is_comment)
		return "this loader takes only # for a comment: the line is an error";
	if (look->is_marked)
		return "a byte order mark stands in front of the key";
	if (look->is_command)
		return "it is a command, not `key = value`";
	if (look->is_quoted)
		return "the quotes are taken for a part of the key";
	if (!has(look, '=') && *look->text != '-')
		return has(look, ':') ? "a colon is no `=`" : "it has no `=`";
	return NULL;
}

static const char *why_no_key(const struct look *look, bool is_elsewhere)
{
	const char *why;

	if (look->is_upper)
		return "keys are written in lower case";
	if (look->is_absolute)
		return "keys are written without /proc/sys";
	if (ka_path_goes_up(look->path, look->length))
		return look->loader->dot_dot == KA_DOT_DOT_REFUSED
			       ? "this loader refuses `..` in a key"
			       : "it is not known where `..` leads";
	if (is_elsewhere)
		return "there is no such key: the three are net.ipv4.*, for IPv6 too";
	why = why_pattern(look);
	if (why)
		return why;
	if (mixes_separators(look))
		return "the first separator decides: behind it the other kind is a part of a name";
	if (ends_in_separator(look))
		return "a separator stands at the end of the key";
	if (look->loader->syntax == KA_SYNTAX_SHELL_WORD)
		return "`key=value` is one word to this loader, or has one blank on both sides of "
		       "`=`";
	return "the key is not written as this loader needs it";
}

unsigned ka_line_lookalike(const struct ka_loader *loader, const char *text, size_t length,
			   size_t *steps_left, const char **ret_why)
{
	struct look look = {.loader = loader, .text = text, .end = text + length};
	bool is_elsewhere;
	unsigned keys;

	skip_decoration(&look);
	if (look.name == look.end || !take_path(&look) || look.length == 0)
		return 0;
	keys = find_keys(&look, steps_left, &is_elsewhere);
	if (keys == 0)
		return 0;
	*ret_why = why_no_assignment(&look);
	if (!*ret_why && *text == '-')
		*ret_why = why_dash(&look);
	if (!*ret_why)
		*ret_why = why_no_key(&look, is_elsewhere);
	return keys;
}
