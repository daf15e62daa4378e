/* How a path is resolved below a root. Every link is read and followed here and not by the kernel:
 * what it says is resolved as if the root were /, its length is charged to a budget, and the path
 * that it leads to is known. */
#ifndef KA_EDGE_TREE_WALK_H
#define KA_EDGE_TREE_WALK_H

#include "edge/tree.h"

#include <limits.h>
#include <sys/stat.h>

/* Where a path leads. */
struct ka_tree_place {
	char path[PATH_MAX]; /* inside the root, free of links; of a failed walk: where it ended */
	struct stat status;  /* of what stands there, never a link */
	bool is_link;        /* the path's own last component is a link */
};

/* Walks to path. *steps is how many components may still be walked; -EFBIG when they are used up.
 * The devices that every system has in /dev once it runs (null, zero, full, random, urandom) are
 * there for links, whatever an image holds. A failed walk fills path and is_link too. */
int ka_tree_walk(const struct ka_tree *tree, size_t *steps, const char *path,
		 struct ka_tree_place *ret_place);

/* Opens path, which ka_tree_is_tidy, following no link at all: -ELOOP where there is one, except
 * that a link at its end is opened itself with O_PATH. */
int ka_tree_open_plain(const struct ka_tree *tree, const char *path, int flags);

/* The path is the root, or has no empty component, no `.` and no `..`. */
bool ka_tree_is_tidy(const char *path);

#endif
