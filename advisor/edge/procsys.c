#include "edge/procsys.h"

#include "base/number.h"
#include "edge/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 256, NUMBER_SIZE = 32 };

static int make_path(char path[static PATH_SIZE], const char *below, struct ka_error *reterr)
{
	if (snprintf(path, PATH_SIZE, "/proc/sys/%s", below) >= PATH_SIZE)
		return ka_fail(reterr, KA_E_PROC_MISSING, "/proc/sys/%s: name too long", below);
	return 0;
}

static int fail_read(struct ka_error *reterr, int error, const char *path)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return ka_fail_sys(reterr, KA_E_PROC_MISSING, error, "%s", path);
	case EACCES:
	case EPERM:
		return ka_fail_sys(reterr, KA_E_PROC_PERMISSION, error, "%s", path);
	case EFBIG:
	case EINVAL:
		return ka_fail(reterr, KA_E_PROC_MALFORMED, "%s: not one number", path);
	default:
		return ka_fail_sys(reterr, KA_E_PROC_READ, error, "%s", path);
	}
}

int ka_procsys_read_number(const char *below_proc_sys, int64_t *ret_value, struct ka_error *reterr)
{
	char path[PATH_SIZE], text[NUMBER_SIZE];
	size_t length;
	int error;

	if (make_path(path, below_proc_sys, reterr) < 0)
		return -1;
	error = ka_file_read_value(AT_FDCWD, path, text, sizeof(text));
	if (error < 0)
		return fail_read(reterr, -error, path);
	length = strlen(text);
	if (length > 0 && text[length - 1] == '\n')
		text[length - 1] = '\0';
	if (!ka_parse_integer(text, ret_value))
		return ka_fail(reterr, KA_E_PROC_MALFORMED, "%s: '%s' is not one number", path,
			       text);
	return 0;
}

int ka_procsys_read_settings(struct ka_settings *ret_settings, struct ka_error *reterr)
{
	struct ka_settings settings;

	for (int key = 0; key < KA_KEY_COUNT; key++)
		if (ka_procsys_read_number(ka_sysctls[key].file, &settings.value[key], reterr) < 0)
			return -1;
	*ret_settings = settings;
	return 0;
}

void ka_procsys_read_boot_id(char boot_id[static KA_PROCSYS_BOOT_ID_SIZE])
{
	int error = ka_file_read_value(AT_FDCWD, "/proc/sys/kernel/random/boot_id", boot_id,
				       KA_PROCSYS_BOOT_ID_SIZE);

	boot_id[error < 0 ? 0 : strcspn(boot_id, "\n")] = '\0';
}

static int fail_write(struct ka_error *reterr, int error, const char *path)
{
	enum ka_error_id id = KA_E_WRITE;

	if (error == EACCES || error == EPERM)
		id = KA_E_PERMISSION;
	else if (error == EROFS)
		id = KA_E_READ_ONLY;
	else if (error == ENOENT || error == ENOTDIR)
		id = KA_E_PROC_MISSING;
	return ka_fail_sys(reterr, id, error, "%s", path);
}

static int open_for_writing(const char *below, char path[static PATH_SIZE], struct ka_error *reterr)
{
	int fd;

	if (make_path(path, below, reterr) < 0)
		return -1;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? fail_write(reterr, errno, path) : fd;
}

int ka_procsys_probe_write(const char *below_proc_sys, struct ka_error *reterr)
{
	char path[PATH_SIZE];
	int fd = open_for_writing(below_proc_sys, path, reterr);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

int ka_procsys_write_number(const char *below_proc_sys, int64_t value, struct ka_error *reterr)
{
	char path[PATH_SIZE], text[NUMBER_SIZE];
	int fd = open_for_writing(below_proc_sys, path, reterr);
	int length = snprintf(text, sizeof(text), "%" PRId64 "\n", value);
	ssize_t written;
	int error;

	if (fd < 0)
		return -1;
	written = write(fd, text, (size_t)length);
	error = errno;
	close(fd);
	if (written < 0)
		return fail_write(reterr, error, path);
	/* The kernel may set a value and yet take less than was written (facts of
	 * proc_dointvec); whatever it did then, it is not what was asked for. */
	if (written != length)
		return ka_fail(reterr, KA_E_WRITE, "%s: only %zd of %d bytes taken", path, written,
			       length);
	return 0;
}
