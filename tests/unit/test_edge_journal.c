#include "edge/journal.h"

#include "fail_alloc.h"
#include "ka_test.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

static const char state_directory[] = "/state";
static char directory[64]; /* a root */
static struct ka_tree tree;

static int make_directory(void **state)
{
	struct ka_error error;

	(void)state;
	strcpy(directory, "/tmp/kaadvise-journal-XXXXXX");
	return mkdtemp(directory) ? ka_tree_open(directory, &tree, &error) : -1;
}

static void path_of(char path[static 128], const char *name)
{
	snprintf(path, 128, "%s%s/journal/%s", directory, state_directory, name);
}

static int remove_directory(void **state)
{
	char path[128];
	struct dirent *entry;
	DIR *stream;

	(void)state;
	path_of(path, "");
	stream = opendir(path);
	while (stream && (entry = readdir(stream))) {
		char file[512];

		snprintf(file, sizeof(file), "%s%s", path, entry->d_name);
		unlink(file);
	}
	if (stream)
		closedir(stream);
	assert_int_equal(ka_journal_tidy(&tree, state_directory, NULL), 0);
	ka_tree_close(&tree);
	return rmdir(directory);
}

static const struct ka_transaction example = {
	.id = 7,
	.kind = KA_ROLLBACK,
	.of = 3,
	.state = KA_BEGUN,
	.date_s = 1790000000,
	.place = {.netns = {4026531840, 5, true, true}, .boot_id = "9d41b253-2160-43f9"},
	.has_live = true,
	.drop_in = "/etc/sysctl.d/90-kaadvise.conf",
	.from = {{{270, 10, 7}}, "# Written by kaadvise\nx \"quoted\" \\ \t caf\xc3\xa9\n"},
	.to = {{{-1, 75, 9}}, NULL},
	.purpose = "-p aws-nlb",
};

static void assert_same_text(const char *a, const char *b)
{
	assert_int_equal(a != NULL, b != NULL);
	if (a)
		assert_string_equal(a, b);
}

static void assert_same(const struct ka_transaction *a, const struct ka_transaction *b)
{
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->of, b->of);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->date_s, b->date_s);
	assert_int_equal(a->place.netns.inode, b->place.netns.inode);
	assert_int_equal(a->place.netns.cookie, b->place.netns.cookie);
	assert_int_equal(a->place.netns.has_cookie, b->place.netns.has_cookie);
	assert_int_equal(a->place.netns.is_initial, b->place.netns.is_initial);
	assert_string_equal(a->place.boot_id, b->place.boot_id);
	assert_int_equal(a->has_live, b->has_live);
	assert_true(ka_settings_equal(&a->from.live, &b->from.live));
	assert_true(ka_settings_equal(&a->to.live, &b->to.live));
	assert_same_text(a->drop_in, b->drop_in);
	assert_same_text(a->made, b->made);
	assert_same_text(a->from.file, b->from.file);
	assert_same_text(a->to.file, b->to.file);
	assert_string_equal(a->purpose, b->purpose);
}

static void what_is_written_is_read(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_transaction records[] = {example, example, example};
	const struct ka_transaction *list;
	struct ka_error error;
	size_t count;

	(void)state;
	assert_int_equal(ka_journal_read(&arena, &tree, state_directory, &list, &count, &error), 0);
	assert_int_equal(count, 0);
	records[1].id = 999999;
	records[1].drop_in = records[1].from.file = NULL;
	records[1].state = KA_PUT_BACK;
	records[2].id = 1;
	records[2].kind = KA_APPLY;
	records[2].of = 0;
	records[2].state = KA_FINISHED;
	records[2].place = (struct ka_place){.netns = {1, 0, false, false}, .boot_id = ""};
	records[2].has_live = false;
	records[2].purpose = "";
	records[2].made = "/etc";
	for (int i = 0; i < 3; i++)
		assert_int_equal(ka_journal_write(&tree, state_directory, &records[i], &error), 0);
	assert_int_equal(ka_journal_read(&arena, &tree, state_directory, &list, &count, &error), 0);
	assert_int_equal(count, 3);
	assert_same(&list[0], &records[2]);
	assert_same(&list[1], &records[0]);
	assert_same(&list[2], &records[1]);
	ka_arena_clear(&arena);
}

static void a_record_is_replaced_and_forgotten(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_transaction record = example;
	const struct ka_transaction *list;
	struct ka_error error;
	size_t count;

	(void)state;
	assert_int_equal(ka_journal_write(&tree, state_directory, &record, &error), 0);
	record.state = KA_FINISHED;
	assert_int_equal(ka_journal_write(&tree, state_directory, &record, &error), 0);
	assert_int_equal(ka_journal_read(&arena, &tree, state_directory, &list, &count, &error), 0);
	assert_int_equal(count, 1);
	assert_same(&list[0], &record);
	assert_int_equal(ka_journal_remove(&tree, state_directory, record.id, &error), 0);
	assert_int_equal(ka_journal_remove(&tree, state_directory, record.id, &error), 0);
	assert_int_equal(ka_journal_remove(&tree, "/nowhere", record.id, &error), 0);
	assert_int_equal(ka_journal_read(&arena, &tree, state_directory, &list, &count, &error), 0);
	assert_int_equal(count, 0);
	ka_arena_clear(&arena);
}

