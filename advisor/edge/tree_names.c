#include "edge/tree.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMES_MAX = 8192 }; /* in one directory: listing more costs more than it saves */

/* Below these an image has, or lacks, most of what is looked for. */
static const char *const directories[] = {"/", "/etc/", "/usr/lib/", "/usr/local/lib/"};
static const char *const paths[] = {"/", "/etc", "/usr/lib", "/usr/local/lib"};
enum { DIRECTORY_COUNT = sizeof(directories) / sizeof(directories[0]) };

struct ka_tree_names {
	bool is_known[DIRECTORY_COUNT];
	struct ka_listing listings[DIRECTORY_COUNT];
};

static bool list(struct ka_tree *tree, struct ka_arena *arena, const char *path,
		 struct ka_listing *listing)
{
	struct ka_tree bounded = *tree;

	listing->fd = -1;
	if (ka_tree_lacks(tree, path))
		return true;
	bounded.entries_left = NAMES_MAX;
	return ka_tree_list(&bounded, arena, path, NULL, listing) == 0;
}

void ka_tree_remember(struct ka_tree *tree, struct ka_arena *arena)
{
	struct ka_tree_names *names = ka_arena_alloc(arena, sizeof(*names));

	for (size_t i = 0; names && i < DIRECTORY_COUNT; i++) {
		names->is_known[i] = list(tree, arena, paths[i], &names->listings[i]);
		tree->names = names;
	}
}

void ka_tree_forget(struct ka_tree *tree)
{
	for (size_t i = 0; tree->names && i < DIRECTORY_COUNT; i++)
		if (tree->names->listings[i].fd >= 0)
			close(tree->names->listings[i].fd);
	tree->names = NULL;
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

static const struct ka_entry *find(const struct ka_listing *listing,
				   const struct component *component)
{
	if (listing->count == 0)
		return NULL;
	return bsearch(component, listing->entries, listing->count, sizeof(*listing->entries),
		       compare);
}

/* The first component of path below the directory, if the directory is remembered. */
static bool is_below(const struct ka_tree_names *names, size_t directory, const char *path,
		     struct component *ret_component)
{
	size_t prefix = strlen(directories[directory]);

	if (!names->is_known[directory] || strncmp(path, directories[directory], prefix) != 0)
		return false;
	*ret_component = (struct component){path + prefix, strcspn(path + prefix, "/")};
	return ret_component->length > 0 && path[prefix] != '.';
}

bool ka_tree_lacks(const struct ka_tree *tree, const char *path)
{
	struct component component;

	for (size_t i = 0; tree->names && i < DIRECTORY_COUNT; i++)
		if (is_below(tree->names, i, path, &component) &&
		    !find(&tree->names->listings[i], &component))
			return true;
	return false;
}

const struct ka_entry *ka_tree_entry(const struct ka_tree *tree, const char *path,
				     const struct ka_listing **ret_listing)
{
	struct component component;

	for (size_t i = 0; tree->names && i < DIRECTORY_COUNT; i++) {
		if (!is_below(tree->names, i, path, &component) || component.at[component.length])
			continue;
		*ret_listing = &tree->names->listings[i];
		return find(*ret_listing, &component);
	}
	return NULL;
}
