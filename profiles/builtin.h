/* The profiles that are compiled into the program, from the YAML files beside this header. */
#ifndef KA_PROFILES_BUILTIN_H
#define KA_PROFILES_BUILTIN_H

#include "core/profile.h"

#include <stddef.h>

/* Sorted by id; each has the origin "built-in" and at least one source. */
extern const struct ka_profile ka_builtin_profiles[];
extern const size_t ka_builtin_profile_count;

/* The file of each, whose SHA-256 the profile has. */
extern const char *const ka_builtin_profile_yaml[];

#endif
