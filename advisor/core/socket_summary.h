/* Many judged connections in few numbers: what the summary prints and the rules judge. Its size is
 * bounded, whatever their number. */
#ifndef KA_CORE_SOCKET_SUMMARY_H
#define KA_CORE_SOCKET_SUMMARY_H

#include "core/socket_verdict.h"

/* Connections of one program to one service. */
struct ka_socket_group {
	const char *program; /* command; "" where it is not known (no owner, or not looked for) */
	const char *unit;    /* systemd unit or container; "" */
	uint16_t port;       /* ka_service_port */
	bool is_inbound;
	size_t counts[KA_V_COUNT];
	size_t off;                /* established, not exempt, without SO_KEEPALIVE */
	int64_t off_idle_ms;       /* the longest idle of these, for keepalive */
	size_t old_timers, pinned; /* is_old_timer; values of their own (--deep) */
	size_t pinned_unsafe;      /* pinned, and late for it */
};

enum { KA_SOCKET_GROUPS_MAX = 4096 };

struct ka_socket_summary {
	struct ka_arena *arena;
	struct ka_socket_judge judge;
	struct ka_socket_group total; /* of all; its words are "" */
	size_t states[KA_TCP_STATE_COUNT];
	struct ka_socket_group *groups; /* as they came; the last is of all that do not fit */
	size_t group_count;
	uint32_t *slots;      /* hash of groups, private */
	int64_t old_timer_ms; /* the latest of the timers that are beyond the values in force */
	size_t silent;        /* forgotten, and nothing at all arrived while observed */
	int64_t observed_ms;  /* 0: seen once */
	bool has_owners,
		has_options;  /* programs were looked for; their sockets were asked (--deep) */
	size_t refused;       /* processes that may not be looked at */
	size_t without_owner; /* connections whose program is not known */
};

/* Starts an empty one. */
void ka_socket_summary_init(struct ka_socket_summary *ret_summary, struct ka_arena *arena,
			    const struct ka_socket_judge *judge);

/* Counts one connection. program and unit are copied; "" where not known. options: NULL where not
 * known. */
void ka_socket_summary_add(struct ka_socket_summary *summary,
			   const struct ka_connection *connection,
			   const struct ka_socket_judgement *judgement, const char *program,
			   const char *unit, const struct ka_socket_options *options);

/* Sorts the groups, the worst first: by their numbers of forgotten, late, bare, ... . After it
 * nothing may be added. */
void ka_socket_summary_sort(struct ka_socket_summary *summary);

#endif
