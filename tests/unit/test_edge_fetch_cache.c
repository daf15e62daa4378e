/* Copies of downloads: what was kept is read, and nothing else. */
#include "edge/fetch_cache.h"

#include "edge/digest.h"
#include "edge/fetch_copy.h"
#include "helper/wire.h"

#include "fail_alloc.h"
#include "ka_test.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A directory of the test's own, and in it the cache. */
struct place {
	char path[64];
	char cache[80];
	char file[160];
	struct ka_arena arena;
	struct ka_cached cached;
	struct ka_error error;
};

#define NAME "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static int make_place(void **state)
{
	static struct place place;

	place = (struct place){.path = "/tmp/kaadvise-cache-XXXXXX",
			       .arena = ka_arena_make(KA_ARENA_CAP)};
	if (!mkdtemp(place.path))
		return -1;
	snprintf(place.cache, sizeof(place.cache), "%s/above/cache", place.path);
	snprintf(place.file, sizeof(place.file), "%s/" NAME, place.cache);
	*state = &place;
	return 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

static int remove_place(void **state)
{
	struct place *place = *state;

	ka_arena_clear(&place->arena);
	return nftw(place->path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static const struct ka_cached full = {
	.confirmed_s = 1790000000,
	.etag = "W/\"a b\"",
	.last_modified = "Mon, 23 Nov 2026 00:00:00 GMT",
	.bytes = "kaadvise: 1\nid: x\n\0\xff",
	.length = 20,
	.signature = "untrusted\n\n",
	.signature_length = 11,
};
static const struct ka_cached bare = {.confirmed_s = 0, .bytes = "", .length = 0};

static enum ka_cache_state read_copy(struct place *place)
{
	memset(&place->cached, 0, sizeof(place->cached));
	return ka_cache_read(&place->arena, place->cache, NAME, &place->cached);
}

static void keeps(struct place *place, const struct ka_cached *cached)
{
	if (ka_cache_write(place->cache, NAME, cached, &place->error) < 0)
		print_error("%s\n", place->error.message);
	assert_int_equal(read_copy(place), KA_CACHE_GOOD);
}

static void not_kept(struct place *place, int sys_errno)
{
	assert_int_equal(ka_cache_write(place->cache, NAME, &bare, &place->error), -1);
	ka_test_at("%s", place->error.message);
	assert_int_equal(place->error.id, KA_E_OUTPUT);
	assert_int_equal(place->error.sys_errno, sys_errno);
	assert_contains(place->error.message, place->cache);
}

static mode_t mode_of(const char *path)
{
	struct stat status;

	assert_int_equal(lstat(path, &status), 0);
	return status.st_mode & 07777;
}

static void put(const char *path, const char *bytes, size_t length)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_int_at_least(fd, 0);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

/* The file's bytes, and their number. */
static const char *get(const struct place *place, size_t *ret_length)
{
	static char bytes[2 * KA_COPY_MAX];
	FILE *file = fopen(place->file, "r");

	assert_non_null(file);
	*ret_length = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	return bytes;
}

static void assert_same(const struct ka_cached *a, const struct ka_cached *b)
{
	char digest[KA_SHA256_TEXT];

	assert_int_equal(a->confirmed_s, b->confirmed_s);
	assert_int_equal(a->etag != NULL, b->etag != NULL);
	if (a->etag)
		assert_string_equal(a->etag, b->etag);
	assert_int_equal(a->last_modified != NULL, b->last_modified != NULL);
	if (a->last_modified)
		assert_string_equal(a->last_modified, b->last_modified);
	assert_int_equal(a->length, b->length);
	assert_memory_equal(a->bytes, b->bytes, a->length);
	assert_int_equal(a->signature != NULL, b->signature != NULL);
	assert_int_equal(a->signature_length, b->signature_length);
	if (a->signature)
		assert_memory_equal(a->signature, b->signature, a->signature_length);
	assert_string_equal(a->sha256, ka_sha256(digest, b->bytes, b->length));
}

static void what_is_kept_is_read(void **state)
{
	struct ka_cached only_tag = full, empty_signature = bare;
	struct place *place = *state;

	only_tag.last_modified = only_tag.signature = NULL;
	only_tag.signature_length = 0;
	empty_signature.signature = "";
	empty_signature.confirmed_s = INT64_MAX;
	assert_int_equal(read_copy(place), KA_CACHE_NONE);
	keeps(place, &full);
	assert_same(&place->cached, &full);
	keeps(place, &bare);
	assert_same(&place->cached, &bare);
	keeps(place, &only_tag);
	assert_same(&place->cached, &only_tag);
	keeps(place, &empty_signature);
	assert_same(&place->cached, &empty_signature);
	assert_int_equal(ka_cache_read(&place->arena, NULL, NAME, &place->cached), KA_CACHE_NONE);
	assert_int_equal(ka_cache_read(&place->arena, place->cache, "f", &place->cached),
			 KA_CACHE_NONE);
}

static void the_largest_is_read(void **state)
{
	static char line[KA_WIRE_LINE_MAX], body[KA_WIRE_BODY_MAX + 1],
		signature[KA_WIRE_SIGNATURE_MAX + 1];
	struct ka_cached large = {
		.confirmed_s = INT64_MAX,
		.etag = line,
		.last_modified = line,
		.bytes = body,
		.length = KA_WIRE_BODY_MAX,
		.signature = signature,
		.signature_length = KA_WIRE_SIGNATURE_MAX,
	};
	struct place *place = *state;

	memset(line, 'x', sizeof(line) - 1);
	keeps(place, &large);
	assert_same(&place->cached, &large);
	/* Nothing larger is ever kept, and it would not be read. */
	large.length++;
	assert_int_equal(ka_cache_write(place->cache, NAME, &large, NULL), 0);
	assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
	large.length--;
	large.signature_length++;
	assert_int_equal(ka_cache_write(place->cache, NAME, &large, NULL), 0);
	assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
}

static void it_is_this_users_alone(void **state)
{
	struct place *place = *state;
	mode_t mask = umask(0);

	keeps(place, &full);
	umask(mask);
	assert_int_equal(mode_of(place->file), 0600);
	assert_int_equal(mode_of(place->cache), 0700);
	place->cache[strlen(place->cache) - strlen("/cache")] = '\0';
	assert_int_equal(mode_of(place->cache), 0700);
}

static void a_flipped_bit_is_noticed(void **state)
{
	struct place *place = *state;
	char bytes[1024];
	size_t length;

	keeps(place, &full);
	memcpy(bytes, get(place, &length), sizeof(bytes));
	assert_int_at_most(length, sizeof(bytes));
	for (size_t i = 0; i < length; i++) {
		char bit = (char)(1 << i % 8);

		bytes[i] ^= bit;
		put(place->file, bytes, length);
		ka_test_at("byte %zu", i);
		assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
		bytes[i] ^= bit;
	}
	put(place->file, bytes, length);
	assert_int_equal(read_copy(place), KA_CACHE_GOOD);
}

static void a_cut_or_longer_copy_is_noticed(void **state)
{
	struct place *place = *state;
	char bytes[1024];
	size_t length;

	keeps(place, &full);
	memcpy(bytes, get(place, &length), sizeof(bytes));
	for (size_t i = 0; i <= length + 3; i++) {
		put(place->file, bytes, i);
		ka_test_at("%zu of %zu bytes", i, length);
		assert_int_equal(read_copy(place), i == length ? KA_CACHE_GOOD : KA_CACHE_DAMAGED);
	}
	assert_int_equal(truncate(place->file, KA_COPY_MAX + 1), 0);
	assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
}

/* Puts a copy whose digest is right. */
static void forge(const struct place *place, const char *first, const char *rest, size_t length)
{
	char bytes[1024], digest[KA_SHA256_TEXT];
	size_t head = (size_t)snprintf(bytes, sizeof(bytes), "%s %s\n", first,
				       ka_sha256(digest, rest, length));

	memcpy(bytes + head, rest, length);
	put(place->file, bytes, head + length);
}

static void the_digest_is_not_all(void **state)
{
	static const char good[] = "confirmed 5\nlength 1\n\nx";
	static const char with_nul[] = "confirmed 5\netag a\0b\nlength 1\n\nx";
	static const char *const rests[] = {
		"",
		"\n",
		"\n\n",
		"x",
		"confirmed 5\n\n",
		"length 1\n\nx",
		"confirmed 5\nlength 1\n",
		"confirmed 5\nlength 1\nx",
		"confirmed 5\nlength 1\n\n",
		"confirmed 5\nlength 1\n\nxx",
		"confirmed 5\nlength 2\n\nx",
		"confirmed 5\nconfirmed 5\nlength 1\n\nx",
		"confirmed 5\nlength 1\nlength 1\n\nx",
		"confirmed 5\nlength 1\nother 1\n\nx",
		"confirmed 5\nlength 1\nconfirm 1\n\nx",
		"confirmed 5\nlength 1\netag\n\nx",
		"confirmed 5\nlength\n\n",
		"confirmed 05\nlength 1\n\nx",
		"confirmed -5\nlength 1\n\nx",
		"confirmed \nlength 1\n\nx",
		"confirmed 9223372036854775808\nlength 1\n\nx",
		"confirmed 5\nlength -1\n\n",
		"confirmed 5\nlength 65537\n\nx",
		"confirmed 5\nlength 1\nsignature-length 1\n\nx",
		"confirmed 5\nlength 1\nsignature-length x\n\nx",
		"confirmed 5\nlength 1\nsignature-length 4097\n\nx",
		"confirmed 5\r\nlength 1\r\n\r\nx",
	};
	struct place *place = *state;

	keeps(place, &full);
	forge(place, "kaadvise-cache-1", good, sizeof(good) - 1);
	assert_int_equal(read_copy(place), KA_CACHE_GOOD);
	assert_int_equal(place->cached.length, 1);
	forge(place, "kaadvise-cache-2", good, sizeof(good) - 1);
	assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
	forge(place, "Kaadvise-cache-1", good, sizeof(good) - 1);
	assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
	forge(place, "kaadvise-cache-1", with_nul, sizeof(with_nul) - 1);
	assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
	for (size_t i = 0; i < sizeof(rests) / sizeof(rests[0]); i++) {
		forge(place, "kaadvise-cache-1", rests[i], strlen(rests[i]));
		ka_test_at("%s", rests[i]);
		assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
	}
}

static void what_others_may_write_is_not_read(void **state)
{
	static const mode_t modes[] = {0620, 0602, 0660, 0666};
	struct place *place = *state;

	keeps(place, &full);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(chmod(place->file, modes[i]), 0);
		assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
		assert_int_equal(chmod(place->file, 0644), 0);
		assert_int_equal(read_copy(place), KA_CACHE_GOOD);
		assert_int_equal(chmod(place->cache, modes[i] | 0100), 0);
		assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
		not_kept(place, EPERM);
		assert_int_equal(chmod(place->cache, 0755), 0);
		assert_int_equal(read_copy(place), KA_CACHE_GOOD);
	}
	/* A copy that cannot be trusted is replaced. */
	assert_int_equal(chmod(place->file, 0666), 0);
	keeps(place, &bare);
	assert_int_equal(mode_of(place->file), 0600);
}

static void what_is_another_users_is_not_read(void **state)
{
	struct place *place = *state;

	if (geteuid() != 0) {
		print_message("only root can give files away\n");
		skip();
	}
	keeps(place, &full);
	assert_int_equal(chown(place->file, 65534, 65534), 0);
	assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
	keeps(place, &full);
	assert_int_equal(chown(place->cache, 65534, 65534), 0);
	assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
	not_kept(place, EPERM);
}

static void links_are_not_followed(void **state)
{
	struct place *place = *state;
	char elsewhere[160];

	keeps(place, &full);
	snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", place->path);
	assert_int_equal(rename(place->file, elsewhere), 0);
	assert_int_equal(symlink(elsewhere, place->file), 0);
	assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
	/* The link is replaced, not what it leads to. */
	keeps(place, &bare);
	assert_int_equal(mode_of(place->file), 0600);
	assert_int_equal(rename(elsewhere, place->file), 0);
	assert_int_equal(read_copy(place), KA_CACHE_GOOD);
	assert_same(&place->cached, &full);
	assert_int_equal(rename(place->cache, elsewhere), 0);
	assert_int_equal(symlink(elsewhere, place->cache), 0);
	assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
	not_kept(place, ENOTDIR);
}

static void other_things_are_not_read(void **state)
{
	struct place *place = *state;

	keeps(place, &full);
	assert_int_equal(unlink(place->file), 0);
	assert_int_equal(mkfifo(place->file, 0600), 0);
	assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
	assert_int_equal(unlink(place->file), 0);
	assert_int_equal(mkdir(place->file, 0700), 0);
	assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
	not_kept(place, EISDIR);
	assert_int_equal(rmdir(place->file), 0);
	assert_int_equal(rmdir(place->cache), 0);
	assert_int_equal(read_copy(place), KA_CACHE_NONE);
	put(place->cache, "", 0);
	assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
	not_kept(place, ENOTDIR);
}

static void one_directory_above_is_made(void **state)
{
	struct place *place = *state;

	strcat(place->cache, "/deeper");
	not_kept(place, ENOENT);
	strcpy(place->cache, "nothing-of-this-name/x");
	place->cache[0] = '\0';
	not_kept(place, ENOENT);
	strcpy(place->cache, "/proc/kaadvise");
	assert_int_equal(ka_cache_write(place->cache, NAME, &bare, &place->error), -1);
	assert_int_equal(read_copy(place), KA_CACHE_NONE);
}

static int write_as_nobody(struct place *place)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (setresgid(65534, 65534, 65534) < 0 || setresuid(65534, 65534, 65534) < 0)
			_exit(255);
		_exit(ka_cache_write(place->cache, NAME, &bare, &place->error) < 0
			      ? place->error.sys_errno
			      : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void what_cannot_be_written_is_told(void **state)
{
	struct place *place = *state;

	if (geteuid() != 0) {
		print_message("only root can become somebody else\n");
		skip();
	}
	/* The directory can be passed, and the cache not be made in it. */
	assert_int_equal(chmod(place->path, 0755), 0);
	strcpy(strrchr(place->cache, '/'), "");
	assert_int_equal(write_as_nobody(place), EACCES);
	/* The user's own, but read only. */
	assert_int_equal(mkdir(place->cache, 0700), 0);
	assert_int_equal(chown(place->cache, 65534, 65534), 0);
	assert_int_equal(chmod(place->cache, 0500), 0);
	assert_int_equal(write_as_nobody(place), EACCES);
	assert_int_equal(chmod(place->cache, 0700), 0);
	assert_int_equal(write_as_nobody(place), 0);
}

/* The copy and nothing else is in the cache. */
static void assert_alone(const struct place *place)
{
	char command[256];

	snprintf(command, sizeof(command), "[ \"$(ls -A %s)\" = " NAME " ]", place->cache);
	assert_int_equal(system(command), 0);
}

static void a_failed_replacement_changes_nothing(void **state)
{
	struct place *place = *state;

	keeps(place, &full);
	for (size_t n = 1; n < 100; n++) {
		int result;

		ka_fail_allocation(n);
		result = ka_cache_write(place->cache, NAME, &bare, &place->error);
		if (!ka_allocation_failed)
			break;
		ka_fail_allocation(0);
		assert_int_equal(result, -1);
		assert_int_equal(place->error.sys_errno, ENOMEM);
		assert_int_equal(read_copy(place), KA_CACHE_GOOD);
		assert_same(&place->cached, &full);
	}
	ka_fail_allocation(0);
	assert_int_equal(read_copy(place), KA_CACHE_GOOD);
	assert_same(&place->cached, &bare);
	assert_alone(place);
}

static void without_memory_no_copy_is_good(void **state)
{
	struct place *place = *state;
	struct ka_arena none = ka_arena_make(10);

	keeps(place, &full);
	assert_int_equal(ka_cache_read(&none, place->cache, NAME, &place->cached),
			 KA_CACHE_DAMAGED);
	assert_true(none.has_failed);
	ka_arena_clear(&none);
	ka_fail_allocation(1);
	assert_int_equal(read_copy(place), KA_CACHE_DAMAGED);
	ka_fail_allocation(0);
}

static void leftovers_do_no_harm(void **state)
{
	struct place *place = *state;
	char leftover[160];

	keeps(place, &full);
	snprintf(leftover, sizeof(leftover), "%s/new.1.2.3", place->cache);
	put(leftover, "kaadvise-cache-1 ", 17);
	keeps(place, &bare);
	assert_same(&place->cached, &bare);
	assert_int_equal(unlink(leftover), 0);
	assert_alone(place);
}

enum { WRITERS = 4, ROUNDS = 25 };

static int write_often(const struct place *place, int writer)
{
	char text[2000];
	struct ka_cached mine = {.confirmed_s = writer, .bytes = text};

	memset(text, 'a' + writer, sizeof(text));
	mine.length = (size_t)(writer + 1) * 400;
	for (int i = 0; i < ROUNDS; i++)
		if (ka_cache_write(place->cache, NAME, &mine, NULL) < 0)
			return 1;
	return 0;
}

/* Every copy that is ever seen is one writer's whole. */
static void writers_do_not_disturb_each_other(void **state)
{
	struct place *place = *state;
	int running = WRITERS, status;

	keeps(place, &bare);
	for (int i = 0; i < WRITERS; i++) {
		pid_t child = fork();

		assert_int_at_least(child, 0);
		if (child == 0)
			_exit(write_often(place, i));
	}
	while (running > 0) {
		assert_int_equal(read_copy(place), KA_CACHE_GOOD);
		if (place->cached.length > 0)
			assert_int_equal(place->cached.length,
					 400 * (place->cached.confirmed_s + 1));
		if (waitpid(-1, &status, WNOHANG) > 0) {
			assert_int_equal(status, 0);
			running--;
		}
		ka_arena_clear(&place->arena);
	}
	assert_alone(place);
}

#define IN_A_PLACE(test)                                                                           \
	{                                                                                          \
#test, test, make_place, remove_place, NULL                                        \
	}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_A_PLACE(what_is_kept_is_read),
		IN_A_PLACE(the_largest_is_read),
		IN_A_PLACE(it_is_this_users_alone),
		IN_A_PLACE(a_flipped_bit_is_noticed),
		IN_A_PLACE(a_cut_or_longer_copy_is_noticed),
		IN_A_PLACE(the_digest_is_not_all),
		IN_A_PLACE(what_others_may_write_is_not_read),
		IN_A_PLACE(what_is_another_users_is_not_read),
		IN_A_PLACE(links_are_not_followed),
		IN_A_PLACE(other_things_are_not_read),
		IN_A_PLACE(one_directory_above_is_made),
		IN_A_PLACE(what_cannot_be_written_is_told),
		IN_A_PLACE(a_failed_replacement_changes_nothing),
		IN_A_PLACE(without_memory_no_copy_is_good),
		IN_A_PLACE(leftovers_do_no_harm),
		IN_A_PLACE(writers_do_not_disturb_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
