/* The profiles that are compiled into the program, from the YAML files beside this header. They are
 * known by their numbers, sorted by id. */
#ifndef KA_PROFILES_BUILTIN_H
#define KA_PROFILES_BUILTIN_H

#include "base/arena.h"
#include "core/profile.h"

#include <stddef.h>

extern const size_t ka_builtin_count;

const char *ka_builtin_id(size_t number);

/* The number of the profile with this id; ka_builtin_count: there is none. */
size_t ka_builtin_find(const char *id);

/* The profile, made from the table in the arena; its texts are those of the table. Its origin is
 * "built-in", and it has at least one source. NULL without memory. */
const struct ka_profile *ka_builtin_profile(struct ka_arena *arena, size_t number);

/* Its file, whose SHA-256 the profile has. */
const char *ka_builtin_yaml(size_t number);

#endif
