/* A small YAML document as a tree: libyaml's events, bounded, without the features that make YAML
 * surprising. */
#ifndef KA_EDGE_YAML_TREE_H
#define KA_EDGE_YAML_TREE_H

#include "base/arena.h"
#include "edge/profile_errors.h"

#include <stdbool.h>
#include <stddef.h>

enum ka_node_kind {
	KA_NODE_SCALAR,
	KA_NODE_LIST,
	KA_NODE_MAPPING,
	KA_NODE_REFUSED, /* an alias: already reported, so say nothing more about it */
};

struct ka_node {
	enum ka_node_kind kind;
	bool is_plain;         /* a scalar without quotes */
	size_t offset;         /* in the input, bytes: where it begins */
	const char *text;      /* a scalar's; NUL-terminated, but may hold more NULs */
	size_t length;         /* of text, bytes */
	size_t count;          /* children; a mapping has two for each pair */
	struct ka_node *first; /* key, value, key, value ... in a mapping */
	struct ka_node *next;  /* sibling */
};

/* Reads the one document of input (UTF-8, a byte order mark is skipped by the caller). Refused:
 * anchors, aliases, tags, directives, a second document, and what exceeds the limits of
 * profile_yaml.h, at which reading stops at once.
 *
 * NULL when nothing useful was read; with errors, or when the arena failed. A tree may come with
 * errors too: those that do not keep the rest from being checked. An empty document is a plain
 * scalar without text. */
const struct ka_node *ka_yaml_tree(struct ka_arena *arena, const struct ka_input *input,
				   struct ka_errors *errors);

#endif
