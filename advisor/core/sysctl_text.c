#include "core/sysctl_text.h"

#include "base/number.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

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

/* Reads "KEY = NUMBER" of one of the three values, as we write it and people may touch it up. */
static bool read_value(struct span line, enum ka_key *ret_key, int64_t *ret_value)
{
	const char *equals = memchr(line.at, '=', line.length);
	struct span key, value;

	if (!equals)
		return false;
	key = trim(line.at, (size_t)(equals - line.at));
	value = trim(equals + 1, (size_t)(line.at + line.length - equals - 1));
	for (int i = 0; i < KA_KEY_COUNT; i++)
		if (key.length == strlen(ka_sysctls[i].key) &&
		    memcmp(key.at, ka_sysctls[i].key, key.length) == 0) {
			*ret_key = (enum ka_key)i;
			return ka_parse_decimal(value.at, value.length, ret_value);
		}
	return false;
}

/* Whether the line may stand in a file of ours; *seen has a bit for each value it set so far. */
static bool is_our_line(const char *line, size_t length, unsigned *seen, struct ka_settings *values)
{
	struct span text = trim(line, length);
	enum ka_key key;
	int64_t value;

	if (text.length == 0 || *text.at == '#')
		return true;
	if (!read_value(text, &key, &value) || *seen & 1u << key)
		return false;
	*seen |= 1u << key;
	values->value[key] = value;
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
			    const char *purpose, const char *reasons, const char *undo)
{
	struct ka_text text = {0};
	const char *copy;

	ka_text_printf(&text, "%s for:\n", OUR_FIRST_LINE);
	add_comment(arena, &text, purpose);
	add_comment(arena, &text, reasons);
	ka_text_printf(&text, "# To undo: %s. Put settings of your own into another file.\n", undo);
	for (int key = 0; key < KA_KEY_COUNT; key++)
		ka_text_printf(&text, "%s = %" PRId64 "\n", ka_sysctls[key].key,
			       settings->value[key]);
	if (text.has_failed)
		arena->has_failed = true;
	copy = text.has_failed ? "" : ka_arena_copy(arena, text.bytes, text.length);
	ka_text_clear(&text);
	return copy;
}
