/* The files that the other edges read and write: bounded reading, and replacing that leaves either
 * the old content or the new one. Functions return 0 or a negative errno: what a failure means is
 * known to the caller only. directory is an open directory, or AT_FDCWD. */
#ifndef KA_EDGE_FILE_H
#define KA_EDGE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Reads a small value in one read at offset 0, as /proc/sys wants it, into bytes (at least size - 1
 * of them are asked for) and NUL-terminates it. -EFBIG when it fills bytes, -EINVAL when it holds
 * a NUL. Never waits, whatever kind of file it is. */
int ka_file_read_value(int directory, const char *name, char *bytes, size_t size);

/* Reads the whole of a regular file of at most max bytes into a new, NUL-terminated buffer, to be
 * freed by the caller. -EFBIG beyond max, -EINVAL for anything but a regular file, -ELOOP for a
 * symbolic link unless follow is set. */
int ka_file_read(int directory, const char *name, size_t max, bool follow, char **ret_bytes,
		 size_t *ret_length);

/* Whether none but this user can have changed the open file or directory: it is this user's, and
 * neither its group nor others may write. */
bool ka_file_is_own(int fd);

/* Like ka_file_read without follow; -EPERM for a file that is not this user's own. */
int ka_file_read_own(int directory, const char *name, size_t max, char **ret_bytes,
		     size_t *ret_length);

/* Makes name hold bytes[0..length), of this mode: written to the file temporary in the same
 * directory, fsynced, renamed over name. A leftover temporary is replaced. On failure the temporary
 * is gone and name holds the old content. Only after ka_file_sync does the new one last. */
int ka_file_replace(int directory, const char *temporary, const char *name, mode_t mode,
		    const char *bytes, size_t length);

/* Makes what was renamed or removed in the directory last. */
int ka_file_sync(int directory);

/* Makes the directory name, mode 0755, durably. Anything of that name that is there is a success,
 * also if it is no directory. */
int ka_file_make_directory(int directory, const char *name);

/* Opens the directory name, which must not be a symbolic link, to be read or worked in: a file
 * descriptor to be closed by the caller. */
int ka_file_open_directory(int directory, const char *name);

/* Removes name. A file that is not there is a success. */
int ka_file_remove(int directory, const char *name);

#endif
