#include "edge/tree.h"

#include "tree_place.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

enum { MAX = 4 * 1024 * 1024 };

static struct ka_node look_at(struct place *place, const char *path)
{
	struct ka_node node = {.type = KA_NODE_SOCKET, .target = "?"};

	ka_test_at("%s", path);
	assert_int_equal(ka_tree_read(&place->tree, &place->arena, path, MAX, &node), 0);
	return node;
}

static void assert_node(struct place *place, const char *path, enum ka_node_type type,
			const char *target, const char *bytes)
{
	struct ka_node node = look_at(place, path);

	ka_test_at("%s", path);
	assert_int_equal(node.type, type);
	if (target)
		assert_string_equal(node.target, target);
	else
		assert_null(node.target);
	if (bytes) {
		assert_string_equal(node.bytes, bytes);
		assert_int_equal(node.length, strlen(bytes));
	} else {
		assert_null(node.bytes);
	}
}

static void plain_files_are_read(void **state)
{
	struct place *place = *state;

	put(place, "/etc/a", "text\n");
	put(place, "/etc/empty", "");
	assert_node(place, "/etc/a", KA_NODE_REGULAR, NULL, "text\n");
	assert_node(place, "/etc/empty", KA_NODE_REGULAR, NULL, "");
	assert_node(place, "/etc/b", KA_NODE_ABSENT, NULL, NULL);
	assert_node(place, "/none/b", KA_NODE_ABSENT, NULL, NULL);
	assert_node(place, "/etc/a/b", KA_NODE_ABSENT, NULL, NULL);
	assert_node(place, "/etc", KA_NODE_DIRECTORY, NULL, NULL);
	assert_node(place, "/", KA_NODE_DIRECTORY, NULL, NULL);
}

static void untidy_paths_stay_inside(void **state)
{
	struct place *place = *state;

	put(place, "/etc/a", "text\n");
	assert_node(place, "/etc//a", KA_NODE_REGULAR, NULL, "text\n");
	assert_node(place, "/./etc/./a", KA_NODE_REGULAR, NULL, "text\n");
	assert_node(place, "/../../etc/../etc/a", KA_NODE_REGULAR, NULL, "text\n");
	assert_node(place, "/../outside/canary", KA_NODE_ABSENT, NULL, NULL);
	assert_node(place, "/none/../etc/a", KA_NODE_ABSENT, NULL, NULL);
	assert_node(place, "/etc/a/../a", KA_NODE_ABSENT, NULL, NULL);
	assert_node(place, "/etc/..", KA_NODE_DIRECTORY, NULL, NULL);
	assert_node(place, "/etc/", KA_NODE_DIRECTORY, NULL, NULL);
	assert_node(place, "/etc/a/", KA_NODE_ABSENT, NULL, NULL);
}

/* `..` of a link is the parent of where it leads, not of where it stands. */
static void links_are_followed_inside(void **state)
{
	struct place *place = *state;

	put(place, "/etc/sysctl.conf", "conf\n");
	put(place, "/usr/lib/x/deep", "deep\n");
	put(place, "/usr/lib/beside", "beside\n");
	put_link(place, "/lib", "usr/lib");
	put_link(place, "/etc/sysctl.d/99-sysctl.conf", "../sysctl.conf");
	put_link(place, "/etc/sysctl.d/absolute", "/etc/sysctl.conf");
	put_link(place, "/etc/sysctl.d/twice", "absolute");
	put_link(place, "/etc/sysctl.d/through", "/lib/x/deep");
	put_link(place, "/etc/x", "/usr/lib/x");
	put_link(place, "/etc/parent", "x/../beside");
	put_link(place, "/etc/untidy", "..//./etc/sysctl.d/../sysctl.conf");
	put_link(place, "/etc/directory", "x/");
	put_link(place, "/etc/root", "/");
	assert_node(place, "/etc/sysctl.d/99-sysctl.conf", KA_NODE_REGULAR, "/etc/sysctl.conf",
		    "conf\n");
	assert_node(place, "/etc/sysctl.d/absolute", KA_NODE_REGULAR, "/etc/sysctl.conf", "conf\n");
	assert_node(place, "/etc/sysctl.d/twice", KA_NODE_REGULAR, "/etc/sysctl.conf", "conf\n");
	assert_node(place, "/etc/sysctl.d/through", KA_NODE_REGULAR, "/usr/lib/x/deep", "deep\n");
	assert_node(place, "/etc/parent", KA_NODE_REGULAR, "/usr/lib/beside", "beside\n");
	assert_node(place, "/etc/untidy", KA_NODE_REGULAR, "/etc/sysctl.conf", "conf\n");
	assert_node(place, "/etc/directory", KA_NODE_DIRECTORY, "/usr/lib/x", NULL);
	assert_node(place, "/etc/root", KA_NODE_DIRECTORY, "/", NULL);
	/* The file itself is no link. */
	assert_node(place, "/lib/beside", KA_NODE_REGULAR, NULL, "beside\n");
	assert_node(place, "/etc/x/deep", KA_NODE_REGULAR, NULL, "deep\n");
	assert_node(place, "/etc/x/../beside", KA_NODE_REGULAR, NULL, "beside\n");
}

