#include "edge/sysctld.h"

#include "tree_place.h"

#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

struct found {
	const struct ka_boot_file *files;
	size_t count;
};

static struct found read_all(struct place *place)
{
	struct found found = {0};
	struct ka_error error = {0};

	if (ka_sysctld_read(&place->tree, &place->arena, &found.files, &found.count, &error) < 0) {
		print_error("%s: %s\n", error.file, error.message);
		fail();
	}
	return found;
}

/* The file with this path; NULL: it was not read. */
static const struct ka_boot_file *find(const struct found *found, const char *path)
{
	for (size_t i = 0; i < found->count; i++)
		if (strcmp(found->files[i].path, path) == 0)
			return &found->files[i];
	return NULL;
}

static void assert_file(const struct found *found, const char *path,
			enum ka_boot_directory directory, const char *bytes)
{
	const struct ka_boot_file *file = find(found, path);

	ka_test_at("%s", path);
	assert_non_null(file);
	assert_int_equal(file->directory, directory);
	assert_string_equal(file->name, strrchr(path, '/') + 1);
	assert_int_equal(file->type, KA_NODE_REGULAR);
	assert_string_equal(file->bytes, bytes);
	assert_int_equal(file->length, strlen(bytes));
}

static void all_places_are_read(void **state)
{
	static const struct {
		const char *path;
		enum ka_boot_directory directory;
	} places[] = {
		{"/etc/sysctl.d/a.conf", KA_IN_ETC},
		{"/run/sysctl.d/a.conf", KA_IN_RUN},
		{"/usr/local/lib/sysctl.d/a.conf", KA_IN_USR_LOCAL_LIB},
		{"/usr/lib/sysctl.d/a.conf", KA_IN_USR_LIB},
		{"/lib/sysctl.d/a.conf", KA_IN_LIB},
		{"/etc/sysctl.conf", KA_SYSCTL_CONF},
		{"/etc/credstore/sysctl.extra", KA_CREDENTIAL},
		{"/run/credstore/sysctl.extra", KA_CREDENTIAL},
		{"/usr/local/lib/credstore/sysctl.extra", KA_CREDENTIAL},
		{"/usr/lib/credstore/sysctl.extra", KA_CREDENTIAL},
	};
	enum { COUNT = sizeof(places) / sizeof(places[0]) };
	struct place *place = *state;
	struct found found = read_all(place);

	assert_int_equal(found.count, 0);
	for (size_t i = 0; i < COUNT; i++)
		put(place, places[i].path, places[i].path);
	put(place, "/etc/credstore.encrypted/sysctl.extra", "x");
	put(place, "/etc/credstore/other", "x");
	found = read_all(place);
	assert_int_equal(found.count, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		assert_file(&found, places[i].path, places[i].directory, places[i].path);
		assert_false(find(&found, places[i].path)->is_again);
		assert_null(find(&found, places[i].path)->target);
	}
	/* The first store in which it is found decides. */
	assert_string_equal(found.files[COUNT - 4].path, places[COUNT - 4].path);
	assert_string_equal(found.files[COUNT - 1].path, places[COUNT - 1].path);
}

static void names_decide(void **state)
{
	static const char *const read[] = {"a.conf",   ".hidden.conf", ".conf",     "a",
					   "a.CONF",   "a.conf.txt",   "99-sysctl", "a conf",
					   "a.sysctl", "\xff\n.conf"};
	static const char *const left[] = {"a.conf~",         "a.conf.bak",      "a.conf.orig",
					   "a.conf.old",      "a.conf.BAK",      ".a.conf.swp",
					   "a.conf.rpmsave",  "a.conf.rpmnew",   "a.conf.rpmorig",
					   "a.conf.dpkg-old", "a.conf.dpkg-new", "a.conf.ucf-dist",
					   "README",          "README.sysctl",   "readme.txt",
					   "#a.conf#",        ".gitkeep",        "a.conf.bak2"};
	struct place *place = *state;
	struct found found;
	char path[64];

	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		snprintf(path, sizeof(path), "/etc/sysctl.d/%s", left[i]);
		put(place, path, "x");
	}
	found = read_all(place);
	assert_int_equal(found.count, 0);
	for (size_t i = 0; i < sizeof(read) / sizeof(read[0]); i++) {
		snprintf(path, sizeof(path), "/etc/sysctl.d/%s", read[i]);
		put(place, path, "x");
	}
	found = read_all(place);
	for (size_t i = 0; i < sizeof(read) / sizeof(read[0]); i++) {
		snprintf(path, sizeof(path), "/etc/sysctl.d/%s", read[i]);
		assert_file(&found, path, KA_IN_ETC, "x");
	}
	assert_int_equal(found.count, sizeof(read) / sizeof(read[0]));
}

