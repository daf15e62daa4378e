/* For builds that count lines: opens the files of counts before the sandbox closes the way to
 * them, and hands them out at the end. Linked in place of open, close_range and setrlimit. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static const char *const objects[] = {
#include "counted_objects.h"
};

enum { OBJECTS = sizeof(objects) / sizeof(objects[0]) };

static int counts[OBJECTS];

int __real_open(const char *path, int flags, ...);
int __real_close_range(unsigned first, unsigned last, int flags);
int __real_setrlimit(__rlimit_resource_t resource, const struct rlimit *limit);
int __wrap_open(const char *path, int flags, ...);
int __wrap_close_range(unsigned first, unsigned last, int flags);
int __wrap_setrlimit(__rlimit_resource_t resource, const struct rlimit *limit);

/* "a/./x.c.o", as CMake writes it, is counted in "a/x.c.gcda". */
static void name_counts(const char *object, char *ret_name, size_t size)
{
	const char *dot = strstr(object, "/./");

	if (dot) {
		size_t length = (size_t)(dot - object);

		memcpy(ret_name, object, length);
		name_counts(dot + 2, ret_name + length, size - length);
		return;
	}
	snprintf(ret_name, size, "%.*s.gcda", (int)(strlen(object) - strlen(".o")), object);
}

int __wrap_close_range(unsigned first, unsigned last, int flags)
{
	int result = __real_close_range(first, last, flags);

	for (size_t i = 0; i < OBJECTS; i++) {
		char name[4096];

		name_counts(objects[i], name, sizeof(name));
		counts[i] = __real_open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		/* Whoever comes next, root or not. */
		if (counts[i] >= 0)
			fchmod(counts[i], 0666);
	}
	return result;
}

int __wrap_open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	for (size_t i = 0; i < OBJECTS; i++) {
		char name[4096];

		name_counts(objects[i], name, sizeof(name));
		if (counts[i] > 0 && strcmp(path, name) == 0)
			return counts[i];
	}
	va_start(args, flags);
	if (flags & O_CREAT)
		mode = va_arg(args, mode_t);
	va_end(args);
	return __real_open(path, flags, mode);
}

/* A file of counts is larger than nothing. */
int __wrap_setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
	return resource == RLIMIT_FSIZE ? 0 : __real_setrlimit(resource, limit);
}
