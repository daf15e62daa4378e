#include "edge/sysctld.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
	DIRECTORIES = KA_SYSCTL_CONF, /* those before it are directories */
	STRAY_MAX = 64 * 1024,        /* of a file that no loader reads */
	MIB = 1024 * 1024,
};

/* The first that has the credential wins. */
static const char *const stores[] = {"/etc/credstore", "/run/credstore", "/usr/local/lib/credstore",
				     "/usr/lib/credstore"};
enum { STORES = sizeof(stores) / sizeof(stores[0]) };
static const char CREDENTIAL[] = "sysctl.extra";

struct directory {
	struct ka_listing listing;
	int again_of; /* an earlier directory that is the same; -1: none */
	size_t first, count;
};

struct reading {
	struct ka_tree *tree;
	struct ka_arena *arena;
	struct directory directories[DIRECTORIES];
	struct ka_boot_file *files;
	size_t count;
};

static int fail(const struct reading *reading, int error, const char *path, struct ka_error *reterr)
{
	if (error == -ENOMEM)
		return ka_fail_memory(reterr);
	if (error != -EFBIG)
		return ka_fail_sys(reterr, KA_E_BOOT_READ, -error, "cannot read %s", path);
	if (reading->tree->entries_left == 0)
		return ka_fail_at(reterr, KA_E_BOOT_LIMIT, path, 0, 0,
				  "more than %d directory entries below one root",
				  KA_TREE_ENTRIES_MAX);
	if (reading->tree->steps_left == 0)
		return ka_fail_at(reterr, KA_E_BOOT_LIMIT, path, 0, 0,
				  "links of more than %d components below one root",
				  KA_TREE_STEPS_MAX);
	return ka_fail_at(reterr, KA_E_BOOT_LIMIT, path, 0, 0,
			  "larger than %d MiB, or more than %d MiB below one root",
			  KA_SYSCTLD_FILE_MAX / MIB, KA_TREE_BYTES_MAX / MIB);
}

/* ---- Names -------------------------------------------------------------------------------- */

static bool has_suffix(const char *name, size_t length, const char *suffix)
{
	size_t tail = strlen(suffix);

	return length >= tail && strcasecmp(name + length - tail, suffix) == 0;
}

static bool is_conf(const char *name)
{
	size_t length = strlen(name);

	return length >= 5 && memcmp(name + length - 5, ".conf", 5) == 0;
}

/* What editors, package managers and people leave lying around, and know to be dead. */
static bool is_leftover(const char *name)
{
	static const char *const suffixes[] = {
		"~",         ".backup",  ".bak",     ".orig",    ".old",    ".save",    ".swp",
		".tmp",      ".rpmsave", ".rpmnew",  ".rpmorig", ".pacnew", ".pacsave", ".apk-new",
		".disabled", ".off",     ".example", ".sample",  ".dist",   ".md",
	};
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (has_suffix(name, length, suffixes[i]))
			return true;
	return strstr(name, ".bak") || strstr(name, ".dpkg-") || strstr(name, ".ucf-") ||
	       name[0] == '.' || name[0] == '#' || strncasecmp(name, "README", 6) == 0;
}

static bool wants(const char *name)
{
	return is_conf(name) || !is_leftover(name);
}

/* ---- Directories -------------------------------------------------------------------------- */

/* What nothing at boot depends on: an image's /run. */
static bool is_without_meaning(const struct reading *reading, int directory)
{
	return directory == KA_IN_RUN && !reading->tree->is_host;
}

static int find_same(const struct reading *reading, int number)
{
	for (int i = 0; i < number; i++)
		if (reading->directories[i].again_of < 0 &&
		    ka_tree_is_same_directory(&reading->directories[i].listing,
					      &reading->directories[number].listing))
			return i;
	return -1;
}

static int list(struct reading *reading, int number, struct ka_error *reterr)
{
	struct directory *directory = &reading->directories[number];
	const char *path = ka_boot_directory_paths[number];
	size_t entries_left = reading->tree->entries_left;
	int error = ka_tree_list(reading->tree, reading->arena, path, wants, &directory->listing);

	if (error < 0 && (error == -ENOMEM || !is_without_meaning(reading, number)))
		return fail(reading, error, path, reterr);
	directory->again_of = find_same(reading, number);
	if (directory->again_of >= 0) {
		directory->listing.count = 0;
		reading->tree->entries_left = entries_left;
	}
	return 0;
}

static void close_listings(struct reading *reading)
{
	for (int i = 0; i < DIRECTORIES; i++)
		if (reading->directories[i].listing.fd >= 0)
			close(reading->directories[i].listing.fd);
}

static size_t count_entries(const struct reading *reading)
{
	size_t count = 0;

	for (int i = 0; i < DIRECTORIES; i++) {
		int same = reading->directories[i].again_of;

		count += reading->directories[same < 0 ? i : same].listing.count;
	}
	return count;
}

/* ---- Files -------------------------------------------------------------------------------- */

static const char *join(struct ka_arena *arena, const char *directory, const char *name)
{
	char *path = ka_arena_alloc(arena, strlen(directory) + 1 + strlen(name) + 1);

	if (!path)
		return "";
	stpcpy(stpcpy(stpcpy(path, directory), "/"), name);
	return path;
}

