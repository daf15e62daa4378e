#include "edge/boot_units.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMES_MAX = 4000 };

/* Where units stand, the first that has a name wins. */
static const char *const directories[] = {"/etc/systemd/system", "/run/systemd/system",
					  "/usr/local/lib/systemd/system",
					  "/usr/lib/systemd/system", "/lib/systemd/system"};
enum { DIRECTORY_COUNT = sizeof(directories) / sizeof(directories[0]), OF_RUN = 1 };

/* They apply sysctl.d themselves: that is not somebody else's setting. */
static const char *const loaders[] = {"systemd-sysctl.service", "procps.service", "sysctl.service",
				      NULL};

static bool is_loader(const char *name)
{
	for (size_t i = 0; loaders[i]; i++)
		if (strcmp(loaders[i], name) == 0)
			return true;
	return false;
}

/* /run of an image means nothing. */
static bool is_used(const struct ka_tree *tree, size_t directory)
{
	return directory != OF_RUN || tree->is_host;
}

/* ---- Who is wanted ------------------------------------------------------------------------ */

static bool is_wants(const char *name)
{
	return ka_has_suffix(name, ".wants") || ka_has_suffix(name, ".requires");
}

static int add_name(struct ka_arena *arena, struct ka_boot_units *units, const char *name)
{
	if (units->enabled_count == units->capacity) {
		size_t capacity = units->capacity ? units->capacity * 2 : 64;
		const char **names = ka_arena_array(arena, capacity, sizeof(*names));

		if (!names)
			return -ENOMEM;
		if (units->enabled_count > 0)
			memcpy(names, units->enabled, units->enabled_count * sizeof(*names));
		units->enabled = names;
		units->capacity = capacity;
	}
	units->enabled[units->enabled_count++] = name;
	return 0;
}

static int add_names(struct ka_tree *tree, struct ka_arena *arena, struct ka_boot_units *units,
		     const char *path)
{
	struct ka_listing listing;
	int error = ka_tree_list(tree, arena, path, NULL, &listing);

	if (error < 0)
		return error;
	if (listing.fd >= 0)
		close(listing.fd);
	for (size_t i = 0; i < listing.count && units->enabled_count < NAMES_MAX && error == 0; i++)
		error = add_name(arena, units, listing.entries[i].name);
	return error;
}

