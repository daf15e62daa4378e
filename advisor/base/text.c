#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ka_text_clear(struct ka_text *text)
{
	free(text->bytes);
	*text = (struct ka_text){0};
}

static bool reserve(struct ka_text *text, size_t more)
{
	size_t needed, capacity = text->capacity ? text->capacity : 1024;
	char *bytes;

	if (text->has_failed || __builtin_add_overflow(text->length, more, &needed) ||
	    needed > SIZE_MAX / 2) {
		text->has_failed = true;
		return false;
	}
	if (needed <= text->capacity)
		return true;
	while (capacity < needed)
		capacity *= 2;
	bytes = realloc(text->bytes, capacity);
	if (!bytes) {
		text->has_failed = true;
		return false;
	}
	text->bytes = bytes;
	text->capacity = capacity;
	return true;
}

void ka_text_add_bytes(struct ka_text *text, const char *bytes, size_t length)
{
	if (!reserve(text, length + 1))
		return;
	memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
	text->bytes[text->length] = '\0';
}

void ka_text_add(struct ka_text *text, const char *string)
{
	ka_text_add_bytes(text, string, strlen(string));
}

void ka_text_repeat(struct ka_text *text, const char *string, size_t count)
{
	while (count-- > 0)
		ka_text_add(text, string);
}

void ka_text_printf(struct ka_text *text, const char *format, ...)
{
	size_t room = text->capacity - text->length;
	va_list args, again;
	int length;

	if (text->has_failed)
		return;
	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(text->bytes ? text->bytes + text->length : NULL, room, format, args);
	if (length < 0)
		text->has_failed = true;
	else if ((size_t)length >= room && reserve(text, (size_t)length + 1))
		vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
	if (!text->has_failed)
		text->length += (size_t)length;
	else if (text->bytes)
		text->bytes[text->length] = '\0';
	va_end(again);
	va_end(args);
}

/* The length of the UTF-8 sequence at text, and its code point; 0 when it is not valid
 * (RFC 3629, section 4). */
static size_t decode(const unsigned char *text, uint32_t *ret_point)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t lowest;
	} forms[] = {
		{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

	for (size_t extra = 0; extra < 4; extra++) {
		uint32_t point;

		if ((text[0] & forms[extra].mask) != forms[extra].lead)
			continue;
		point = text[0] & (unsigned char)~forms[extra].mask;
		for (size_t i = 1; i <= extra; i++) {
			if ((text[i] & 0xc0) != 0x80)
				return 0;
			point = (point << 6) | (text[i] & 0x3f);
		}
		if (point < forms[extra].lowest || point > 0x10ffff ||
		    (point >= 0xd800 && point <= 0xdfff))
			return 0;
		*ret_point = point;
		return extra + 1;
	}
	return 0;
}

bool ka_is_utf8(const char *text)
{
	uint32_t point;
	size_t size;

	for (; *text; text += size)
		if ((size = decode((const unsigned char *)text, &point)) == 0)
			return false;
	return true;
}

/* Code points that could move, hide or reorder what a terminal shows. */
static bool is_unsafe(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point <= 0x9f) || point == 0x061c ||
	       (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2060 && point <= 0x206f) || point == 0xfeff;
}

const char *ka_escape(struct ka_arena *arena, const char *text)
{
	const unsigned char *from = (const unsigned char *)text;
	size_t length = strlen(text), at = 0;
	char *escaped = ka_arena_array(arena, length + 1, 4);

	if (!escaped)
		return "";
	while (*from) {
		uint32_t point;
		size_t size;

		if (*from >= 0x20 && *from < 0x7f) {
			escaped[at++] = (char)*from++;
			continue;
		}
		size = decode(from, &point);
		if (size > 0 && !is_unsafe(point)) {
			memcpy(escaped + at, from, size);
			at += size;
		} else {
			size = size > 0 ? size : 1;
			for (size_t i = 0; i < size; i++)
				at += (size_t)sprintf(escaped + at, "\\x%02x", from[i]);
		}
		from += size;
	}
	escaped[at] = '\0';
	return escaped;
}

size_t ka_columns(const char *text, size_t length)
{
	size_t columns = 0;

	for (size_t i = 0; i < length; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

size_t ka_text_columns(const char *text)
{
	return ka_columns(text, strlen(text));
}

enum { SUGGEST_MAX = 40 };

static size_t edit_distance(const char *a, const char *b)
{
	size_t row[SUGGEST_MAX + 1], length_b = strlen(b);

	for (size_t j = 0; j <= length_b; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < length_b; j++) {
			size_t cost = diagonal + (a[i] != b[j]);

			diagonal = row[j + 1];
			if (row[j] + 1 < cost)
				cost = row[j] + 1;
			if (diagonal + 1 < cost)
				cost = diagonal + 1;
			row[j + 1] = cost;
		}
	}
	return row[length_b];
}

const char *ka_suggest(const char *word, const char *const *names)
{
	size_t best = 1 + strlen(word) / 3;
	const char *nearest = NULL;

	if (strlen(word) > SUGGEST_MAX)
		return NULL;
	for (; *names; names++) {
		size_t distance;

		if (strlen(*names) > SUGGEST_MAX)
			continue;
		distance = edit_distance(word, *names);
		if (distance < best || (distance == best && !nearest)) {
			best = distance;
			nearest = *names;
		}
	}
	return nearest;
}
