#include "edge/run_lock.h"

#include "edge/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

static int fail(struct ka_error *reterr, int error, const char *path)
{
	bool refused = error == EACCES || error == EPERM;

	return ka_fail_sys(reterr, refused ? KA_E_PERMISSION : KA_E_JOURNAL, error, "%s", path);
}

/* Locks fd, or closes it. */
static int lock(int fd, const char *path, int *ret_fd, struct ka_error *reterr)
{
	int error;

	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		error = errno;
		close(fd);
		if (error == EWOULDBLOCK)
			return ka_fail(reterr, KA_E_LOCK, "another run holds the lock of %s", path);
		return fail(reterr, error, path);
	}
	*ret_fd = fd;
	return 0;
}

/* Makes the directory and opens it: a file descriptor or a negative errno. */
static int make_directory(const struct ka_tree *tree, const char *path)
{
	const char *name;
	int fd = ka_tree_open_parent(tree, path, &name), error;

	if (fd < 0)
		return fd;
	error = ka_file_make_directory(fd, name);
	close(fd);
	return error < 0 ? error : ka_tree_open_directory(tree, path);
}

int ka_run_lock_take(const struct ka_tree *tree, const char *state_directory, int *ret_fd,
		     struct ka_error *reterr)
{
	int directory = make_directory(tree, state_directory), fd, error;

	if (directory < 0)
		return fail(reterr, -directory, state_directory);
	fd = openat(directory, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);
	error = errno;
	close(directory);
	if (fd < 0)
		return fail(reterr, error, state_directory);
	return lock(fd, state_directory, ret_fd, reterr);
}

int ka_run_lock_take_root(const struct ka_tree *tree, int *ret_fd, struct ka_error *reterr)
{
	int fd = ka_tree_open_directory(tree, "/");

	if (fd < 0)
		return fail(reterr, -fd, "/");
	return lock(fd, "/", ret_fd, reterr);
}
