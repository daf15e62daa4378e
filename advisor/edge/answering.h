/* The other end of a measurement: accepts connections, returns what comes on them, keeps the idle
 * ones, and sends nothing by itself, no keepalive probe either. */
#ifndef KA_EDGE_ANSWERING_H
#define KA_EDGE_ANSWERING_H

#include "base/arena.h"
#include "base/error.h"
#include "core/connection.h"

enum {
	KA_ANSWERING_MAX = 1000, /* connections at the same time; more are closed at once */
	KA_ANSWERING_RATE = 200, /* accepted in a second; more wait in the backlog */
};

struct ka_answering {
	int listener;
	int *connections; /* descriptors; KA_ANSWERING_MAX of them */
	size_t count;
	size_t accepted, refused; /* in all */
};

/* Listens on the address; *end gets the port where it was 0. KA_E_MEASURE. */
int ka_answering_open(struct ka_answering *ret_answering, struct ka_arena *arena,
		      struct ka_endpoint *end, bool is_v6, struct ka_error *reterr);

/* Serves until stop, a descriptor, can be read. KA_E_MEASURE. */
int ka_answering_run(struct ka_answering *answering, int stop, struct ka_error *reterr);

void ka_answering_close(struct ka_answering *answering);

#endif
