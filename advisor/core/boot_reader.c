#include "core/boot_reader.h"

#include <stdint.h>
#include <string.h>

enum { LONG_LINE = 1024 * 1024 };

enum end_byte { LF, CR, NUL };
static const char end_bytes[] = {[LF] = '\n', [CR] = '\r', [NUL] = '\0'};

/* Which bytes end a line, as bits. */
static const unsigned ends_of[] = {
	[KA_ENDS_LF] = 1u << LF,
	[KA_ENDS_LF_VALUE_CR] = 1u << LF,
	[KA_ENDS_LF_NUL] = 1u << LF | 1u << NUL,
	[KA_ENDS_LF_CR_NUL] = 1u << LF | 1u << CR | 1u << NUL,
	[KA_ENDS_LF_CR] = 1u << LF | 1u << CR,
};

static const size_t piece_sizes[] = {
	[KA_PIECES_NONE] = SIZE_MAX, [KA_PIECES_2047] = 2047, [KA_PIECES_4095] = 4095};

/* What each line about the keys has one of: a wildcard, a backslash that the shell removes, or the
 * k of a name. */
static const char signs[] = {'*', '?', '[', '\\', 'k', 'K'};
enum { SIGNS = sizeof(signs) / sizeof(signs[0]) };

static bool is_keepalive(const char *at, const char *end)
{
	return end - at > 8 && (at[1] | 0x20) == 'e' && strncasecmp(at + 1, "eepalive", 8) == 0;
}

static const char *find_sign(char sign, const char *bytes, size_t length)
{
	const char *end = bytes + length, *at = memchr(bytes, sign, length);

	if (sign != 'k' && sign != 'K')
		return at;
	while (at && !is_keepalive(at, end))
		at = memchr(at + 1, sign, (size_t)(end - at) - 1);
	return at;
}

bool ka_bytes_may_matter(const char *bytes, size_t length)
{
	for (size_t i = 0; i < SIGNS; i++)
		if (find_sign(signs[i], bytes, length))
			return true;
	return false;
}

void ka_boot_reader_init(struct ka_boot_reader *reader, const struct ka_loader *loader,
			 struct ka_arena *arena, const char *bytes, size_t length)
{
	*reader = (struct ka_boot_reader){
		.loader = loader, .arena = arena, .bytes = bytes, .length = length, .line = 1};
	for (int i = LF; i <= NUL; i++) {
		const char *found = memchr(bytes, end_bytes[i], length);

		reader->next[i] = found ? (size_t)(found - bytes) : length;
	}
	for (size_t i = 0; i < SIGNS; i++) {
		const char *found = find_sign(signs[i], bytes, length);

		reader->signs[i] = found ? (size_t)(found - bytes) : length;
	}
}

/* Where the next sign stands. */
static size_t next_sign(struct ka_boot_reader *reader)
{
	size_t nearest = reader->length;

	for (size_t i = 0; i < SIGNS; i++) {
		if (reader->signs[i] < reader->at) {
			const char *found = find_sign(signs[i], reader->bytes + reader->at,
						      reader->length - reader->at);

			reader->signs[i] = found ? (size_t)(found - reader->bytes) : reader->length;
		}
		if (reader->signs[i] < nearest)
			nearest = reader->signs[i];
	}
	return nearest;
}

/* Where the byte stands next. Each byte of the file is looked at once. */
static size_t find_end(struct ka_boot_reader *reader, enum end_byte byte)
{
	if (reader->next[byte] < reader->at) {
		const char *found = memchr(reader->bytes + reader->at, end_bytes[byte],
					   reader->length - reader->at);

		reader->next[byte] = found ? (size_t)(found - reader->bytes) : reader->length;
	}
	return reader->next[byte];
}

