#include "proof.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* No generated line has these; every key takes them. */
enum { FIRST_OTHER_VALUE = 11 };
static const struct ka_settings other_base = {{7333, 77, 8}};

enum { EDITS_MAX = 64 };

/* One place where a value stands, and what is to stand there. */
struct edit {
	const struct ka_boot_line *line;
	ino_t inode;
	int number;
};

struct edits {
	struct edit edit[EDITS_MAX];
	size_t count;
};

static ino_t inode_of(const char *path)
{
	struct stat status = {0};
	int fd = sandbox_open_file(path, O_PATH);

	if (fd < 0)
		return 0;
	if (fstat(fd, &status) != 0)
		status.st_ino = 0;
	close(fd);
	return status.st_ino;
}

/* The number that is to stand there: of a line that is among the edits already, its number. */
static int add_edit(struct edits *edits, const struct ka_boot_line *line, int number)
{
	ino_t inode = inode_of(line->file);

	for (size_t i = 0; i < edits->count; i++) {
		const struct edit *edit = &edits->edit[i];

		if (edit->inode == inode && edit->line->line == line->line &&
		    edit->line->column == line->column)
			return edit->number;
	}
	if (edits->count < EDITS_MAX)
		edits->edit[edits->count++] = (struct edit){line, inode, number};
	return number;
}

/* Later places first, so that what is before them stays where it is. */
static int compare_edits(const void *a, const void *b)
{
	const struct edit *left = a, *right = b;

	if (left->line->line != right->line->line)
		return left->line->line < right->line->line ? 1 : -1;
	if (left->line->column != right->line->column)
		return left->line->column < right->line->column ? 1 : -1;
	return 0;
}

/* The offset of a line and column; the length where there is no such place. */
static size_t offset_of(const struct ka_text *text, unsigned line, unsigned column)
{
	size_t offset = 0;

	for (; line > 1 && offset < text->length; offset++)
		line -= text->bytes[offset] == '\n';
	offset += column - 1;
	return offset < text->length ? offset : text->length;
}

static void read_file(const char *path, struct ka_text *text)
{
	int fd = sandbox_open_file(path, O_RDONLY | O_NONBLOCK);
	char buffer[4096];
	ssize_t length;

	while (fd >= 0 && (length = read(fd, buffer, sizeof(buffer))) > 0)
		ka_text_add_bytes(text, buffer, (size_t)length);
	if (fd >= 0)
		close(fd);
}

static bool write_file(const char *path, const struct ka_text *text)
{
	int fd = sandbox_open_file(path, O_WRONLY | O_TRUNC | O_NONBLOCK);
	size_t written = 0;
	ssize_t length = 1;

	while (fd >= 0 && written < text->length && length > 0) {
		length = write(fd, text->bytes + written, text->length - written);
		written += length > 0 ? (size_t)length : 0;
	}
	if (fd >= 0)
		close(fd);
	return fd >= 0 && written == text->length;
}

static bool apply_edit(const struct edit *edit)
{
	struct ka_text before = {0}, after = {0};
	size_t start, end;
	bool is_written;

	read_file(edit->line->file, &before);
	if (before.length == 0)
		return false;
	start = offset_of(&before, edit->line->line, edit->line->column);
	end = start + edit->line->width;
	if (end > before.length)
		end = before.length;
	ka_text_add_bytes(&after, before.bytes, start);
	ka_text_printf(&after, "%d", edit->number);
	ka_text_add_bytes(&after, before.bytes + end, before.length - end);
	is_written = write_file(edit->line->file, &after);
	ka_text_clear(&before);
	ka_text_clear(&after);
	return is_written;
}

/* All lines about this key with the value of its winner, too: they may be one to the loader. */
static void add_equals(struct edits *edits, const struct ka_boot_outcome *outcome,
		       const struct ka_boot_line *winner, int number)
{
	for (size_t i = 0; i < outcome->line_count; i++) {
		const struct ka_boot_line *line = &outcome->lines[i];

		if (line != winner && line->key == winner->key && line->value &&
		    strcmp(line->value, winner->value) == 0)
			add_edit(edits, line, number);
	}
}

static bool follows(enum program program, const struct tree *tree,
		    const struct ka_boot_outcome *outcome, bool with_equals)
{
	struct edits edits = {.count = 0};
	struct ka_settings expected = other_base, after;

	for (int key = 0; key < KA_KEY_COUNT; key++) {
		const struct ka_boot_line *winner = outcome->source[key];

		if (!winner)
			continue;
		expected.value[key] = add_edit(&edits, winner, FIRST_OTHER_VALUE + key);
		if (with_equals)
			add_equals(&edits, outcome, winner, (int)expected.value[key]);
	}
	qsort(edits.edit, edits.count, sizeof(edits.edit[0]), compare_edits);
	for (size_t i = 0; i < edits.count; i++) {
		if (!apply_edit(&edits.edit[i]))
			return false;
	}
	return sandbox_run(program, tree, &other_base, &after, NULL) != RUN_FAILED &&
	       ka_settings_equal(&after, &expected);
}

enum proof proof_of_origins(enum program program, const struct tree *tree,
			    const struct ka_boot_outcome *outcome)
{
	if (follows(program, tree, outcome, false))
		return PROOF_HOLDS;
	sandbox_lay_out(tree);
	return follows(program, tree, outcome, true) ? PROOF_HOLDS_FOR_EQUALS : PROOF_FAILS;
}