static void leftovers_are_ignored_and_cleaned(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	const struct ka_transaction *list;
	struct ka_error error;
	char path[128];
	size_t count;
	FILE *file;

	(void)state;
	assert_int_equal(ka_journal_clean(&tree, state_directory, &error), 0);
	assert_int_equal(ka_journal_write(&tree, state_directory, &example, &error), 0);
	path_of(path, "transaction.tmp");
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("{ \"half", file);
	fclose(file);
	assert_int_equal(ka_journal_read(&arena, &tree, state_directory, &list, &count, &error), 0);
	assert_int_equal(count, 1);
	assert_int_equal(ka_journal_clean(&tree, state_directory, &error), 0);
	assert_int_equal(access(path, F_OK), -1);
	ka_arena_clear(&arena);
}

static void write_record(const char *text)
{
	char path[128];
	FILE *file;

	path_of(path, "000007.json");
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static char *read_record(void)
{
	static char text[4096];
	char path[128];
	FILE *file;

	path_of(path, "000007.json");
	file = fopen(path, "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

/* Only a directory above the file can have been made for it. */
static void what_was_made_is_checked(void **state)
{
	static const char *const bad[] = {"\"/\"", "\"/etc/sysctl\"", "\"/etc/other\"", "\"\"",
					  "7"};
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_transaction record = example;
	const struct ka_transaction *list;
	struct ka_error error = {0};
	char good[4096], text[4096], *at;
	size_t count;

	(void)state;
	record.made = "/etc/sysctl.d";
	assert_int_equal(ka_journal_write(&tree, state_directory, &record, &error), 0);
	strcpy(good, read_record());
	at = strstr(good, "\"/etc/sysctl.d\"");
	assert_non_null(at);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good, bad[i],
			 at + strlen("\"/etc/sysctl.d\""));
		write_record(text);
		ka_test_at("%s", bad[i]);
		assert_int_equal(
			ka_journal_read(&arena, &tree, state_directory, &list, &count, &error), -1);
		assert_int_equal(error.id, KA_E_JOURNAL);
	}
	write_record(good);
	assert_int_equal(ka_journal_read(&arena, &tree, state_directory, &list, &count, &error), 0);
	assert_same(&list[0], &record);
	ka_arena_clear(&arena);
}

/* No link below the state directory is followed. */
static void links_are_not_followed(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	const struct ka_transaction *list;
	struct ka_error error = {0};
	char path[160], target[128];
	size_t count;

	(void)state;
	path_of(path, "");
	path[strlen(path) - 1] = '\0';
	snprintf(target, sizeof(target), "%s/state", directory);
	assert_int_equal(mkdir(target, 0755), 0);
	assert_int_equal(symlink("/tmp", path), 0);
	assert_int_equal(ka_journal_write(&tree, state_directory, &example, &error), -1);
	assert_int_equal(error.id, KA_E_JOURNAL);
	assert_int_equal(ka_journal_read(&arena, &tree, state_directory, &list, &count, &error),
			 -1);
	assert_int_equal(ka_journal_clean(&tree, state_directory, &error), -1);
	assert_int_equal(ka_journal_remove(&tree, state_directory, 7, &error), -1);
	assert_int_equal(unlink(path), 0);
	/* A record that is one is replaced, and its target left alone. */
	assert_int_equal(mkdir(path, 0755), 0);
	strcat(path, "/000007.json");
	snprintf(target, sizeof(target), "%s/target", directory);
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(ka_journal_read(&arena, &tree, state_directory, &list, &count, &error),
			 -1);
	assert_int_equal(ka_journal_write(&tree, state_directory, &example, &error), 0);
	assert_int_equal(access(target, F_OK), -1);
	assert_int_equal(ka_journal_read(&arena, &tree, state_directory, &list, &count, &error), 0);
	assert_int_equal(count, 1);
	ka_arena_clear(&arena);
}

static void empty_directories_are_tidied(void **state)
{
	struct ka_error error = {0};
	char path[128];

	(void)state;
	assert_false(ka_journal_has_directory(&tree, state_directory));
	assert_int_equal(ka_journal_tidy(&tree, state_directory, &error), 0);
	assert_int_equal(ka_journal_write(&tree, state_directory, &example, &error), 0);
	assert_int_equal(ka_journal_tidy(&tree, state_directory, &error), 0);
	path_of(path, "000007.json");
	assert_int_equal(access(path, F_OK), 0);
	assert_true(ka_journal_has_directory(&tree, state_directory));
	assert_int_equal(ka_journal_remove(&tree, state_directory, example.id, &error), 0);
	assert_int_equal(ka_journal_tidy(&tree, state_directory, &error), 0);
	assert_false(ka_journal_has_directory(&tree, state_directory));
	/* What is no directory cannot be removed as one. */
	snprintf(path, sizeof(path), "%s%s", directory, state_directory);
	assert_int_equal(symlink("/nowhere", path), 0);
	assert_int_equal(ka_journal_tidy(&tree, state_directory, &error), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/", path), 0);
	assert_int_equal(ka_journal_tidy(&tree, state_directory, &error), -1);
	assert_int_equal(error.id, KA_E_JOURNAL);
	assert_int_equal(unlink(path), 0);
}

static void a_journal_is_bounded(void **state)
{
	enum { COUNT = KA_JOURNAL_BYTES_MAX / KA_JOURNAL_RECORD_MAX + 1 };
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	const struct ka_transaction *list;
	struct ka_error error = {0};
	char path[128], name[24];
	size_t count, length;
	FILE *file;

	(void)state;
	assert_int_equal(ka_journal_write(&tree, state_directory, &example, &error), 0);
	length = strlen(read_record());
	for (int id = 1; id <= COUNT; id++) {
		struct ka_transaction record = example;

		record.id = id;
		assert_int_equal(ka_journal_write(&tree, state_directory, &record, &error), 0);
		snprintf(name, sizeof(name), "%06d.json", id);
		path_of(path, name);
		file = fopen(path, "a");
		assert_non_null(file);
		fprintf(file, "%*s", (int)(KA_JOURNAL_RECORD_MAX - length - 8), "");
		fclose(file);
	}
	assert_int_equal(ka_journal_read(&arena, &tree, state_directory, &list, &count, &error),
			 -1);
	assert_int_equal(error.id, KA_E_JOURNAL);
	assert_contains(error.message, "64 MiB");
	ka_arena_clear(&arena);
}

static void what_json_cannot_say_is_refused(void **state)
{
	struct ka_transaction record = example;
	struct ka_error error = {0};

	(void)state;
	record.from.file = "not UTF-8: \xff";
	assert_int_equal(ka_journal_write(&tree, state_directory, &record, &error), -1);
	assert_int_equal(error.id, KA_E_JOURNAL);
	assert_contains(error.message, "UTF-8");
}

static void a_missing_directory_is_an_error_to_write(void **state)
{
	struct ka_error error = {0};

	(void)state;
	assert_int_equal(ka_journal_write(&tree, "/nowhere/state", &example, &error), -1);
	assert_int_equal(error.id, KA_E_JOURNAL);
	assert_contains(error.message, "/nowhere/state");
}

/* Whatever allocation fails while writing: an error, and no record. (While reading, jansson 2.14
 * itself does not check each of its own.) */
static void every_allocation_may_fail(void **state)
{
	size_t n = 0, refused = 0;
	bool failed;

	(void)state;
	do {
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		const struct ka_transaction *list;
		struct ka_error error = {0};
		size_t count = 99;
		int written;

		ka_fail_allocation(++n);
		written = ka_journal_write(&tree, state_directory, &example, &error);
		failed = ka_allocation_failed;
		ka_fail_allocation(0);
		assert_int_equal(
			ka_journal_read(&arena, &tree, state_directory, &list, &count, &error), 0);
		if (written < 0) {
			assert_true(failed);
			assert_int_equal(error.id, KA_E_JOURNAL);
			assert_int_equal(count, 0);
			refused++;
		} else {
			assert_int_equal(count, 1);
			assert_same(&list[0], &example);
		}
		ka_arena_clear(&arena);
	} while (failed);
	assert_int_at_least(refused, 20);
}

static void a_small_arena_is_an_error(void **state)
{
	struct ka_error error = {0};
	size_t cap = 0;
	int result;

	(void)state;
	assert_int_equal(ka_journal_write(&tree, state_directory, &example, &error), 0);
	do {
		struct ka_arena arena = ka_arena_make(cap);
		const struct ka_transaction *list;
		size_t count;

		cap = cap < 600 ? cap + 1 : cap + 997;
		result = ka_journal_read(&arena, &tree, state_directory, &list, &count, &error);
		if (result == 0)
			assert_same(&list[0], &example);
		ka_arena_clear(&arena);
	} while (result < 0);
	assert_int_at_least(cap, 1000);
}

#define WITH_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIRECTORY(what_is_written_is_read),
		WITH_DIRECTORY(a_record_is_replaced_and_forgotten),
		WITH_DIRECTORY(leftovers_are_ignored_and_cleaned),
		WITH_DIRECTORY(what_was_made_is_checked),
		WITH_DIRECTORY(links_are_not_followed),
		WITH_DIRECTORY(empty_directories_are_tidied),
		WITH_DIRECTORY(a_journal_is_bounded),
		WITH_DIRECTORY(what_json_cannot_say_is_refused),
		WITH_DIRECTORY(a_missing_directory_is_an_error_to_write),
		WITH_DIRECTORY(every_allocation_may_fail),
		WITH_DIRECTORY(a_small_arena_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
