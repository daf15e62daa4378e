/* The files of tuned: sections of `name = value`, as Python's configparser reads them with `=` as
 * the only delimiter, `#` and `;` for comments and ` #` for those behind a value. */
#ifndef KA_EDGE_BOOT_INI_H
#define KA_EDGE_BOOT_INI_H

#include "base/arena.h"

#include <stddef.h>

struct ka_ini {
	const char *text;
	size_t length;
	const char *section;  /* that the next option is in; NULL: none was begun */
	bool allows_no_value; /* a name alone is skipped, not a fault */
	size_t at;
	size_t indent; /* of the last option or section */
};

struct ka_ini_option {
	const char *section, *name, *value; /* arena-owned; lines of a value are joined by \n */
	size_t at;                          /* where the value stands */
};

enum ka_ini_result { KA_INI_OPTION, KA_INI_SECTION, KA_INI_END, KA_INI_FAULT };

/* Reads the next option, or the beginning of a section, which has a section only. KA_INI_FAULT
 * where configparser refuses the whole file. Without memory strings are "" and the arena's
 * has_failed is set. */
enum ka_ini_result ka_ini_next(struct ka_ini *ini, struct ka_arena *arena,
			       struct ka_ini_option *ret_option);

#endif
