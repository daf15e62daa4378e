/* Which files a loader reads, in which order, and why it does not read the others. */
#ifndef KA_CORE_BOOT_FILES_H
#define KA_CORE_BOOT_FILES_H

#include "core/boot.h"

/* One file, once for every time that it is read. */
struct ka_boot_item {
	const struct ka_boot_file *file;
	bool is_read;
	/* Of all lines of a file that is not read. */
	enum ka_line_effect effect;
	const char *reason;
};

/* What holds for every loader. */
struct ka_boot_index {
	const bool *matters;                /* of each file: it may hold lines about the keys */
	const struct ka_boot_file **sorted; /* files of directories, each directory once, by name */
	size_t sorted_count;
	bool is_idle; /* no file matters, and none is waited for */
};

struct ka_boot_plan {
	const struct ka_boot_item *items; /* in the order in which they are read */
	size_t count;
	const char *stopped; /* see ka_boot_outcome; NULL: it runs through */
};

/* -1 with KA_E_MEMORY. */
int ka_boot_index_make(struct ka_arena *arena, const struct ka_boot_facts *facts,
		       struct ka_boot_index *ret_index, struct ka_error *reterr);

/* Files that do not matter are left out, whatever they hide. loader NULL: nothing is read.
 * steps_left bounds the work on patterns in names. -1 with KA_E_MEMORY. */
int ka_boot_plan_make(struct ka_arena *arena, const struct ka_boot_facts *facts,
		      const struct ka_boot_index *index, const struct ka_loader *loader,
		      size_t *steps_left, struct ka_boot_plan *ret_plan, struct ka_error *reterr);

#endif
