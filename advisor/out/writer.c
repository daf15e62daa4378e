#include "out/writer.h"

#include <string.h>

void ka_style_on(struct ka_writer *writer, enum ka_style style)
{
	static const char *const codes[] = {
		[KA_PLAIN] = "",          [KA_BOLD] = "\033[1m",   [KA_RED] = "\033[1;31m",
		[KA_YELLOW] = "\033[33m", [KA_GREEN] = "\033[32m", [KA_CYAN] = "\033[36m",
		[KA_DIM] = "\033[2m",
	};

	if (writer->use_color)
		ka_text_add(&writer->text, codes[style]);
}

void ka_style_off(struct ka_writer *writer)
{
	if (writer->use_color)
		ka_text_add(&writer->text, "\033[0m");
}

void ka_end_line(struct ka_writer *writer)
{
	struct ka_text *text = &writer->text;

	while (text->length > 0 && text->bytes[text->length - 1] == ' ')
		text->length--;
	ka_text_add(text, "\n");
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Bytes up to the next blank at which the line may end. */
static size_t word_length(const char *text)
{
	size_t length = strcspn(text, " ");

	if (length > 0 && is_digit(text[length - 1]) && strncmp(text + length, " s", 2) == 0 &&
	    strchr(" .,:;)", text[length + 2]))
		length += 1 + strcspn(text + length + 1, " ");
	return length;
}

static void wrap(struct ka_writer *writer, size_t column, size_t rest, const char *text)
{
	bool at_start = true;

	while (*text) {
		size_t length = word_length(text), columns = ka_columns(text, length);

		if (column + !at_start + columns > writer->width && (column > rest || !at_start)) {
			ka_end_line(writer);
			ka_text_repeat(&writer->text, " ", rest);
			column = rest;
		} else if (!at_start) {
			ka_text_add(&writer->text, " ");
			column++;
		}
		ka_text_add_bytes(&writer->text, text, length);
		column += columns;
		at_start = false;
		text += length;
		text += *text == ' ';
	}
}

void ka_wrap(struct ka_writer *writer, size_t column, size_t rest, const char *text)
{
	wrap(writer, column, rest, text);
	ka_end_line(writer);
}

void ka_heading(struct ka_writer *writer, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (writer->text.length > 0)
		ka_text_add(&writer->text, "\n");
	ka_style_on(writer, KA_BOLD);
	wrap(writer, 0, 2, ka_escape(writer->arena, ka_arena_vprintf(writer->arena, format, args)));
	ka_style_off(writer);
	ka_end_line(writer);
	va_end(args);
}

void ka_paragraph(struct ka_writer *writer, size_t first, size_t rest, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	ka_text_repeat(&writer->text, " ", first);
	ka_wrap(writer, first, rest,
		ka_escape(writer->arena, ka_arena_vprintf(writer->arena, format, args)));
	va_end(args);
}

void ka_led_paragraph(struct ka_writer *writer, size_t first, size_t rest, enum ka_style style,
		      const char *lead, const char *text)
{
	ka_text_repeat(&writer->text, " ", first);
	ka_style_on(writer, style);
	ka_text_add(&writer->text, lead);
	ka_style_off(writer);
	ka_text_add(&writer->text, " ");
	ka_wrap(writer, first + ka_text_columns(lead) + 1, rest, ka_escape(writer->arena, text));
}

/* Bytes up to the next blank that is not quoted. */
static size_t shell_word_length(const char *text)
{
	bool is_quoted = false;
	size_t length = 0;

	for (; text[length] && (is_quoted || text[length] != ' '); length++) {
		is_quoted ^= text[length] == '\'';
		if (!is_quoted && text[length] == '\\' && text[length + 1])
			length++;
	}
	return length;
}

void ka_command(struct ka_writer *writer, size_t indent, const char *command)
{
	const char *at = ka_escape(writer->arena, command);
	size_t column = indent;

	ka_text_repeat(&writer->text, " ", indent);
	while (*at) {
		size_t length = shell_word_length(at), columns = ka_columns(at, length);

		if (column > indent && column + 1 + columns + 2 > writer->width) {
			ka_text_add(&writer->text, " \\\n");
			ka_text_repeat(&writer->text, " ", indent + 4);
			column = indent + 4;
		} else if (column > indent) {
			ka_text_add(&writer->text, " ");
			column++;
		}
		ka_text_add_bytes(&writer->text, at, length);
		column += columns;
		at += length;
		at += *at == ' ';
	}
	ka_end_line(writer);
}

static const char *tenths_text(struct ka_arena *arena, int64_t tenths)
{
	const char *sign = tenths < 0 ? "-" : "";
	long long value = tenths < 0 ? -(long long)tenths : (long long)tenths;

	if (value % 10 == 0)
		return ka_arena_printf(arena, "%s%lld s", sign, value / 10);
	return ka_arena_printf(arena, "%s%lld.%lld s", sign, value / 10, value % 10);
}

static int64_t floor_tenths(int64_t milliseconds)
{
	return milliseconds / 100 - (milliseconds % 100 < 0);
}

const char *ka_seconds(struct ka_arena *arena, int64_t milliseconds)
{
	return tenths_text(arena, -floor_tenths(-milliseconds));
}

const char *ka_seconds_left(struct ka_arena *arena, int64_t milliseconds)
{
	return tenths_text(arena, floor_tenths(milliseconds));
}
