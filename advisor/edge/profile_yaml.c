#include "edge/profile_yaml.h"

#include "base/text.h"
#include "edge/profile_keys.h"
#include "edge/profile_values.h"
#include "edge/yaml_tree.h"

#include <stdio.h>
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
	bool is_parent_lost;       /* extending failed: what the parent has is unknown */
};

static struct ka_input without_mark(const char *bytes, size_t length, const char *name)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t skip = length >= 3 && memcmp(bytes, mark, 3) == 0 ? 3 : 0;

	return (struct ka_input){bytes + skip, length - skip, name};
}

static int parse(struct loader *loader, struct ka_profile *ret_profile);
static void read_mapping(struct loader *loader, const struct ka_profile_mapping *mapping,
			 const struct ka_node *node, void *target, bool is_change);

/* The value of key in a mapping's node, or NULL. */
static const struct ka_node *value_of(const struct ka_node *mapping, const char *key)
{
	if (mapping->kind != KA_NODE_MAPPING)
		return NULL;
	for (const struct ka_node *node = mapping->first; node; node = node->next->next)
		if (node->kind == KA_NODE_SCALAR && strcmp(node->text, key) == 0)
			return node->next;
	return NULL;
}

static void complain_parent(struct loader *loader, const struct ka_node *node, const char *expected,
			    const char *found)
{
	ka_profile_complain(&loader->reader, "extends", node, KA_E_PROFILE_EXTENDS, "%s%s",
			    expected, found);
	loader->is_parent_lost = true;
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
	const struct ka_input input = without_mark(found->bytes, found->length, found->name);
	struct loader inner = *loader;

	inner.reader.input = &input;
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

static void extend(struct loader *loader, const struct ka_node *node, struct ka_profile *profile)
{
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

static bool has_count(const struct loader *loader, const struct ka_profile_key *key,
		      const struct ka_node *node, size_t count)
{
	if (count >= (size_t)key->min && count <= (size_t)key->max)
		return true;
	ka_profile_complain(&loader->reader, key->key, node, KA_E_PROFILE_RANGE,
			    "%lld to %lld entries (these are %zu)", (long long)key->min,
			    (long long)key->max, count);
	return false;
}

/* A list under construction: what the parent had, then this profile's entries. */
struct list {
	const struct ka_profile_mapping *mapping;
	char *entries;
	bool *are_given; /* for each entry: by this profile */
	size_t count;
};

static const char *entry_name(const struct list *list, size_t at)
{
	const char *key = list->mapping->merge_key;
	char *entry = list->entries + at * list->mapping->size;
	const char *name;

	memcpy(&name,
	       ka_profile_field(entry, ka_profile_key(list->mapping, key, strlen(key))->field),
	       sizeof(name));
	return name;
}

/* The number of the entry that node is about; list->count for a new one. */
static size_t find_entry(const struct list *list, const struct ka_node *node)
{
	const struct ka_node *name =
		list->mapping->merge_key ? value_of(node, list->mapping->merge_key) : NULL;

	if (!name || name->kind != KA_NODE_SCALAR)
		return list->count;
	for (size_t at = 0; at < list->count; at++)
		if (strcmp(entry_name(list, at), name->text) == 0)
			return at;
	return list->count;
}

static void read_entry(struct loader *loader, struct list *list, const struct ka_node *node)
{
	size_t at = find_entry(list, node);
	char *entry = list->entries + at * list->mapping->size;
	bool is_change = at < list->count;

	if (is_change && list->are_given[at]) {
		ka_profile_complain(&loader->reader, list->mapping->merge_key,
				    value_of(node, list->mapping->merge_key), KA_E_PROFILE_VALUE,
				    "a name that no other entry has");
		return;
	}
	if (!is_change) {
		memcpy(entry, list->mapping->defaults, list->mapping->size);
		list->count++;
	}
	list->are_given[at] = true;
	read_mapping(loader, list->mapping, node, entry,
		     is_change || (list->mapping->merge_key && loader->is_parent_lost));
}

static void read_list(struct loader *loader, const struct ka_profile_key *key,
		      const struct ka_node *node, void *target)
{
	struct list list = {.mapping = key->inside};
	size_t *count = ka_profile_field(target, key->second);
	size_t inherited = key->inside->merge_key ? *count : 0;
	void *entries = ka_profile_field(target, key->field);

	if (!has_count(loader, key, node, node->count))
		return;
	list.entries =
		ka_arena_array(loader->reader.arena, inherited + node->count, list.mapping->size);
	list.are_given = ka_arena_array(loader->reader.arena, inherited + node->count,
					sizeof(*list.are_given));
	if (!list.entries || !list.are_given)
		return;
	if (inherited > 0) {
		const void *old;

		memcpy(&old, entries, sizeof(old));
		memcpy(list.entries, old, inherited * list.mapping->size);
		list.count = inherited;
	}
	for (const struct ka_node *entry = node->first; entry; entry = entry->next)
		read_entry(loader, &list, entry);
	if (!has_count(loader, key, node, list.count))
		return;
	memcpy(entries, &list.entries, sizeof(list.entries));
	*count = list.count;
}

static void read_inside(struct loader *loader, const struct ka_profile_key *key,
			const struct ka_node *node, void *target)
{
	if (has_count(loader, key, node, node->count / 2))
		read_mapping(loader, key->inside, node, ka_profile_field(target, key->field), true);
}

static void read_value(struct loader *loader, const struct ka_profile_key *key,
		       const struct ka_node *node, void *target)
{
	enum ka_node_kind kind = key->type == KA_TYPE_LIST ? KA_NODE_LIST : KA_NODE_MAPPING;
	char expected[KA_EXPECTED_TEXT];

	if (key->type != KA_TYPE_LIST && key->type != KA_TYPE_MAPPING) {
		if (ka_profile_read_scalar(&loader->reader, key, node, target) &&
		    key->type == KA_TYPE_PARENT)
			extend(loader, node, target);
		return;
	}
	if (node->kind != kind)
		ka_profile_complain(&loader->reader, key->key, node, KA_E_PROFILE_TYPE, "%s",
				    ka_profile_expected(expected, key));
	else if (key->type == KA_TYPE_LIST)
		read_list(loader, key, node, target);
	else
		read_inside(loader, key, node, target);
}

static void complain_unknown(const struct loader *loader, const struct ka_profile_mapping *mapping,
			     const struct ka_node *node)
{
	const char *names[KA_PROFILE_KEYS_MAX + 1] = {NULL}, *nearest;
	char where[64], expected[KA_EXPECTED_TEXT];
	const struct ka_profile_key all = {.words = names};

	for (size_t i = 0; i < mapping->key_count; i++)
		names[i] = mapping->keys[i].key;
	nearest = ka_suggest(node->text, names);
	snprintf(where, sizeof(where), "unknown key in %s", mapping->name);
	ka_profile_complain(&loader->reader, where, node, KA_E_PROFILE_KEY_UNKNOWN, "%s%s%s%s",
			    ka_profile_expected(expected, &all), nearest ? "; did you mean \"" : "",
			    nearest ? nearest : "", nearest ? "\"?" : "");
}

/* The row of the key in node; NULL after a complaint. */
static const struct ka_profile_key *find_key(const struct loader *loader,
					     const struct ka_profile_mapping *mapping,
					     const struct ka_node *node)
{
	const struct ka_profile_key *key;

	if (node->kind != KA_NODE_SCALAR) {
		ka_profile_complain(&loader->reader, mapping->name, node, KA_E_PROFILE_TYPE,
				    "a key");
		return NULL;
	}
	key = ka_profile_key(mapping, node->text, node->length);
	if (!key && strcmp(node->text, "<<") == 0)
		ka_profile_complain(&loader->reader, mapping->name, node, KA_E_PROFILE_FORBIDDEN,
				    "the keys themselves, no merge key");
	else if (!key)
		complain_unknown(loader, mapping, node);
	return key;
}

/* Sorts the values of a mapping's node by the rows of its table. */
static void sort_values(const struct loader *loader, const struct ka_profile_mapping *mapping,
			const struct ka_node *node, const struct ka_node **values)
{
	for (const struct ka_node *name = node->first; name; name = name->next->next) {
		const struct ka_profile_key *key = find_key(loader, mapping, name);

		if (!key)
			continue;
		if (values[key - mapping->keys])
			ka_profile_complain(&loader->reader, key->key, name,
					    KA_E_PROFILE_KEY_DUPLICATE, "this key only once");
		else
			values[key - mapping->keys] = name->next;
	}
}

static void complain_missing(const struct loader *loader, const struct ka_profile_mapping *mapping,
			     const struct ka_profile_key *key, const struct ka_node *node)
{
	char expected[KA_EXPECTED_TEXT];

	ka_errors_add(loader->reader.errors, loader->reader.input, node->offset,
		      KA_E_PROFILE_KEY_MISSING, "%s: found no key \"%s\", expected it with %s",
		      mapping->name, key->key, ka_profile_expected(expected, key));
}

/* Fills target by the rows of mapping, in their order. A change may leave out required keys. */
static void read_mapping(struct loader *loader, const struct ka_profile_mapping *mapping,
			 const struct ka_node *node, void *target, bool is_change)
{
	const struct ka_node *values[KA_PROFILE_KEYS_MAX] = {NULL};

	if (node->kind != KA_NODE_MAPPING) {
		ka_profile_complain(&loader->reader, mapping->name, node, KA_E_PROFILE_TYPE,
				    "a mapping");
		return;
	}
	sort_values(loader, mapping, node, values);
	for (size_t i = 0; i < mapping->key_count; i++) {
		const struct ka_profile_key *key = &mapping->keys[i];

		if (values[i])
			read_value(loader, key, values[i], target);
		else if (key->is_required && !is_change)
			complain_missing(loader, mapping, key, node);
	}
}

/* Another version may mean something else by every key: nothing more is worth saying then. */
static bool is_other_version(const struct loader *loader, const struct ka_node *root)
{
	const struct ka_node *version = value_of(root, "kaadvise");

	if (!version || version->kind != KA_NODE_SCALAR ||
	    (version->is_plain && strcmp(version->text, "1") == 0))
		return false;
	ka_profile_complain(&loader->reader, "kaadvise", version, KA_E_PROFILE_VERSION,
			    "1, the format that this version reads");
	return true;
}

static void read_root(struct loader *loader, const struct ka_node *root, struct ka_profile *profile)
{
	if (is_other_version(loader, root))
		return;
	read_mapping(loader, &ka_profile_root, root, profile, false);
	if (root->kind == KA_NODE_MAPPING && !value_of(root, "extends") &&
	    !value_of(root, "hops") && !value_of(root, "http"))
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

	if (input->length > KA_PROFILE_SIZE_MAX) {
		ka_errors_add(errors, input, 0, KA_E_PROFILE_TOO_LARGE,
			      "found %zu bytes, expected at most %d", input->length,
			      KA_PROFILE_SIZE_MAX);
		return -1;
	}
	profile.origin = ka_arena_copy(loader->reader.arena, input->name, strlen(input->name));
	root = ka_yaml_tree(loader->reader.arena, input, errors);
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
	const struct ka_input input = without_mark(bytes, length, name_for_errors);
	struct loader loader = {.reader = {arena, &input, ret_errors},
				.find_parent = find_parent,
				.context = context};
	int result;

	*ret_errors = (struct ka_errors){0};
	result = parse(&loader, ret_profile);
	if (arena->has_failed)
		ka_errors_memory(ret_errors);
	return result;
}
