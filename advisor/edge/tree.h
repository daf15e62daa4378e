/* Files below a root directory that may be a hostile image. Nothing outside the root is ever
 * reached: every path is resolved as if the root were /, by openat2(2) with RESOLVE_IN_ROOT or,
 * where the kernel lacks it, step by step. Nothing waits, whatever kind of file it is, and only
 * regular files are read. Functions return 0 (or a file descriptor) or a negative errno unless they
 * take a reterr. Paths are as seen inside the root and begin with a '/'. */
#ifndef KA_EDGE_TREE_H
#define KA_EDGE_TREE_H

#include "base/arena.h"
#include "base/error.h"
#include "core/boot.h"

struct ka_tree {
	int fd;              /* of the root directory */
	bool is_host;        /* the root is the running system's own */
	bool lacks_openat2;  /* it is walked step by step (also set by tests) */
	size_t bytes_left;   /* that may still be read below this root */
	size_t entries_left; /* directory entries that may still be listed */
	size_t steps_left;   /* components that may still be walked where links are in the way */
	const struct ka_tree_names *names; /* NULL: nothing is remembered */
};

enum {
	KA_TREE_BYTES_MAX = 48 * 1024 * 1024, /* of one root altogether */
	KA_TREE_ENTRIES_MAX = 300000,
	KA_TREE_STEPS_MAX = 50000,
	KA_TREE_LINKS_MAX = 40,
};

/* Opens a root. KA_E_ROOT when it is not there, not a directory, or may not be entered. */
int ka_tree_open(const char *root, struct ka_tree *ret_tree, struct ka_error *reterr);
void ka_tree_close(struct ka_tree *tree);

/* Remembers what there is in /, /etc, /usr/lib and /usr/local/lib, so that what is not there need
 * not be asked for one by one. What is made from then on is not seen. Arena-owned; to be forgotten
 * before the tree is closed. A directory that cannot be listed is not remembered. */
void ka_tree_remember(struct ka_tree *tree, struct ka_arena *arena);
void ka_tree_forget(struct ka_tree *tree);

/* Whether path is known not to be there (tree_names.c). */
bool ka_tree_lacks(const struct ka_tree *tree, const char *path);

/* Opens the directory at path, to be closed by the caller. */
int ka_tree_open_directory(const struct ka_tree *tree, const char *path);

/* Opens the directory that holds path, which is not the root, and points *ret_name at what follows
 * it (tree_parent.c). */
int ka_tree_open_parent(const struct ka_tree *tree, const char *path, const char **ret_name);

/* Opens the regular file at path for reading, to be closed by the caller. -EINVAL for any other
 * kind of file. */
int ka_tree_open_file(const struct ka_tree *tree, const char *path);

/* What stands at a path, and what it holds. */
struct ka_node {
	enum ka_node_type type;
	const char *target; /* where the links lead, inside the root; NULL: it is no link */
	const char *bytes;  /* of a regular file, length of them and a NUL; arena-owned */
	size_t length;
};

/* Looks at path and reads it when it is a regular file. Everything that may stand there is a
 * success, also KA_NODE_ABSENT. A link of an image to /dev/null, zero, full, random or urandom
 * leads to that device, which is there once it runs. -EFBIG for a file of more than max bytes or
 * beyond what is left for the root, -EACCES when it may not be read, -EAGAIN when it never stays
 * the same, other errnos of open and read. */
int ka_tree_read(struct ka_tree *tree, struct ka_arena *arena, const char *path, size_t max,
		 struct ka_node *ret_node);

/* The same without reading: bytes is NULL, length the size of a regular file. */
int ka_tree_look(struct ka_tree *tree, struct ka_arena *arena, const char *path,
		 struct ka_node *ret_node);

/* One entry of a directory. */
struct ka_entry {
	const char *name;
	unsigned char type; /* DT_* of dirent.h; DT_UNKNOWN: not told */
};
struct ka_listing {
	int fd;         /* of the directory, to be closed by the caller; -1: there is none */
	uint64_t inode; /* as the directory itself says */
	struct ka_entry *entries; /* without . and .., sorted by name, in the order of strcmp */
	size_t count;
};

/* Lists the directory at path: those entries whose name wants() (NULL: all). A path that is not
 * there, or is no directory, is an empty listing with fd -1. -EFBIG beyond entries_left. */
int ka_tree_list(struct ka_tree *tree, struct ka_arena *arena, const char *path,
		 bool (*wants)(const char *name), struct ka_listing *ret_listing);

/* Whether two listings are of one directory that has several names. */
bool ka_tree_is_same_directory(const struct ka_listing *one, const struct ka_listing *other);

/* The entry at path, and the listing that it is of, where its directory is remembered; or NULL. */
const struct ka_entry *ka_tree_entry(const struct ka_tree *tree, const char *path,
				     const struct ka_listing **ret_listing);

/* Like ka_tree_read for an entry of a listing of the directory at path; the quick way. */
int ka_tree_read_entry(struct ka_tree *tree, struct ka_arena *arena, const char *path,
		       const struct ka_listing *listing, const struct ka_entry *entry, size_t max,
		       struct ka_node *ret_node);

#endif