static int add_directory(struct ka_tree *tree, struct ka_arena *arena, struct ka_boot_units *units,
			 const char *directory)
{
	struct ka_listing listing;
	int error = ka_tree_list(tree, arena, directory, is_wants, &listing);

	if (error < 0)
		return error;
	if (listing.fd >= 0)
		close(listing.fd);
	for (size_t i = 0; i < listing.count && error != -ENOMEM; i++)
		error = add_names(
			tree, arena, units,
			ka_arena_printf(arena, "%s/%s", directory, listing.entries[i].name));
	return error;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_names(struct ka_boot_units *units)
{
	size_t count = 0;

	if (units->enabled_count > 0)
		qsort(units->enabled, units->enabled_count, sizeof(*units->enabled), compare_names);
	for (size_t i = 0; i < units->enabled_count; i++)
		if (count == 0 || strcmp(units->enabled[count - 1], units->enabled[i]) != 0)
			units->enabled[count++] = units->enabled[i];
	units->enabled_count = count;
}

int ka_boot_units_find(struct ka_tree *tree, struct ka_arena *arena,
		       struct ka_boot_units *ret_units, struct ka_error *reterr)
{
	struct ka_boot_units units = {0};

	for (size_t i = 0; i < DIRECTORY_COUNT; i++)
		if (is_used(tree, i) &&
		    add_directory(tree, arena, &units, directories[i]) == -ENOMEM)
			return ka_fail_memory(reterr);
	sort_names(&units);
	if (arena->has_failed)
		return ka_fail_memory(reterr);
	*ret_units = units;
	return 0;
}

static bool is_wanted(const struct ka_boot_units *units, const char *name)
{
	return units->enabled_count > 0 && bsearch(&name, units->enabled, units->enabled_count,
						   sizeof(*units->enabled), compare_names);
}

enum state { STATE_ABSENT, STATE_MASKED, STATE_THERE };

/* What the first directory that has the unit says; *ret_path is where, *ret_node what it holds. */
static enum state find_unit(struct ka_tree *tree, struct ka_arena *scratch, const char *name,
			    const char **ret_path, struct ka_node *ret_node)
{
	for (size_t i = 0; i < DIRECTORY_COUNT; i++) {
		if (!is_used(tree, i))
			continue;
		*ret_path = ka_arena_printf(scratch, "%s/%s", directories[i], name);
		if (ka_tree_read(tree, scratch, *ret_path, KA_SETTER_FILE_MAX, ret_node) < 0)
			continue;
		if (ret_node->type == KA_NODE_NULL_DEVICE ||
		    (ret_node->type == KA_NODE_REGULAR && ret_node->length == 0))
			return STATE_MASKED;
		if (ret_node->type == KA_NODE_REGULAR)
			return STATE_THERE;
	}
	return STATE_ABSENT;
}

bool ka_boot_unit_exists(struct ka_tree *tree, const char *name)
{
	struct ka_arena scratch = ka_arena_make(KA_ARENA_CAP);
	const char *path;
	struct ka_node node;
	bool result = find_unit(tree, &scratch, name, &path, &node) != STATE_ABSENT;

	ka_arena_clear(&scratch);
	return result;
}

bool ka_boot_unit_starts(struct ka_tree *tree, const struct ka_boot_units *units, const char *name)
{
	struct ka_arena scratch = ka_arena_make(KA_ARENA_CAP);
	const char *path;
	struct ka_node node;
	bool result = is_wanted(units, name) &&
		      find_unit(tree, &scratch, name, &path, &node) == STATE_THERE;

	ka_arena_clear(&scratch);
	return result;
}

/* ---- What they call ----------------------------------------------------------------------- */

static bool is_unit_or_drop_ins(const char *name)
{
	return ka_has_suffix(name, ".service") || ka_has_suffix(name, ".socket") ||
	       ka_has_suffix(name, ".service.d") || ka_has_suffix(name, ".socket.d");
}

static bool is_conf(const char *name)
{
	return ka_has_suffix(name, ".conf");
}

static struct ka_grep_file file_at(struct ka_grep *grep, const char *directory, const char *name)
{
	return (struct ka_grep_file){
		.path = ka_arena_printf(&grep->scratch, "%s/%s", directory, name),
		.kind = KA_SET_BY_UNIT,
		.syntax = KA_SYNTAX_UNIT,
		.never = loaders,
	};
}

static int grep_drop_ins(struct ka_grep *grep, struct ka_arena *arena, const char *name,
			 struct ka_error *reterr)
{
	const char *directory = ka_arena_printf(arena, "%s/%s", directories[0], name);
	struct ka_listing listing;
	int result = 0;

	for (size_t i = 0; loaders[i]; i++)
		if (strncmp(name, loaders[i], strlen(loaders[i])) == 0)
			return 0;
	if (ka_tree_list(grep->tree, arena, directory, is_conf, &listing) < 0 || listing.fd < 0)
		return 0;
	for (size_t i = 0; i < listing.count && result == 0; i++) {
		struct ka_grep_file file = file_at(grep, directory, listing.entries[i].name);

		result = ka_grep_entry(grep, &file, directory, &listing, &listing.entries[i],
				       reterr);
	}
	close(listing.fd);
	return result;
}

static int grep_entries(struct ka_grep *grep, struct ka_arena *arena,
			const struct ka_listing *listing, struct ka_error *reterr)
{
	int result = 0;

	for (size_t i = 0; i < listing->count && result == 0; i++) {
		const struct ka_entry *entry = &listing->entries[i];

		if (ka_has_suffix(entry->name, ".d")) {
			result = grep_drop_ins(grep, arena, entry->name, reterr);
		} else if (!is_loader(entry->name)) {
			struct ka_grep_file file = file_at(grep, directories[0], entry->name);

			result = ka_grep_entry(grep, &file, directories[0], listing, entry, reterr);
		}
	}
	return result;
}

/* Whether the unit stands in the administrator's directory, where it was looked at. */
static bool is_listed(const struct ka_listing *listing, const char *name)
{
	size_t low = 0, high = listing->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(listing->entries[middle].name, name);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* foo@bar.service stands in foo@.service. */
static const char *template_of(struct ka_arena *scratch, const char *name)
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');

	return at && dot && at < dot
		       ? ka_arena_printf(scratch, "%.*s%s", (int)(at - name + 1), name, dot)
		       : NULL;
}

static int grep_wanted(struct ka_grep *grep, const char *name, struct ka_error *reterr)
{
	struct ka_grep_file file = {
		.kind = KA_SET_BY_UNIT, .syntax = KA_SYNTAX_UNIT, .never = loaders};
	const char *template = template_of(&grep->scratch, name);
	struct ka_node node = {0};
	enum state state = find_unit(grep->tree, &grep->scratch, name, &file.path, &node);

	if (state == STATE_ABSENT && template)
		state = find_unit(grep->tree, &grep->scratch, template, &file.path, &node);
	if (state != STATE_THERE)
		node = (struct ka_node){0};
	return ka_grep_node(grep, &file, 0, &node, reterr);
}

int ka_boot_units_grep(struct ka_grep *grep, const struct ka_boot_units *units,
		       struct ka_error *reterr)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_listing listing = {.fd = -1};
	int result = 0;

	if (ka_tree_list(grep->tree, &arena, directories[0], is_unit_or_drop_ins, &listing) >= 0)
		result = grep_entries(grep, &arena, &listing, reterr);
	for (size_t i = 0; i < units->enabled_count && result == 0; i++)
		if (ka_has_suffix(units->enabled[i], ".service") && !is_loader(units->enabled[i]) &&
		    !is_listed(&listing, units->enabled[i]))
			result = grep_wanted(grep, units->enabled[i], reterr);
	if (listing.fd >= 0)
		close(listing.fd);
	ka_arena_clear(&arena);
	return result;
}
