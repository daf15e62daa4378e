/* Reading a profile's file, bounded. */
#ifndef KA_EDGE_PROFILE_FILE_H
#define KA_EDGE_PROFILE_FILE_H

#include "base/arena.h"
#include "base/error.h"

#include <stddef.h>

/* Reads the regular file path, relative to dirfd (or AT_FDCWD), into the arena. -1 with
 * KA_E_PROFILE_READ (sys_errno tells ENOENT from the rest; 0 for something that is not a regular
 * file), KA_E_PROFILE_TOO_LARGE beyond KA_PROFILE_SIZE_MAX or KA_E_MEMORY; the error's file is
 * path. Never blocks, as a FIFO would. */
int ka_profile_read_file(struct ka_arena *arena, int dirfd, const char *path,
			 const char **ret_bytes, size_t *ret_length, struct ka_error *reterr);

#endif
