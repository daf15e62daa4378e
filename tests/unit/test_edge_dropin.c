#include "edge/dropin.h"
#include "edge/run_lock.h"

#include "ka_test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char inside[] = "/etc/sysctl.d/90-kaadvise.conf";
static char directory[64]; /* a root */
static char path[128];     /* of the file, from outside */
static struct ka_tree tree;

static int make_directory(void **state)
{
	struct ka_error error;
	char name[128];

	(void)state;
	strcpy(directory, "/tmp/kaadvise-dropin-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(name, sizeof(name), "%s/etc", directory);
	mkdir(name, 0755);
	snprintf(name, sizeof(name), "%s/etc/sysctl.d", directory);
	mkdir(name, 0755);
	snprintf(path, sizeof(path), "%s%s", directory, inside);
	return ka_tree_open(directory, &tree, &error);
}

static int remove_directory(void **state)
{
	char command[128];

	(void)state;
	ka_tree_close(&tree);
	snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	return system(command);
}

static void writes_reads_and_removes(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_error error = {0};
	const char *text = "untouched";

	(void)state;
	assert_int_equal(ka_dropin_read(&arena, &tree, inside, &text, &error), 0);
	assert_null(text);
	assert_int_equal(ka_dropin_probe(&tree, inside, NULL, &error), 0);
	assert_int_equal(ka_dropin_write(&tree, inside, "one\n", &error), 0);
	assert_int_equal(ka_dropin_write(&tree, inside, "two\n", &error), 0);
	assert_int_equal(ka_dropin_read(&arena, &tree, inside, &text, &error), 0);
	assert_string_equal(text, "two\n");
	assert_int_equal(ka_dropin_write(&tree, inside, NULL, &error), 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(ka_dropin_write(&tree, inside, NULL, &error), 0);
	assert_int_equal(ka_dropin_clean(&tree, inside, &error), 0);
	ka_arena_clear(&arena);
}

static void foreign(void)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_error error = {0};
	const char *text = "untouched";

	assert_int_equal(ka_dropin_read(&arena, &tree, inside, &text, &error), -1);
	assert_int_equal(error.id, KA_E_DROPIN_FOREIGN);
	assert_string_equal(text, "untouched");
	assert_contains(error.message, inside);
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
	assert_int_equal(ka_dropin_write(&tree, inside, text, &error), 0);
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
	assert_int_equal(ka_dropin_probe(&tree, "/nowhere/x.conf", NULL, &error), -1);
	assert_int_equal(error.id, KA_E_DROPIN);
	assert_int_equal(ka_dropin_write(&tree, "/nowhere/x.conf", "x", &error), -1);
	assert_int_equal(error.id, KA_E_DROPIN);
	assert_contains(error.message, "/nowhere");
	assert_int_equal(ka_dropin_write(&tree, "x.conf", "x", &error), -1);
	/* There nothing can have been left. */
	assert_int_equal(ka_dropin_clean(&tree, "/nowhere/x.conf", &error), 0);
}

static void in_root(char text[static 256], const char *name)
{
	snprintf(text, 256, "%s%s", directory, name);
}

static void missing_directories_are_made_and_removed(void **state)
{
	static const char deep[] = "/srv/a/b/x.conf";
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_error error = {0};
	const char *missing = "untouched";
	char name[256];

	(void)state;
	assert_int_equal(ka_dropin_missing(&arena, &tree, inside, &missing, &error), 0);
	assert_null(missing);
	assert_int_equal(ka_dropin_missing(&arena, &tree, deep, &missing, &error), 0);
	assert_string_equal(missing, "/srv");
	assert_int_equal(ka_dropin_probe(&tree, deep, missing, &error), 0);
	assert_int_equal(ka_dropin_unmake(&tree, deep, missing, &error), 0);
	assert_int_equal(ka_dropin_make(&tree, deep, missing, &error), 0);
	assert_int_equal(ka_dropin_make(&tree, deep, missing, &error), 0);
	assert_int_equal(ka_dropin_write(&tree, deep, "x", &error), 0);
	/* What is used stays. */
	assert_int_equal(ka_dropin_unmake(&tree, deep, missing, &error), 0);
	assert_int_equal(ka_dropin_write(&tree, deep, NULL, &error), 0);
	in_root(name, "/srv/a/other");
	assert_int_equal(mkdir(name, 0755), 0);
	assert_int_equal(ka_dropin_unmake(&tree, deep, missing, &error), 0);
	in_root(name, "/srv/a/b");
	assert_int_equal(access(name, F_OK), -1);
	in_root(name, "/srv/a/other");
	assert_int_equal(rmdir(name), 0);
	assert_int_equal(ka_dropin_unmake(&tree, deep, missing, &error), 0);
	in_root(name, "/srv");
	assert_int_equal(access(name, F_OK), -1);
	ka_arena_clear(&arena);
}

/* A directory that is a link is used, inside the root; one to nothing is not made. */
static void links_stay_inside(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_error error = {0};
	const char *missing;
	char name[256];

	(void)state;
	in_root(name, "/srv");
	assert_int_equal(symlink("/tmp", name), 0);
	assert_int_equal(ka_dropin_missing(&arena, &tree, "/srv/x.conf", &missing, &error), -1);
	assert_int_equal(error.id, KA_E_DROPIN);
	assert_contains(error.message, "/srv is a link");
	assert_int_equal(ka_dropin_write(&tree, "/srv/x.conf", "x", &error), -1);
	in_root(name, "/tmp");
	assert_int_equal(mkdir(name, 0755), 0);
	assert_int_equal(ka_dropin_missing(&arena, &tree, "/srv/x.conf", &missing, &error), 0);
	assert_null(missing);
	assert_int_equal(ka_dropin_write(&tree, "/srv/x.conf", "x", &error), 0);
	in_root(name, "/tmp/x.conf");
	assert_int_equal(access(name, F_OK), 0);
	/* No directory at all. */
	assert_int_equal(ka_dropin_missing(&arena, &tree, "/srv/x.conf/y.conf", &missing, &error),
			 -1);
	assert_int_equal(error.id, KA_E_DROPIN);
	ka_arena_clear(&arena);
}

static void paths_are_bounded(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_error error = {0};
	const char *missing;
	char far[5000];

	(void)state;
	memset(far, '/', sizeof(far));
	memset(far + 1, 'x', sizeof(far) - 2);
	far[sizeof(far) - 1] = '\0';
	assert_int_equal(ka_dropin_missing(&arena, &tree, far, &missing, &error), -1);
	assert_int_equal(ka_dropin_make(&tree, far, "/x", &error), -1);
	assert_int_equal(ka_dropin_unmake(&tree, far, "/x", &error), -1);
	assert_int_equal(error.id, KA_E_DROPIN);
	far[4500] = '/';
	assert_int_equal(ka_dropin_write(&tree, far, "x", &error), -1);
	ka_arena_clear(&arena);
}

static void memory_may_be_short(void **state)
{
	struct ka_arena arena = ka_arena_make(2);
	struct ka_error error = {0};
	const char *text;

	(void)state;
	assert_int_equal(ka_dropin_write(&tree, inside, "text", &error), 0);
	assert_int_equal(ka_dropin_read(&arena, &tree, inside, &text, &error), -1);
	assert_int_equal(error.id, KA_E_MEMORY);
	ka_arena_clear(&arena);
}

static void one_run_at_a_time(void **state)
{
	struct ka_error error = {0};
	int first = -1, second = -1;

	(void)state;
	assert_int_equal(ka_run_lock_take(&tree, "/state", &first, &error), 0);
	assert_int_equal(ka_run_lock_take(&tree, "/state", &second, &error), -1);
	assert_int_equal(error.id, KA_E_LOCK);
	assert_int_equal(second, -1);
	close(first);
	assert_int_equal(ka_run_lock_take(&tree, "/state", &second, &error), 0);
	close(second);
}

static void the_root_itself_can_be_locked(void **state)
{
	struct ka_error error = {0};
	int first = -1, second = -1;

	(void)state;
	assert_int_equal(ka_run_lock_take_root(&tree, &first, &error), 0);
	assert_int_equal(ka_run_lock_take_root(&tree, &second, &error), -1);
	assert_int_equal(error.id, KA_E_LOCK);
	close(first);
	assert_int_equal(ka_run_lock_take_root(&tree, &second, &error), 0);
	close(second);
}

static void no_lock_can_be_made(void **state)
{
	struct ka_error error = {0};
	char name[256];
	int fd = -1;

	(void)state;
	assert_int_equal(ka_run_lock_take(&tree, "/nowhere/state", &fd, &error), -1);
	assert_int_equal(error.id, KA_E_JOURNAL);
	in_root(name, "/etc/lock");
	assert_int_equal(symlink("/etc/passwd", name), 0);
	assert_int_equal(ka_run_lock_take(&tree, "/etc", &fd, &error), -1);
	assert_int_equal(error.id, KA_E_JOURNAL);
	assert_int_equal(fd, -1);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(writes_reads_and_removes),
		IN_DIRECTORY(what_is_no_file_of_ours),
		IN_DIRECTORY(a_missing_directory_is_an_error),
		IN_DIRECTORY(missing_directories_are_made_and_removed),
		IN_DIRECTORY(links_stay_inside),
		IN_DIRECTORY(paths_are_bounded),
		IN_DIRECTORY(memory_may_be_short),
		IN_DIRECTORY(one_run_at_a_time),
		IN_DIRECTORY(the_root_itself_can_be_locked),
		IN_DIRECTORY(no_lock_can_be_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
