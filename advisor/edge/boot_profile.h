/* A profile of tuned: units of options, merged from several files, and its variables. */
#ifndef KA_EDGE_BOOT_PROFILE_H
#define KA_EDGE_BOOT_PROFILE_H

#include "edge/boot_setter_list.h"

struct ka_tuned_profile_option {
	const char *name, *value;
	struct ka_setter_source *source;
	size_t at; /* where the value stands */
};

/* A list of options; a name that is set again keeps its place. */
struct ka_tuned_profile_options {
	struct ka_tuned_profile_option *items;
	size_t count, capacity;
};

/* A section of a profile. Of its options those are kept that matter: about the three keys, all
 * variables, the priority. */
struct ka_tuned_profile_unit {
	const char *name, *type;
	bool is_enabled, replaces, is_conditional;
	const char *drop; /* names of options that a merge takes out; NULL: none */
	struct ka_tuned_profile_options options;
};

enum {
	KA_PROFILE_UNITS_MAX = 200,
	KA_PROFILE_OPTIONS_MAX = 500,
	KA_PROFILE_VALUE_MAX = 4096, /* bytes of a value, its variables filled in */
};

struct ka_tuned_profile {
	struct ka_tuned_profile_unit *units;
	size_t unit_count, unit_capacity;
	struct ka_tuned_profile_option include; /* value NULL: none */
	const char *script;                     /* path of [script]'s; NULL: none */
};

/* Parses a file of the profile. *ret_is_broken is set when tuned refuses it. KA_E_BOOT_LIMIT beyond
 * the numbers above. */
int ka_tuned_profile_parse(struct ka_arena *arena, struct ka_setter_source *source,
			   struct ka_tuned_profile *ret_profile, bool *ret_is_broken,
			   struct ka_error *reterr);

/* Merges over into base, whose units it may take over. */
int ka_tuned_profile_merge(struct ka_arena *arena, struct ka_tuned_profile *base,
			   const struct ka_tuned_profile *over, struct ka_error *reterr);

/* Parses a file of variables, options without section, into a list. */
int ka_tuned_profile_parse_variables(struct ka_arena *arena, struct ka_setter_source *source,
				     struct ka_tuned_profile_options *ret_options,
				     bool *ret_is_broken, struct ka_error *reterr);

/* value with the ${name} in it replaced by those of variables; NULL when it is not known, or
 * longer than KA_PROFILE_VALUE_MAX. */
const char *ka_tuned_profile_expand(struct ka_arena *arena,
				    const struct ka_tuned_profile_options *variables,
				    const char *value);

/* Sets an option, in its place if the name is there. */
int ka_tuned_profile_set(struct ka_arena *arena, struct ka_tuned_profile_options *options,
			 const struct ka_tuned_profile_option *option, struct ka_error *reterr);

/* The option of that name; NULL: there is none. */
const struct ka_tuned_profile_option *
ka_tuned_profile_get(const struct ka_tuned_profile_options *options, const char *name);

/* The unit of that name; NULL: there is none. */
struct ka_tuned_profile_unit *ka_tuned_profile_unit(const struct ka_tuned_profile *profile,
						    const char *name);

#endif
