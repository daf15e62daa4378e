#include "cli/listing.h"

#include "cli/print.h"
#include "out/json.h"

void ka_listing_init(struct ka_listing *listing, const struct ka_options *options,
		     const struct ka_column *columns, size_t column_count)
{
	const char *headings[KA_TABLE_COLUMNS_MAX];

	for (size_t i = 0; i < column_count; i++)
		headings[i] = columns[i].heading ? columns[i].heading : columns[i].key;
	*listing = (struct ka_listing){
		.columns = columns, .column_count = column_count, .options = options};
	ka_table_init(&listing->table, options->arena, column_count, 0);
	ka_table_row(&listing->table, headings);
}

void ka_listing_row(struct ka_listing *listing, const char *const cells[])
{
	ka_table_row(&listing->table, cells);
}

static int write_json(const struct ka_listing *listing, struct ka_text *text,
		      struct ka_error *reterr)
{
	const struct ka_table *table = &listing->table;
	struct ka_json_member members[KA_TABLE_COLUMNS_MAX];

	for (size_t row = 1; row < table->rows; row++) {
		for (size_t i = 0; i < listing->column_count; i++)
			members[i] = (struct ka_json_member){
				listing->columns[i].key,
				table->cells[row * listing->column_count + i],
				listing->columns[i].is_number};
		if (ka_json_row(members, listing->column_count, text, reterr) < 0)
			return -1;
	}
	return 0;
}

/* The columns that have a heading. */
static void write_table(const struct ka_listing *listing, struct ka_writer *writer)
{
	const struct ka_table *all = &listing->table;
	const char *cells[KA_TABLE_COLUMNS_MAX];
	unsigned right_aligned = 0;
	struct ka_table shown;
	size_t count = 0;

	for (size_t i = 0; i < listing->column_count; i++)
		if (*all->cells[i])
			right_aligned |= (unsigned)listing->columns[i].is_number << count++;
	ka_table_init(&shown, writer->arena, count, right_aligned);
	for (size_t row = 0; row < all->rows; row++) {
		count = 0;
		for (size_t i = 0; i < listing->column_count; i++)
			if (*all->cells[i])
				cells[count++] = all->cells[row * listing->column_count + i];
		ka_table_row(&shown, cells);
	}
	ka_table_write(&shown, writer, 0);
}

static int write_listing(const void *context, enum ka_format format, struct ka_writer *writer,
			 struct ka_error *reterr)
{
	const struct ka_listing *listing = context;

	if (format == KA_FORMAT_JSON)
		return write_json(listing, &writer->text, reterr);
	write_table(listing, writer);
	return 0;
}

int ka_listing_write(const struct ka_listing *listing, struct ka_error *reterr)
{
	return ka_write_outputs(listing->options, write_listing, listing, reterr);
}

static int write_one(const struct ka_options *options, const struct ka_output_request *output,
		     ka_write_format *write, const void *context, struct ka_error *reterr)
{
	struct ka_writer writer = ka_make_writer(options, output->file);
	int result = write(context, output->format, &writer, reterr);

	if (result == 0 && options->arena->has_failed)
		result = ka_fail_memory(reterr);
	if (result == 0)
		result = ka_emit(&writer.text, output->file, reterr);
	ka_text_clear(&writer.text);
	return result;
}

int ka_write_outputs(const struct ka_options *options, ka_write_format *write, const void *context,
		     struct ka_error *reterr)
{
	static const struct ka_output_request text_only = {KA_FORMAT_TEXT, NULL};

	if (options->output_count == 0)
		return write_one(options, &text_only, write, context, reterr);
	for (size_t i = 0; i < options->output_count; i++)
		if (write_one(options, &options->outputs[i], write, context, reterr) < 0)
			return -1;
	return 0;
}
