/* The kernel that a root boots: its version, and the tick rate from its configuration. */
#ifndef KA_EDGE_BOOT_KERNEL_H
#define KA_EDGE_BOOT_KERNEL_H

#include "edge/tree.h"

/* Looks at boot/config-*, usr/lib/modules/VERSION/config and the like; of several kernels the one
 * with the highest version. Sets has_initramfs too. Arena-owned. KA_E_BOOT_READ. */
int ka_boot_kernel_find(struct ka_tree *tree, struct ka_arena *arena, struct ka_kernel *ret_kernel,
			bool *ret_has_initramfs, struct ka_error *reterr);

#endif
