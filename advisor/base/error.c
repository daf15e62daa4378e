#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct ka_error_info infos[KA_E_COUNT] = {
	[KA_E_NONE] = {"KA-I000", 0, "no error", ""},
#define KA_ERROR(name, id, exit_code, title, remedy) [KA_E_##name] = {id, exit_code, title, remedy},
#include "base/errors.def"
#undef KA_ERROR
};

const struct ka_error_info *ka_error_info(enum ka_error_id id)
{
	return &infos[id];
}

const struct ka_error_info *ka_error_find(const char *id)
{
	for (size_t i = 1; i < KA_E_COUNT; i++)
		if (strcmp(infos[i].id, id) == 0)
			return &infos[i];
	return NULL;
}

__attribute__((format(printf, 4, 0))) static void
fill(struct ka_error *reterr, enum ka_error_id id, int sys_errno, const char *format, va_list args)
{
	reterr->id = id;
	reterr->sys_errno = sys_errno;
	reterr->file[0] = '\0';
	reterr->line = reterr->column = 0;
	vsnprintf(reterr->message, sizeof(reterr->message), format, args);
}

void ka_error_set(struct ka_error *reterr, enum ka_error_id id, const char *format, ...)
{
	va_list args;

	if (!reterr)
		return;
	va_start(args, format);
	fill(reterr, id, 0, format, args);
	va_end(args);
}

void ka_error_set_at(struct ka_error *reterr, enum ka_error_id id, const char *file, unsigned line,
		     unsigned column, const char *format, ...)
{
	va_list args;

	if (!reterr)
		return;
	va_start(args, format);
	fill(reterr, id, 0, format, args);
	va_end(args);
	snprintf(reterr->file, sizeof(reterr->file), "%s", file);
	reterr->line = line;
	reterr->column = column;
}

void ka_error_set_sys(struct ka_error *reterr, enum ka_error_id id, int sys_errno,
		      const char *format, ...)
{
	size_t used;
	va_list args;

	if (!reterr)
		return;
	va_start(args, format);
	fill(reterr, id, sys_errno, format, args);
	va_end(args);
	used = strlen(reterr->message);
	snprintf(reterr->message + used, sizeof(reterr->message) - used, ": %s",
		 strerror(sys_errno));
}

void ka_error_prefix(struct ka_error *reterr, const char *format, ...)
{
	enum { SIZE = sizeof(reterr->message) };
	char text[2 * SIZE + 2];
	size_t used;
	va_list args;

	if (!reterr)
		return;
	va_start(args, format);
	vsnprintf(text, SIZE, format, args);
	va_end(args);
	used = strlen(text);
	snprintf(text + used, sizeof(text) - used, ": %s", reterr->message);
	memcpy(reterr->message, text, SIZE - 1);
	reterr->message[SIZE - 1] = '\0';
}
