/* The path from client to server, cut into segments where a hop terminates TCP. */
#ifndef KA_CORE_PATH_H
#define KA_CORE_PATH_H

#include "core/profile.h"

enum ka_side { KA_SIDE_BOTH, KA_SIDE_CLIENT, KA_SIDE_SERVER };
extern const char *const ka_side_words[]; /* "both", "client", "server"; NULL-terminated */

struct ka_path {
	const struct ka_hop *hops; /* client to server */
	size_t count;
};

/* A hop that answers TCP itself: every hop that ignores or regenerates probes. */
bool ka_hop_terminates(const struct ka_hop *hop);

/* First and last hop that terminate TCP; count where none does. */
size_t ka_path_first_terminating(const struct ka_path *path);
size_t ka_path_last_terminating(const struct ka_path *path);

/* First and last layer-7 hop that terminates TCP; count where none does. */
size_t ka_path_first_l7(const struct ka_path *path);
size_t ka_path_last_l7(const struct ka_path *path);

/* Whether the probes of a host at this end arrive at hop number at: it lies in the host's own
 * segment, or is the hop that ends it. */
bool ka_path_reaches(const struct ka_path *path, size_t at, enum ka_side side);

/* The idle timeout, seconds, that a hop has on the side from which this host's probes come. */
int64_t ka_path_idle_s(const struct ka_path *path, size_t at, enum ka_side side);

#endif
