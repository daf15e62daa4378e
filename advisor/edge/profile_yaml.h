/* Profiles from YAML, format 1: strict, bounded, with every error and its place. */
#ifndef KA_EDGE_PROFILE_YAML_H
#define KA_EDGE_PROFILE_YAML_H

#include "base/arena.h"
#include "core/profile.h"
#include "edge/profile_errors.h"

#include <stdbool.h>
#include <stddef.h>

/* Limits of one profile. Deeper or more is refused before it costs anything. */
enum {
	KA_PROFILE_SIZE_MAX = 64 * 1024, /* bytes */
	KA_PROFILE_NODES_MAX = 1000,     /* keys, plain values, lists and mappings */
	KA_PROFILE_DEPTH_MAX = 8,        /* lists and mappings within each other */
	KA_PROFILE_EXTENDS_MAX = 8,      /* profiles that extend each other in a row */
	KA_PROFILE_HOPS_MAX = 32,        /* also after extending */
	KA_PROFILE_SOURCES_MAX = 64,
};

/* What a finder found: either a profile that is ready, or the text of one. */
struct ka_profile_found {
	const struct ka_profile *ready; /* NULL: bytes, length and name are set instead */
	const char *bytes;
	size_t length;
	const char *name; /* of the file, for errors */
};

/* Finds the profile that another one extends. Returns 0, or -1 with *reterr. What it hands out
 * must live as long as the arena. */
typedef int ka_profile_finder(void *context, struct ka_arena *arena, const char *id,
			      struct ka_profile_found *ret_found, struct ka_error *reterr);

/* Parses one profile. With `extends`, the parent comes from find_parent(context, ...) (NULL: there
 * are none) and the child changes it: hops with the same name, http and goals key by key, new hops
 * at the end; sources and notes as a whole. Opens and reads nothing itself.
 *
 * 0 with *ret_profile, owned by the arena; its origin is name_for_errors, its sha256 "": the caller
 * sets it. A source without `says` has "".
 * -1 with at least one error in *ret_errors and *ret_profile untouched: every KA_E_PROFILE_* but
 * UNKNOWN, READ and URL, or KA_E_MEMORY alone. *ret_errors is overwritten in both cases. */
int ka_profile_parse(struct ka_arena *arena, const char *bytes, size_t length,
		     const char *name_for_errors, ka_profile_finder *find_parent, void *context,
		     struct ka_profile *ret_profile, struct ka_errors *ret_errors);

#endif
