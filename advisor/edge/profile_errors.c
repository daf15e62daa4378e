#include "edge/profile_errors.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct place {
	unsigned line, column;
};

static struct place place_of(const struct ka_input *input, size_t offset)
{
	const char *bytes = input->bytes;
	struct place place = {1, 1};
	size_t start = 0;

	if (offset > input->length)
		offset = input->length;
	for (size_t i = 0; i < offset; i++) {
		bool is_before_lf = i + 1 < input->length && bytes[i + 1] == '\n';

		if (bytes[i] != '\n' && (bytes[i] != '\r' || is_before_lf))
			continue;
		place.line++;
		start = i + 1;
	}
	place.column += (unsigned)(offset - start);
	return place;
}

static bool is_after(const struct ka_error *error, const struct place *place)
{
	return error->line > place->line ||
	       (error->line == place->line && error->column > place->column);
}

/* The row for an error at place: behind those of other files and those that stand before it. */
static struct ka_error *make_room(struct ka_errors *errors, const char *file,
				  const struct place *place)
{
	size_t at = errors->count;

	while (at > 0 && strcmp(errors->list[at - 1].file, file) == 0 &&
	       is_after(&errors->list[at - 1], place))
		at--;
	memmove(errors->list + at + 1, errors->list + at,
		(errors->count - at) * sizeof(errors->list[0]));
	errors->count++;
	return errors->list + at;
}

void ka_errors_add(struct ka_errors *errors, const struct ka_input *input, size_t offset,
		   enum ka_error_id id, const char *format, ...)
{
	char message[sizeof(errors->list[0].message)], file[sizeof(errors->list[0].file)];
	struct place place;
	va_list args;

	if (errors->count == KA_ERRORS_MAX) {
		errors->omitted++;
		return;
	}
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	snprintf(file, sizeof(file), "%s", input->name);
	place = place_of(input, offset);
	ka_fail_at(make_room(errors, file, &place), id, file, place.line, place.column, "%s",
		   message);
}

void ka_errors_memory(struct ka_errors *errors)
{
	*errors = (struct ka_errors){.count = 1};
	ka_fail_memory(&errors->list[0]);
}
