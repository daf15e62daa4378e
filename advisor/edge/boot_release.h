/* What os-release(5) of a root tells about the programs of its distribution. */
#ifndef KA_EDGE_BOOT_RELEASE_H
#define KA_EDGE_BOOT_RELEASE_H

#include "edge/boot_version.h"

/* Adds to what is known about systemd: the version, where it is 0 and the distribution known; and
 * whether it has the patches of RHEL, where it is 219 or 239. */
int ka_boot_release_systemd(struct ka_tree *tree, struct ka_arena *arena,
			    struct ka_found_version *found, struct ka_error *reterr);

#endif
