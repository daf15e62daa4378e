#include "edge/dropin.h"

#include "edge/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Not *.conf: no boot loader reads it. */
static const char TEMPORARY[] = ".kaadvise.tmp";

static int fail(struct ka_error *reterr, int error, const char *path)
{
	return ka_fail_sys(reterr, KA_E_DROPIN, error, "%s", path);
}

int ka_dropin_read(struct ka_arena *arena, const char *path, const char **ret_text,
		   struct ka_error *reterr)
{
	char *bytes = NULL;
	size_t length;
	int error = ka_file_read(AT_FDCWD, path, KA_DROP_IN_MAX, false, &bytes, &length);

	if (error == -ENOENT) {
		*ret_text = NULL;
		return 0;
	}
	if (error == -ELOOP || error == -EINVAL)
		return ka_fail(reterr, KA_E_DROPIN_FOREIGN, "%s is not a regular file", path);
	if (error == -EFBIG)
		return ka_fail(reterr, KA_E_DROPIN_FOREIGN, "%s is larger than 64 KiB", path);
	if (error < 0)
		return fail(reterr, -error, path);
	if (strlen(bytes) != length) {
		free(bytes);
		return ka_fail(reterr, KA_E_DROPIN_FOREIGN, "%s holds a NUL byte", path);
	}
	*ret_text = ka_arena_copy(arena, bytes, length);
	free(bytes);
	return arena->has_failed ? ka_fail_memory(reterr) : 0;
}

/* Opens the directory of path and points *ret_name at what follows it. */
static int open_parent(const char *path, const char **ret_name, struct ka_error *reterr)
{
	char directory[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd;

	if (!slash || (size_t)(slash - path) >= sizeof(directory))
		return fail(reterr, ENAMETOOLONG, path);
	memcpy(directory, path, (size_t)(slash - path));
	directory[slash - path] = '\0';
	fd = ka_file_open_directory(directory);
	if (fd < 0)
		return fail(reterr, -fd, directory);
	*ret_name = slash + 1;
	return fd;
}

int ka_dropin_probe(const char *path, struct ka_error *reterr)
{
	const char *name;
	int fd = open_parent(path, &name, reterr), error = 0;

	if (fd < 0)
		return -1;
	if (faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) < 0)
		error = errno;
	close(fd);
	return error ? fail(reterr, error, path) : 0;
}

int ka_dropin_write(const char *path, const char *text, struct ka_error *reterr)
{
	const char *name;
	int fd = open_parent(path, &name, reterr), error;

	if (fd < 0)
		return -1;
	if (text)
		error = ka_file_replace(fd, TEMPORARY, name, text, strlen(text));
	else
		error = ka_file_remove(fd, name);
	if (error == 0)
		error = ka_file_sync(fd);
	close(fd);
	return error < 0 ? fail(reterr, -error, path) : 0;
}

int ka_dropin_clean(const char *path, struct ka_error *reterr)
{
	const char *name;
	int fd = open_parent(path, &name, reterr), error = 0;

	if (fd < 0)
		return -1;
	if (unlinkat(fd, TEMPORARY, 0) < 0 && errno != ENOENT)
		error = errno;
	close(fd);
	return error ? fail(reterr, error, path) : 0;
}
