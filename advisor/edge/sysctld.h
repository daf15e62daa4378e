/* The files that sysctl.d's loaders may read, below a root. */
#ifndef KA_EDGE_SYSCTLD_H
#define KA_EDGE_SYSCTLD_H

#include "edge/tree.h"

enum { KA_SYSCTLD_FILE_MAX = 16 * 1024 * 1024 };

/* Reads all files of the five directories, /etc/sysctl.conf, and the credential sysctl.extra (of
 * the stores in the order in which they are searched; encrypted ones cannot be read): the *.conf
 * ones, hidden ones too, and those with another ending that an administrator may believe to be read
 * (not backups of editors and packages), as far as they are files that can be read. What stands in
 * /run of an image is left out where it cannot be read, since no boot depends on it. Arena-owned.
 * KA_E_BOOT_READ, naming the file, when one cannot be read; KA_E_BOOT_LIMIT when there is more than
 * can be looked through. */
int ka_sysctld_read(struct ka_tree *tree, struct ka_arena *arena,
		    const struct ka_boot_file **ret_files, size_t *ret_count,
		    struct ka_error *reterr);

#endif
