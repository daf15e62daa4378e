/* The file of ours in /etc/sysctl.d. */
#ifndef KA_EDGE_DROPIN_H
#define KA_EDGE_DROPIN_H

#include "base/arena.h"
#include "base/error.h"

enum { KA_DROP_IN_MAX = 64 * 1024 }; /* bytes */

/* Reads the file; *ret_text is NULL when there is none. Arena-owned. KA_E_DROPIN_FOREIGN for what
 * cannot be a file of ours (a symbolic link, a device, larger than KA_DROP_IN_MAX, NUL bytes),
 * KA_E_DROPIN when it cannot be read. */
int ka_dropin_read(struct ka_arena *arena, const char *path, const char **ret_text,
		   struct ka_error *reterr);

/* Whether its directory is there and may be written, as far as that can be told beforehand.
 * KA_E_DROPIN. */
int ka_dropin_probe(const char *path, struct ka_error *reterr);

/* Replaces the file by text, or removes it where text is NULL. On failure, KA_E_DROPIN, it holds
 * either the old text or the new one. */
int ka_dropin_write(const char *path, const char *text, struct ka_error *reterr);

/* Removes what a run that was killed may have left beside the file. KA_E_DROPIN. */
int ka_dropin_clean(const char *path, struct ka_error *reterr);

#endif
