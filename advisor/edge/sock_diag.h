/* TCP sockets by sock_diag(7), in the calling thread's network namespace. Needs no privilege. */
#ifndef KA_EDGE_SOCK_DIAG_H
#define KA_EDGE_SOCK_DIAG_H

#include "base/error.h"
#include "core/connection.h"

/* States to be dumped, as bits 1u << enum ka_tcp_state. */
#define KA_STATES_LISTENING (1u << KA_TCP_LISTEN)
#define KA_STATES_ALL ((1u << KA_TCP_STATE_COUNT) - 2)

/* Called for each socket; returns -1 with *reterr to end the dump. The connection lives for the
 * call only. */
typedef int (*ka_sock_diag_visit)(void *context, const struct ka_connection *connection,
				  struct ka_error *reterr);

/* Dumps sockets of both families with tcp_info. Listening sockets, if asked for, come before all
 * others (net/ipv4/inet_hashtables.c: they have a table of their own). Memory is constant. A socket
 * that moves between two parts may be missing or come twice; *ret_is_interrupted says that the
 * kernel noticed. KA_E_SOCKETS, or the visitor's error. */
int ka_sock_diag_dump(uint32_t states, ka_sock_diag_visit visit, void *context,
		      bool *ret_is_interrupted, struct ka_error *reterr);

/* Looks at one socket again, by its addresses and cookie. 0 with *ret_connection, -ENOENT when it
 * is gone, or another negative errno. (is_inbound is copied.) */
int ka_sock_diag_again(const struct ka_connection *connection,
		       struct ka_connection *ret_connection);

/* Reads one message of a dump (struct inet_diag_msg and attributes), as the kernel sends it; for
 * tests. False for what is none of a TCP socket. */
bool ka_sock_diag_read(const void *payload, size_t length, struct ka_connection *ret_connection);

#endif