/* The next line, not joined with others. The last one may have no end. */
static bool next_line(struct ka_boot_reader *reader, struct ka_boot_text *text, bool *ret_has_end)
{
	size_t end = reader->length, piece = piece_sizes[reader->loader->pieces];
	bool is_cut;

	if (reader->at >= reader->length)
		return false;
	for (int i = LF; i <= NUL; i++)
		if (ends_of[reader->loader->line_ends] & 1u << i &&
		    find_end(reader, (enum end_byte)i) < end)
			end = reader->next[i];
	is_cut = end - reader->at >= piece;
	if (is_cut)
		end = reader->at + piece;
	*text = (struct ka_boot_text){.text = reader->bytes + reader->at,
				      .length = end - reader->at,
				      .offset = reader->at};
	*ret_has_end = end < reader->length;
	/* For these the text is a string of C. */
	if (ends_of[reader->loader->line_ends] == 1u << LF && find_end(reader, NUL) < end)
		text->length = reader->next[NUL] - reader->at;
	if (reader->loader->long_lines == KA_LONG_LINE_DROPS_REST && text->length >= LONG_LINE)
		reader->is_lost = true;
	text->is_lost = reader->is_lost;
	reader->at = is_cut || !*ret_has_end ? end : end + 1;
	return true;
}

/* Behind the last line that ends within length bytes from `from`; from: none does. */
static size_t last_line_from(const struct ka_boot_reader *reader, size_t from, size_t length)
{
	size_t to = from + length;

	for (int i = LF; i <= NUL; i++) {
		const char *end = NULL;

		if (ends_of[reader->loader->line_ends] & 1u << i)
			end = memrchr(reader->bytes + from, end_bytes[i], to - from);
		if (end)
			from = (size_t)(end - reader->bytes) + 1;
	}
	return from;
}

/* From the beginning of one line to that of the next with a sign. A line of 1 MiB is not passed
 * over where it makes a difference. */
static void skip_to_sign(struct ka_boot_reader *reader)
{
	size_t sign = next_sign(reader);
	bool minds_length =
		reader->loader->long_lines == KA_LONG_LINE_DROPS_REST && !reader->is_lost;

	if (sign == reader->length) {
		reader->at = sign;
		return;
	}
	while (minds_length && sign - reader->at >= LONG_LINE) {
		size_t at = last_line_from(reader, reader->at, LONG_LINE);

		if (at == reader->at)
			return;
		reader->at = at;
	}
	reader->at = last_line_from(reader, reader->at, sign - reader->at);
}

/* To the shell a backslash may be protected by another one. */
static bool is_continued(const struct ka_loader *loader, const struct ka_boot_text *text)
{
	size_t backslashes = 0;

	while (backslashes < text->length && text->text[text->length - backslashes - 1] == '\\')
		backslashes++;
	return loader->syntax == KA_SYNTAX_SHELL_WORD ? backslashes % 2 == 1 : backslashes > 0;
}

/* Appends all lines that continue this one. False when it has no end. */
static bool join(struct ka_boot_reader *reader, struct ka_boot_text *text)
{
	struct ka_boot_reader before = *reader;
	struct ka_boot_text more = *text;
	size_t total = text->length;
	bool has_end = true;
	char *joined;

	while (is_continued(reader->loader, &more) && next_line(reader, &more, &has_end))
		total += more.length;
	joined = ka_arena_alloc(reader->arena, total + 1);
	if (!joined)
		return has_end;
	more = *text;
	*reader = before;
	text->length = 0;
	for (bool goes_on = true; goes_on;) {
		goes_on = is_continued(reader->loader, &more);
		memcpy(joined + text->length, more.text, more.length - goes_on);
		text->length += more.length - goes_on;
		goes_on = goes_on && next_line(reader, &more, &has_end);
	}
	text->text = joined;
	text->is_joined = true;
	return has_end && !is_continued(reader->loader, &more);
}

bool ka_boot_reader_next(struct ka_boot_reader *reader, struct ka_boot_text *ret_text)
{
	bool has_end;

	skip_to_sign(reader);
	if (!next_line(reader, ret_text, &has_end))
		return false;
	if (reader->loader->continuation == KA_CONTINUES_BACKSLASH &&
	    is_continued(reader->loader, ret_text))
		has_end = join(reader, ret_text);
	/* The shell's read does not give a last line without its end. */
	return has_end || reader->loader->syntax != KA_SYNTAX_SHELL_WORD;
}

void ka_boot_reader_locate(struct ka_boot_reader *reader, size_t offset)
{
	const char *end;

	while ((end = memchr(reader->bytes + reader->located, '\n', offset - reader->located))) {
		reader->located = reader->line_start = (size_t)(end - reader->bytes) + 1;
		reader->line++;
	}
	reader->located = offset;
}
