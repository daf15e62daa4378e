/* Which connections are meant: --process, --address, --port, --verdict, --state, --exclude. */
#ifndef KA_CORE_SOCKET_FILTER_H
#define KA_CORE_SOCKET_FILTER_H

#include "core/socket_verdict.h"

enum ka_filter_kind {
	KA_FILTER_PROCESS, /* a process id, or a command, unit or container by name */
	KA_FILTER_ADDRESS, /* ADDRESS[/LENGTH], of either end */
	KA_FILTER_PORT,    /* N or N-M, of either end */
	KA_FILTER_VERDICT,
	KA_FILTER_STATE,
	KA_FILTER_KINDS,
};
extern const char *const ka_filter_kind_words[]; /* "process", ...; NULL-terminated */

struct ka_socket_filter {
	enum ka_filter_kind kind;
	bool excludes;    /* what it matches is exempt, instead of all else left out */
	const char *name; /* KA_FILTER_PROCESS; pid is -1 */
	int64_t pid;      /* KA_FILTER_PROCESS; -1: by name */
	uint8_t address[16];
	bool is_v6;
	unsigned prefix_length; /* bits */
	uint16_t port, last_port;
	unsigned bits; /* of verdicts or states, 1u << number */
};

/* Parses one value; verdicts and states are separated by commas, and "all" is every state. name
 * points into value. KA_E_OPTION_VALUE, with what was expected. */
int ka_socket_filter_parse(enum ka_filter_kind kind, const char *value,
			   struct ka_socket_filter *ret_filter, struct ka_error *reterr);

/* Whose a connection is. */
struct ka_socket_owner_words {
	int64_t pid;                  /* -1: not known */
	const char *command;          /* "" where not known */
	const char *unit, *container; /* "" where there is none */
};

/* Whether a filter of another kind than those is among them, so that owners must be known first. */
bool ka_socket_filters_need_owner(const struct ka_socket_filter *filters, size_t count);

/* Whether address, port and state of the connection are meant: for each of these kinds that is
 * there and does not exclude, one filter matches. Without a state filter only synchronized states
 * are (established, and those after it until closing; not listening, time-wait, syn-*). */
bool ka_socket_filters_select(const struct ka_socket_filter *filters, size_t count,
			      const struct ka_connection *connection);

/* The same for the process. owner NULL: not known, which no filter matches. */
bool ka_socket_filters_select_owner(const struct ka_socket_filter *filters, size_t count,
				    const struct ka_socket_owner_words *owner);

bool ka_socket_filters_select_verdict(const struct ka_socket_filter *filters, size_t count,
				      enum ka_socket_verdict verdict);

/* Whether one that excludes matches: the connection is exempt. */
bool ka_socket_filters_exclude(const struct ka_socket_filter *filters, size_t count,
			       const struct ka_connection *connection,
			       const struct ka_socket_owner_words *owner);

#endif
