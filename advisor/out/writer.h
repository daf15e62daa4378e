/* Text for people: wrapped to the terminal, coloured where that is wanted. */
#ifndef KA_OUT_WRITER_H
#define KA_OUT_WRITER_H

#include "base/text.h"

#include <stdint.h>

enum ka_style { KA_PLAIN, KA_BOLD, KA_RED, KA_YELLOW, KA_GREEN, KA_CYAN, KA_DIM };

struct ka_writer {
	struct ka_text text;
	struct ka_arena *arena; /* for what is made on the way */
	size_t width;           /* columns, at least 40 */
	bool use_color;
};

enum { KA_WIDTH_MIN = 40, KA_WIDTH_MAX = 80 };

/* Starts and ends a colour; nothing without use_color. */
void ka_style_on(struct ka_writer *writer, enum ka_style style);
void ka_style_off(struct ka_writer *writer);

/* A heading line, with an empty line before it. */
void ka_heading(struct ka_writer *writer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Ends the line, without the blanks that stand at its end. */
void ka_end_line(struct ka_writer *writer);

/* Adds escaped text, wrapped at blanks, to a line on which column columns are taken; the lines that
 * follow are indented by rest. A number stays with the "s" behind it. */
void ka_wrap(struct ka_writer *writer, size_t column, size_t rest, const char *text);

/* A paragraph: escaped, wrapped at blanks, its first line indented by first columns and the others
 * by rest. A word longer than the line stays whole. */
void ka_paragraph(struct ka_writer *writer, size_t first, size_t rest, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Like ka_paragraph, behind a coloured lead ("error KA201:"), which stands at column first. */
void ka_led_paragraph(struct ka_writer *writer, size_t first, size_t rest, enum ka_style style,
		      const char *lead, const char *text);

/* A command to copy, indented: lines that are too long are broken outside quotes, by a backslash.
 */
void ka_command(struct ka_writer *writer, size_t indent, const char *command);

/* Milliseconds for people: seconds with at most one decimal, rounded up ("8024.6 s"). */
const char *ka_seconds(struct ka_arena *arena, int64_t milliseconds);

/* The same rounded down, for what is left over. */
const char *ka_seconds_left(struct ka_arena *arena, int64_t milliseconds);

#endif
