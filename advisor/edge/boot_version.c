#include "edge/boot_version.h"

#include "edge/boot_release.h"
#include "edge/boot_setter_list.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
	PROGRAM_MAX = 2 * 1024 * 1024,
	FIRST_WITH_LIBRARY = 230,
	SYSTEMD_MAX = 999,
};

static const char LIBRARY[] = "libsystemd-shared-";

/* A number of at most three digits behind *text, which is moved behind it; -1: there is none. */
static int take_number(const char **text)
{
	int number = -1;

	for (int digits = 0; **text >= '0' && **text <= '9' && digits < 3; digits++)
		number = (number < 0 ? 0 : number) * 10 + *(*text)++ - '0';
	return **text >= '0' && **text <= '9' ? -1 : number;
}

/* ---- Programs ----------------------------------------------------------------------------- */

struct program {
	struct ka_arena arena;
	struct ka_node node;
	const char *path; /* NULL: there is none */
};

static bool is_busybox(const struct ka_node *node)
{
	static const char *const names[] = {"/busybox", "/toybox"};
	const char *name = node->target ? strrchr(node->target, '/') : NULL;

	for (size_t i = 0; name && i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(name, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* Reads the first of the paths at which a program stands. What cannot be read, or is too large, has
 * no bytes: nobody depends on it. */
static int read_program(struct ka_tree *tree, const char *const *paths, struct program *program,
			struct ka_error *reterr)
{
	struct ka_node *node = &program->node;
	int error = 0;

	program->arena = ka_arena_make(KA_ARENA_CAP);
	program->path = NULL;
	for (; *paths && !program->path && error != -ENOMEM; paths++) {
		*node = (struct ka_node){0};
		error = ka_tree_look(tree, &program->arena, *paths, node);
		if (error < 0 || node->type != KA_NODE_REGULAR)
			continue;
		program->path = *paths;
		if (!is_busybox(node) && node->length <= PROGRAM_MAX)
			error = ka_tree_read(tree, &program->arena, *paths, PROGRAM_MAX, node);
	}
	return error == -ENOMEM ? ka_fail_memory(reterr) : 0;
}

/* What follows the words in a program, after from; NULL: nothing. */
static const char *find_words(const struct program *program, const char *from, const char *words)
{
	const char *bytes = program->node.bytes, *at;

	if (!bytes)
		return NULL;
	from = from ? from : bytes;
	at = memmem(from, program->node.length - (size_t)(from - bytes), words, strlen(words));
	return at ? at + strlen(words) : NULL;
}

static bool has_words(const struct program *program, const char *words)
{
	return find_words(program, NULL, words) != NULL;
}

/* The number that follows the words, wherever one does. *ret_rest is what follows it. */
static unsigned find_number(const struct program *program, const char *words, const char **ret_rest)
{
	const char *at = NULL;

	while ((at = find_words(program, at, words))) {
		const char *rest = at;
		int number = take_number(&rest);

		if (number <= 0)
			continue;
		*ret_rest = rest;
		return (unsigned)number;
	}
	return 0;
}

/* ---- systemd ------------------------------------------------------------------------------ */

static bool is_library(const char *name)
{
	return strncmp(name, LIBRARY, strlen(LIBRARY)) == 0;
}

static bool is_multiarch(const char *name)
{
	return strstr(name, "-linux-") != NULL;
}

/* "libsystemd-shared-252.39-1.fc40.so" is 252; 0: it is something else. */
static unsigned version_of_library(const char *name)
{
	const char *at = name + strlen(LIBRARY);
	int version = take_number(&at);

	return version >= FIRST_WITH_LIBRARY && strstr(at, ".so") ? (unsigned)version : 0;
}

/* Finds the library of the highest version in a directory. */
static int look_for_library(struct ka_tree *tree, struct ka_arena *arena, const char *directory,
			    struct ka_found_version *found, struct ka_error *reterr)
{
	struct ka_listing listing;

	if (ka_setter_list_directory(tree, arena, directory, is_library, &listing, reterr) < 0)
		return -1;
	for (size_t i = 0; i < listing.count; i++) {
		const char *name = listing.entries[i].name;
		unsigned version = version_of_library(name);

		if (version <= found->version.major)
			continue;
		found->is_found = true;
		found->version.major = version;
		found->source = ka_arena_printf(arena, "%s/%s", directory, name);
	}
	if (listing.fd >= 0)
		close(listing.fd);
	return 0;
}

/* Debian's: /usr/lib/x86_64-linux-gnu/systemd. */
static int look_in_multiarch(struct ka_tree *tree, struct ka_arena *arena,
			     struct ka_found_version *found, struct ka_error *reterr)
{
	enum { ARCHITECTURES_MAX = 32 };
	struct ka_listing listing;
	int result = 0;

	if (ka_setter_list_directory(tree, arena, "/usr/lib", is_multiarch, &listing, reterr) < 0)
		return -1;
	if (listing.fd >= 0)
		close(listing.fd);
	for (size_t i = 0; i < listing.count && i < ARCHITECTURES_MAX && result == 0; i++)
		result = look_for_library(
			tree, arena,
			ka_arena_printf(arena, "/usr/lib/%s/systemd", listing.entries[i].name),
			found, reterr);
	return result;
}

static int find_library(struct ka_tree *tree, struct ka_arena *arena,
			struct ka_found_version *found, struct ka_error *reterr)
{
	static const char *const directories[] = {"/usr/lib/systemd", "/usr/lib64/systemd", NULL,
						  "/lib/systemd"};

	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		int result = directories[i]
				     ? look_for_library(tree, arena, directories[i], found, reterr)
				     : look_in_multiarch(tree, arena, found, reterr);

		if (result < 0)
			return -1;
		if (found->is_found)
			break;
	}
	return 0;
}

/* Old ones have no library, and say "systemd 219" themselves. */
static int ask_systemd(struct ka_tree *tree, struct ka_found_version *found,
		       struct ka_error *reterr)
{
	static const char *const paths[] = {"/usr/lib/systemd/systemd-sysctl",
					    "/lib/systemd/systemd-sysctl", NULL};
	struct program program;
	const char *rest;
	int result = read_program(tree, paths, &program, reterr);

	if (result == 0 && program.path) {
		found->is_found = true;
		found->source = program.path;
		found->version.major = find_number(&program, "systemd ", &rest);
		/* What the patch of RHEL 7 adds. */
		found->version.is_rhel =
			found->version.major == 219 && has_words(&program, "/etc/sysctl.conf");
	}
	ka_arena_clear(&program.arena);
	return result;
}

int ka_boot_systemd_version(struct ka_tree *tree, struct ka_arena *arena,
			    struct ka_found_version *ret_found, struct ka_error *reterr)
{
	struct ka_found_version found = {.version.family = KA_SYSTEMD};

	if (find_library(tree, arena, &found, reterr) < 0 ||
	    (!found.is_found && ask_systemd(tree, &found, reterr) < 0))
		return -1;
	if ((found.version.major == 0 || found.version.major == 239) &&
	    ka_boot_release_systemd(tree, arena, &found, reterr) < 0)
		return -1;
	if (arena->has_failed)
		return ka_fail_memory(reterr);
	*ret_found = found;
	return 0;
}

/* ---- sysctl ------------------------------------------------------------------------------- */

/* "procps-ng 3.3.17" */
static bool read_version(const struct program *program, struct ka_loader_version *version)
{
	unsigned *const parts[] = {&version->minor, &version->patch};
	const char *at;

	version->major = find_number(program, "procps-ng ", &at);
	for (size_t i = 0; version->major > 0 && i < 2 && *at == '.'; i++) {
		int number;

		at++;
		number = take_number(&at);
		if (number > 0)
			*parts[i] = (unsigned)number;
	}
	return version->major > 0;
}

/* Builds without a version of their own want a library that has one. */
static bool guess_by_library(const struct program *program, struct ka_loader_version *version)
{
	static const struct {
		const char *library;
		unsigned major, minor, patch;
	} libraries[] = {
		{"libproc2.so.0", 4, 0, 2},   {"libproc2.so.", 4, 0, 5},
		{"libprocps.so.8", 3, 3, 17}, {"libprocps.so.7", 3, 3, 15},
		{"libprocps.so.6", 3, 3, 12}, {"libprocps.so.", 3, 3, 10},
	};

	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++) {
		if (!has_words(program, libraries[i].library))
			continue;
		version->major = libraries[i].major;
		version->minor = libraries[i].minor;
		version->patch = libraries[i].patch;
		return true;
	}
	return has_words(program, "procps");
}

int ka_boot_sysctl_version(struct ka_tree *tree, struct ka_found_version *ret_found,
			   struct ka_error *reterr)
{
	static const char *const paths[] = {"/usr/sbin/sysctl", "/usr/bin/sysctl", "/sbin/sysctl",
					    "/bin/sysctl", NULL};
	struct ka_found_version found = {.version.family = KA_PROCPS};
	struct program program;
	int result = read_program(tree, paths, &program, reterr);

	if (result == 0 && program.path) {
		found.source = program.path;
		if (is_busybox(&program.node) || has_words(&program, "BusyBox v"))
			found.version.family = KA_BUSYBOX;
		found.is_found = found.version.family == KA_BUSYBOX || !program.node.bytes ||
				 read_version(&program, &found.version) ||
				 guess_by_library(&program, &found.version);
	}
	ka_arena_clear(&program.arena);
	if (result == 0)
		*ret_found = found;
	return result;
}
