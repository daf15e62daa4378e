#include "core/sysctl_text.h"

#include "base/number.h"
#include "base/text.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

enum { KEY_SIZE = 256 };

static const char OUR_FIRST_LINE[] = "# Written by kaadvise";

/* A stretch of a line. */
struct span {
	const char *at;
	size_t length;
};

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\v' || byte == '\f';
}

static struct span trim(const char *at, size_t length)
{
	while (length > 0 && is_blank(at[length - 1]))
		length--;
	while (length > 0 && is_blank(*at)) {
		at++;
		length--;
	}
	return (struct span){at, length};
}

/* The key as a pattern of paths below /proc/sys, whichever separators it was written with. What
 * stands in braces becomes a star, which matches more. False when it does not fit. */
static bool make_pattern(char pattern[static KEY_SIZE], struct span key)
{
	size_t used = 0;

	for (size_t i = 0; i < key.length; i++) {
		const char *last = memrchr(key.at + i, '}', key.length - i);
		char byte = key.at[i] == '.' ? '/' : key.at[i];

		if (byte == '{' && last) {
			byte = '*';
			i = (size_t)(last - key.at);
		}
		if (byte == '/' && (used == 0 || pattern[used - 1] == '/'))
			continue;
		if (used + 1 == KEY_SIZE)
			return false;
		pattern[used++] = byte;
	}
	if (used > 0 && pattern[used - 1] == '/')
		used--;
	pattern[used] = '\0';
	return true;
}

static bool may_mean(struct span key, enum ka_key wanted)
{
	static const char prefix[] = "proc/sys/";
	char pattern[KEY_SIZE];
	const char *from = pattern;

	/* A key that long can only match as a pattern. */
	if (!make_pattern(pattern, key))
		return memchr(key.at, '*', key.length) || memchr(key.at, '?', key.length) ||
		       memchr(key.at, '[', key.length);
	if (strncmp(from, prefix, strlen(prefix)) == 0)
		from += strlen(prefix);
	return fnmatch(from, ka_sysctls[wanted].file, FNM_NOESCAPE) == 0 ||
	       fnmatch(from, ka_sysctls[wanted].file, 0) == 0;
}

static bool is_exactly(struct span key, const char *name)
{
	return key.length == strlen(name) && memcmp(key.at, name, key.length) == 0;
}

void ka_sysctl_line_read(const char *line, size_t length, struct ka_sysctl_line *ret_line)
{
	struct span text = trim(line, length), key = text, value = {0};
	const char *equals;

	*ret_line = (struct ka_sysctl_line){0};
	if (text.length == 0 || *text.at == '#' || *text.at == ';')
		return;
	equals = memchr(text.at, '=', text.length);
	if (equals) {
		key = trim(text.at, (size_t)(equals - text.at));
		value = trim(equals + 1, (size_t)(text.at + text.length - equals - 1));
	}
	/* A '-' in front means: no matter whether it fails. procps takes two. */
	while (key.length > 0 && *key.at == '-')
		key = trim(key.at + 1, key.length - 1);
	for (int i = 0; i < KA_KEY_COUNT; i++) {
		if (!may_mean(key, (enum ka_key)i))
			continue;
		ret_line->matters = true;
		if (equals &&
		    (is_exactly(key, ka_sysctls[i].key) || is_exactly(key, ka_sysctls[i].file))) {
			ret_line->key = (enum ka_key)i;
			ret_line->is_plain =
				ka_parse_decimal(value.at, value.length, &ret_line->value);
		}
	}
}

/* Whether the line may stand in a file of ours; *seen has a bit for each value it set so far. */
static bool is_our_line(const char *line, size_t length, unsigned *seen, struct ka_settings *values)
{
	struct ka_sysctl_line meaning;
	struct span text = trim(line, length);

	if (text.length == 0 || *text.at == '#')
		return true;
	ka_sysctl_line_read(line, length, &meaning);
	if (!meaning.is_plain || *seen & 1u << meaning.key)
		return false;
	*seen |= 1u << meaning.key;
	values->value[meaning.key] = meaning.value;
	return true;
}

void ka_drop_in_read(const char *text, struct ka_drop_in *ret_drop_in)
{
	struct ka_drop_in drop_in = {0};
	unsigned seen = 0, number = 0;

	if (strncmp(text, OUR_FIRST_LINE, strlen(OUR_FIRST_LINE)) != 0)
		drop_in.foreign_line = 1;
	while (*text && !drop_in.foreign_line) {
		size_t length = strcspn(text, "\n");

		number++;
		if (!is_our_line(text, length, &seen, &drop_in.values))
			drop_in.foreign_line = number;
		text += length;
		text += *text == '\n';
	}
	drop_in.is_ours = !drop_in.foreign_line;
	drop_in.has_values = drop_in.is_ours && seen == (1u << KA_KEY_COUNT) - 1;
	*ret_drop_in = drop_in;
}

static void add_comment(struct ka_arena *arena, struct ka_text *text, const char *lines)
{
	while (*lines) {
		size_t length = strcspn(lines, "\n");

		ka_text_printf(text, "# %s\n",
			       ka_escape(arena, ka_arena_copy(arena, lines, length)));
		lines += length;
		lines += *lines == '\n';
	}
}

const char *ka_drop_in_text(struct ka_arena *arena, const struct ka_settings *settings,
			    const char *purpose, const char *reasons)
{
	struct ka_text text = {0};
	const char *copy;

	ka_text_printf(&text, "%s for:\n", OUR_FIRST_LINE);
	add_comment(arena, &text, purpose);
	add_comment(arena, &text, reasons);
	ka_text_add(&text, "# To undo: kaadvise rollback. Put settings of your own into another "
			   "file.\n");
	for (int key = 0; key < KA_KEY_COUNT; key++)
		ka_text_printf(&text, "%s = %" PRId64 "\n", ka_sysctls[key].key,
			       settings->value[key]);
	if (text.has_failed)
		arena->has_failed = true;
	copy = text.has_failed ? "" : ka_arena_copy(arena, text.bytes, text.length);
	ka_text_clear(&text);
	return copy;
}
