/* Reading YAML by the table of keys: what profiles and the configuration have in common. */
#ifndef KA_EDGE_PROFILE_READER_H
#define KA_EDGE_PROFILE_READER_H

#include "edge/profile_keys.h"
#include "edge/profile_values.h"
#include "edge/yaml_tree.h"

/* The bytes without a byte order mark. */
struct ka_input ka_profile_input(const char *bytes, size_t length, const char *name);

/* The reader's input as a tree, as ka_yaml_tree; KA_E_PROFILE_TOO_LARGE where it is too long. */
const struct ka_node *ka_profile_tree(const struct ka_profile_reader *reader);

/* The value of key in a mapping's node; NULL where there is none. */
const struct ka_node *ka_node_value(const struct ka_node *mapping, const char *key);

/* Fills target, a struct of the mapping with its defaults, from the document, and reports what is
 * wrong with it. False when the document is of another version, about which no more is said. */
bool ka_profile_read_root(struct ka_profile_reader *reader,
			  const struct ka_profile_mapping *mapping, const struct ka_node *root,
			  void *target);

#endif
