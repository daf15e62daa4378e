/* The tables of keys as JSON, for the comparison with the schemas. */
#ifndef KA_KEY_TABLES_H
#define KA_KEY_TABLES_H

#include "edge/profile_keys.h"

#include <inttypes.h>
#include <stdio.h>

static void print_mapping(const struct ka_profile_mapping *mapping, const char *name, bool is_first)
{
	static const char *const types[KA_TYPE_COUNT] = {
		[KA_TYPE_TEXT] = "text",
		[KA_TYPE_NOTES] = "notes",
		[KA_TYPE_ID] = "id",
		[KA_TYPE_PARENT] = "id",
		[KA_TYPE_URL] = "url",
		[KA_TYPE_DATE] = "date",
		[KA_TYPE_WORD] = "word",
		[KA_TYPE_NUMBER] = "number",
		[KA_TYPE_CHOICE] = "choice",
		[KA_TYPE_BOOLEAN] = "boolean",
		[KA_TYPE_DURATION] = "duration",
		[KA_TYPE_RANGE] = "range",
		[KA_TYPE_MARGIN] = "margin",
		[KA_TYPE_MAPPING] = "mapping",
		[KA_TYPE_LIST] = "list",
	};

	printf("%s\n\"%s\": {", is_first ? "" : ",", name);
	for (size_t i = 0; i < mapping->key_count; i++) {
		const struct ka_profile_key *key = &mapping->keys[i];

		printf("%s\n  \"%s\": {\"type\": \"%s\", \"required\": %s, \"min\": %" PRId64
		       ", \"max\": %" PRId64 ", \"words\": [",
		       i ? "," : "", key->key, types[key->type],
		       key->is_required ? "true" : "false", key->min, key->max);
		for (const char *const *word = key->words; word && *word; word++)
			printf("%s\"%s\"", word == key->words ? "" : ", ", *word);
		printf("]}");
	}
	printf("\n}");
	for (size_t i = 0; i < mapping->key_count; i++)
		if (mapping->keys[i].inside)
			print_mapping(mapping->keys[i].inside, mapping->keys[i].key, false);
}

/* One object: a member for each mapping, by the key that leads to it. */
static void print_tables(const struct ka_profile_mapping *root, const char *name)
{
	printf("{");
	print_mapping(root, name, true);
	printf("\n}\n");
}

#endif
