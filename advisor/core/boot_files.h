/* Which files a loader reads, in which order, and why it does not read the others. */
#ifndef KA_CORE_BOOT_FILES_H
#define KA_CORE_BOOT_FILES_H

#include "core/boot.h"

/* One file, once for every time that it is read. */
struct ka_boot_item {
	const struct ka_boot_file *file;
	unsigned rank; /* of its directory, 0 first; KA_BOOT_DIRECTORIES: not read at all */
	bool is_read;
	/* Of all lines of a file that is not read. */
	enum ka_line_effect effect;
	const char *reason;
};

struct ka_boot_plan {
	const struct ka_boot_item *items; /* in the order in which they are read */
	size_t count;
	const char *stopped; /* see ka_boot_outcome; NULL: it runs through */
};

/* loader NULL: nothing is read. matters[i]: facts->files[i] may hold lines about the keys; files
 * without them are left out, whatever they hide. steps_left bounds the work on patterns in names.
 * -1 with KA_E_MEMORY. */
int ka_boot_plan_make(struct ka_arena *arena, const struct ka_boot_facts *facts,
		      const struct ka_loader *loader, const bool *matters, size_t *steps_left,
		      struct ka_boot_plan *ret_plan, struct ka_error *reterr);

#endif
