#include "profiles/builtin.h"

#include "profiles/builtin_table.h"

#include <string.h>

static const char *text(uint32_t place)
{
	return place ? ka_builtin_texts + place : NULL;
}

const char *ka_builtin_id(size_t number)
{
	return text(ka_builtin_rows[number].id);
}

const char *ka_builtin_yaml(size_t number)
{
	return text(ka_builtin_rows[number].yaml);
}

size_t ka_builtin_find(const char *id)
{
	size_t low = 0, high = ka_builtin_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(ka_builtin_id(middle), id);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return ka_builtin_count;
}

static void make_hops(const struct ka_builtin_row *row, struct ka_hop *hops)
{
	for (size_t i = 0; i < row->profile.hop_count; i++) {
		const struct ka_builtin_hop *stored = &ka_builtin_hops[row->hops + i];

		hops[i] = stored->hop;
		hops[i].name = text(stored->name);
		hops[i].setting = text(stored->setting);
	}
}

static void make_sources(const struct ka_builtin_row *row, struct ka_source *sources)
{
	for (size_t i = 0; i < row->profile.source_count; i++) {
		const struct ka_builtin_source *stored = &ka_builtin_sources[row->sources + i];

		sources[i] = stored->source;
		sources[i].url = text(stored->url);
		sources[i].checked = text(stored->checked);
		sources[i].says = text(stored->says);
	}
}

const struct ka_profile *ka_builtin_profile(struct ka_arena *arena, size_t number)
{
	const struct ka_builtin_row *row = &ka_builtin_rows[number];
	struct ka_profile *profile = ka_arena_alloc(arena, sizeof(*profile));
	struct ka_hop *hops = ka_arena_array(arena, row->profile.hop_count, sizeof(*hops));
	struct ka_source *sources =
		ka_arena_array(arena, row->profile.source_count, sizeof(*sources));

	if (!profile || !hops || !sources)
		return NULL;
	make_hops(row, hops);
	make_sources(row, sources);
	*profile = row->profile;
	profile->id = text(row->id);
	profile->title = text(row->title);
	profile->extends = text(row->extends);
	profile->notes = text(row->notes);
	profile->origin = "built-in";
	profile->sha256 = text(row->sha256);
	profile->hops = hops;
	profile->sources = sources;
	return profile;
}
