/* The profile loader on any bytes. What follows a line of one NUL is the text of the parent, so
 * that extending is reached too. Checks what every caller relies on. */
#include "edge/profile_yaml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define require(condition) ((condition) ? (void)0 : abort())

/* Without a parent's text the profile is its own parent. */
struct input {
	const char *child, *parent;
	size_t child_length, parent_length;
};

static struct input split(const char *bytes, size_t length)
{
	const char *mark = memmem(bytes, length, "\n\0\n", 3);
	size_t first = mark ? (size_t)(mark - bytes) : length;

	if (!mark)
		return (struct input){bytes, bytes, length, length};
	return (struct input){bytes, mark + 3, first, length - first - 3};
}

static int find_parent(void *context, struct ka_arena *arena, const char *id,
		       struct ka_profile_found *ret_found, struct ka_error *reterr)
{
	static const struct ka_hop hop = {.name = "NLB", .layer = 4, .idle_s = 350};
	static const struct ka_source source = {.url = "", .checked = "", .says = ""};
	static const struct ka_profile ready = {.id = "aws-nlb",
						.title = "",
						.hops = &hop,
						.hop_count = 1,
						.sources = &source,
						.source_count = 1};
	const struct input *input = context;

	(void)arena;
	if (strcmp(id, "aws-nlb") == 0) {
		*ret_found = (struct ka_profile_found){.ready = &ready};
		return 0;
	}
	if (strncmp(id, "a", 1) == 0) {
		*ret_found = (struct ka_profile_found){.bytes = input->parent,
						       .length = input->parent_length,
						       .name = "parent.yaml"};
		return 0;
	}
	return ka_fail(reterr, KA_E_PROFILE_UNKNOWN, "no such profile");
}

static void check_hop(const struct ka_hop *hop)
{
	require(hop->name && strlen(hop->name) > 0);
	require(hop->layer == 3 || hop->layer == 4 || hop->layer == 7);
	require(hop->idle_s >= 1);
	require(!hop->is_configurable || (hop->configurable_min_s >= 1 &&
					  hop->configurable_min_s <= hop->configurable_max_s));
	require(!hop->has_backend_idle || hop->backend_idle_s >= 1);
	require(hop->probes <= KA_UNKNOWN && hop->on_expiry <= KA_EXPIRY_UNKNOWN);
}

static void check_profile(const struct ka_profile *profile)
{
	require(profile->id && profile->title && profile->origin && profile->sha256);
	require(strlen(profile->id) >= 1 && strlen(profile->id) <= 63);
	require(profile->hop_count <= KA_PROFILE_HOPS_MAX);
	for (size_t i = 0; i < profile->hop_count; i++)
		check_hop(&profile->hops[i]);
	for (size_t i = 0; i < profile->source_count; i++)
		require(profile->sources[i].url && profile->sources[i].checked &&
			profile->sources[i].says && profile->sources[i].confirmed <= KA_INFERRED);
	require(!profile->goals.margin.has_percent || !profile->goals.margin.has_ms);
}

/* Places lie within the input, and messages hold nothing that acts on a terminal. */
static void check_errors(const struct ka_errors *errors)
{
	require(errors->count >= 1 && errors->count <= KA_ERRORS_MAX);
	for (size_t i = 0; i < errors->count; i++) {
		const struct ka_error *error = &errors->list[i];

		require(error->id != KA_E_NONE && error->id != KA_E_MEMORY);
		require(error->line >= 1 && error->column >= 1);
		require(error->message[0] != '\0');
		for (const char *at = error->message; *at; at++)
			require((unsigned char)*at >= ' ' && *at != 0x7f);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ka_errors errors;
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct input input = split((const char *)data, size);
	struct ka_profile profile;

	if (ka_profile_parse(&arena, input.child, input.child_length, "input.yaml", find_parent,
			     &input, &profile, &errors) == 0)
		check_profile(&profile);
	else
		check_errors(&errors);
	ka_arena_clear(&arena);
	return 0;
}
