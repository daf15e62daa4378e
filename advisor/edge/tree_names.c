#include "edge/tree.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMES_MAX = 8192 }; /* in one directory: listing more costs more than it saves */

/* Below these an image has, or lacks, most of what is looked for. */
static const char *const directories[] = {"/", "/etc/", "/usr/lib/"};
enum { DIRECTORY_COUNT = sizeof(directories) / sizeof(directories[0]) };

struct ka_tree_names {
	bool is_known[DIRECTORY_COUNT];
	struct ka_listing listings[DIRECTORY_COUNT];
};

static bool list(struct ka_tree *tree, struct ka_arena *arena, const char *path,
		 struct ka_listing *listing)
{
	struct ka_tree bounded = *tree;

	bounded.entries_left = NAMES_MAX;
	if (ka_tree_list(&bounded, arena, path, NULL, listing) < 0)
		return false;
	if (listing->fd >= 0)
		close(listing->fd);
	listing->fd = -1;
	return true;
}

void ka_tree_remember(struct ka_tree *tree, struct ka_arena *arena)
{
	static const char *const paths[DIRECTORY_COUNT] = {"/", "/etc", "/usr/lib"};
	struct ka_tree_names *names = ka_arena_alloc(arena, sizeof(*names));

	for (size_t i = 0; names && i < DIRECTORY_COUNT; i++) {
		names->is_known[i] = list(tree, arena, paths[i], &names->listings[i]);
		tree->names = names;
	}
}

/* A component of a path. */
struct component {
	const char *at;
	size_t length;
};

static int compare(const void *wanted, const void *entry)
{
	const struct component *component = wanted;
	const char *name = ((const struct ka_entry *)entry)->name;
	int order = strncmp(component->at, name, component->length);

	return order == 0 && name[component->length] ? -1 : order;
}

bool ka_tree_lacks(const struct ka_tree *tree, const char *path)
{
	for (size_t i = 0; tree->names && i < DIRECTORY_COUNT; i++) {
		const struct ka_listing *listing = &tree->names->listings[i];
		size_t prefix = strlen(directories[i]);
		struct component component = {path + prefix, 0};

		if (!tree->names->is_known[i] || strncmp(path, directories[i], prefix) != 0)
			continue;
		component.length = strcspn(component.at, "/");
		if (component.length == 0 || component.at[0] == '.')
			continue;
		if (!listing->entries || !bsearch(&component, listing->entries, listing->count,
						  sizeof(*listing->entries), compare))
			return true;
	}
	return false;
}