static void no_link_leaves_the_root(void **state)
{
	struct place *place = *state;
	char target[PATH_MAX];

	put_directory(place, "/etc");
	snprintf(target, sizeof(target), "%s/canary", place->outside);
	put_link(place, "/etc/absolute", target);
	put_link(place, "/etc/relative", "../../outside/canary");
	put_link(place, "/etc/far", "../../../../../../../../../../../../tmp");
	put_link(place, "/up", "..");
	put_link(place, "/etc/through", "/up/outside/canary");
	put_link(place, "/etc/password", "/etc/passwd");
	put_link(place, "/etc/magic", "/proc/self/root/etc/passwd");
	assert_node(place, "/etc/absolute", KA_NODE_DANGLING, target, NULL);
	assert_node(place, "/etc/relative", KA_NODE_DANGLING, "/outside/canary", NULL);
	assert_node(place, "/etc/far", KA_NODE_DANGLING, "/tmp", NULL);
	assert_node(place, "/etc/through", KA_NODE_DANGLING, "/outside/canary", NULL);
	assert_node(place, "/etc/password", KA_NODE_DANGLING, "/etc/passwd", NULL);
	assert_node(place, "/etc/magic", KA_NODE_DANGLING, "/proc/self/root/etc/passwd", NULL);
	assert_node(place, "/up", KA_NODE_DIRECTORY, "/", NULL);
	assert_node(place, "/up/outside/canary", KA_NODE_ABSENT, NULL, NULL);
	/* The same path is there in the image: then it is that. */
	put(place, "/outside/canary", "inside\n");
	assert_node(place, "/etc/relative", KA_NODE_REGULAR, "/outside/canary", "inside\n");
	assert_node(place, "/etc/through", KA_NODE_REGULAR, "/outside/canary", "inside\n");
}

static void circles_end(void **state)
{
	struct place *place = *state;

	put_link(place, "/etc/self", "self");
	put_link(place, "/etc/a", "b");
	put_link(place, "/etc/b", "a");
	put_link(place, "/etc/growing", "growing/x/y/z");
	put_link(place, "/etc/directory", "directory/");
	put(place, "/etc/file", "");
	put_link(place, "/etc/through-file", "file/x");
	put_link(place, "/etc/file-slash", "file/");
	assert_int_equal(look_at(place, "/etc/self").type, KA_NODE_LOOP);
	assert_int_equal(look_at(place, "/etc/a").type, KA_NODE_LOOP);
	assert_int_equal(look_at(place, "/etc/growing").type, KA_NODE_LOOP);
	assert_int_equal(look_at(place, "/etc/directory").type, KA_NODE_LOOP);
	assert_node(place, "/etc/through-file", KA_NODE_LOOP, "/etc/file/x", NULL);
	assert_node(place, "/etc/file-slash", KA_NODE_LOOP, "/etc/file/", NULL);
	assert_non_null(look_at(place, "/etc/self").target);
	/* Nothing stands below a circle. */
	assert_node(place, "/etc/a/x", KA_NODE_ABSENT, NULL, NULL);
}

static void forty_links_are_followed(void **state)
{
	struct place *place = *state;
	char name[64], next[64];

	put(place, "/chain/0", "end\n");
	for (int i = 1; i <= 41; i++) {
		snprintf(name, sizeof(name), "/chain/%d", i);
		snprintf(next, sizeof(next), "%d", i - 1);
		put_link(place, name, next);
	}
	assert_node(place, "/chain/40", KA_NODE_REGULAR, "/chain/0", "end\n");
	assert_int_equal(look_at(place, "/chain/41").type, KA_NODE_LOOP);
	assert_int_equal(ka_tree_open_file(&place->tree, "/chain/41"), -ELOOP);
}

