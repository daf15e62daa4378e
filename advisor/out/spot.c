#include "out/spot.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	const struct ka_spot *left = a, *right = b;
	int order = strcmp(left->path, right->path);

	return order ? order : (left->line > right->line) - (left->line < right->line);
}

static size_t add_outcome(struct ka_spot *lines, const struct ka_boot_outcome *outcome)
{
	size_t count = 0;

	for (size_t i = 0; i < outcome->line_count; i++) {
		const struct ka_boot_line *line = &outcome->lines[i];

		lines[count++] = (struct ka_spot){line->file, line->line, 0, line->text};
	}
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		const struct ka_boot_line *line = outcome->source[key];

		if (line)
			lines[count++] = (struct ka_spot){line->file, line->line, 0, line->text};
	}
	return count;
}

struct ka_spots ka_spots_make(struct ka_arena *arena, const struct ka_facts *facts)
{
	struct ka_spots spots = {.facts = facts};
	const struct ka_boot *boot = facts->boot;
	struct ka_spot *lines;

	if (!boot)
		return spots;
	lines = ka_arena_array(arena,
			       boot->main.line_count + boot->other.line_count +
				       boot->facts->setter_count + (size_t)2 * KA_KEY_COUNT,
			       sizeof(*lines));
	if (!lines)
		return spots;
	spots.count = add_outcome(lines, &boot->main);
	spots.count += add_outcome(lines + spots.count, &boot->other);
	for (size_t i = 0; i < boot->facts->setter_count; i++) {
		const struct ka_setter *setter = &boot->facts->setters[i];

		lines[spots.count++] =
			(struct ka_spot){setter->file, setter->line, 0, setter->text};
	}
	qsort(lines, spots.count, sizeof(*lines), compare);
	spots.lines = lines;
	return spots;
}

static const char *text_of(const struct ka_spots *spots, const struct ka_spot *wanted)
{
	size_t low = 0, high = spots->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(&spots->lines[middle], wanted);

		if (order == 0)
			return spots->lines[middle].text;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The column in characters, whichever kind of them the reader counts: known in front of ASCII
 * alone. */
static unsigned column_of(const char *text, unsigned column)
{
	if (column <= 1)
		return column;
	if (!text)
		return 0;
	for (unsigned i = 0; i + 1 < column; i++)
		if (text[i] == '\0' || (unsigned char)text[i] >= 0x80)
			return 0;
	return column;
}

/* What the finding's file is in. */
static const char *root_of(const struct ka_facts *facts, const struct ka_finding *finding)
{
	if (finding->is_ours)
		return *finding->location.file == '/' ? "" : ".";
	return facts->kind == KA_SUBJECT_ROOT ? facts->name : "";
}

bool ka_spot_find(const struct ka_spots *spots, struct ka_arena *arena,
		  const struct ka_finding *finding, struct ka_spot *ret_spot)
{
	const struct ka_location *location = &finding->location;
	const struct ka_facts *facts = spots->facts;
	struct ka_spot spot = {.path = location->file, .line = location->line};

	if (!location->file)
		return false;
	if (!finding->is_ours)
		spot.text = text_of(spots, &spot);
	spot.path = ka_spot_path(arena, root_of(facts, finding), location->file);
	if (spot.line > 0)
		spot.column = column_of(spot.text, location->column);
	*ret_spot = spot;
	return true;
}

const char *ka_spot_path(struct ka_arena *arena, const char *root, const char *file)
{
	const char *joined = ka_arena_printf(arena, "%s/%s", root, file), *from = joined;
	char *path = ka_arena_alloc(arena, strlen(joined) + 2), *to = path;
	bool is_absolute = *joined == '/';

	if (!path)
		return "";
	if (is_absolute)
		*to++ = '/';
	while (*from) {
		size_t length = strcspn(from, "/");

		if (length > 1 || (length == 1 && *from != '.')) {
			memcpy(to, from, length);
			to += length;
			*to++ = '/';
		}
		from += length;
		from += *from == '/';
	}
	if (to > path + is_absolute)
		to--;
	if (to == path)
		*to++ = '.';
	*to = '\0';
	return path;
}
