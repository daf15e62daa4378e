/* The units of systemd below a root: which are started at boot, and which of them call sysctl. */
#ifndef KA_EDGE_BOOT_UNITS_H
#define KA_EDGE_BOOT_UNITS_H

#include "edge/boot_grep.h"

struct ka_boot_units {
	const char **enabled; /* names in *.wants and *.requires, sorted, each once */
	size_t enabled_count, capacity;
};

/* Collects the names of the units that others want. -1 only without memory (KA_E_MEMORY). */
int ka_boot_units_find(struct ka_tree *tree, struct ka_arena *arena,
		       struct ka_boot_units *ret_units, struct ka_error *reterr);

/* Whether the unit of that name is wanted, is there, and is not masked. */
bool ka_boot_unit_starts(struct ka_tree *tree, const struct ka_boot_units *units, const char *name);

/* Whether there is a unit file of that name, masked or not. */
bool ka_boot_unit_exists(struct ka_tree *tree, const char *name);

/* Looks through the Exec lines of the units in /etc/systemd/system with their drop-ins, and of the
 * wanted ones that stand elsewhere. */
int ka_boot_units_grep(struct ka_grep *grep, const struct ka_boot_units *units,
		       struct ka_error *reterr);

#endif
