/* How compile_profiles stores the profiles: without pointers. A program that may be loaded anywhere
 * must mend every pointer of its tables at each start, also of those that it does not use.
 *
 * A text is its place in ka_builtin_texts, where it ends with a NUL; 0 stands for NULL. The structs
 * of the model are complete but for their pointers, which are NULL. */
#ifndef KA_PROFILES_BUILTIN_TABLE_H
#define KA_PROFILES_BUILTIN_TABLE_H

#include "core/profile.h"

#include <stdint.h>

struct ka_builtin_hop {
	struct ka_hop hop;
	uint32_t name, setting;
};

struct ka_builtin_source {
	struct ka_source source;
	uint32_t url, checked, says;
};

struct ka_builtin_row {
	struct ka_profile profile;
	uint32_t id, title, extends, notes, sha256, yaml;
	uint32_t hops, sources; /* the numbers of the first ones */
};

extern const char ka_builtin_texts[];
extern const struct ka_builtin_hop ka_builtin_hops[];
extern const struct ka_builtin_source ka_builtin_sources[];
extern const struct ka_builtin_row ka_builtin_rows[];

#endif
