/* What a root has after it boots next: read through the edges, and resolved. */
#ifndef KA_CLI_NEXT_BOOT_H
#define KA_CLI_NEXT_BOOT_H

#include "cli/options.h"
#include "core/boot.h"
#include "edge/tree.h"

/* Reads and resolves the tree, with the loader of --loader if there is one. Arena-owned. Errors of
 * the edges: KA_E_BOOT_READ, KA_E_BOOT_LIMIT. */
int ka_next_boot_of(const struct ka_options *options, struct ka_arena *arena, struct ka_tree *tree,
		    const struct ka_boot **ret_boot, struct ka_error *reterr);

/* The same for the root directory of this path; "/" is the running host. KA_E_ROOT too. */
int ka_next_boot_read(const struct ka_options *options, struct ka_arena *arena, const char *root,
		      const struct ka_boot **ret_boot, struct ka_error *reterr);

#endif
