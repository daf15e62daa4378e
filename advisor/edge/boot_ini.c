#include "edge/boot_ini.h"

#include <string.h>

/* A line without its comment and the blanks around. */
struct line {
	size_t from, to; /* what remains; equal: nothing does */
	size_t indent;   /* blanks in front */
	size_t next;     /* where the next line begins */
	bool has_comment;
};

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Where the line ends: \n, \r or both. */
static size_t find_end(const struct ka_ini *ini, size_t at)
{
	while (at < ini->length && ini->text[at] != '\n' && ini->text[at] != '\r')
		at++;
	return at;
}

static struct line read_line(const struct ka_ini *ini, size_t at)
{
	const char *text = ini->text;
	struct line line = {.from = at, .to = find_end(ini, at)};

	line.next = line.to + 1;
	if (line.next < ini->length && text[line.to] == '\r' && text[line.next] == '\n')
		line.next++;
	for (size_t i = at; i < line.to && !line.has_comment; i++)
		if (text[i] == '#' && (i == at || is_blank(text[i - 1]))) {
			line.has_comment = true;
			line.to = i;
		}
	while (line.from < line.to && is_blank(text[line.from]))
		line.from++;
	if (line.from < line.to && text[line.from] == ';') {
		line.has_comment = true;
		line.to = line.from;
	}
	while (line.to > line.from && is_blank(text[line.to - 1]))
		line.to--;
	line.indent = line.from - at;
	return line;
}

/* `[section]`: the text up to the last bracket. */
static bool read_section(struct ka_ini *ini, struct ka_arena *arena, const struct line *line)
{
	const char *start = ini->text + line->from;
	const char *close = memrchr(start, ']', line->to - line->from);

	if (*start != '[' || !close || close < start + 2)
		return false;
	ini->section = ka_arena_copy(arena, start + 1, (size_t)(close - start) - 1);
	return true;
}

/* The end of the lines that continue the option: they are indented deeper than it. */
static size_t find_continuation_end(const struct ka_ini *ini, size_t at)
{
	size_t end = at;

	while (at < ini->length) {
		struct line line = read_line(ini, at);

		at = line.next;
		if (line.from == line.to)
			continue;
		if (line.indent <= ini->indent)
			break;
		end = line.next;
	}
	return end;
}

/* Joins the value on the first line with the lines at from..to. */
static const char *join(const struct ka_ini *ini, struct ka_arena *arena, const struct line *first,
			size_t value, size_t from, size_t to)
{
	size_t length = first->to - value;
	char *joined = ka_arena_alloc(arena, length + (to > from ? to - from : 0) + 2);

	if (!joined)
		return "";
	memcpy(joined, ini->text + value, length);
	while (from < to) {
		struct line line = read_line(ini, from);

		from = line.next;
		if (line.from == line.to && line.has_comment)
			continue;
		joined[length++] = '\n';
		memcpy(joined + length, ini->text + line.from, line.to - line.from);
		length += line.to - line.from;
	}
	return joined;
}

static enum ka_ini_result read_option(struct ka_ini *ini, struct ka_arena *arena,
				      const struct line *line, struct ka_ini_option *ret_option)
{
	const char *text = ini->text;
	const char *equals = memchr(text + line->from, '=', line->to - line->from);
	size_t name_end, value, end;

	if (!equals || equals == text + line->from)
		return KA_INI_FAULT;
	name_end = (size_t)(equals - text);
	while (is_blank(text[name_end - 1]))
		name_end--;
	value = (size_t)(equals - text) + 1;
	while (value < line->to && is_blank(text[value]))
		value++;
	end = find_continuation_end(ini, line->next);
	ret_option->section = ini->section;
	ret_option->name = ka_arena_copy(arena, text + line->from, name_end - line->from);
	ret_option->value = join(ini, arena, line, value, line->next, end);
	ret_option->at = value;
	ini->at = end;
	return KA_INI_OPTION;
}

enum ka_ini_result ka_ini_next(struct ka_ini *ini, struct ka_arena *arena,
			       struct ka_ini_option *ret_option)
{
	while (ini->at < ini->length) {
		struct line line = read_line(ini, ini->at);
		enum ka_ini_result result;

		ini->at = line.next;
		if (line.from == line.to)
			continue;
		ini->indent = line.indent;
		if (read_section(ini, arena, &line)) {
			*ret_option = (struct ka_ini_option){.section = ini->section};
			return KA_INI_SECTION;
		}
		if (!ini->section)
			return KA_INI_FAULT;
		result = read_option(ini, arena, &line, ret_option);
		if (result == KA_INI_OPTION || !ini->allows_no_value)
			return result;
	}
	return KA_INI_END;
}
