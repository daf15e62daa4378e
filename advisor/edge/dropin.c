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

/* Opens the directory of path and points *ret_name at what follows it. */
static int open_parent(const struct ka_tree *tree, const char *path, const char **ret_name,
		       struct ka_error *reterr)
{
	int fd = ka_tree_open_parent(tree, path, ret_name);

	return fd < 0 ? fail(reterr, -fd, path) : fd;
}

static int read_bytes(const struct ka_tree *tree, const char *path, char **ret_bytes,
		      size_t *ret_length)
{
	const char *name;
	int fd = ka_tree_open_parent(tree, path, &name), error;

	if (fd < 0)
		return fd;
	error = ka_file_read(fd, name, KA_DROP_IN_MAX, false, ret_bytes, ret_length);
	close(fd);
	return error;
}

int ka_dropin_read(struct ka_arena *arena, const struct ka_tree *tree, const char *path,
		   const char **ret_text, struct ka_error *reterr)
{
	char *bytes = NULL;
	size_t length;
	int error = read_bytes(tree, path, &bytes, &length);

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

/* The directories above a file, the topmost first: /etc, /etc/sysctl.d. */
struct climb {
	const char *path;
	size_t ends[8]; /* lengths of the directories in path */
	size_t count;
	char directory[PATH_MAX]; /* the one that was asked for */
};

static int climb_init(struct climb *climb, const char *path, struct ka_error *reterr)
{
	climb->path = path;
	climb->count = 0;
	for (size_t i = 1; path[0] == '/' && path[i]; i++)
		if (path[i] == '/' && climb->count < sizeof(climb->ends) / sizeof(climb->ends[0]))
			climb->ends[climb->count++] = i;
	if (strlen(path) >= sizeof(climb->directory))
		return fail(reterr, ENAMETOOLONG, path);
	return 0;
}

static const char *climb_at(struct climb *climb, size_t i)
{
	memcpy(climb->directory, climb->path, climb->ends[i]);
	climb->directory[climb->ends[i]] = '\0';
	return climb->directory;
}

/* What does not open as a directory can be made only where nothing has its name. */
static int check_absent(const struct ka_tree *tree, const char *directory, struct ka_error *reterr)
{
	const char *name;
	int fd = open_parent(tree, directory, &name, reterr);
	bool is_there;

	if (fd < 0)
		return -1;
	is_there = faccessat(fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	close(fd);
	if (is_there)
		return ka_fail(reterr, KA_E_DROPIN, "%s is a link that leads nowhere", directory);
	return 0;
}

int ka_dropin_missing(struct ka_arena *arena, const struct ka_tree *tree, const char *path,
		      const char **ret_missing, struct ka_error *reterr)
{
	struct climb climb;

	if (climb_init(&climb, path, reterr) < 0)
		return -1;
	for (size_t i = 0; i < climb.count; i++) {
		const char *directory = climb_at(&climb, i);
		int fd = ka_tree_open_directory(tree, directory);

		if (fd >= 0) {
			close(fd);
			continue;
		}
		if (fd != -ENOENT)
			return fail(reterr, -fd, directory);
		if (check_absent(tree, directory, reterr) < 0)
			return -1;
		*ret_missing = ka_arena_copy(arena, directory, strlen(directory));
		return arena->has_failed ? ka_fail_memory(reterr) : 0;
	}
	*ret_missing = NULL;
	return 0;
}

int ka_dropin_make(const struct ka_tree *tree, const char *path, const char *missing,
		   struct ka_error *reterr)
{
	struct climb climb;

	if (climb_init(&climb, path, reterr) < 0)
		return -1;
	for (size_t i = 0; i < climb.count; i++) {
		const char *directory = climb_at(&climb, i), *name;
		int fd, error;

		if (strlen(directory) < strlen(missing))
			continue;
		fd = open_parent(tree, directory, &name, reterr);
		if (fd < 0)
			return -1;
		error = ka_file_make_directory(fd, name);
		close(fd);
		if (error < 0)
			return fail(reterr, -error, directory);
	}
	return 0;
}

static int remove_directory(const struct ka_tree *tree, const char *directory)
{
	const char *name;
	int fd = ka_tree_open_parent(tree, directory, &name), error = 0;

	if (fd < 0)
		return fd;
	if (unlinkat(fd, name, AT_REMOVEDIR) < 0)
		error = -errno;
	else
		error = ka_file_sync(fd);
	close(fd);
	return error;
}

int ka_dropin_unmake(const struct ka_tree *tree, const char *path, const char *missing,
		     struct ka_error *reterr)
{
	struct climb climb;

	if (climb_init(&climb, path, reterr) < 0)
		return -1;
	for (size_t i = climb.count; i-- > 0;) {
		const char *directory = climb_at(&climb, i);
		int error;

		if (strlen(directory) < strlen(missing))
			break;
		error = remove_directory(tree, directory);
		if (error == -ENOTEMPTY || error == -EEXIST)
			break; /* somebody else uses it by now */
		if (error < 0 && error != -ENOENT)
			return fail(reterr, -error, directory);
	}
	return 0;
}

/* The file */

int ka_dropin_probe(const struct ka_tree *tree, const char *path, const char *missing,
		    struct ka_error *reterr)
{
	const char *name;
	int fd = open_parent(tree, missing ? missing : path, &name, reterr), error = 0;

	if (fd < 0)
		return -1;
	if (faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) < 0)
		error = errno;
	close(fd);
	return error ? fail(reterr, error, path) : 0;
}

int ka_dropin_write(const struct ka_tree *tree, const char *path, const char *text,
		    struct ka_error *reterr)
{
	const char *name;
	int fd = open_parent(tree, path, &name, reterr), error;

	if (fd < 0)
		return -1;
	if (text)
		error = ka_file_replace(fd, TEMPORARY, name, 0644, text, strlen(text));
	else
		error = ka_file_remove(fd, name);
	if (error == 0)
		error = ka_file_sync(fd);
	close(fd);
	return error < 0 ? fail(reterr, -error, path) : 0;
}

int ka_dropin_clean(const struct ka_tree *tree, const char *path, struct ka_error *reterr)
{
	const char *name;
	int fd = ka_tree_open_parent(tree, path, &name), error = 0;

	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fail(reterr, -fd, path);
	if (unlinkat(fd, TEMPORARY, 0) < 0 && errno != ENOENT)
		error = errno;
	close(fd);
	return error ? fail(reterr, error, path) : 0;
}