/* A link may be as long as a path; many of them would make a longer one. */
static void long_links_end(void **state)
{
	struct place *place = *state;
	char target[PATH_MAX] = "";

	put_directory(place, "/d");
	for (size_t length = 0; length + 5 < sizeof(target); length += 5)
		memcpy(target + length, "d/../", 6);
	put_link(place, "/long", target);
	assert_node(place, "/long", KA_NODE_DIRECTORY, "/", NULL);
	for (size_t length = 0; length + 6 < sizeof(target); length += 5)
		memcpy(target + length, "self/", 6);
	put_link(place, "/self", target);
	assert_int_equal(look_at(place, "/self").type, KA_NODE_LOOP);
	for (size_t length = 0; length + 3 < sizeof(target); length += 2)
		memcpy(target + length, "d/", 3);
	put_link(place, "/deep", target);
	assert_int_equal(look_at(place, "/deep").type, KA_NODE_DANGLING);
}

static void devices_are_known_not_opened(void **state)
{
	struct place *place = *state;

	put_link(place, "/etc/mask", "/dev/null");
	put_link(place, "/etc/relative", "../../dev/null");
	put_link(place, "/etc/zero", "/dev/zero");
	put_link(place, "/etc/random", "/dev/urandom");
	put_link(place, "/etc/tty", "/dev/tty");
	put_link(place, "/etc/again", "mask");
	for (int has_dev = 0; has_dev < 2; has_dev++) {
		assert_node(place, "/etc/mask", KA_NODE_NULL_DEVICE, "/dev/null", NULL);
		assert_node(place, "/etc/relative", KA_NODE_NULL_DEVICE, "/dev/null", NULL);
		assert_node(place, "/etc/zero", KA_NODE_DEVICE, "/dev/zero", NULL);
		assert_node(place, "/etc/random", KA_NODE_DEVICE, "/dev/urandom", NULL);
		assert_node(place, "/etc/tty", KA_NODE_DANGLING, "/dev/tty", NULL);
		assert_node(place, "/etc/again", KA_NODE_NULL_DEVICE, "/dev/null", NULL);
		/* As `docker export` leaves it. A directory of devices is mounted over it. */
		if (!has_dev)
			put(place, "/dev/null", "not a device\n");
	}
}

static void other_kinds_are_told(void **state)
{
	struct place *place = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	put_directory(place, "/etc");
	assert_int_equal(mkfifo(in_root(place, "/etc/fifo"), 0666), 0);
	put_link(place, "/etc/to-fifo", "fifo");
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/etc/socket", place->root);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_node(place, "/etc/fifo", KA_NODE_FIFO, NULL, NULL);
	assert_node(place, "/etc/to-fifo", KA_NODE_FIFO, "/etc/fifo", NULL);
	assert_node(place, "/etc/socket", KA_NODE_SOCKET, NULL, NULL);
	assert_int_equal(ka_tree_open_file(&place->tree, "/etc/fifo"), -EINVAL);
	assert_int_equal(ka_tree_open_file(&place->tree, "/etc/socket"), -EINVAL);
	assert_int_equal(ka_tree_open_file(&place->tree, "/etc"), -EINVAL);
	close(fd);
}

static void device_nodes_are_told(void **state)
{
	struct place *place = *state;

	put_directory(place, "/etc");
	/* No driver has this number: opening it would fail with ENXIO. */
	if (mknod(in_root(place, "/etc/device"), S_IFCHR | 0666, makedev(511, 77)) < 0 ||
	    mknod(in_root(place, "/etc/null"), S_IFCHR | 0666, makedev(1, 3)) < 0 ||
	    mknod(in_root(place, "/etc/block"), S_IFBLK | 0666, makedev(511, 77)) < 0) {
		print_message("making device nodes is not permitted here\n");
		skip();
	}
	assert_node(place, "/etc/device", KA_NODE_DEVICE, NULL, NULL);
	assert_node(place, "/etc/block", KA_NODE_DEVICE, NULL, NULL);
	assert_node(place, "/etc/null", KA_NODE_NULL_DEVICE, NULL, NULL);
	assert_int_equal(ka_tree_open_file(&place->tree, "/etc/device"), -EINVAL);
}

