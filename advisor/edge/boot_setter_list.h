/* The list that the finders of setters fill, and how they read files. */
#ifndef KA_EDGE_BOOT_SETTER_LIST_H
#define KA_EDGE_BOOT_SETTER_LIST_H

#include "core/setter_text.h"
#include "edge/tree.h"

enum {
	KA_SETTERS_MAX = 5000,
	KA_SETTER_FILE_MAX = 1024 * 1024, /* bytes of one file */
};

struct ka_setter_list {
	struct ka_arena *arena;
	struct ka_setter *items;
	size_t count, capacity;
};

/* Adds *setter, whose strings must live as long as the list. KA_E_BOOT_LIMIT, KA_E_MEMORY. */
int ka_setter_list_add(struct ka_setter_list *list, const struct ka_setter *setter,
		       struct ka_error *reterr);

/* A text with a place in it that only moves on. Begin with {.kind, .file, .text, .length}. */
struct ka_setter_source {
	enum ka_setter_kind kind;
	const char *file; /* as seen inside the root */
	const char *text;
	size_t length;
	size_t at, line_start; /* where the lines have been counted to */
	unsigned lines;        /* in front of at */
};

/* Adds a hit of that text: its line and column are counted, its strings copied. A hit that is
 * neither KA_HIT_VALUE nor KA_HIT_UNKNOWN is added as the latter. Hits in the order of the text are
 * cheap. */
int ka_setter_list_add_hit(struct ka_setter_list *list, struct ka_setter_source *source,
			   const struct ka_hit *hit, struct ka_error *reterr);

/* The setter that such a hit is. */
struct ka_setter ka_setter_of_hit(struct ka_arena *arena, struct ka_setter_source *source,
				  const struct ka_hit *hit);

/* Reads a file that decides something. ret_node->bytes is NULL when there is none, also on the
 * running host when its permissions keep it from being read. KA_E_BOOT_READ, naming the file,
 * KA_E_BOOT_LIMIT for one of more than KA_SETTER_FILE_MAX bytes. */
int ka_setter_read(struct ka_tree *tree, struct ka_arena *arena, const char *path,
		   struct ka_node *ret_node, struct ka_error *reterr);

/* What stands at a path, without reading it, in the same way. */
int ka_setter_look(struct ka_tree *tree, struct ka_arena *arena, const char *path,
		   struct ka_node *ret_node, struct ka_error *reterr);

/* Lists a directory in the same way. */
int ka_setter_list_directory(struct ka_tree *tree, struct ka_arena *arena, const char *path,
			     bool (*wants)(const char *name), struct ka_listing *ret_listing,
			     struct ka_error *reterr);

/* Whether name ends with suffix and is longer. */
bool ka_has_suffix(const char *name, const char *suffix);

#endif
