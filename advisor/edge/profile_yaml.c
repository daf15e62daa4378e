#include "edge/profile_yaml.h"

#include "base/text.h"
#include "edge/profile_reader.h"
#include "edge/profile_values.h"

#include <string.h>

/* The profiles that led here by extending each other. */
struct chain {
	const struct chain *child; /* NULL: the profile that was asked for */
	const char *id;
	size_t length;
};

struct loader {
	struct ka_profile_reader reader;
	ka_profile_finder *find_parent;
	void *context;
	const struct chain *chain; /* NULL in the profile that was asked for */
};

static int parse(struct loader *loader, struct ka_profile *ret_profile);

static void complain_parent(struct loader *loader, const struct ka_node *node, const char *expected,
			    const char *found)
{
	ka_profile_complain(&loader->reader, "extends", node, KA_E_PROFILE_EXTENDS, "%s%s",
			    expected, found);
	loader->reader.is_parent_lost = true;
}

static bool is_in_chain(const struct chain *chain, const char *id)
{
	for (; chain; chain = chain->child)
		if (strcmp(chain->id, id) == 0)
			return true;
	return false;
}

/* Parses the text that was found for a parent, with its errors beside the child's. */
static int parse_parent(const struct loader *loader, const struct ka_profile_found *found,
			const struct chain *chain, struct ka_profile *ret_parent)
{
	const struct ka_input input = ka_profile_input(found->bytes, found->length, found->name);
	struct loader inner = *loader;

	inner.reader.input = &input;
	inner.reader.context = &inner;
	inner.reader.cursor = (struct ka_cursor){0};
	inner.chain = chain;
	return parse(&inner, ret_parent);
}

/* What the parent hands down. Rows that come later override it. */
static void inherit(struct ka_profile *profile, const struct ka_profile *parent)
{
	profile->notes = parent->notes;
	profile->hops = parent->hops;
	profile->hop_count = parent->hop_count;
	profile->http = parent->http;
	profile->goals = parent->goals;
	profile->sources = parent->sources;
	profile->source_count = parent->source_count;
}

/* What a reader calls for the key extends. */
static void extend(struct ka_profile_reader *reader, const struct ka_node *node, void *target)
{
	struct loader *loader = reader->context;
	struct ka_profile *profile = target;
	struct chain chain = {loader->chain, profile->extends, 1};
	struct chain asked = {NULL, profile->id ? profile->id : "", 0};
	struct ka_profile_found found = {0};
	struct ka_profile parent;
	struct ka_error error;

	if (!chain.child)
		chain.child = &asked;
	chain.length += chain.child->length;
	if (is_in_chain(chain.child, chain.id)) {
		complain_parent(loader, node, "a profile that does not extend this one in turn",
				"");
	} else if (chain.length > KA_PROFILE_EXTENDS_MAX) {
		complain_parent(loader, node, "fewer profiles that extend each other", "");
	} else if (!loader->find_parent) {
		complain_parent(loader, node, "no other profile: none can be looked up here", "");
	} else if (loader->find_parent(loader->context, loader->reader.arena, chain.id, &found,
				       &error) != 0) {
		complain_parent(loader, node, "an existing profile: ",
				ka_escape(loader->reader.arena, error.message));
	} else if (found.ready) {
		inherit(profile, found.ready);
	} else if (parse_parent(loader, &found, &chain, &parent) != 0) {
		complain_parent(loader, node, "a profile without errors", "");
	} else if (!parent.id || strcmp(parent.id, chain.id) != 0) {
		complain_parent(loader, node, "a profile that has this id in its file", "");
	} else {
		inherit(profile, &parent);
	}
}

static void read_root(struct loader *loader, const struct ka_node *root, struct ka_profile *profile)
{
	if (!ka_profile_read_root(&loader->reader, &ka_profile_root, root, profile))
		return;
	profile->is_alias = !ka_node_value(root, "hops") && !ka_node_value(root, "http");
	if (root->kind == KA_NODE_MAPPING && profile->is_alias && !ka_node_value(root, "extends"))
		ka_errors_add(
			loader->reader.errors, loader->reader.input, root->offset,
			KA_E_PROFILE_KEY_MISSING,
			"a profile: found neither \"hops\" nor \"http\", expected one of them");
}

/* One profile. -1 after adding errors, or with a failed arena. */
static int parse(struct loader *loader, struct ka_profile *ret_profile)
{
	const struct ka_input *input = loader->reader.input;
	struct ka_errors *errors = loader->reader.errors;
	struct ka_profile profile = {.sha256 = ""};
	size_t known = errors->count + errors->omitted;
	const struct ka_node *root;

	profile.origin = ka_arena_copy(loader->reader.arena, input->name, strlen(input->name));
	root = ka_profile_tree(&loader->reader);
	if (root)
		read_root(loader, root, &profile);
	if (loader->reader.arena->has_failed || errors->count + errors->omitted > known)
		return -1;
	*ret_profile = profile;
	return 0;
}

int ka_profile_parse(struct ka_arena *arena, const char *bytes, size_t length,
		     const char *name_for_errors, ka_profile_finder *find_parent, void *context,
		     struct ka_profile *ret_profile, struct ka_errors *ret_errors)
{
	const struct ka_input input = ka_profile_input(bytes, length, name_for_errors);
	struct loader loader = {
		.reader = {.arena = arena, .input = &input, .errors = ret_errors, .extend = extend},
		.find_parent = find_parent,
		.context = context};
	int result;

	loader.reader.context = &loader;

	*ret_errors = (struct ka_errors){0};
	result = parse(&loader, ret_profile);
	if (arena->has_failed)
		ka_errors_memory(ret_errors);
	return result;
}
