#include "edge/run_lock.h"

#include "edge/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

static int fail(struct ka_error *reterr, int error, const char *path)
{
	bool refused = error == EACCES || error == EPERM;

	return ka_fail_sys(reterr, refused ? KA_E_PERMISSION : KA_E_JOURNAL, error, "%s", path);
}

int ka_run_lock_take(const char *state_directory, int *ret_fd, struct ka_error *reterr)
{
	char path[PATH_MAX];
	int error = ka_file_make_directory(state_directory);
	int fd;

	if (error < 0)
		return fail(reterr, -error, state_directory);
	if (snprintf(path, sizeof(path), "%s/lock", state_directory) >= (int)sizeof(path))
		return fail(reterr, ENAMETOOLONG, state_directory);
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(reterr, errno, path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		error = errno;
		close(fd);
		if (error == EWOULDBLOCK)
			return ka_fail(reterr, KA_E_LOCK, "another run holds %s", path);
		return fail(reterr, error, path);
	}
	*ret_fd = fd;
	return 0;
}
