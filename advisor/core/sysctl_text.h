/* The text of the file that is ours in sysctl.d. */
#ifndef KA_CORE_SYSCTL_TEXT_H
#define KA_CORE_SYSCTL_TEXT_H

#include "base/arena.h"
#include "core/sysctls.h"

#include <stddef.h>

/* A file that kaadvise wrote, or one that has its name. */
struct ka_drop_in {
	bool is_ours;          /* our first line, and nothing but comments and the three values */
	unsigned foreign_line; /* 1-based: why it is not ours */
	bool has_values;       /* sets each of the three once */
	struct ka_settings values;
};
void ka_drop_in_read(const char *text, struct ka_drop_in *ret_drop_in);

/* The text of our file: comments that say for what the values are (purpose is one line, reasons
 * are lines; both may hold bytes from outside) and how to undo them (undo is the end of a
 * sentence), then the values. The same input gives the same text. Arena-owned. */
const char *ka_drop_in_text(struct ka_arena *arena, const struct ka_settings *settings,
			    const char *purpose, const char *reasons, const char *undo);

#endif
