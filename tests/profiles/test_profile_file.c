/* Reading profiles from files, and their digest. */
#include "ka_test.h"

#include "edge/digest.h"
#include "edge/profile_file.h"
#include "edge/profile_yaml.h"
#include "fail_alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct fixture {
	struct ka_arena arena;
	struct ka_error error;
	char directory[64];
	int fd; /* of the directory */
	const char *bytes;
	size_t length;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->arena = ka_arena_make(KA_ARENA_CAP);
	strcpy(fixture->directory, "/tmp/kaadvise-test-XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	fixture->fd = open(fixture->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	unlinkat(fixture->fd, "file", 0);
	close(fixture->fd);
	rmdir(fixture->directory);
	ka_arena_clear(&fixture->arena);
	free(fixture);
	return 0;
}

static int read_file(struct fixture *fixture)
{
	return ka_profile_read_file(&fixture->arena, fixture->fd, "file", &fixture->bytes,
				    &fixture->length, &fixture->error);
}

/* Writes a file of size bytes, all 'a'. */
static void write_file(const struct fixture *fixture, size_t size)
{
	int fd = openat(fixture->fd, "file", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char *bytes = malloc(size + 1);

	memset(bytes, 'a', size + 1);
	assert_int_equal(write(fd, bytes, size), size);
	free(bytes);
	close(fd);
}

static void assert_fails(struct fixture *fixture, enum ka_error_id id, int sys_errno)
{
	assert_int_equal(read_file(fixture), -1);
	assert_string_equal(ka_error_info(fixture->error.id)->id, ka_error_info(id)->id);
	assert_int_equal(fixture->error.sys_errno, sys_errno);
	assert_string_equal(fixture->error.file, "file");
}

static void test_sizes(void **state)
{
	static const size_t sizes[] = {0, 1, 4096, KA_PROFILE_SIZE_MAX};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < 4; i++) {
		write_file(fixture, sizes[i]);
		assert_int_equal(read_file(fixture), 0);
		assert_int_equal(fixture->length, sizes[i]);
		assert_int_equal(strlen(fixture->bytes), sizes[i]);
	}
	write_file(fixture, KA_PROFILE_SIZE_MAX + 1);
	assert_fails(fixture, KA_E_PROFILE_TOO_LARGE, 0);
}

static void test_missing(void **state)
{
	struct fixture *fixture = *state;

	assert_fails(fixture, KA_E_PROFILE_READ, ENOENT);
	assert_contains(fixture->error.message, "No such file");
	assert_int_equal(ka_profile_read_file(&fixture->arena, fixture->fd, "file", &fixture->bytes,
					      &fixture->length, NULL),
			 -1);
}

static void test_dangling_link(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(symlinkat("nowhere", fixture->fd, "file"), 0);
	assert_fails(fixture, KA_E_PROFILE_READ, ENOENT);
}

static void test_circular_link(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(symlinkat("file", fixture->fd, "file"), 0);
	assert_fails(fixture, KA_E_PROFILE_READ, ELOOP);
}

static void test_directory(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(mkdirat(fixture->fd, "file", 0700), 0);
	assert_fails(fixture, KA_E_PROFILE_READ, 0);
	assert_contains(fixture->error.message, "regular file");
	assert_int_equal(unlinkat(fixture->fd, "file", AT_REMOVEDIR), 0);
}

/* Nobody writes to it: a reader that blocks would hang here. */
static void test_fifo(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(mkfifoat(fixture->fd, "file", 0600), 0);
	assert_fails(fixture, KA_E_PROFILE_READ, 0);
}

static void test_socket(void **state)
{
	struct fixture *fixture = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/file", fixture->directory);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_fails(fixture, KA_E_PROFILE_READ, ENXIO);
	close(fd);
}

static void assert_path_fails(struct fixture *fixture, const char *path, enum ka_error_id id)
{
	ka_test_at("%s", path);
	assert_int_equal(ka_profile_read_file(&fixture->arena, AT_FDCWD, path, &fixture->bytes,
					      &fixture->length, &fixture->error),
			 -1);
	assert_int_equal(fixture->error.id, id);
}

static void test_special_files(void **state)
{
	struct fixture *fixture = *state;

	assert_path_fails(fixture, "/dev/null", KA_E_PROFILE_READ);
	assert_path_fails(fixture, "/dev/zero", KA_E_PROFILE_READ);
	/* A regular file that says it has no bytes, and has more than a profile may have. */
	if (access("/proc/kallsyms", R_OK) == 0)
		assert_path_fails(fixture, "/proc/kallsyms", KA_E_PROFILE_TOO_LARGE);
	/* A regular file whose bytes cannot be read: nothing is mapped at address 0. */
	assert_path_fails(fixture, "/proc/self/mem", KA_E_PROFILE_READ);
	assert_int_equal(fixture->error.sys_errno, EIO);
}

static void test_no_memory(void **state)
{
	struct fixture *fixture = *state;

	write_file(fixture, 10);
	ka_fail_allocation(1);
	assert_int_equal(read_file(fixture), -1);
	ka_fail_allocation(0);
	assert_int_equal(fixture->error.id, KA_E_MEMORY);
}

/* FIPS 180-4, the examples of its annex. */
static void test_digest(void **state)
{
	static const struct {
		const char *text, *digest;
	} rows[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	char text[KA_SHA256_TEXT];

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(ka_sha256(text, rows[i].text, strlen(rows[i].text)),
				    rows[i].digest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(test_sizes),         TEST(test_missing),       TEST(test_dangling_link),
		TEST(test_circular_link), TEST(test_directory),     TEST(test_fifo),
		TEST(test_socket),        TEST(test_special_files), TEST(test_no_memory),
		TEST(test_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
