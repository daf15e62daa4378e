/* The file of ours in /etc/sysctl.d of a root. Paths are as seen inside the root; nothing outside
 * of it is reached, and a symbolic link in the file's own place is never followed. */
#ifndef KA_EDGE_DROPIN_H
#define KA_EDGE_DROPIN_H

#include "edge/tree.h"

enum { KA_DROP_IN_MAX = 64 * 1024 }; /* bytes */

/* Reads the file; *ret_text is NULL when there is none. Arena-owned. KA_E_DROPIN_FOREIGN for what
 * cannot be a file of ours (a symbolic link, a device, larger than KA_DROP_IN_MAX, NUL bytes),
 * KA_E_DROPIN when it cannot be read. */
int ka_dropin_read(struct ka_arena *arena, const struct ka_tree *tree, const char *path,
		   const char **ret_text, struct ka_error *reterr);

/* The directory in the path that is to be made first; NULL when all of them are there.
 * Arena-owned. KA_E_DROPIN where none can be made: a link that leads nowhere, or a file. */
int ka_dropin_missing(struct ka_arena *arena, const struct ka_tree *tree, const char *path,
		      const char **ret_missing, struct ka_error *reterr);

/* Makes the directories from missing on. KA_E_DROPIN. */
int ka_dropin_make(const struct ka_tree *tree, const char *path, const char *missing,
		   struct ka_error *reterr);

/* Removes them again as far as they are empty. KA_E_DROPIN when one that is empty stays. */
int ka_dropin_unmake(const struct ka_tree *tree, const char *path, const char *missing,
		     struct ka_error *reterr);

/* Whether its directory, or the one in which missing (not NULL) is to be made, is there and may be
 * written, as far as that can be told beforehand. KA_E_DROPIN. */
int ka_dropin_probe(const struct ka_tree *tree, const char *path, const char *missing,
		    struct ka_error *reterr);

/* Replaces the file by text, or removes it where text is NULL. On failure, KA_E_DROPIN, it holds
 * either the old text or the new one. */
int ka_dropin_write(const struct ka_tree *tree, const char *path, const char *text,
		    struct ka_error *reterr);

/* Removes what a run that was killed may have left beside the file. KA_E_DROPIN. */
int ka_dropin_clean(const struct ka_tree *tree, const char *path, struct ka_error *reterr);

#endif
