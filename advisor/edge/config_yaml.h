/* The configuration file: default path, side, HTTP keepalive, goals and waivers. As strict as
 * profiles are, by the same loader, tables and limits. */
#ifndef KA_EDGE_CONFIG_YAML_H
#define KA_EDGE_CONFIG_YAML_H

#include "core/facts.h"
#include "edge/profile_errors.h"

/* A piece of the default path: a word as for -p, or a hop on the spot. */
struct ka_config_piece {
	struct ka_hop hop;   /* where profile is NULL */
	const char *profile; /* as it is written */
	unsigned line, column;
};

/* Where a key stands: "side", "http.only", "goals.margin". */
struct ka_config_place {
	const char *key;
	unsigned line;
};

enum { KA_CONFIG_WAIVERS_MAX = 200 };

struct ka_config {
	const char *origin; /* the file's name; NULL: there is none */
	const struct ka_config_piece *path;
	size_t path_count;
	struct ka_stated stated; /* side, http and goals; choose_hz is not set */
	const struct ka_waiver *waivers;
	size_t waiver_count;
	const struct ka_config_place *places;
	size_t place_count;
};

/* Parses a configuration file's bytes. 0 with *ret_config, owned by the arena; -1 with at least one
 * error in *ret_errors (KA_E_PROFILE_*, with file, line and column) and *ret_config untouched.
 * Whether a waiver's rule exists is for the caller to check. Opens and reads nothing. */
int ka_config_parse(struct ka_arena *arena, const char *bytes, size_t length,
		    const char *name_for_errors, struct ka_config *ret_config,
		    struct ka_errors *ret_errors);

/* The line of a key as of ka_config_place; 0 where the file does not have it. */
unsigned ka_config_line(const struct ka_config *config, const char *key);

#endif
