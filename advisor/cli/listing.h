/* Lists as a table for people or as JSON Lines for programs, by the -f that was asked for. */
#ifndef KA_CLI_LISTING_H
#define KA_CLI_LISTING_H

#include "cli/options.h"
#include "out/table.h"
#include "out/writer.h"

/* Writes something in one format. */
typedef int ka_write_format(const void *context, enum ka_format format, struct ka_writer *writer,
			    struct ka_error *reterr);

/* Writes it in every format asked for (text when none is), each to its own file. -1 with
 * KA_E_OUTPUT or KA_E_MEMORY. */
int ka_write_outputs(const struct ka_options *options, ka_write_format *write, const void *context,
		     struct ka_error *reterr);

struct ka_column {
	const char *key;     /* in JSON */
	bool is_number;      /* right-aligned, an integer in JSON; "" is null */
	const char *heading; /* of the table; NULL: the key; "": the column is in JSON only */
};

struct ka_listing {
	const struct ka_column *columns;
	size_t column_count;
	const struct ka_options *options;
	struct ka_table table;
};

void ka_listing_init(struct ka_listing *listing, const struct ka_options *options,
		     const struct ka_column *columns, size_t column_count);

/* Appends a row of column_count cells; they are copied. */
void ka_listing_row(struct ka_listing *listing, const char *const cells[]);

/* Writes the list in every format asked for (text when none is). -1 with KA_E_OUTPUT or
 * KA_E_MEMORY. */
int ka_listing_write(const struct ka_listing *listing, struct ka_error *reterr);

#endif
