/* The keys of profiles and of the configuration, format 1, one table per mapping. Parsing, messages
 * and the comparison with profiles/schema.json and config.schema.json all come from these rows. */
#ifndef KA_EDGE_PROFILE_KEYS_H
#define KA_EDGE_PROFILE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ka_value_type {
	KA_TYPE_TEXT,     /* one line; min and max count characters */
	KA_TYPE_NOTES,    /* the same, line breaks allowed */
	KA_TYPE_ID,       /* [a-z0-9][a-z0-9-]{0,62} */
	KA_TYPE_PARENT,   /* the id of the profile to extend; rows after it override its values */
	KA_TYPE_URL,      /* http:// or https:// */
	KA_TYPE_DATE,     /* YYYY-MM-DD; second: the field of the day number */
	KA_TYPE_WORD,     /* one of words, stored as its number in an enumeration */
	KA_TYPE_NUMBER,   /* a decimal number without quotes, an int64_t */
	KA_TYPE_CHOICE,   /* a number without quotes that is one of words, an int */
	KA_TYPE_BOOLEAN,  /* exactly true or false, without quotes */
	KA_TYPE_DURATION, /* min and max in seconds */
	KA_TYPE_RANGE,    /* DURATION..DURATION; second: the field of the upper one */
	KA_TYPE_MARGIN,   /* N%, within min and max, or a duration from 0s up */
	KA_TYPE_MAPPING,  /* of inside; min and max count its keys */
	KA_TYPE_LIST,     /* of inside; min and max count entries; second: the field of the count */
	KA_TYPE_COUNT
};

/* A field's place in the struct of its mapping; 0 is left for "none". */
#define KA_PLACE(structure, member) (offsetof(struct structure, member) + 1)

struct ka_profile_mapping;

struct ka_profile_key {
	const char *key;
	enum ka_value_type type;
	bool is_required;
	int64_t min, max;
	const char *const *words; /* NULL-terminated */
	const struct ka_profile_mapping *inside;
	size_t field;  /* KA_PLACE of the value, 0: it is only checked */
	size_t second; /* KA_PLACE, see the type */
	size_t flag;   /* KA_PLACE of a bool that tells that the key was given, or 0 */
};

struct ka_profile_mapping {
	const char *name; /* for messages: "a hop" */
	const struct ka_profile_key *keys;
	size_t key_count;
	size_t size;           /* of its struct */
	const void *defaults;  /* one such struct, for the entries of a list */
	const char *merge_key; /* in a list, entries with the same value here are the same thing: an
				* extending profile changes it; NULL: the list is replaced */
	const struct ka_profile_key *word; /* in a list, an entry may be a plain value instead: that
					    * of this row; NULL: it may not */
	size_t line, column; /* KA_PLACE of unsigned: where an entry of a list begins; or 0 */
};

/* The outermost ones, for struct ka_profile and struct ka_config; the others hang below. */
extern const struct ka_profile_mapping ka_profile_root, ka_config_root;

enum { KA_PROFILE_KEYS_MAX = 16 }; /* of one mapping */

/* The row of key[0..length) in the mapping, or NULL. */
const struct ka_profile_key *ka_profile_key(const struct ka_profile_mapping *mapping,
					    const char *key, size_t length);

#define KA_EXPECTED_TEXT 240

/* What a value of this key is, for messages: "a date such as 2026-01-31", "one of 3, 4, 7". The
 * answer may be text or a constant. */
const char *ka_profile_expected(char text[static KA_EXPECTED_TEXT],
				const struct ka_profile_key *key);

#endif