/* What is no file is told for names that count, and left out for others. */
static void what_is_no_file_is_told(void **state)
{
	static const struct {
		const char *name;
		enum ka_node_type type;
	} expected[] = {
		{"directory", KA_NODE_DIRECTORY}, {"fifo", KA_NODE_FIFO},
		{"socket", KA_NODE_SOCKET},       {"dangling", KA_NODE_DANGLING},
		{"loop", KA_NODE_LOOP},           {"null", KA_NODE_NULL_DEVICE},
		{"zero", KA_NODE_DEVICE},
	};
	enum { COUNT = sizeof(expected) / sizeof(expected[0]) };
	struct place *place = *state;
	struct found found;

	for (int is_conf = 0; is_conf < 2; is_conf++) {
		const char *ending = is_conf ? ".conf" : "";
		struct sockaddr_un address = {.sun_family = AF_UNIX};
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		char path[64];

#define PATH_OF(name) (snprintf(path, sizeof(path), "/etc/sysctl.d/%s%s", name, ending), path)
		put_directory(place, PATH_OF("directory"));
		assert_int_equal(mkfifo(in_root(place, PATH_OF("fifo")), 0666), 0);
		put_link(place, PATH_OF("dangling"), "none");
		put_link(place, PATH_OF("null"), "/dev/null");
		put_link(place, PATH_OF("zero"), "/dev/zero");
		put_link(place, PATH_OF("loop"), is_conf ? "loop.conf" : "loop");
		snprintf(address.sun_path, sizeof(address.sun_path), "%s/etc/sysctl.d/socket%s",
			 place->root, ending);
		assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
		close(fd);
		found = read_all(place);
		assert_int_equal(found.count, is_conf ? COUNT : 0);
		for (size_t i = 0; i < found.count; i++) {
			const struct ka_boot_file *file = find(&found, PATH_OF(expected[i].name));

			ka_test_at("%s", path);
			assert_non_null(file);
			assert_int_equal(file->type, expected[i].type);
			assert_null(file->bytes);
		}
#undef PATH_OF
	}
}

static void links_are_named(void **state)
{
	struct place *place = *state;
	struct found found;
	const struct ka_boot_file *file;

	put(place, "/etc/sysctl.conf", "text\n");
	put_link(place, "/etc/sysctl.d/99-sysctl.conf", "../sysctl.conf");
	put_link(place, "/etc/sysctl.d/out.conf", "../../../outside/canary");
	put_link(place, "/usr/lib/sysctl.d", "/opt/sysctl.d");
	put(place, "/opt/sysctl.d/b.conf", "b");
	found = read_all(place);
	assert_int_equal(found.count, 4);
	assert_file(&found, "/etc/sysctl.d/99-sysctl.conf", KA_IN_ETC, "text\n");
	assert_string_equal(find(&found, "/etc/sysctl.d/99-sysctl.conf")->target,
			    "/etc/sysctl.conf");
	assert_file(&found, "/usr/lib/sysctl.d/b.conf", KA_IN_USR_LIB, "b");
	file = find(&found, "/etc/sysctl.d/out.conf");
	assert_non_null(file);
	assert_int_equal(file->type, KA_NODE_DANGLING);
}

/* /lib is a link to /usr/lib nearly everywhere. */
static void a_directory_of_two_names_is_read_once(void **state)
{
	struct place *place = *state;
	size_t left = place->tree.bytes_left;
	struct found found;

	put(place, "/usr/lib/sysctl.d/a.conf", "12345");
	put_link(place, "/usr/lib/sysctl.d/b.conf", "a.conf");
	put_link(place, "/lib", "usr/lib");
	put_link(place, "/usr/local/lib", "../lib");
	found = read_all(place);
	assert_int_equal(found.count, 6);
	assert_int_equal(place->tree.bytes_left, left - 10);
	assert_int_equal(place->tree.entries_left, KA_TREE_ENTRIES_MAX - 2);
	assert_file(&found, "/usr/local/lib/sysctl.d/a.conf", KA_IN_USR_LOCAL_LIB, "12345");
	assert_false(find(&found, "/usr/local/lib/sysctl.d/a.conf")->is_again);
	assert_file(&found, "/usr/lib/sysctl.d/a.conf", KA_IN_USR_LIB, "12345");
	assert_true(find(&found, "/usr/lib/sysctl.d/a.conf")->is_again);
	assert_file(&found, "/lib/sysctl.d/b.conf", KA_IN_LIB, "12345");
	assert_true(find(&found, "/lib/sysctl.d/b.conf")->is_again);
	assert_ptr_equal(find(&found, "/lib/sysctl.d/b.conf")->bytes,
			 find(&found, "/usr/local/lib/sysctl.d/b.conf")->bytes);
}

