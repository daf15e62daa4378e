#include "out/table.h"

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

void ka_table_write(const struct ka_table *table, struct ka_writer *writer, size_t indent)
{
	size_t widths[KA_TABLE_COLUMNS_MAX];

	for (size_t i = 0; i < table->columns; i++)
		widths[i] = column_width(table, i);
	for (size_t row = 0; row < table->rows; row++) {
		const char *const *cells = &table->cells[row * table->columns];
		size_t column = indent;

		ka_text_repeat(&writer->text, " ", indent);
		for (size_t i = 0; i + 1 < table->columns; i++) {
			size_t gap = widths[i] - ka_text_columns(cells[i]);
			bool is_right = table->right_aligned & 1u << i;

			ka_text_repeat(&writer->text, " ", is_right ? gap : 0);
			ka_text_add(&writer->text, cells[i]);
			ka_text_repeat(&writer->text, " ", (is_right ? 0 : gap) + 2);
			column += widths[i] + 2;
		}
		ka_wrap(writer, column, column + 20 > writer->width ? 8 : column,
			cells[table->columns - 1]);
	}
}