static void add(struct reading *reading, enum ka_boot_directory directory, const char *path,
		const char *name, const struct ka_node *node)
{
	reading->files[reading->count++] = (struct ka_boot_file){
		.directory = directory,
		.name = name,
		.path = path,
		.type = node->type,
		.target = node->target,
		.bytes = node->bytes,
		.length = node->length,
	};
}

static int read_entry(struct reading *reading, int number, const struct ka_entry *entry,
		      struct ka_error *reterr)
{
	const char *directory = ka_boot_directory_paths[number];
	const struct ka_listing *listing = &reading->directories[number].listing;
	bool counts = is_conf(entry->name);
	struct ka_node node;
	int error;

	if (!counts && entry->type == DT_DIR)
		return 0;
	error = ka_tree_read_entry(reading->tree, reading->arena, directory, listing, entry,
				   counts ? KA_SYSCTLD_FILE_MAX : STRAY_MAX, &node);
	if (error < 0 && error != -ENOMEM && (!counts || is_without_meaning(reading, number)))
		return 0;
	if (error < 0)
		return fail(reading, error, join(reading->arena, directory, entry->name), reterr);
	if (node.type != KA_NODE_ABSENT && (counts || node.type == KA_NODE_REGULAR))
		add(reading, (enum ka_boot_directory)number,
		    join(reading->arena, directory, entry->name), entry->name, &node);
	return 0;
}

/* The files of a directory that is another name of an earlier one. */
static void read_again(struct reading *reading, int number, const struct directory *same)
{
	const char *directory = ka_boot_directory_paths[number];

	for (size_t i = same->first; i < same->first + same->count; i++) {
		struct ka_boot_file file = reading->files[i];

		file.directory = (enum ka_boot_directory)number;
		file.path = join(reading->arena, directory, file.name);
		file.is_again = true;
		reading->files[reading->count++] = file;
	}
}

static int read_directory(struct reading *reading, int number, struct ka_error *reterr)
{
	struct directory *directory = &reading->directories[number];

	directory->first = reading->count;
	if (directory->again_of >= 0)
		read_again(reading, number, &reading->directories[directory->again_of]);
	for (size_t i = 0; i < directory->listing.count; i++)
		if (read_entry(reading, number, &directory->listing.entries[i], reterr) < 0)
			return -1;
	directory->count = reading->count - directory->first;
	return 0;
}

static int read_conf(struct reading *reading, struct ka_error *reterr)
{
	const char *path = ka_boot_directory_paths[KA_SYSCTL_CONF];
	struct ka_node node;
	int error = ka_tree_read(reading->tree, reading->arena, path, KA_SYSCTLD_FILE_MAX, &node);

	if (error < 0)
		return fail(reading, error, path, reterr);
	if (node.type != KA_NODE_ABSENT)
		add(reading, KA_SYSCTL_CONF, path, strrchr(path, '/') + 1, &node);
	return 0;
}

static int read_credential(struct reading *reading, const char *store, struct ka_error *reterr)
{
	const char *path = join(reading->arena, store, CREDENTIAL);
	struct ka_node node;
	int error = ka_tree_read(reading->tree, reading->arena, path, KA_SYSCTLD_FILE_MAX, &node);

	/* Stores are closed to all but root: a host can be looked at without them. */
	if (error == -EACCES && reading->tree->is_host)
		return 0;
	if (error < 0)
		return fail(reading, error, path, reterr);
	if (node.type == KA_NODE_REGULAR)
		add(reading, KA_CREDENTIAL, path, CREDENTIAL, &node);
	return 0;
}

static int read_files(struct reading *reading, struct ka_error *reterr)
{
	reading->files = ka_arena_array(reading->arena, count_entries(reading) + 1 + STORES,
					sizeof(*reading->files));
	if (!reading->files)
		return ka_fail_memory(reterr);
	for (int i = 0; i < DIRECTORIES; i++)
		if (read_directory(reading, i, reterr) < 0)
			return -1;
	if (read_conf(reading, reterr) < 0)
		return -1;
	for (size_t i = 0; i < STORES; i++)
		if (read_credential(reading, stores[i], reterr) < 0)
			return -1;
	return reading->arena->has_failed ? ka_fail_memory(reterr) : 0;
}

int ka_sysctld_read(struct ka_tree *tree, struct ka_arena *arena,
		    const struct ka_boot_file **ret_files, size_t *ret_count,
		    struct ka_error *reterr)
{
	struct reading reading = {.tree = tree, .arena = arena};
	int result = 0;

	for (int i = 0; i < DIRECTORIES; i++)
		reading.directories[i] = (struct directory){.listing = {.fd = -1}, .again_of = -1};
	for (int i = 0; i < DIRECTORIES && result == 0; i++)
		result = list(&reading, i, reterr);
	if (result == 0)
		result = read_files(&reading, reterr);
	close_listings(&reading);
	if (result < 0)
		return -1;
	*ret_files = reading.files;
	*ret_count = reading.count;
	return 0;
}
