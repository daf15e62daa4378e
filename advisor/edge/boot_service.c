#include "edge/boot_service.h"

#include "edge/boot_setter_list.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DROP_INS_MAX = 1000 };

#define UNIT "systemd-sysctl.service"

/* Where units stand. The last two are the distribution's. */
static const struct {
	const char *path, *unit, *drop_ins;
} directories[] = {
#define DIRECTORY(path)                                                                            \
	{                                                                                          \
		path, path "/" UNIT, path "/" UNIT ".d"                                            \
	}
	DIRECTORY("/etc/systemd/system"),           DIRECTORY("/run/systemd/system"),
	DIRECTORY("/usr/local/lib/systemd/system"), DIRECTORY("/usr/lib/systemd/system"),
	DIRECTORY("/lib/systemd/system"),
#undef DIRECTORY
};
enum { OF_RUN = 1, OF_LOCAL = 2, OF_DISTRIBUTION = 3, DIRECTORIES = 5 };

struct drop_in {
	const char *name;
	size_t directory;
};

struct looking {
	struct ka_tree *tree;
	struct ka_arena *arena;
	bool is_used[DIRECTORIES];
	size_t unit; /* the directory that has it */
	struct drop_in *drop_ins;
	size_t drop_in_count;
	struct ka_service service;
};

/* ---- Commands ----------------------------------------------------------------------------- */

static void call(struct looking *looking, const char *path, const char *command)
{
	struct ka_service *service = &looking->service;

	service->reason = ka_arena_printf(looking->arena, "%s calls %.200s", path, command);
	if (strstr(command, "systemd-sysctl")) {
		service->calls = KA_SERVICE_CALLS_SYSTEMD;
		service->reason = NULL;
	} else if (strstr(command, "sysctl") &&
		   (strstr(command, " --system") || strstr(command, " -p") ||
		    strstr(command, " --load"))) {
		service->calls = KA_SERVICE_CALLS_SYSCTL;
	} else if (service->calls == KA_SERVICE_CALLS_NOTHING) {
		service->calls = KA_SERVICE_CALLS_OTHER;
	} else {
		/* One more command, beside one that is known. */
		service->reason = NULL;
	}
}

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

/* One line of a unit, without its end. */
static void read_line(struct looking *looking, const char *path, const char *line, bool *is_service)
{
	static const char key[] = "ExecStart";

	line = skip_blanks(line);
	if (*line == '[')
		*is_service = strncmp(line, "[Service]", 9) == 0;
	if (!*is_service || strncmp(line, key, strlen(key)) != 0)
		return;
	line = skip_blanks(line + strlen(key));
	if (*line++ != '=')
		return;
	line = skip_blanks(line);
	if (*line) {
		call(looking, path, line);
		return;
	}
	looking->service.calls = KA_SERVICE_CALLS_NOTHING;
	looking->service.reason =
		ka_arena_printf(looking->arena, "%s takes away what it calls", path);
}

/* Joins lines that a backslash continues. */
static void join_lines(char *text)
{
	for (char *at = text; (at = strstr(at, "\\\n"));)
		at[0] = at[1] = ' ';
}

static void read_text(struct looking *looking, const char *path, char *text)
{
	bool is_service = false;
	char *rest, *line;

	join_lines(text);
	for (line = strtok_r(text, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest))
		read_line(looking, path, line, &is_service);
}

/* What a unit or drop-in calls, after what was called before. */
static int read_unit(struct looking *looking, const char *path, struct ka_error *reterr)
{
	struct ka_arena scratch = ka_arena_make(KA_ARENA_CAP);
	struct ka_node node;
	int result = ka_setter_read(looking->tree, &scratch, path, &node, reterr);

	if (result == 0 && node.bytes) {
		char *text = ka_arena_alloc(&scratch, node.length + 1);

		if (text)
			read_text(looking, path, memcpy(text, node.bytes, node.length));
		else
			result = ka_fail_memory(reterr);
	}
	ka_arena_clear(&scratch);
	return result;
}

/* ---- The unit ----------------------------------------------------------------------------- */

static int look(struct looking *looking, const char *path, struct ka_node *ret_node,
		struct ka_error *reterr)
{
	return ka_setter_look(looking->tree, looking->arena, path, ret_node, reterr);
}

/* Leaves out the directories that need not be looked into. */
static int choose_directories(struct looking *looking, struct ka_error *reterr)
{
	struct ka_node node;

	memset(looking->is_used, true, sizeof(looking->is_used));
	/* A boot begins with an empty /run. */
	looking->is_used[OF_RUN] = looking->tree->is_host;
	if (look(looking, directories[OF_LOCAL].path, &node, reterr) < 0)
		return -1;
	looking->is_used[OF_LOCAL] = node.type == KA_NODE_DIRECTORY;
	return 0;
}

