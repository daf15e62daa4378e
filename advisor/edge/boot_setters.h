/* Everything besides sysctl.d that sets the three values at boot. */
#ifndef KA_EDGE_BOOT_SETTERS_H
#define KA_EDGE_BOOT_SETTERS_H

#include "edge/tree.h"

/* Fills tuned and the setters of all kinds: the kernel command line of the next boot
 * (boot_cmdline.h: which entry decides), tuned's active profile (boot_tuned.h), and lines in
 * tmpfiles.d, udev rules, units, scripts and cloud-init that name the keys or call sysctl. The
 * first two kinds stand in the order in which they are set, so that of each key the last accepted
 * one decides. The others are a heuristic: nothing is run, and files of theirs that cannot be read
 * are left out. A call that applies a file (`sysctl -p FILE`) is one setter for each line about the
 * keys in it, at the place of the call. Arena-owned. KA_E_BOOT_READ, KA_E_BOOT_LIMIT. */
int ka_boot_setters_find(struct ka_tree *tree, struct ka_arena *arena, struct ka_tuned *ret_tuned,
			 const struct ka_setter **ret_setters, size_t *ret_count,
			 struct ka_error *reterr);

#endif
