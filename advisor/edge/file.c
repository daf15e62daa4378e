#include "edge/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

int ka_file_read_value(int directory, const char *name, char *bytes, size_t size)
{
	int fd = openat(directory, name, READ_FLAGS);
	ssize_t length;
	int error;

	if (fd < 0)
		return -errno;
	length = read(fd, bytes, size - 1);
	error = length < 0 ? -errno : 0;
	close(fd);
	if (error < 0)
		return error;
	bytes[length] = '\0';
	if ((size_t)length == size - 1)
		return -EFBIG;
	return strlen(bytes) == (size_t)length ? 0 : -EINVAL;
}

/* Reads until the end, or until more than max bytes came. */
static int read_all(int fd, size_t max, char *bytes, size_t *ret_length)
{
	size_t length = 0;

	while (length <= max) {
		ssize_t got = read(fd, bytes + length, max + 1 - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		length += (size_t)got;
	}
	if (length > max)
		return -EFBIG;
	bytes[length] = '\0';
	*ret_length = length;
	return 0;
}

static int read_open(int fd, size_t max, char **ret_bytes, size_t *ret_length)
{
	struct stat status;
	char *bytes;
	int error;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if (status.st_size < 0 || (size_t)status.st_size > max)
		return -EFBIG;
	/* Room for what the file has now and one byte more: growing meanwhile is noticed. */
	max = (size_t)status.st_size;
	bytes = malloc(max + 1);
	if (!bytes)
		return -ENOMEM;
	error = read_all(fd, max, bytes, ret_length);
	if (error < 0)
		free(bytes);
	else
		*ret_bytes = bytes;
	return error;
}

int ka_file_read(int directory, const char *name, size_t max, bool follow, char **ret_bytes,
		 size_t *ret_length)
{
	int fd = openat(directory, name, READ_FLAGS | (follow ? 0 : O_NOFOLLOW));
	int error;

	if (fd < 0)
		return -errno;
	error = read_open(fd, max, ret_bytes, ret_length);
	close(fd);
	return error;
}

bool ka_file_is_own(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && status.st_uid == geteuid() &&
	       (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

int ka_file_read_own(int directory, const char *name, size_t max, char **ret_bytes,
		     size_t *ret_length)
{
	int fd = openat(directory, name, READ_FLAGS | O_NOFOLLOW);
	int error = -EPERM;

	if (fd < 0)
		return -errno;
	if (ka_file_is_own(fd))
		error = read_open(fd, max, ret_bytes, ret_length);
	close(fd);
	return error;
}

static int write_all(int fd, const char *bytes, size_t length)
{
	for (size_t at = 0; at < length;) {
		ssize_t written = write(fd, bytes + at, length - at);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written < 0 ? -errno : -EIO;
		at += (size_t)written;
	}
	return 0;
}

static int write_open(int fd, mode_t mode, const char *bytes, size_t length)
{
	int error = write_all(fd, bytes, length);

	if (error == 0 && fchmod(fd, mode) < 0) /* whatever the umask is */
		error = -errno;
	if (error == 0 && fsync(fd) < 0)
		error = -errno;
	if (close(fd) < 0 && error == 0)
		error = -errno;
	return error;
}

static int create(int directory, const char *name, mode_t mode)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(directory, name, flags, mode);

	/* Callers hold a lock, so a file of this name is the leftover of a run that was killed. */
	if (fd < 0 && errno == EEXIST && unlinkat(directory, name, 0) == 0)
		fd = openat(directory, name, flags, mode);
	return fd < 0 ? -errno : fd;
}

int ka_file_replace(int directory, const char *temporary, const char *name, mode_t mode,
		    const char *bytes, size_t length)
{
	int fd = create(directory, temporary, mode), error;

	if (fd < 0)
		return fd;
	error = write_open(fd, mode, bytes, length);
	if (error == 0 && renameat(directory, temporary, directory, name) < 0)
		error = -errno;
	if (error < 0)
		unlinkat(directory, temporary, 0);
	return error;
}

int ka_file_sync(int directory)
{
	return fsync(directory) < 0 ? -errno : 0;
}

int ka_file_make_directory(int directory, const char *name)
{
	if (mkdirat(directory, name, 0755) < 0)
		return errno == EEXIST ? 0 : -errno;
	return ka_file_sync(directory);
}

int ka_file_open_directory(int directory, const char *name)
{
	int fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int ka_file_remove(int directory, const char *name)
{
	return unlinkat(directory, name, 0) < 0 && errno != ENOENT ? -errno : 0;
}