/* Whether the unit is masked. One that a distribution delivers empty is taken for a sketch of an
 * image. */
static bool is_masked(size_t directory, const struct ka_node *node)
{
	return node->type == KA_NODE_NULL_DEVICE ||
	       (node->type == KA_NODE_REGULAR && node->length == 0 && directory < OF_DISTRIBUTION);
}

static int take_unit(struct looking *looking, size_t directory, struct ka_error *reterr)
{
	const char *path = directories[directory].unit;

	looking->service.calls = KA_SERVICE_CALLS_SYSTEMD;
	if (directory >= OF_DISTRIBUTION)
		return 0;
	looking->service.calls = KA_SERVICE_CALLS_NOTHING;
	looking->service.reason = ka_arena_printf(looking->arena, "%s calls nothing", path);
	return read_unit(looking, path, reterr);
}

static int find_unit(struct looking *looking, struct ka_error *reterr)
{
	struct ka_service *service = &looking->service;

	for (size_t i = 0; i < DIRECTORIES; i++) {
		const char *path = directories[i].unit;
		struct ka_node node;

		if (!looking->is_used[i])
			continue;
		if (look(looking, path, &node, reterr) < 0)
			return -1;
		if (is_masked(i, &node)) {
			service->calls = KA_SERVICE_CALLS_NOTHING;
			service->reason =
				ka_arena_printf(looking->arena, UNIT " is masked: %s is %s", path,
						node.target ? "a link to /dev/null" : "empty");
			return 0;
		}
		if (node.type != KA_NODE_REGULAR)
			continue;
		looking->unit = i;
		return take_unit(looking, i, reterr);
	}
	return 0;
}

/* ---- Drop-ins ----------------------------------------------------------------------------- */

static bool is_conf(const char *name)
{
	return ka_has_suffix(name, ".conf");
}

static int compare_drop_ins(const void *a, const void *b)
{
	const struct drop_in *left = a, *right = b;
	int names = strcmp(left->name, right->name);

	return names ? names
		     : (left->directory > right->directory) - (left->directory < right->directory);
}

static int list_drop_ins(struct looking *looking, size_t directory, struct ka_error *reterr)
{
	const char *path = directories[directory].drop_ins;
	struct ka_listing listing;

	if (ka_setter_list_directory(looking->tree, looking->arena, path, is_conf, &listing,
				     reterr) < 0)
		return -1;
	if (listing.fd >= 0)
		close(listing.fd);
	if (listing.count > DROP_INS_MAX - looking->drop_in_count)
		return ka_fail_at(reterr, KA_E_BOOT_LIMIT, path, 0, 0,
				  "more than %d drop-ins of one unit", DROP_INS_MAX);
	if (listing.count > 0 && !looking->drop_ins)
		looking->drop_ins =
			ka_arena_array(looking->arena, DROP_INS_MAX, sizeof(*looking->drop_ins));
	if (listing.count > 0 && !looking->drop_ins)
		return ka_fail_memory(reterr);
	for (size_t i = 0; i < listing.count; i++)
		looking->drop_ins[looking->drop_in_count++] =
			(struct drop_in){.name = listing.entries[i].name, .directory = directory};
	return 0;
}

/* All drop-ins, in the order of their names; of one name the first directory's. */
static int read_drop_ins(struct looking *looking, struct ka_error *reterr)
{
	for (size_t i = 0; i < DIRECTORIES; i++)
		if ((i < OF_DISTRIBUTION || i == looking->unit) && looking->is_used[i] &&
		    list_drop_ins(looking, i, reterr) < 0)
			return -1;
	if (looking->drop_in_count > 1)
		qsort(looking->drop_ins, looking->drop_in_count, sizeof(*looking->drop_ins),
		      compare_drop_ins);
	for (size_t i = 0; i < looking->drop_in_count; i++) {
		const struct drop_in *drop_in = &looking->drop_ins[i];
		const char *path;

		if (i > 0 && strcmp(drop_in[-1].name, drop_in->name) == 0)
			continue;
		path = ka_arena_printf(looking->arena, "%s/%s",
				       directories[drop_in->directory].drop_ins, drop_in->name);
		if (read_unit(looking, path, reterr) < 0)
			return -1;
	}
	return 0;
}

int ka_boot_service_look(struct ka_tree *tree, struct ka_arena *arena,
			 struct ka_service *ret_service, struct ka_error *reterr)
{
	struct looking looking = {.tree = tree, .arena = arena, .unit = DIRECTORIES};

	if (choose_directories(&looking, reterr) < 0 || find_unit(&looking, reterr) < 0)
		return -1;
	if (looking.unit < DIRECTORIES && read_drop_ins(&looking, reterr) < 0)
		return -1;
	if (arena->has_failed)
		return ka_fail_memory(reterr);
	*ret_service = looking.service;
	return 0;
}
