/* Which loader applies sysctl.d when a root boots, and whether it runs at all. */
#ifndef KA_EDGE_BOOT_LOADER_H
#define KA_EDGE_BOOT_LOADER_H

#include "edge/tree.h"

struct ka_found_loader {
	bool runs; /* something applies sysctl.d at boot */
	struct ka_loader_version version;
	const char *source; /* the file that says so, or what masks it and how; arena-owned */
	/* The version of procps (of systemd, where procps or busybox boots), for a comparison;
	 * has_other is false when the root does not have the other one. */
	bool has_other;
	struct ka_loader_version other;
};

/* wanted, if not NULL, is the loader of --loader: its version is looked for in the root unless
 * wanted_has_version. Arena-owned. KA_E_BOOT_READ, naming the file. */
int ka_boot_loader_find(struct ka_tree *tree, struct ka_arena *arena,
			const struct ka_loader_version *wanted, bool wanted_has_version,
			struct ka_found_loader *ret_loader, struct ka_error *reterr);

#endif
