#include "edge/file.h"

#include "fail_alloc.h"
#include "ka_test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each test works in a directory of its own. */
struct place {
	char path[64];
	int fd;
};

static int make_place(void **state)
{
	static struct place place;

	strcpy(place.path, "/tmp/kaadvise-file-XXXXXX");
	assert_non_null(mkdtemp(place.path));
	place.fd = ka_file_open_directory(AT_FDCWD, place.path);
	assert_int_at_least(place.fd, 0);
	*state = &place;
	return 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;
	static const char *const names[] = {"a", "tmp", "link", "fifo"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlinkat(place->fd, names[i], 0);
	unlinkat(place->fd, "directory", AT_REMOVEDIR);
	close(place->fd);
	assert_int_equal(rmdir(place->path), 0);
	return 0;
}

static void put(const struct place *place, const char *name, const char *bytes, size_t length)
{
	int fd = openat(place->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_int_at_least(fd, 0);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

static void values_are_bounded(void **state)
{
	struct place *place = *state;
	char text[8];

	put(place, "a", "7200\n", 5);
	assert_int_equal(ka_file_read_value(place->fd, "a", text, sizeof(text)), 0);
	assert_string_equal(text, "7200\n");
	put(place, "a", "123456", 6);
	assert_int_equal(ka_file_read_value(place->fd, "a", text, sizeof(text)), 0);
	assert_string_equal(text, "123456");
	put(place, "a", "1234567", 7);
	assert_int_equal(ka_file_read_value(place->fd, "a", text, sizeof(text)), -EFBIG);
	put(place, "a", "1\0002", 3);
	assert_int_equal(ka_file_read_value(place->fd, "a", text, sizeof(text)), -EINVAL);
	put(place, "a", "", 0);
	assert_int_equal(ka_file_read_value(place->fd, "a", text, sizeof(text)), 0);
	assert_string_equal(text, "");
	assert_int_equal(ka_file_read_value(place->fd, "b", text, sizeof(text)), -ENOENT);
	assert_int_equal(ka_file_read_value(place->fd, ".", text, sizeof(text)), -EISDIR);
}

static void files_are_bounded(void **state)
{
	struct place *place = *state;
	size_t length = 77;
	char *bytes = NULL;

	put(place, "a", "12345", 5);
	assert_int_equal(ka_file_read(place->fd, "a", 4, true, &bytes, &length), -EFBIG);
	assert_null(bytes);
	assert_int_equal(length, 77);
	assert_int_equal(ka_file_read(place->fd, "a", 5, true, &bytes, &length), 0);
	assert_int_equal(length, 5);
	assert_string_equal(bytes, "12345");
	free(bytes);
	put(place, "a", "", 0);
	assert_int_equal(ka_file_read(place->fd, "a", 5, true, &bytes, &length), 0);
	assert_int_equal(length, 0);
	assert_string_equal(bytes, "");
	free(bytes);
	assert_int_equal(ka_file_read(place->fd, "b", 5, true, &bytes, &length), -ENOENT);
}

/* A file that says it is empty and is not (as those of /proc are) is never read beyond. */
static void growing_files_are_noticed(void **state)
{
	size_t length;
	char *bytes;

	(void)state;
	assert_int_equal(ka_file_read(AT_FDCWD, "/proc/self/status", 65536, true, &bytes, &length),
			 -EFBIG);
}

static void only_regular_files_are_read(void **state)
{
	struct place *place = *state;
	size_t length;
	char *bytes;

	assert_int_equal(mkfifoat(place->fd, "fifo", 0600), 0);
	assert_int_equal(mkdirat(place->fd, "directory", 0700), 0);
	put(place, "a", "x", 1);
	assert_int_equal(symlinkat("a", place->fd, "link"), 0);
	/* Nobody writes to the fifo: reading it must not wait. */
	assert_int_equal(ka_file_read(place->fd, "fifo", 9, true, &bytes, &length), -EINVAL);
	assert_int_equal(ka_file_read(place->fd, "directory", 9, true, &bytes, &length), -EINVAL);
	assert_int_equal(ka_file_read(AT_FDCWD, "/dev/null", 9, true, &bytes, &length), -EINVAL);
	assert_int_equal(ka_file_read(place->fd, "link", 9, false, &bytes, &length), -ELOOP);
	assert_int_equal(ka_file_read(place->fd, "link", 9, true, &bytes, &length), 0);
	free(bytes);
}

static void replacing_leaves_no_trace(void **state)
{
	struct place *place = *state;
	struct stat status;
	mode_t mask = umask(0077);
	size_t length;
	char *bytes;

	put(place, "a", "old", 3);
	put(place, "tmp", "leftover of a run that died", 27);
	assert_int_equal(ka_file_replace(place->fd, "tmp", "a", 0644, "new text", 8), 0);
	assert_int_equal(ka_file_sync(place->fd), 0);
	umask(mask);
	assert_int_equal(ka_file_read(place->fd, "a", 99, false, &bytes, &length), 0);
	assert_string_equal(bytes, "new text");
	free(bytes);
	assert_int_equal(fstatat(place->fd, "a", &status, 0), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
	assert_int_equal(faccessat(place->fd, "tmp", F_OK, 0), -1);
}

static void failing_to_replace_leaves_the_old(void **state)
{
	struct place *place = *state;

	/* A directory cannot be replaced by a file. */
	assert_int_equal(mkdirat(place->fd, "directory", 0700), 0);
	assert_int_equal(ka_file_replace(place->fd, "tmp", "directory", 0644, "x", 1), -EISDIR);
	assert_int_equal(faccessat(place->fd, "tmp", F_OK, 0), -1);
	assert_int_equal(ka_file_replace(place->fd, "no/tmp", "a", 0644, "x", 1), -ENOENT);
	/* A directory in the temporary's place is not removed. */
	assert_int_equal(ka_file_replace(place->fd, "directory", "a", 0644, "x", 1), -EISDIR);
	assert_int_equal(ka_file_sync(-1), -EBADF);
}

static void removes(void **state)
{
	struct place *place = *state;

	put(place, "a", "x", 1);
	assert_int_equal(ka_file_remove(place->fd, "a"), 0);
	assert_int_equal(ka_file_remove(place->fd, "a"), 0);
	assert_int_equal(mkdirat(place->fd, "directory", 0700), 0);
	assert_int_equal(ka_file_remove(place->fd, "directory"), -EISDIR);
}

static void makes_directories(void **state)
{
	struct place *place = *state;
	int fd;

	assert_int_equal(ka_file_make_directory(place->fd, "directory"), 0);
	assert_int_equal(ka_file_make_directory(place->fd, "directory"), 0);
	assert_int_equal(ka_file_make_directory(place->fd, "no/directory"), -ENOENT);
	fd = ka_file_open_directory(place->fd, "directory");
	assert_int_at_least(fd, 0);
	close(fd);
	put(place, "a", "x", 1);
	assert_int_equal(ka_file_open_directory(place->fd, "a"), -ENOTDIR);
	assert_int_equal(symlinkat("directory", place->fd, "link"), 0);
	assert_int_equal(ka_file_open_directory(place->fd, "link"), -ENOTDIR);
}

static void memory_may_be_short(void **state)
{
	struct place *place = *state;
	size_t length;
	char *bytes;

	put(place, "a", "x", 1);
	ka_fail_allocation(1);
	assert_int_equal(ka_file_read(place->fd, "a", 9, false, &bytes, &length), -ENOMEM);
	ka_fail_allocation(0);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(values_are_bounded),
		IN_PLACE(files_are_bounded),
		IN_PLACE(growing_files_are_noticed),
		IN_PLACE(only_regular_files_are_read),
		IN_PLACE(replacing_leaves_no_trace),
		IN_PLACE(failing_to_replace_leaves_the_old),
		IN_PLACE(removes),
		IN_PLACE(makes_directories),
		IN_PLACE(memory_may_be_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
