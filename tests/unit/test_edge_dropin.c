#include "edge/dropin.h"
#include "edge/run_lock.h"

#include "ka_test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[64];
static char path[96];

static int make_directory(void **state)
{
	(void)state;
	strcpy(directory, "/tmp/kaadvise-dropin-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/90-kaadvise.conf", directory);
	return 0;
}

static int remove_directory(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	return system(command);
}

static void writes_reads_and_removes(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_error error = {0};
	const char *text = "untouched";

	(void)state;
	assert_int_equal(ka_dropin_read(&arena, path, &text, &error), 0);
	assert_null(text);
	assert_int_equal(ka_dropin_probe(path, &error), 0);
	assert_int_equal(ka_dropin_write(path, "one\n", &error), 0);
	assert_int_equal(ka_dropin_write(path, "two\n", &error), 0);
	assert_int_equal(ka_dropin_read(&arena, path, &text, &error), 0);
	assert_string_equal(text, "two\n");
	assert_int_equal(ka_dropin_write(path, NULL, &error), 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(ka_dropin_write(path, NULL, &error), 0);
	assert_int_equal(ka_dropin_clean(path, &error), 0);
	ka_arena_clear(&arena);
}

static void foreign(void)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_error error = {0};
	const char *text = "untouched";

	assert_int_equal(ka_dropin_read(&arena, path, &text, &error), -1);
	assert_int_equal(error.id, KA_E_DROPIN_FOREIGN);
	assert_string_equal(text, "untouched");
	assert_contains(error.message, path);
	ka_arena_clear(&arena);
}

static void what_is_no_file_of_ours(void **state)
{
	struct ka_error error;
	char text[KA_DROP_IN_MAX + 2];
	FILE *file;

	(void)state;
	assert_int_equal(symlink("/dev/null", path), 0);
	foreign();
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	foreign();
	unlink(path);
	memset(text, '#', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(ka_dropin_write(path, text, &error), 0);
	foreign();
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite("a\0b", 1, 3, file), 3);
	fclose(file);
	foreign();
}

static void a_missing_directory_is_an_error(void **state)
{
	struct ka_error error = {0};

	(void)state;
	assert_int_equal(ka_dropin_probe("/proc/nowhere/x.conf", &error), -1);
	assert_int_equal(error.id, KA_E_DROPIN);
	assert_int_equal(ka_dropin_write("/proc/nowhere/x.conf", "x", &error), -1);
	assert_int_equal(error.id, KA_E_DROPIN);
	assert_contains(error.message, "/proc/nowhere");
	assert_int_equal(ka_dropin_clean("/proc/nowhere/x.conf", &error), -1);
	assert_int_equal(ka_dropin_write("x.conf", "x", &error), -1);
}

static void memory_may_be_short(void **state)
{
	struct ka_arena arena = ka_arena_make(2);
	struct ka_error error = {0};
	const char *text;

	(void)state;
	assert_int_equal(ka_dropin_write(path, "text", &error), 0);
	assert_int_equal(ka_dropin_read(&arena, path, &text, &error), -1);
	assert_int_equal(error.id, KA_E_MEMORY);
	ka_arena_clear(&arena);
}

static void one_run_at_a_time(void **state)
{
	struct ka_error error = {0};
	char state_directory[96];
	int first = -1, second = -1;

	(void)state;
	snprintf(state_directory, sizeof(state_directory), "%s/state", directory);
	assert_int_equal(ka_run_lock_take(state_directory, &first, &error), 0);
	assert_int_equal(ka_run_lock_take(state_directory, &second, &error), -1);
	assert_int_equal(error.id, KA_E_LOCK);
	assert_int_equal(second, -1);
	close(first);
	assert_int_equal(ka_run_lock_take(state_directory, &second, &error), 0);
	close(second);
}

static void no_lock_can_be_made(void **state)
{
	struct ka_error error = {0};
	char lock[128], far[5000];
	int fd = -1;

	(void)state;
	assert_int_equal(ka_run_lock_take("/proc/nowhere/state", &fd, &error), -1);
	assert_int_equal(error.id, KA_E_JOURNAL);
	snprintf(lock, sizeof(lock), "%s/lock", directory);
	assert_int_equal(symlink("/etc/passwd", lock), 0);
	assert_int_equal(ka_run_lock_take(directory, &fd, &error), -1);
	assert_int_equal(error.id, KA_E_JOURNAL);
	memset(far, 'x', sizeof(far) - 1);
	far[sizeof(far) - 1] = '\0';
	assert_int_equal(ka_run_lock_take(far, &fd, &error), -1);
	assert_int_equal(error.id, KA_E_JOURNAL);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(writes_reads_and_removes),
		IN_DIRECTORY(what_is_no_file_of_ours),
		IN_DIRECTORY(a_missing_directory_is_an_error),
		IN_DIRECTORY(memory_may_be_short),
		IN_DIRECTORY(one_run_at_a_time),
		IN_DIRECTORY(no_lock_can_be_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
