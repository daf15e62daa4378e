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

void ka_boot_reader_init(struct ka_boot_reader *reader, const struct ka_loader *loader,
			 struct ka_arena *arena, const char *bytes, size_t length)
{
	*reader = (struct ka_boot_reader){
		.loader = loader, .arena = arena, .bytes = bytes, .length = length, .line = 1};
	for (int i = LF; i <= NUL; i++) {
		const char *found = memchr(bytes, end_bytes[i], length);

		reader->next[i] = found ? (size_t)(found - bytes) : length;
	}
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
	reader->at = is_cut ? end : end + 1;
	return true;
}

static bool is_continued(const struct ka_boot_text *text)
{
	return text->length > 0 && text->text[text->length - 1] == '\\';
}

/* Appends all lines that continue this one. */
static bool join(struct ka_boot_reader *reader, struct ka_boot_text *text)
{
	struct ka_boot_reader before = *reader;
	struct ka_boot_text more = *text;
	size_t total = text->length;
	bool has_end = true;
	char *joined;

	while (is_continued(&more) && next_line(reader, &more, &has_end))
		total += more.length;
	joined = ka_arena_alloc(reader->arena, total + 1);
	if (!joined)
		return has_end;
	more = *text;
	*reader = before;
	text->length = 0;
	for (bool goes_on = true; goes_on;) {
		goes_on = is_continued(&more);
		memcpy(joined + text->length, more.text, more.length - goes_on);
		text->length += more.length - goes_on;
		goes_on = goes_on && next_line(reader, &more, &has_end);
	}
	text->text = joined;
	text->is_joined = true;
	return has_end;
}

bool ka_boot_reader_next(struct ka_boot_reader *reader, struct ka_boot_text *ret_text)
{
	bool has_end;

	if (!next_line(reader, ret_text, &has_end))
		return false;
	if (reader->loader->continuation == KA_CONTINUES_BACKSLASH && is_continued(ret_text))
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
