/* Downloads that are kept: one file for each URL in a directory, replaced as a whole, with a digest
 * that is checked when it is read. What is damaged counts as not there. */
#ifndef KA_EDGE_FETCH_CACHE_H
#define KA_EDGE_FETCH_CACHE_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ka_cached {
	int64_t confirmed_s; /* since the epoch: when the server last gave or confirmed it */
	const char *etag, *last_modified; /* NULL: none */
	const char *bytes;
	size_t length;
	const char *signature; /* URL.minisig; NULL: none */
	size_t signature_length;
	const char *sha256; /* of bytes, 64 digits */
};

enum ka_cache_state { KA_CACHE_NONE, KA_CACHE_GOOD, KA_CACHE_DAMAGED };

/* Reads the copy that is kept under name (64 hexadecimal digits, the digest of the URL) in
 * directory; NULL directory: nothing is there. A directory or file that others may write to, or
 * that is another user's, is KA_CACHE_DAMAGED. Arena-owned. Never fails: reading matters less than
 * the download. */
enum ka_cache_state ka_cache_read(struct ka_arena *arena, const char *directory, const char *name,
				  struct ka_cached *ret_cached);

/* Keeps a copy, atomically, mode 0600; makes the directory and the one above it, mode 0700, if need
 * be. KA_E_OUTPUT: the caller may go on without. */
int ka_cache_write(const char *directory, const char *name, const struct ka_cached *cached,
		   struct ka_error *reterr);

#endif