static void sizes_are_bounded(void **state)
{
	struct place *place = *state;
	struct ka_node node = {0};

	put(place, "/a", "12345");
	assert_int_equal(ka_tree_read(&place->tree, &place->arena, "/a", 4, &node), -EFBIG);
	assert_null(node.bytes);
	assert_int_equal(ka_tree_read(&place->tree, &place->arena, "/a", 5, &node), 0);
	assert_int_equal(place->tree.bytes_left, KA_TREE_BYTES_MAX - 5);
	place->tree.bytes_left = 4;
	assert_int_equal(ka_tree_read(&place->tree, &place->arena, "/a", 5, &node), -EFBIG);
	/* A file of a terabyte that takes no room. */
	assert_int_equal(truncate(in_root(place, "/a"), (off_t)1 << 40), 0);
	assert_int_equal(ka_tree_read(&place->tree, &place->arena, "/a", MAX, &node), -EFBIG);
}

/* Links take from a budget, so that many long ones cannot hold us up. */
static void steps_are_bounded(void **state)
{
	struct place *place = *state;
	struct ka_node node = {0};

	put(place, "/a/b/c", "text");
	put_link(place, "/link", "a/b/c");
	place->tree.steps_left = 8;
	assert_int_equal(ka_tree_read(&place->tree, &place->arena, "/link", MAX, &node), 0);
	for (int i = 0; i < 8; i++)
		(void)ka_tree_read(&place->tree, &place->arena, "/link", MAX, &node);
	assert_int_equal(ka_tree_read(&place->tree, &place->arena, "/link", MAX, &node), -EFBIG);
	/* Paths without links need none. */
	assert_node(place, "/a/b/c", KA_NODE_REGULAR, NULL, "text");
}

/* What is said to be empty may hold something all the same, as files of /proc do. */
static void files_without_a_size_are_read(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_error error;
	struct ka_tree tree;
	struct ka_node node;

	(void)state;
	assert_int_equal(ka_tree_open("/proc", &tree, &error), 0);
	assert_false(tree.is_host);
	assert_int_equal(ka_tree_read(&tree, &arena, "/filesystems", MAX, &node), 0);
	assert_contains(node.bytes, "tmpfs");
	assert_int_equal(node.length, strlen(node.bytes));
	assert_int_equal(ka_tree_read(&tree, &arena, "/kallsyms", 65536, &node), -EFBIG);
	/* A magic link is its text. */
	assert_int_equal(ka_tree_read(&tree, &arena, "/self/root", MAX, &node), 0);
	assert_int_equal(node.type, KA_NODE_DIRECTORY);
	assert_string_equal(node.target, "/");
	assert_int_equal(ka_tree_read(&tree, &arena, "/self/root/etc/passwd", MAX, &node), 0);
	assert_int_equal(node.type, KA_NODE_ABSENT);
	assert_int_equal(ka_tree_open_file(&tree, "/self/exe"), -ENOENT);
	assert_int_equal(ka_tree_open_directory(&tree, "/self/cwd/etc"), -ENOENT);
	ka_tree_close(&tree);
	ka_arena_clear(&arena);
}

/* ---- Listings ----------------------------------------------------------------------------- */

static bool is_conf(const char *name)
{
	size_t length = strlen(name);

	return length > 5 && strcmp(name + length - 5, ".conf") == 0;
}

static void directories_are_listed_in_order(void **state)
{
	static const char *const expected[] = {".hidden.conf", "100.conf", "9.conf",
					       "Z.conf",       "a.conf",   "link.conf"};
	struct place *place = *state;
	struct ka_listing listing;
	struct ka_node node;

	put(place, "/etc/d/a.conf", "a");
	put(place, "/etc/d/100.conf", "100");
	put(place, "/etc/d/9.conf", "9");
	put(place, "/etc/d/Z.conf", "Z");
	put(place, "/etc/d/.hidden.conf", ".");
	put(place, "/etc/d/README", "no");
	put_link(place, "/etc/d/link.conf", "README");
	put_link(place, "/d", "etc/d");
	assert_int_equal(ka_tree_list(&place->tree, &place->arena, "/d", is_conf, &listing), 0);
	assert_int_equal(listing.count, 6);
	assert_int_equal(place->tree.entries_left, KA_TREE_ENTRIES_MAX - 7);
	for (size_t i = 0; i < listing.count; i++)
		assert_string_equal(listing.entries[i].name, expected[i]);
	for (size_t i = 0; i < listing.count; i++) {
		assert_int_equal(ka_tree_read_entry(&place->tree, &place->arena, "/d", &listing,
						    &listing.entries[i], MAX, &node),
				 0);
		assert_int_equal(node.type, KA_NODE_REGULAR);
		assert_int_equal(node.bytes[0], i < 5 ? expected[i][0] : 'n');
		listing.entries[i].type = DT_UNKNOWN;
		assert_int_equal(ka_tree_read_entry(&place->tree, &place->arena, "/d", &listing,
						    &listing.entries[i], MAX, &node),
				 0);
		assert_int_equal(node.bytes[0], i < 5 ? expected[i][0] : 'n');
	}
	assert_string_equal(node.target, "/etc/d/README");
	close(listing.fd);
}

