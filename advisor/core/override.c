#include "core/override.h"

#include "base/number.h"

#include <inttypes.h>
#include <string.h>

static const struct ka_profile *owner_of(const struct ka_intent *intent, size_t at)
{
	return intent->hop_profiles[at];
}

static bool has_name(const struct ka_intent *intent, size_t at, const char *word)
{
	return strcmp(intent->path.hops[at].name, word) == 0;
}

static bool is_of_profile(const struct ka_intent *intent, size_t at, const char *word)
{
	const struct ka_profile *owner = owner_of(intent, at);

	return owner && owner->hop_count == 1 && strcmp(owner->id, word) == 0;
}

static bool has_number(const struct ka_intent *intent, size_t at, const char *word)
{
	int64_t number;

	(void)intent;
	return ka_parse_decimal(word, strlen(word), &number) && number == (int64_t)at + 1;
}

/* "'NLB' (1), 'node' (2)", as far as the text goes. */
static const char *list_hops(struct ka_arena *arena, const struct ka_intent *intent)
{
	const char *list = "";

	for (size_t i = 0; i < intent->path.count && i < 8; i++)
		list = ka_arena_printf(arena, "%s%s'%s' (%zu)", list, i ? ", " : "",
				       intent->path.hops[i].name, i + 1);
	return list;
}

static int fail_none(struct ka_arena *arena, const struct ka_intent *intent, const char *word,
		     struct ka_error *reterr)
{
	if (intent->path.count == 0)
		return ka_fail(reterr, KA_E_OPTION_VALUE,
			       "--idle: '%s' found, but the path has no hop", word);
	return ka_fail(reterr, KA_E_OPTION_VALUE,
		       "--idle: '%s' found, expected a hop of the path: %s", word,
		       list_hops(arena, intent));
}

static int find_hop(struct ka_arena *arena, const struct ka_intent *intent, const char *word,
		    size_t *ret_at, struct ka_error *reterr)
{
	static bool (*const fits[])(const struct ka_intent *, size_t,
				    const char *) = {has_name, is_of_profile, has_number};
	size_t count = 0;

	for (size_t way = 0; way < sizeof(fits) / sizeof(fits[0]) && count == 0; way++)
		for (size_t i = 0; i < intent->path.count; i++)
			if (fits[way](intent, i, word) && count++ == 0)
				*ret_at = i;
	if (count == 0)
		return fail_none(arena, intent, word, reterr);
	if (count > 1)
		return ka_fail(reterr, KA_E_OPTION_VALUE,
			       "--idle: '%s' is %zu hops of the path: say which by its number, %s",
			       word, count, list_hops(arena, intent));
	return 0;
}

static const char *remark(struct ka_arena *arena, const struct ka_hop *hop,
			  const struct ka_profile *owner, int64_t idle_s)
{
	if (!owner || idle_s == hop->idle_s)
		return NULL;
	if (!hop->is_configurable)
		return ka_arena_printf(
			arena,
			"profile %s knows no way to set the idle timeout of %s: %" PRId64
			" s is taken as given",
			owner->id, hop->name, idle_s);
	if (idle_s >= hop->configurable_min_s && idle_s <= hop->configurable_max_s)
		return NULL;
	return ka_arena_printf(arena,
			       "by profile %s the idle timeout of %s goes from %" PRId64
			       " s to %" PRId64 " s: %" PRId64 " s is taken as given",
			       owner->id, hop->name, hop->configurable_min_s,
			       hop->configurable_max_s, idle_s);
}

int ka_intent_set_idle(struct ka_arena *arena, struct ka_intent *intent, const char *word,
		       int64_t idle_s, const char **ret_remark, struct ka_error *reterr)
{
	struct ka_hop *hops;
	size_t at;

	if (find_hop(arena, intent, word, &at, reterr) < 0)
		return -1;
	hops = ka_arena_array(arena, intent->path.count, sizeof(*hops));
	if (!hops)
		return ka_fail_memory(reterr);
	memcpy(hops, intent->path.hops, intent->path.count * sizeof(*hops));
	*ret_remark = remark(arena, &hops[at], owner_of(intent, at), idle_s);
	hops[at].idle_s = idle_s;
	intent->path.hops = hops;
	return 0;
}
