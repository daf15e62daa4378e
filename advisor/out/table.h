/* Aligned columns. */
#ifndef KA_OUT_TABLE_H
#define KA_OUT_TABLE_H

#include "out/writer.h"

enum { KA_TABLE_COLUMNS_MAX = 8 };

struct ka_table {
	struct ka_arena *arena;
	size_t columns;
	const char **cells; /* rows x columns, escaped; the first row is the heading */
	size_t rows, capacity;
	unsigned right_aligned; /* bits 1u << column */
};

void ka_table_init(struct ka_table *table, struct ka_arena *arena, size_t columns,
		   unsigned right_aligned);

/* Appends a row of table->columns cells, which are escaped and copied. */
void ka_table_row(struct ka_table *table, const char *const cells[]);

/* Writes the table, indented. What does not fit into the line: the last column wraps under itself;
 * where little room is left for it, it stands on lines of its own, in every row; and where not even
 * the other columns fit, each row becomes a paragraph of its cells. */
void ka_table_write(const struct ka_table *table, struct ka_writer *writer, size_t indent);

#endif