/* A mask needs neither steps nor a directory of devices. */
static void masks_are_quick(void **state)
{
	struct place *place = *state;
	struct ka_listing listing;
	struct ka_node node;

	put_link(place, "/d/a", "/dev/null");
	put_link(place, "/d/b", "/dev/nul");
	place->tree.steps_left = 0;
	assert_int_equal(ka_tree_list(&place->tree, &place->arena, "/d", NULL, &listing), 0);
	assert_int_equal(ka_tree_read_entry(&place->tree, &place->arena, "/d", &listing,
					    &listing.entries[0], MAX, &node),
			 0);
	assert_int_equal(node.type, KA_NODE_NULL_DEVICE);
	assert_string_equal(node.target, "/dev/null");
	assert_int_equal(ka_tree_read_entry(&place->tree, &place->arena, "/d", &listing,
					    &listing.entries[1], MAX, &node),
			 -EFBIG);
	close(listing.fd);
}

static void what_is_not_there_lists_nothing(void **state)
{
	struct place *place = *state;
	static const char *const paths[] = {"/none", "/none/d", "/file",     "/file/d",
					    "/loop", "/loop/d", "/dangling", "/outside"};
	struct ka_listing listing;

	put(place, "/file", "");
	put_link(place, "/loop", "loop");
	put_link(place, "/dangling", "none");
	put_link(place, "/outside", "../outside");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		ka_test_at("%s", paths[i]);
		listing.count = 77;
		assert_int_equal(
			ka_tree_list(&place->tree, &place->arena, paths[i], NULL, &listing), 0);
		assert_int_equal(listing.fd, -1);
		assert_int_equal(listing.count, 0);
		assert_int_at_most(ka_tree_open_directory(&place->tree, paths[i]), -1);
	}
}

static void entries_are_bounded(void **state)
{
	struct place *place = *state;
	struct ka_listing listing = {.fd = -5};

	put(place, "/d/a.conf", "");
	put(place, "/d/b", "");
	place->tree.entries_left = 2;
	assert_int_equal(ka_tree_list(&place->tree, &place->arena, "/d", is_conf, &listing), 0);
	close(listing.fd);
	listing.fd = -5;
	place->tree.entries_left = 1;
	assert_int_equal(ka_tree_list(&place->tree, &place->arena, "/d", is_conf, &listing),
			 -EFBIG);
	assert_int_equal(listing.fd, -5);
}

/* An entry that is something else by the time it is read. */
static void entries_may_change(void **state)
{
	struct place *place = *state;
	struct ka_listing listing;
	struct ka_entry entry = {.name = "x", .type = DT_REG};
	struct ka_node node;
	const char *name = in_root(place, "/d/x");

	put_directory(place, "/d");
	put(place, "/other", "other");
	assert_int_equal(ka_tree_list(&place->tree, &place->arena, "/d", NULL, &listing), 0);
	for (int i = 0; i < 4; i++) {
		static const enum ka_node_type types[] = {KA_NODE_ABSENT, KA_NODE_DIRECTORY,
							  KA_NODE_FIFO, KA_NODE_REGULAR};

		if (i == 1)
			assert_int_equal(mkdir(name, 0755), 0);
		if (i == 2)
			assert_int_equal(mkfifo(name, 0644), 0);
		if (i == 3)
			assert_int_equal(symlink("/other", name), 0);
		assert_int_equal(ka_tree_read_entry(&place->tree, &place->arena, "/d", &listing,
						    &entry, MAX, &node),
				 0);
		assert_int_equal(node.type, types[i]);
		remove(name);
	}
	assert_string_equal(node.target, "/other");
	close(listing.fd);
}

/* ---- Remembered names --------------------------------------------------------------------- */

