/* Looks through files that may call sysctl or write its files: a heuristic, so what cannot be read
 * is left out. */
#ifndef KA_EDGE_BOOT_GREP_H
#define KA_EDGE_BOOT_GREP_H

#include "edge/boot_setter_list.h"

/* Of all these files of a root together. */
enum {
	KA_GREP_FILES_MAX = 20000,
	KA_GREP_BYTES_MAX = 16 * 1024 * 1024,
	KA_GREP_ENTRIES_MAX = 100000,
};

struct ka_grep {
	struct ka_tree *tree;
	struct ka_setter_list *list;
	struct ka_arena scratch; /* for one file at a time */
	unsigned files_left;
	unsigned skipped; /* that could not be read, or were too large */
};

/* One file to look through. */
struct ka_grep_file {
	const char *path;
	enum ka_setter_kind kind;
	enum ka_setter_syntax syntax;
	bool needs_permission;    /* it runs only when it is executable */
	const char *const *never; /* files that do not count when a link leads to them */
	bool (*counts)(struct ka_grep *grep, const struct ka_grep_file *file); /* asked only
						where there is a hit; NULL: it does */
	const void *context;                                                   /* for counts */
};

/* Adds the hits of one file. -1 only without memory or beyond KA_SETTERS_MAX. */
int ka_grep_file(struct ka_grep *grep, const struct ka_grep_file *file, struct ka_error *reterr);

/* The same with what was read of it into grep->scratch, which is cleared; error is 0 or the
 * negative errno of reading. */
int ka_grep_node(struct ka_grep *grep, const struct ka_grep_file *file, int error,
		 const struct ka_node *node, struct ka_error *reterr);

/* The same for an entry of a listing of the directory that file->path is in. */
int ka_grep_entry(struct ka_grep *grep, const struct ka_grep_file *file, const char *directory,
		  const struct ka_listing *listing, const struct ka_entry *entry,
		  struct ka_error *reterr);

#endif