static void bytes_are_kept(void **state)
{
	struct place *place = *state;
	size_t length = 3 * 1024 * 1024;
	char *bytes = malloc(length);
	const struct ka_boot_file *file;
	struct found found;

	assert_non_null(bytes);
	memset(bytes, 'x', length); /* one line */
	memcpy(bytes + 100, "a\0b\r\n\xff\xfe", 7);
	put(place, "/etc/sysctl.d/a.conf", "");
	write_file(in_root(place, "/etc/sysctl.d/a.conf"), bytes, length);
	found = read_all(place);
	file = find(&found, "/etc/sysctl.d/a.conf");
	assert_non_null(file);
	assert_int_equal(file->length, length);
	assert_memory_equal(file->bytes, bytes, length);
	assert_int_equal(file->bytes[length], 0);
	free(bytes);
}

static void assert_fails(struct place *place, enum ka_error_id id, const char *file,
			 const char *words)
{
	const struct ka_boot_file *files = (const void *)1;
	struct ka_error error = {0};
	size_t count = 77;

	assert_int_equal(ka_sysctld_read(&place->tree, &place->arena, &files, &count, &error), -1);
	assert_int_equal(error.id, id);
	assert_string_equal(error.file, file);
	assert_contains(error.message, words);
	assert_int_equal(count, 77);
}

static void limits_are_told(void **state)
{
	struct place *place = *state;
	const char *name = in_root(place, "/etc/sysctl.d/b.conf");

	put(place, "/etc/sysctl.d/a.conf", "");
	put(place, "/etc/sysctl.d/b.conf", "");
	assert_int_equal(truncate(name, KA_SYSCTLD_FILE_MAX + 1), 0);
	assert_fails(place, KA_E_BOOT_LIMIT, "/etc/sysctl.d/b.conf", "larger than 16 MiB");
	/* Nobody reads this one. */
	assert_int_equal(rename(name, in_root(place, "/etc/sysctl.d/b")), 0);
	assert_int_equal(read_all(place).count, 1);
	assert_int_equal(remove(in_root(place, "/etc/sysctl.d/b")), 0);
	put(place, "/etc/sysctl.d/b.conf", "x");
	place->tree.bytes_left = 0;
	assert_fails(place, KA_E_BOOT_LIMIT, "/etc/sysctl.d/b.conf", "more than 48 MiB");
	place->tree.bytes_left = 1;
	assert_int_equal(read_all(place).count, 2);
	place->tree.bytes_left = 1;
	place->tree.entries_left = 1;
	assert_fails(place, KA_E_BOOT_LIMIT, "/etc/sysctl.d", "more than 300000 directory entries");
	place->tree.entries_left = 10;
	place->tree.steps_left = 0;
	put_link(place, "/etc/sysctl.d/c.conf", "a.conf");
	place->tree.bytes_left = 1;
	assert_fails(place, KA_E_BOOT_LIMIT, "/etc/sysctl.d/c.conf", "more than 50000 components");
}

static int read_quietly(struct place *place, struct found *found, struct ka_error *error)
{
	return ka_sysctld_read(&place->tree, &place->arena, &found->files, &found->count, error);
}

static int count_files(struct place *place)
{
	struct found found = {0};
	struct ka_error error = {0};

	return read_quietly(place, &found, &error) < 0 ? 100 : (int)found.count;
}

static int fails_at_file(struct place *place)
{
	struct found found;
	struct ka_error error = {0};

	return read_quietly(place, &found, &error) == -1 && error.id == KA_E_BOOT_READ &&
	       error.sys_errno == EACCES && strstr(error.message, "/etc/sysctl.d/a.conf");
}

static int fails_at_directory(struct place *place)
{
	struct found found;
	struct ka_error error = {0};

	return read_quietly(place, &found, &error) == -1 && error.id == KA_E_BOOT_READ &&
	       strstr(error.message, "/etc/sysctl.d:");
}

static int fails_at_credential(struct place *place)
{
	struct found found;
	struct ka_error error = {0};

	return read_quietly(place, &found, &error) == -1 && error.id == KA_E_BOOT_READ &&
	       strstr(error.message, "/etc/credstore/sysctl.extra");
}

static int takes_host(struct place *place)
{
	place->tree.is_host = true;
	return count_files(place);
}