static void put_remembered(struct place *place)
{
	put(place, "/etc/file", "file\n");
	put(place, "/etc/d/file", "deep\n");
	put_link(place, "/etc/link", "d/file");
	put_link(place, "/etc/mask", "/dev/null");
	put(place, "/usr/lib/file", "usr\n");
	put_link(place, "/lib", "usr/lib");
	put_link(place, "/loop", "loop");
	assert_int_equal(mkfifo(in_root(place, "/etc/fifo"), 0644), 0);
}

/* What is remembered makes answers quick, not other ones. */
static void remembered_names_change_nothing(void **state)
{
	static const char *const paths[] = {
		"/",         "/etc",          "/etc/file", "/etc/d/file",     "/etc/link",
		"/etc/mask", "/usr/lib/file", "/lib/file", "/lib/../etc",     "/loop",
		"/loop/x",   "/etc/fifo",     "/etc/none", "/etc/none/x",     "/none",
		"/usr",      "/usr/none",     "/etc/d",    "/etc/file/x",     "/usr/local/lib/x",
		"/et",       "/etc/fil",      "/etc/fi",   "/etc/../etc/file"};
	enum { COUNT = sizeof(paths) / sizeof(paths[0]) };
	struct place *place = *state;
	struct ka_node before[COUNT];

	put_remembered(place);
	for (size_t i = 0; i < COUNT; i++)
		before[i] = look_at(place, paths[i]);
	ka_tree_remember(&place->tree, &place->arena);
	for (size_t i = 0; i < COUNT; i++) {
		int fd = ka_tree_open_directory(&place->tree, paths[i]);

		assert_node(place, paths[i], before[i].type, before[i].target, before[i].bytes);
		ka_test_at("%s", paths[i]);
		assert_int_equal(fd >= 0, before[i].type == KA_NODE_DIRECTORY);
		if (fd >= 0)
			close(fd);
	}
	/* It is a memory: what is new is not seen until it is forgotten. */
	put(place, "/etc/none", "new\n");
	assert_node(place, "/etc/none", KA_NODE_ABSENT, NULL, NULL);
	assert_int_equal(remove(in_root(place, "/etc/file")), 0);
	assert_node(place, "/etc/file", KA_NODE_ABSENT, NULL, NULL);
	ka_tree_forget(&place->tree);
	assert_node(place, "/etc/none", KA_NODE_REGULAR, NULL, "new\n");
	ka_tree_forget(&place->tree);
}

/* ---- Roots -------------------------------------------------------------------------------- */

static void roots_are_directories(void **state)
{
	struct place *place = *state;
	struct ka_error error = {0};
	struct ka_tree tree = {.fd = -7};

	put(place, "/file", "");
	assert_int_equal(ka_tree_open(in_root(place, "/file"), &tree, &error), -1);
	assert_int_equal(error.id, KA_E_ROOT);
	assert_int_equal(error.sys_errno, ENOTDIR);
	assert_int_equal(ka_tree_open(in_root(place, "/none"), &tree, &error), -1);
	assert_int_equal(error.sys_errno, ENOENT);
	assert_int_equal(tree.fd, -7);
	assert_int_equal(ka_tree_open("/", &tree, &error), 0);
	assert_true(tree.is_host);
	ka_tree_close(&tree);
	assert_int_equal(tree.fd, -1);
	ka_tree_close(&tree);
	assert_int_equal(ka_tree_open("/../.", &tree, &error), 0);
	assert_true(tree.is_host);
	ka_tree_close(&tree);
	assert_false(place->tree.is_host);
}

static void lack_of_memory_is_told(void **state)
{
	struct place *place = *state;
	int error = -ENOMEM;

	put(place, "/etc/d/a.conf", "12345678901234567890");
	put_link(place, "/etc/d/b.conf", "a.conf");
	for (size_t cap = 0; error == -ENOMEM; cap += 8) {
		struct ka_arena arena = ka_arena_make(cap);
		struct ka_listing listing;
		struct ka_node node;

		error = ka_tree_list(&place->tree, &arena, "/etc/d", NULL, &listing);
		if (error == 0)
			close(listing.fd);
		if (error == 0)
			error = ka_tree_read(&place->tree, &arena, "/etc/d/b.conf", MAX, &node);
		if (error == 0)
			assert_string_equal(node.target, "/etc/d/a.conf");
		ka_arena_clear(&arena);
	}
	assert_int_equal(error, 0);
}

/* ---- Permission --------------------------------------------------------------------------- */

