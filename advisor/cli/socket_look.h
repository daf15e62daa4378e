/* The sockets of the calling thread's namespace, judged: what check, sockets and apply share. */
#ifndef KA_CLI_SOCKET_LOOK_H
#define KA_CLI_SOCKET_LOOK_H

#include "cli/options.h"
#include "core/socket_summary.h"
#include "edge/process.h"
#include "edge/socket_owner.h"

/* One connection that the filters select. */
struct ka_seen_socket {
	struct ka_connection connection;
	struct ka_socket_judgement judgement;
	int32_t pid, fd;                         /* 0, 0: the process is not known */
	const struct ka_process *process;        /* NULL: not known */
	const struct ka_socket_options *options; /* NULL: not known (--deep) */
};

/* Whose processes are looked for. */
enum ka_look_owners {
	KA_OWNERS_NONE,
	KA_OWNERS_NEEDED, /* of connections that are judged, and not safe */
	KA_OWNERS_ALL,
};

/* What is to be looked for, beside the filters of the options. */
struct ka_look {
	const struct ka_options *options;
	const struct ka_socket_judge *judge;
	enum ka_look_owners owners;
	bool wants_options;                   /* ask each socket through its process */
	bool is_hasty;                        /* what another timer hides is not looked at again */
	const struct ka_socket_owners *found; /* what a search has found already; NULL: search */
	int64_t observe_s;                    /* look twice, so far apart; 0: once */
};

struct ka_seen_sockets {
	struct ka_seen_socket *items; /* as the kernel told them; on the heap */
	size_t count, capacity;
	struct ka_socket_summary summary; /* of all that the filters select; arena-owned */
	bool is_interrupted;              /* the kernel changed its lists while they were read */
	size_t options_refused;           /* sockets that may not be asked */
};

/* Looks, and looks again, once, at what another timer hides. Free with ka_seen_sockets_clear.
 * Errors of ka_sock_diag_dump, KA_E_MEMORY. */
int ka_look_at_sockets(const struct ka_look *look, struct ka_seen_sockets *ret_seen,
		       struct ka_error *reterr);
void ka_seen_sockets_clear(struct ka_seen_sockets *seen);

/* Looks at the calling thread's namespace for the rules: facts->sockets, or nothing where the
 * options do not want it. What cannot be read is no reason to say nothing about the values: then a
 * note says so. */
void ka_look_for_check(const struct ka_options *options, const struct ka_intent *intent,
		       struct ka_facts *facts);

/* How the connections of the calling thread's namespace are judged, by its present values. */
int ka_socket_judge_here(const struct ka_options *options, const struct ka_intent *intent,
			 struct ka_socket_judge *ret_judge, struct ka_error *reterr);

/* Sorts the worst first. */
void ka_seen_sockets_sort(struct ka_seen_sockets *seen);

/* Calls visit for each connection that the filters select, as the kernel tells them: in constant
 * memory, whatever their number. The processes are not looked for. seen gets no items. */
typedef int ka_socket_visit(void *context, const struct ka_seen_socket *seen,
			    struct ka_error *reterr);
int ka_stream_sockets(const struct ka_look *look, ka_socket_visit *visit, void *context,
		      struct ka_seen_sockets *ret_seen, struct ka_error *reterr);

/* What the filters and the JSON call the process. */
struct ka_socket_owner_words ka_seen_owner(const struct ka_seen_socket *seen);

#endif
