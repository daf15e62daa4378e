#include "out/table.h"

#include <assert.h>
#include <string.h>

void ka_table_init(struct ka_table *table, struct ka_arena *arena, size_t columns,
		   unsigned right_aligned)
{
	*table = (struct ka_table){
		.arena = arena, .columns = columns, .right_aligned = right_aligned};
}

void ka_table_row(struct ka_table *table, const char *const cells[])
{
	if (table->rows == table->capacity) {
		size_t capacity = table->capacity ? table->capacity * 2 : 16;
		const char **grown =
			ka_arena_array(table->arena, capacity * table->columns, sizeof(*grown));

		if (!grown)
			return;
		if (table->rows > 0)
			memcpy(grown, table->cells, table->rows * table->columns * sizeof(*grown));
		table->cells = grown;
		table->capacity = capacity;
	}
	for (size_t i = 0; i < table->columns; i++)
		table->cells[table->rows * table->columns + i] = ka_escape(table->arena, cells[i]);
	table->rows++;
}

static size_t column_width(const struct ka_table *table, size_t column)
{
	size_t widest = 0;

	for (size_t row = 0; row < table->rows; row++) {
		size_t width = ka_text_columns(table->cells[row * table->columns + column]);

		if (width > widest)
			widest = width;
	}
	return widest;
}

/* With less room than this for a last column that does not fit, it gets lines of its own. */
enum { LAST_COLUMN_MIN = 28, HANGING = 4 };

static size_t longest_word(const struct ka_table *table, size_t column)
{
	size_t longest = 0;

	for (size_t row = 0; row < table->rows; row++)
		for (const char *at = table->cells[row * table->columns + column]; *at;) {
			size_t length = strcspn(at, " "), columns = ka_columns(at, length);

			longest = columns > longest ? columns : longest;
			at += length + (at[length] == ' ');
		}
	return longest;
}

/* Whether the last column cannot stand behind the others, which end at column. */
static bool is_narrow(const struct ka_table *table, size_t column, size_t width, size_t widest)
{
	if (column + widest <= width)
		return false;
	return column + LAST_COLUMN_MIN > width ||
	       column + longest_word(table, table->columns - 1) > width;
}

static void write_paragraph(const struct ka_table *table, const char *const *cells,
			    struct ka_writer *writer, size_t indent)
{
	const char *joined = "";

	for (size_t i = 0; i < table->columns; i++)
		if (*cells[i])
			joined = ka_arena_printf(table->arena, "%s%s%s", joined,
						 *joined ? ", " : "", cells[i]);
	ka_text_repeat(&writer->text, " ", indent);
	ka_wrap(writer, indent, indent + HANGING, joined);
}

/* All but the last column. */
static void write_cells(const struct ka_table *table, const size_t *widths,
			const char *const *cells, struct ka_writer *writer)
{
	for (size_t i = 0; i + 1 < table->columns; i++) {
		size_t gap = widths[i] - ka_text_columns(cells[i]);
		bool is_right = table->right_aligned & 1u << i;

		ka_text_repeat(&writer->text, " ", is_right ? gap : 0);
		ka_text_add(&writer->text, cells[i]);
		ka_text_repeat(&writer->text, " ", (is_right ? 0 : gap) + 2);
	}
}

static void write_last(struct ka_writer *writer, bool on_its_own, size_t column, const char *cell)
{
	if (on_its_own && *cell) {
		ka_end_line(writer);
		ka_text_repeat(&writer->text, " ", column);
	}
	ka_wrap(writer, column, column, cell);
}

void ka_table_write(const struct ka_table *table, struct ka_writer *writer, size_t indent)
{
	size_t widths[KA_TABLE_COLUMNS_MAX], column = indent;
	bool on_its_own;

	assert(table->columns > 0);
	for (size_t i = 0; i < table->columns; i++)
		widths[i] = column_width(table, i);
	for (size_t i = 0; i + 1 < table->columns; i++)
		column += widths[i] + 2;
	on_its_own = is_narrow(table, column, writer->width, widths[table->columns - 1]);
	for (size_t row = 0; row < table->rows; row++) {
		const char *const *cells = &table->cells[row * table->columns];

		if (column > writer->width + 2) {
			write_paragraph(table, cells, writer, indent);
			continue;
		}
		ka_text_repeat(&writer->text, " ", indent);
		write_cells(table, widths, cells, writer);
		write_last(writer, on_its_own, on_its_own ? indent + HANGING : column,
			   cells[table->columns - 1]);
	}
}
