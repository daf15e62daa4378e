/* One value of a profile: from a node of the tree to a field of a struct, by its row in the table
 * of keys. */
#ifndef KA_EDGE_PROFILE_VALUES_H
#define KA_EDGE_PROFILE_VALUES_H

#include "base/arena.h"
#include "edge/profile_errors.h"
#include "edge/profile_keys.h"
#include "edge/yaml_tree.h"

#include <stdbool.h>

struct ka_profile_reader {
	struct ka_arena *arena;
	const struct ka_input *input;
	struct ka_errors *errors;
	struct ka_cursor cursor; /* in the input; of the reader alone */
	/* Called when a KA_TYPE_PARENT was read into the struct target. */
	void (*extend)(struct ka_profile_reader *reader, const struct ka_node *node, void *target);
	void *context;       /* for extend */
	bool is_parent_lost; /* extending failed: what the parent has is unknown */
};

/* Reads a plain value (every type but MAPPING and LIST) into its field of target. False after
 * reporting an error, with target untouched. */
bool ka_profile_read_scalar(const struct ka_profile_reader *reader,
			    const struct ka_profile_key *key, const struct ka_node *node,
			    void *target);

/* Reports "KEY: found WHAT, expected EXPECTED" at node, except where node was reported before. */
void ka_profile_complain(const struct ka_profile_reader *reader, const char *key,
			 const struct ka_node *node, enum ka_error_id id, const char *expected, ...)
	__attribute__((format(printf, 5, 6)));

/* The field at place (KA_PLACE, not 0) of the struct target. */
void *ka_profile_field(void *target, size_t place);

#endif