static int look_at_forbidden(struct place *place)
{
	struct ka_listing listing;
	struct ka_node node;
	struct ka_error error;
	struct ka_tree tree;

	if (ka_tree_read(&place->tree, &place->arena, "/etc/secret", MAX, &node) != -EACCES)
		return 1;
	if (ka_tree_read(&place->tree, &place->arena, "/closed/x", MAX, &node) != -EACCES)
		return 2;
	if (ka_tree_list(&place->tree, &place->arena, "/closed", NULL, &listing) != -EACCES)
		return 3;
	if (ka_tree_list(&place->tree, &place->arena, "/etc", NULL, &listing) != 0 ||
	    listing.count != 2)
		return 4;
	if (ka_tree_read_entry(&place->tree, &place->arena, "/etc", &listing, &listing.entries[1],
			       MAX, &node) != -EACCES)
		return 5;
	/* What stands behind a link is told without being opened. */
	if (ka_tree_read(&place->tree, &place->arena, "/etc/link", MAX, &node) != -EACCES)
		return 6;
	if (ka_tree_open(in_root(place, "/closed"), &tree, &error) != -1 ||
	    error.sys_errno != EACCES || error.id != KA_E_ROOT)
		return 7;
	return 0;
}

static void permission_is_needed(void **state)
{
	struct place *place = *state;

	need_root();
	put(place, "/etc/secret", "secret");
	put_link(place, "/etc/link", "secret");
	put(place, "/closed/x", "x");
	assert_int_equal(chmod(in_root(place, "/etc/secret"), 0600), 0);
	assert_int_equal(chmod(in_root(place, "/closed"), 0700), 0);
	assert_int_equal(as_nobody(place, look_at_forbidden), 0);
}

/* ---- Change ------------------------------------------------------------------------------- */

struct changer {
	struct place *place;
	atomic_bool is_over;
};

/* Appends to one file for ever, and lets it shrink again. */
static void *change_sizes(void *argument)
{
	struct changer *changer = argument;
	char bytes[4096];
	int fd = open(in_root(changer->place, "/growing"), O_WRONLY | O_APPEND | O_CLOEXEC);

	memset(bytes, 'x', sizeof(bytes));
	for (unsigned i = 0; !changer->is_over; i++) {
		if (write(fd, bytes, sizeof(bytes)) < 0 || (i % 256 == 0 && ftruncate(fd, 1) < 0))
			break;
	}
	close(fd);
	return NULL;
}

static void changing_files_are_read(void **state)
{
	struct changer changer = {.place = *state};
	int64_t until = now_ms() + 300;
	pthread_t thread;

	put(changer.place, "/growing", "x");
	assert_int_equal(pthread_create(&thread, NULL, change_sizes, &changer), 0);
	while (now_ms() < until) {
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		struct ka_node node = {0};
		int error;

		changer.place->tree.bytes_left = KA_TREE_BYTES_MAX;
		error = ka_tree_read(&changer.place->tree, &arena, "/growing", MAX, &node);
		if (error != -EFBIG) {
			assert_int_equal(error, 0);
			assert_int_equal(node.type, KA_NODE_REGULAR);
			assert_int_at_most(node.length, MAX);
			assert_int_equal(node.bytes[node.length], 0);
		}
		ka_arena_clear(&arena);
	}
	changer.is_over = true;
	pthread_join(thread, NULL);
}

/* A directory that is now itself, now a link to the outside, for ever. */
static void *swap_directories(void *argument)
{
	struct changer *changer = argument;
	char link[PATH_MAX], directory[PATH_MAX];

	snprintf(link, sizeof(link), "%s/link", changer->place->root);
	snprintf(directory, sizeof(directory), "%s/etc", changer->place->root);
	while (!changer->is_over)
		if (renameat2(AT_FDCWD, link, AT_FDCWD, directory, RENAME_EXCHANGE) < 0)
			break;
	return NULL;
}

