#include "cli/profile_library.h"

#include "cli/print.h"
#include "edge/tree.h"
#include "profiles/builtin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char ending[] = ".yaml";

struct reading {
	const struct ka_options *options;
	struct ka_sourced_profile *profiles; /* room for all */
	size_t count;
	bool *is_hidden; /* for each built-in profile */
	int exit_code;
};

static bool is_yaml(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && length >= sizeof(ending) &&
	       strcmp(name + length - (sizeof(ending) - 1), ending) == 0;
}

static void tell(struct reading *reading, const struct ka_error *error)
{
	ka_print_error(error);
	reading->exit_code = ka_error_info(error->id)->exit_code;
}

static void tell_of_directory(struct reading *reading, int error)
{
	struct ka_error told;

	if (error == -EFBIG)
		ka_error_set(&told, KA_E_PROFILE_READ, "found more than %d entries",
			     KA_SITE_PROFILES_MAX);
	else
		ka_error_set_sys(&told, KA_E_PROFILE_READ, -error, "cannot be listed");
	memcpy(told.file, KA_SITE_PROFILES, sizeof(KA_SITE_PROFILES));
	tell(reading, &told);
}

/* The names of the site's files. Empty after a complaint, and where there is no such directory. */
static struct ka_listing list_site(struct reading *reading)
{
	struct ka_listing listing = {.fd = -1};
	struct ka_tree tree;
	struct ka_error error;
	int result;

	if (ka_tree_open("/", &tree, &error) < 0) {
		tell(reading, &error);
		return listing;
	}
	tree.entries_left = KA_SITE_PROFILES_MAX;
	result = ka_tree_list(&tree, reading->options->arena, KA_SITE_PROFILES, is_yaml, &listing);
	if (result < 0)
		tell_of_directory(reading, result);
	if (listing.fd >= 0)
		close(listing.fd);
	ka_tree_close(&tree);
	return listing;
}

/* The profile by the id that finds it: a file may state another one. */
static int name_profile(struct ka_arena *arena, const char *id, struct ka_sourced_profile *sourced)
{
	struct ka_profile *named;

	if (strcmp(sourced->profile->id, id) == 0)
		return 0;
	named = ka_arena_alloc(arena, sizeof(*named));
	if (!named)
		return -1;
	ka_print_note(KA_SITE_PROFILES "/%s.yaml states the id '%s', but is found as '%s'", id,
		      sourced->profile->id, id);
	*named = *sourced->profile;
	named->id = id;
	sourced->profile = named;
	return 0;
}

static int read_site_profile(struct reading *reading, const char *name, struct ka_error *reterr)
{
	struct ka_arena *arena = reading->options->arena;
	const char *id = ka_arena_copy(arena, name, strlen(name) - (sizeof(ending) - 1));
	struct ka_sourced_profile sourced;
	size_t builtin = ka_builtin_find(id);
	struct ka_error error;

	if (builtin < ka_builtin_count)
		reading->is_hidden[builtin] = true;
	if (ka_profile_source(reading->options, id, &sourced, &error) < 0)
		tell(reading, &error);
	else if (name_profile(arena, id, &sourced) == 0)
		reading->profiles[reading->count++] = sourced;
	return arena->has_failed ? ka_fail_memory(reterr) : 0;
}

static int read_builtins(struct reading *reading, struct ka_error *reterr)
{
	for (size_t i = 0; i < ka_builtin_count; i++) {
		struct ka_sourced_profile *sourced = &reading->profiles[reading->count];

		if (reading->is_hidden[i])
			continue;
		sourced->profile = ka_builtin_profile(reading->options->arena, i);
		if (!sourced->profile)
			return ka_fail_memory(reterr);
		sourced->yaml = ka_builtin_yaml(i);
		sourced->yaml_length = strlen(sourced->yaml);
		reading->count++;
	}
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct ka_sourced_profile *left = a, *right = b;

	return strcmp(left->profile->id, right->profile->id);
}

int ka_profile_library_read(const struct ka_options *options,
			    struct ka_profile_library *ret_library, struct ka_error *reterr)
{
	struct reading reading = {.options = options};
	struct ka_listing site = list_site(&reading);

	reading.profiles = ka_arena_array(options->arena, ka_builtin_count + site.count,
					  sizeof(*reading.profiles));
	reading.is_hidden =
		ka_arena_array(options->arena, ka_builtin_count, sizeof(*reading.is_hidden));
	if (!reading.profiles || !reading.is_hidden)
		return ka_fail_memory(reterr);
	for (size_t i = 0; i < site.count; i++)
		if (read_site_profile(&reading, site.entries[i].name, reterr) < 0)
			return -1;
	if (read_builtins(&reading, reterr) < 0)
		return -1;
	qsort(reading.profiles, reading.count, sizeof(*reading.profiles), by_id);
	*ret_library =
		(struct ka_profile_library){reading.profiles, reading.count, reading.exit_code};
	return 0;
}