static void what_may_not_be_read_is_told(void **state)
{
	struct place *place = *state;

	need_root();
	put(place, "/etc/sysctl.d/stray", "x");
	put(place, "/run/sysctl.d/a.conf", "x");
	assert_int_equal(chmod(in_root(place, "/etc/sysctl.d/stray"), 0), 0);
	assert_int_equal(chmod(in_root(place, "/run/sysctl.d"), 0), 0);
	assert_int_equal(as_nobody(place, count_files), 0);
	put(place, "/etc/sysctl.d/a.conf", "x");
	assert_int_equal(as_nobody(place, count_files), 1);
	assert_int_equal(chmod(in_root(place, "/etc/sysctl.d/a.conf"), 0), 0);
	assert_int_equal(as_nobody(place, fails_at_file), 1);
	assert_int_equal(chmod(in_root(place, "/etc/sysctl.d"), 0), 0);
	assert_int_equal(as_nobody(place, fails_at_directory), 1);
	assert_int_equal(chmod(in_root(place, "/etc/sysctl.d"), 0755), 0);
	assert_int_equal(chmod(in_root(place, "/etc/sysctl.d/a.conf"), 0644), 0);
	assert_int_equal(chmod(in_root(place, "/run/sysctl.d"), 0755), 0);
	put(place, "/etc/credstore/sysctl.extra", "x");
	assert_int_equal(chmod(in_root(place, "/etc/credstore"), 0700), 0);
	assert_int_equal(as_nobody(place, fails_at_credential), 1);
	/* The running host can be looked at without it. */
	assert_int_equal(as_nobody(place, takes_host), 2);
}

static void lack_of_memory_is_told(void **state)
{
	struct place *place = *state;
	int result = -1;

	put(place, "/usr/lib/sysctl.d/a.conf", "12345678901234567890");
	put_link(place, "/lib", "usr/lib");
	put(place, "/etc/sysctl.conf", "x");
	put(place, "/etc/credstore/sysctl.extra", "x");
	for (size_t cap = 0; result < 0; cap += 8) {
		struct found found = {0};
		struct ka_error error = {0};

		place->arena = ka_arena_make(cap);
		result = read_quietly(place, &found, &error);
		if (result < 0)
			assert_int_equal(error.id, KA_E_MEMORY);
		else
			assert_int_equal(found.count, 4);
		ka_arena_clear(&place->arena);
	}
}

/* ---- Size --------------------------------------------------------------------------------- */

enum { MANY = 100000 };

static void make_many(const struct place *place, int (*make)(int directory, const char *name))
{
	int fd;

	put(place, "/usr/lib/sysctl.d/first.conf", "x");
	fd = open(in_root(place, "/usr/lib/sysctl.d"), O_PATH | O_CLOEXEC);
	for (int i = 1; i < MANY; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%05d.conf", i);
		assert_int_equal(make(fd, name), 0);
	}
	close(fd);
}

static int make_file(int directory, const char *name)
{
	return mknodat(directory, name, S_IFREG | 0644, 0);
}

static int make_mask(int directory, const char *name)
{
	return symlinkat("/dev/null", directory, name);
}

static int make_link(int directory, const char *name)
{
	return symlinkat("../sysctl.d/first.conf", directory, name);
}

static void many_files_take_little_time(void **state)
{
	struct place *place = *state;
	int64_t start;

	put_link(place, "/lib", "usr/lib");
	make_many(place, make_file);
	start = used_ms();
	assert_int_equal(read_all(place).count, 2 * MANY);
	assert_int_at_most(used_ms() - start, 1000);
}

static void many_masks_take_little_time(void **state)
{
	struct place *place = *state;
	int64_t start;

	make_many(place, make_mask);
	start = used_ms();
	assert_int_equal(read_all(place).count, MANY);
	assert_int_at_most(used_ms() - start, 1000);
}

static void many_links_end_soon(void **state)
{
	struct ka_error error = {0};
	struct found found;
	int64_t start;

	make_many(*state, make_link);
	start = used_ms();
	assert_int_equal(read_quietly(*state, &found, &error), -1);
	assert_int_equal(error.id, KA_E_BOOT_LIMIT);
	assert_contains(error.file, "/usr/lib/sysctl.d/");
	assert_contains(error.message, "components");
	assert_int_at_most(used_ms() - start, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_BOTH_WAYS(all_places_are_read),
		IN_A_PLACE(names_decide),
		IN_BOTH_WAYS(what_is_no_file_is_told),
		IN_BOTH_WAYS(links_are_named),
		IN_BOTH_WAYS(a_directory_of_two_names_is_read_once),
		IN_A_PLACE(bytes_are_kept),
		IN_A_PLACE(limits_are_told),
		IN_BOTH_WAYS(what_may_not_be_read_is_told),
		IN_A_PLACE(lack_of_memory_is_told),
		IN_MEMORY(many_files_take_little_time),
		IN_MEMORY(many_masks_take_little_time),
		IN_MEMORY(many_links_end_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
