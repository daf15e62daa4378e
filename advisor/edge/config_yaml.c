#include "edge/config_yaml.h"

#include "edge/profile_reader.h"

#include <string.h>

/* Notes where the keys of a mapping stand; before: "goals." */
static void note_keys(struct ka_profile_reader *reader, const struct ka_node *mapping,
		      const char *before, struct ka_config_place *places, size_t *count)
{
	for (const struct ka_node *key = mapping->first; key; key = key->next->next) {
		const char *name = ka_arena_printf(reader->arena, "%s%s", before, key->text);

		ka_cursor_move(&reader->cursor, reader->input, key->offset);
		places[(*count)++] = (struct ka_config_place){name, reader->cursor.line};
		if (key->next->kind == KA_NODE_MAPPING)
			note_keys(reader, key->next, ka_arena_printf(reader->arena, "%s.", name),
				  places, count);
	}
}

static size_t count_keys(const struct ka_node *mapping)
{
	size_t count = 0;

	for (const struct ka_node *key = mapping->first; key; key = key->next->next) {
		count++;
		if (key->next->kind == KA_NODE_MAPPING)
			count += count_keys(key->next);
	}
	return count;
}

/* Of a document without errors. */
static void note_places(struct ka_profile_reader *reader, const struct ka_node *root,
			struct ka_config *config)
{
	struct ka_config_place *places =
		ka_arena_array(reader->arena, count_keys(root), sizeof(*places));

	if (!places)
		return;
	note_keys(reader, root, "", places, &config->place_count);
	config->places = places;
}

/* What a waiver says of itself in messages. */
static void name_origin(struct ka_arena *arena, struct ka_config *config)
{
	struct ka_waiver *waivers;

	waivers = ka_arena_array(arena, config->waiver_count, sizeof(*waivers));
	if (!waivers || config->waiver_count == 0)
		return;
	memcpy(waivers, config->waivers, config->waiver_count * sizeof(*waivers));
	for (size_t i = 0; i < config->waiver_count; i++)
		waivers[i].origin = config->origin;
	config->waivers = waivers;
}

static int parse(struct ka_profile_reader *reader, struct ka_config *ret_config)
{
	const char *name = reader->input->name;
	struct ka_config config = {.origin = ka_arena_copy(reader->arena, name, strlen(name))};
	const struct ka_node *root = ka_profile_tree(reader);

	if (root)
		ka_profile_read_root(reader, &ka_config_root, root, &config);
	if (!root || reader->arena->has_failed || reader->errors->count > 0)
		return -1;
	note_places(reader, root, &config);
	name_origin(reader->arena, &config);
	if (reader->arena->has_failed)
		return -1;
	*ret_config = config;
	return 0;
}

int ka_config_parse(struct ka_arena *arena, const char *bytes, size_t length,
		    const char *name_for_errors, struct ka_config *ret_config,
		    struct ka_errors *ret_errors)
{
	const struct ka_input input = ka_profile_input(bytes, length, name_for_errors);
	struct ka_profile_reader reader = {.arena = arena, .input = &input, .errors = ret_errors};
	int result;

	*ret_errors = (struct ka_errors){0};
	result = parse(&reader, ret_config);
	if (arena->has_failed)
		ka_errors_memory(ret_errors);
	return result;
}

unsigned ka_config_line(const struct ka_config *config, const char *key)
{
	for (size_t i = 0; i < config->place_count; i++)
		if (strcmp(config->places[i].key, key) == 0)
			return config->places[i].line;
	return 0;
}
