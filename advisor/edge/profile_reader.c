#include "edge/profile_reader.h"

#include "base/text.h"
#include "edge/profile_values.h"
#include "edge/profile_yaml.h"

#include <stdio.h>
#include <string.h>

static void read_mapping(struct ka_profile_reader *reader, const struct ka_profile_mapping *mapping,
			 const struct ka_node *node, void *target, bool is_change);

struct ka_input ka_profile_input(const char *bytes, size_t length, const char *name)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t skip = length >= 3 && memcmp(bytes, mark, 3) == 0 ? 3 : 0;

	return (struct ka_input){bytes + skip, length - skip, name};
}

const struct ka_node *ka_profile_tree(const struct ka_profile_reader *reader)
{
	const struct ka_input *input = reader->input;

	if (input->length <= KA_PROFILE_SIZE_MAX)
		return ka_yaml_tree(reader->arena, input, reader->errors);
	ka_errors_add(reader->errors, input, 0, KA_E_PROFILE_TOO_LARGE,
		      "found %zu bytes, expected at most %d", input->length, KA_PROFILE_SIZE_MAX);
	return NULL;
}

const struct ka_node *ka_node_value(const struct ka_node *mapping, const char *key)
{
	if (mapping->kind != KA_NODE_MAPPING)
		return NULL;
	for (const struct ka_node *node = mapping->first; node; node = node->next->next)
		if (node->kind == KA_NODE_SCALAR && strcmp(node->text, key) == 0)
			return node->next;
	return NULL;
}

