/* Paths and patterns below /proc/sys: what they lead to, as open(2) and glob(3) would have it on
 * any kernel. Only directories that every kernel has are known. */
#ifndef KA_CORE_SYSCTL_PATTERN_H
#define KA_CORE_SYSCTL_PATTERN_H

#include "core/sysctls.h"

#include <stdbool.h>
#include <stddef.h>

/* A place that is one of the three files is its enum ka_key. */
enum { KA_PLACE_ABSENT = -2, KA_PLACE_DIRECTORY = -1 };

/* Where a path leads that is put behind "/proc/sys/", also one with a slash in front. */
int ka_place_of(const char *path, size_t length);

/* The same for a program that works in /proc/sys: a slash in front means the root. */
int ka_place_of_absolute(const char *path, size_t length);

/* Takes cost steps of work from what may still be done. False, with none left, when that is not
 * enough. */
bool ka_spend_steps(size_t *steps_left, size_t cost);

/* Which patterns a loader knows. */
struct ka_pattern_rules {
	bool has_braces; /* {a,b}; then * does not name . and .. either, nor does .* */
	/* How much more matching may be done, in steps; 0: it was too much. */
	size_t *steps_left;
};

/* Calls found for what pattern (NUL-terminated, below /proc/sys) names of the three files: with
 * the path as glob(3) would write it, without "/proc/sys/". found returns true when it wants no
 * more of this key. */
void ka_pattern_each(const char *pattern, const struct ka_pattern_rules *rules,
		     bool (*found)(void *context, enum ka_key key, const char *path),
		     void *context);

/* Whether pattern has one of * ? [ in it. */
bool ka_is_pattern(const char *text, size_t length);

/* fnmatch(3) without flags, in the C locale. */
bool ka_text_matches(const char *pattern, const char *text);

/* Calls use for every pattern without braces that glob(3) with GLOB_BRACE makes of this one. */
void ka_name_expand(const char *pattern, size_t *steps_left,
		    void (*use)(void *context, const char *pattern), void *context);

/* Whether glob(3) finds name for such a pattern. */
bool ka_one_name_matches(const char *pattern, const char *name);

/* Whether the pattern means something else than itself: it has a wildcard or a pair of braces. */
bool ka_is_name_pattern(const char *name);

#endif
