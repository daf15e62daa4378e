/* The sockets of the calling thread's namespace, judged: what check, sockets and apply share. */
#ifndef KA_CLI_SOCKET_LOOK_H
#define KA_CLI_SOCKET_LOOK_H

#include "cli/options.h"
#include "core/socket_summary.h"
#include "edge/process.h"

/* One connection that the filters select. */
struct ka_seen_socket {
	struct ka_connection connection;
	struct ka_socket_judgement judgement;
	int32_t pid, fd;                         /* 0, 0: the process is not known */
	const struct ka_process *process;        /* NULL: not known */
	const struct ka_socket_options *options; /* NULL: not known (--deep) */
};

/* What is to be looked for, beside the filters of the options. */
struct ka_look {
	const struct ka_options *options;
	const struct ka_socket_judge *judge;
	bool wants_owners, wants_options;
	int64_t observe_s; /* look twice; 0: once */
};

struct ka_seen_sockets {
	struct ka_seen_socket *items; /* as the kernel told them; on the heap */
	size_t count, capacity;
	struct ka_socket_summary summary; /* of all that the filters select; arena-owned */
	bool is_interrupted;              /* the kernel changed its lists while they were read */
};

/* Looks, and looks again at what another timer hides. Free with ka_seen_sockets_clear. Errors of
 * ka_sock_diag_dump, KA_E_MEMORY. */
int ka_look_at_sockets(const struct ka_look *look, struct ka_seen_sockets *ret_seen,
		       struct ka_error *reterr);
void ka_seen_sockets_clear(struct ka_seen_sockets *seen);

/* Sorts the worst first. */
void ka_seen_sockets_sort(struct ka_seen_sockets *seen);

#endif
