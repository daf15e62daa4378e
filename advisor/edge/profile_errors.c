#include "edge/profile_errors.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void ka_cursor_move(struct ka_cursor *cursor, const struct ka_input *input, size_t offset)
{
	const char *bytes = input->bytes;
	size_t end = offset < input->length ? offset : input->length;

	if (cursor->line == 0 || end < cursor->offset)
		*cursor = (struct ka_cursor){.line = 1};
	for (; cursor->offset < end; cursor->offset++) {
		size_t next = cursor->offset + 1;
		bool is_before_lf = next < input->length && bytes[next] == '\n';

		if (bytes[next - 1] != '\n' && (bytes[next - 1] != '\r' || is_before_lf))
			continue;
		cursor->line++;
		cursor->line_start = next;
	}
}

unsigned ka_cursor_column(const struct ka_cursor *cursor)
{
	return (unsigned)(cursor->offset - cursor->line_start) + 1;
}

static bool is_after(const struct ka_error *error, const struct ka_cursor *place)
{
	return error->line > place->line ||
	       (error->line == place->line && error->column > ka_cursor_column(place));
}

/* The row for an error at place: behind those of other files and those that stand before it. */
static struct ka_error *make_room(struct ka_errors *errors, const char *file,
				  const struct ka_cursor *place)
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
	struct ka_cursor place = {0};
	va_list args;

	if (errors->count == KA_ERRORS_MAX) {
		errors->omitted++;
		return;
	}
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	snprintf(file, sizeof(file), "%s", input->name);
	ka_cursor_move(&place, input, offset);
	ka_fail_at(make_room(errors, file, &place), id, file, place.line, ka_cursor_column(&place),
		   "%s", message);
}

void ka_errors_memory(struct ka_errors *errors)
{
	*errors = (struct ka_errors){.count = 1};
	ka_fail_memory(&errors->list[0]);
}