static void swapped_directories_do_not_lead_out(void **state)
{
	struct changer changer = {.place = *state};
	int64_t until = now_ms() + 300;
	unsigned seen = 0, looks = 0;
	pthread_t thread;

	put(changer.place, "/etc/sub/canary", "inside\n");
	put_link(changer.place, "/link", changer.place->path);
	put_link(changer.place, "/a", "etc/sub/../sub/canary");
	/* Were the link's text taken for a path of the host, this would be found. */
	assert_int_equal(mkdir(in_root(changer.place, "/../sub"), 0755), 0);
	assert_int_equal(link(in_root(changer.place, "/../outside/canary"),
			      in_root(changer.place, "/../sub/canary")),
			 0);
	assert_int_equal(pthread_create(&thread, NULL, swap_directories, &changer), 0);
	while (now_ms() < until) {
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		struct ka_node node = {0};

		changer.place->tree.steps_left = KA_TREE_STEPS_MAX;
		if (ka_tree_read(&changer.place->tree, &arena, "/a", MAX, &node) == 0 &&
		    node.bytes) {
			assert_string_equal(node.bytes, "inside\n");
			seen++;
		}
		looks++;
		ka_arena_clear(&arena);
	}
	changer.is_over = true;
	pthread_join(thread, NULL);
	assert_int_at_least(seen, 1);
	assert_int_at_least(looks, seen);
}

/* ---- Size --------------------------------------------------------------------------------- */

/* Directories nearly as deep as a path can name. */
static void deep_directories_are_no_trouble(void **state)
{
	struct place *place = *state;
	char path[3000] = "", target[3010];
	int64_t start;
	int fd = open(place->root, O_PATH | O_CLOEXEC);

	for (int i = 0; i < 1400; i++) { /* a deeper one could not be removed by its name */
		int next;

		assert_int_equal(mkdirat(fd, "d", 0755), 0);
		next = openat(fd, "d", O_PATH | O_CLOEXEC);
		assert_int_at_least(next, 0);
		close(fd);
		fd = next;
		strcat(path, "/d");
	}
	assert_int_equal(symlinkat("../nothing", fd, "x"), 0);
	close(fd);
	start = used_ms();
	snprintf(target, sizeof(target), "%s/x", path);
	assert_int_equal(look_at(place, target).type, KA_NODE_DANGLING);
	assert_int_equal(look_at(place, path).type, KA_NODE_DIRECTORY);
	put_link(place, "/deep", target + 1);
	assert_int_equal(look_at(place, "/deep").type, KA_NODE_DANGLING);
	assert_int_at_most(used_ms() - start, 1000);
}

/* The worst that links can do: a chain of long ones, looked at again and again. */
static void expensive_links_end_soon(void **state)
{
	struct place *place = *state;
	char target[PATH_MAX], name[32];
	int64_t start;
	int error = 0;

	put_directory(place, "/d");
	for (size_t length = 0; length + 20 < sizeof(target); length += 5)
		memcpy(target + length, "d/../", 6);
	for (int i = 0; i < 40; i++) {
		sprintf(strrchr(target, '/'), "/%d", i + 1);
		snprintf(name, sizeof(name), "/%d", i);
		put_link(place, name, target);
	}
	start = used_ms();
	for (int i = 0; i < 1000 && error == 0; i++) {
		struct ka_node node;

		error = ka_tree_read(&place->tree, &place->arena, "/0", MAX, &node);
	}
	assert_int_equal(error, -EFBIG);
	assert_int_at_most(used_ms() - start, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_BOTH_WAYS(plain_files_are_read),
		IN_BOTH_WAYS(untidy_paths_stay_inside),
		IN_BOTH_WAYS(links_are_followed_inside),
		IN_BOTH_WAYS(no_link_leaves_the_root),
		IN_BOTH_WAYS(circles_end),
		IN_BOTH_WAYS(forty_links_are_followed),
		IN_BOTH_WAYS(long_links_end),
		IN_BOTH_WAYS(devices_are_known_not_opened),
		IN_BOTH_WAYS(other_kinds_are_told),
		IN_BOTH_WAYS(device_nodes_are_told),
		IN_BOTH_WAYS(sizes_are_bounded),
		IN_BOTH_WAYS(steps_are_bounded),
		cmocka_unit_test(files_without_a_size_are_read),
		IN_BOTH_WAYS(directories_are_listed_in_order),
		IN_BOTH_WAYS(masks_are_quick),
		IN_BOTH_WAYS(what_is_not_there_lists_nothing),
		IN_BOTH_WAYS(entries_are_bounded),
		IN_BOTH_WAYS(entries_may_change),
		IN_BOTH_WAYS(remembered_names_change_nothing),
		IN_A_PLACE(roots_are_directories),
		IN_A_PLACE(lack_of_memory_is_told),
		IN_BOTH_WAYS(permission_is_needed),
		IN_A_PLACE(changing_files_are_read),
		IN_BOTH_WAYS(swapped_directories_do_not_lead_out),
		IN_BOTH_WAYS(deep_directories_are_no_trouble),
		IN_BOTH_WAYS(expensive_links_end_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