static bool has_count(const struct ka_profile_reader *reader, const struct ka_profile_key *key,
		      const struct ka_node *node, size_t count)
{
	if (count >= (size_t)key->min && count <= (size_t)key->max)
		return true;
	ka_profile_complain(reader, key->key, node, KA_E_PROFILE_RANGE,
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
		list->mapping->merge_key ? ka_node_value(node, list->mapping->merge_key) : NULL;

	if (!name || name->kind != KA_NODE_SCALAR)
		return list->count;
	for (size_t at = 0; at < list->count; at++)
		if (strcmp(entry_name(list, at), name->text) == 0)
			return at;
	return list->count;
}

/* Where an entry begins, if its struct wants to know. */
static void note_place(struct ka_profile_reader *reader, const struct ka_profile_mapping *mapping,
		       const struct ka_node *node, void *entry)
{
	unsigned column;

	if (!mapping->line)
		return;
	ka_cursor_move(&reader->cursor, reader->input, node->offset);
	column = ka_cursor_column(&reader->cursor);
	memcpy(ka_profile_field(entry, mapping->line), &reader->cursor.line, sizeof(unsigned));
	memcpy(ka_profile_field(entry, mapping->column), &column, sizeof(column));
}

/* An entry that is no mapping, where a plain value will do. */
static void read_word(const struct ka_profile_reader *reader, const struct ka_profile_key *word,
		      const struct ka_node *node, void *entry)
{
	char expected[KA_EXPECTED_TEXT];

	if (node->kind == KA_NODE_SCALAR)
		ka_profile_read_scalar(reader, word, node, entry);
	else
		ka_profile_complain(reader, word->key, node, KA_E_PROFILE_TYPE, "%s, or a mapping",
				    ka_profile_expected(expected, word));
}

static void read_entry(struct ka_profile_reader *reader, struct list *list,
		       const struct ka_node *node)
{
	size_t at = find_entry(list, node);
	char *entry = list->entries + at * list->mapping->size;
	bool is_change = at < list->count;

	if (is_change && list->are_given[at]) {
		ka_profile_complain(reader, list->mapping->merge_key,
				    ka_node_value(node, list->mapping->merge_key),
				    KA_E_PROFILE_VALUE, "a name that no other entry has");
		return;
	}
	if (!is_change) {
		memcpy(entry, list->mapping->defaults, list->mapping->size);
		list->count++;
	}
	list->are_given[at] = true;
	note_place(reader, list->mapping, node, entry);
	if (list->mapping->word && node->kind != KA_NODE_MAPPING)
		read_word(reader, list->mapping->word, node, entry);
	else
		read_mapping(reader, list->mapping, node, entry,
			     is_change || (list->mapping->merge_key && reader->is_parent_lost));
}

static void read_list(struct ka_profile_reader *reader, const struct ka_profile_key *key,
		      const struct ka_node *node, void *target)
{
	struct list list = {.mapping = key->inside};
	size_t *count = ka_profile_field(target, key->second);
	size_t inherited = key->inside->merge_key ? *count : 0;
	void *entries = ka_profile_field(target, key->field);

	if (!has_count(reader, key, node, node->count))
		return;
	list.entries = ka_arena_array(reader->arena, inherited + node->count, list.mapping->size);
	list.are_given =
		ka_arena_array(reader->arena, inherited + node->count, sizeof(*list.are_given));
	if (!list.entries || !list.are_given)
		return;
	if (inherited > 0) {
		const void *old;

		memcpy(&old, entries, sizeof(old));
		memcpy(list.entries, old, inherited * list.mapping->size);
		list.count = inherited;
	}
	for (const struct ka_node *entry = node->first; entry; entry = entry->next)
		read_entry(reader, &list, entry);
	if (!has_count(reader, key, node, list.count))
		return;
	memcpy(entries, &list.entries, sizeof(list.entries));
	*count = list.count;
}

static void read_inside(struct ka_profile_reader *reader, const struct ka_profile_key *key,
			const struct ka_node *node, void *target)
{
	if (has_count(reader, key, node, node->count / 2))
		read_mapping(reader, key->inside, node, ka_profile_field(target, key->field), true);
}

static void read_value(struct ka_profile_reader *reader, const struct ka_profile_key *key,
		       const struct ka_node *node, void *target)
{
	enum ka_node_kind kind = key->type == KA_TYPE_LIST ? KA_NODE_LIST : KA_NODE_MAPPING;
	char expected[KA_EXPECTED_TEXT];

	if (key->type != KA_TYPE_LIST && key->type != KA_TYPE_MAPPING) {
		if (ka_profile_read_scalar(reader, key, node, target) &&
		    key->type == KA_TYPE_PARENT)
			reader->extend(reader, node, target);
		return;
	}
	if (node->kind != kind)
		ka_profile_complain(reader, key->key, node, KA_E_PROFILE_TYPE, "%s",
				    ka_profile_expected(expected, key));
	else if (key->type == KA_TYPE_LIST)
		read_list(reader, key, node, target);
	else
		read_inside(reader, key, node, target);
}

static void complain_unknown(const struct ka_profile_reader *reader,
			     const struct ka_profile_mapping *mapping, const struct ka_node *node)
{
	const char *names[KA_PROFILE_KEYS_MAX + 1] = {NULL}, *nearest;
	char where[64], expected[KA_EXPECTED_TEXT];
	const struct ka_profile_key all = {.words = names};

	for (size_t i = 0; i < mapping->key_count; i++)
		names[i] = mapping->keys[i].key;
	nearest = ka_suggest(node->text, names);
	snprintf(where, sizeof(where), "unknown key in %s", mapping->name);
	ka_profile_complain(reader, where, node, KA_E_PROFILE_KEY_UNKNOWN, "%s%s%s%s",
			    ka_profile_expected(expected, &all), nearest ? "; did you mean \"" : "",
			    nearest ? nearest : "", nearest ? "\"?" : "");
}

/* The row of the key in node; NULL after a complaint. */
static const struct ka_profile_key *find_key(const struct ka_profile_reader *reader,
					     const struct ka_profile_mapping *mapping,
					     const struct ka_node *node)
{
	const struct ka_profile_key *key;

	if (node->kind != KA_NODE_SCALAR) {
		ka_profile_complain(reader, mapping->name, node, KA_E_PROFILE_TYPE, "a key");
		return NULL;
	}
	key = ka_profile_key(mapping, node->text, node->length);
	if (!key && strcmp(node->text, "<<") == 0)
		ka_profile_complain(reader, mapping->name, node, KA_E_PROFILE_FORBIDDEN,
				    "the keys themselves, no merge key");
	else if (!key)
		complain_unknown(reader, mapping, node);
	return key;
}

/* Sorts the values of a mapping's node by the rows of its table. */
static void sort_values(const struct ka_profile_reader *reader,
			const struct ka_profile_mapping *mapping, const struct ka_node *node,
			const struct ka_node **values)
{
	for (const struct ka_node *name = node->first; name; name = name->next->next) {
		const struct ka_profile_key *key = find_key(reader, mapping, name);

		if (!key)
			continue;
		if (values[key - mapping->keys])
			ka_profile_complain(reader, key->key, name, KA_E_PROFILE_KEY_DUPLICATE,
					    "this key only once");
		else
			values[key - mapping->keys] = name->next;
	}
}

static void complain_missing(const struct ka_profile_reader *reader,
			     const struct ka_profile_mapping *mapping,
			     const struct ka_profile_key *key, const struct ka_node *node)
{
	char expected[KA_EXPECTED_TEXT];

	ka_errors_add(reader->errors, reader->input, node->offset, KA_E_PROFILE_KEY_MISSING,
		      "%s: found no key \"%s\", expected it with %s", mapping->name, key->key,
		      ka_profile_expected(expected, key));
}

/* Fills target by the rows of mapping, in their order. A change may leave out required keys. */
static void read_mapping(struct ka_profile_reader *reader, const struct ka_profile_mapping *mapping,
			 const struct ka_node *node, void *target, bool is_change)
{
	const struct ka_node *values[KA_PROFILE_KEYS_MAX] = {NULL};

	if (node->kind != KA_NODE_MAPPING) {
		ka_profile_complain(reader, mapping->name, node, KA_E_PROFILE_TYPE, "a mapping");
		return;
	}
	sort_values(reader, mapping, node, values);
	for (size_t i = 0; i < mapping->key_count; i++) {
		const struct ka_profile_key *key = &mapping->keys[i];

		if (values[i])
			read_value(reader, key, values[i], target);
		else if (key->is_required && !is_change)
			complain_missing(reader, mapping, key, node);
	}
}

/* Another version may mean something else by every key: nothing more is worth saying then. */
static bool is_other_version(const struct ka_profile_reader *reader, const struct ka_node *root)
{
	const struct ka_node *version = ka_node_value(root, "kaadvise");

	if (!version || version->kind != KA_NODE_SCALAR ||
	    (version->is_plain && strcmp(version->text, "1") == 0))
		return false;
	ka_profile_complain(reader, "kaadvise", version, KA_E_PROFILE_VERSION,
			    "1, the format that this version reads");
	return true;
}

bool ka_profile_read_root(struct ka_profile_reader *reader,
			  const struct ka_profile_mapping *mapping, const struct ka_node *root,
			  void *target)
{
	if (is_other_version(reader, root))
		return false;
	read_mapping(reader, mapping, root, target, false);
	return true;
}
