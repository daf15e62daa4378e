#include "edge/profile_file.h"

#include "edge/profile_yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int name_file(struct ka_error *reterr, const char *path)
{
	if (reterr)
		snprintf(reterr->file, sizeof(reterr->file), "%s", path);
	return -1;
}

static int fail_large(struct ka_error *reterr)
{
	return ka_fail(reterr, KA_E_PROFILE_TOO_LARGE, "found more than %d bytes, expected at most",
		       KA_PROFILE_SIZE_MAX);
}

static int check_file(int fd, struct ka_error *reterr)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return ka_fail_sys(reterr, KA_E_PROFILE_READ, errno, "cannot be examined");
	if (!S_ISREG(status.st_mode))
		return ka_fail(reterr, KA_E_PROFILE_READ, "found no regular file, expected one");
	if (status.st_size > KA_PROFILE_SIZE_MAX)
		return fail_large(reterr);
	return 0;
}

/* The size may be 0 in /proc, and may change meanwhile: what counts is what arrives. */
static int read_all(int fd, char *bytes, size_t *ret_length, struct ka_error *reterr)
{
	size_t length = 0;

	while (length <= KA_PROFILE_SIZE_MAX) {
		ssize_t got = read(fd, bytes + length, KA_PROFILE_SIZE_MAX + 1 - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ka_fail_sys(reterr, KA_E_PROFILE_READ, errno, "cannot be read");
		if (got == 0) {
			*ret_length = length;
			return 0;
		}
		length += (size_t)got;
	}
	return fail_large(reterr);
}

int ka_profile_read_file(struct ka_arena *arena, int dirfd, const char *path,
			 const char **ret_bytes, size_t *ret_length, struct ka_error *reterr)
{
	__attribute__((cleanup(close_fd))) int fd =
		openat(dirfd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	char *bytes;

	if (fd < 0) {
		ka_fail_sys(reterr, KA_E_PROFILE_READ, errno, "cannot be opened");
		return name_file(reterr, path);
	}
	if (check_file(fd, reterr) != 0)
		return name_file(reterr, path);
	bytes = ka_arena_alloc(arena, KA_PROFILE_SIZE_MAX + 1);
	if (!bytes)
		return ka_fail_memory(reterr);
	if (read_all(fd, bytes, ret_length, reterr) != 0)
		return name_file(reterr, path);
	*ret_bytes = bytes;
	return 0;
}
