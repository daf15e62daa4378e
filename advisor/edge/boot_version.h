/* The versions of the programs of a root that apply sysctl.d, as they themselves tell. */
#ifndef KA_EDGE_BOOT_VERSION_H
#define KA_EDGE_BOOT_VERSION_H

#include "edge/tree.h"

struct ka_found_version {
	bool is_found; /* the root has the program; its version may be unknown all the same */
	struct ka_loader_version version;
	const char *source; /* the file that says so; arena-owned */
};

/* systemd: by the name of its shared library (since 230), else by what systemd-sysctl says of
 * itself, else by the distribution. is_rhel is told by /etc/sysctl.conf in the program (219) or by
 * the distribution (239). KA_E_MEMORY, KA_E_BOOT_READ, KA_E_BOOT_LIMIT. */
int ka_boot_systemd_version(struct ka_tree *tree, struct ka_arena *arena,
			    struct ka_found_version *ret_found, struct ka_error *reterr);

/* sysctl: family KA_PROCPS with the version in the program, else that of the library it wants;
 * KA_BUSYBOX when it is busybox or toybox. */
int ka_boot_sysctl_version(struct ka_tree *tree, struct ka_found_version *ret_found,
			   struct ka_error *reterr);

#endif
