/* One TCP socket as the kernel describes it. Plain data, and the words for it. */
#ifndef KA_CORE_CONNECTION_H
#define KA_CORE_CONNECTION_H

#include "core/sysctls.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The kernel's numbers (include/net/tcp_states.h). */
enum ka_tcp_state {
	KA_TCP_ESTABLISHED = 1,
	KA_TCP_SYN_SENT,
	KA_TCP_SYN_RECV,
	KA_TCP_FIN_WAIT1,
	KA_TCP_FIN_WAIT2,
	KA_TCP_TIME_WAIT,
	KA_TCP_CLOSE,
	KA_TCP_CLOSE_WAIT,
	KA_TCP_LAST_ACK,
	KA_TCP_LISTEN,
	KA_TCP_CLOSING,
	KA_TCP_STATE_COUNT,
};
/* By the kernel's numbers, in the words of ss(8): "established", "syn-sent", ...; [0] is "". */
extern const char *const ka_tcp_state_words[KA_TCP_STATE_COUNT];

/* The one timer that sock_diag shows, by its numbers (net/ipv4/inet_diag.c, inet_sk_diag_fill):
 * a pending retransmission or window probe hides the keepalive timer. */
enum ka_socket_timer {
	KA_TIMER_NONE,
	KA_TIMER_RETRANSMIT,
	KA_TIMER_KEEPALIVE,
	KA_TIMER_TIME_WAIT,
	KA_TIMER_PERSIST,
	KA_TIMER_COUNT,
};
extern const char *const ka_socket_timer_words[KA_TIMER_COUNT]; /* "none", "retransmit", ... */

/* Bytes of an address in network order; of IPv4 the first four, the others 0. */
struct ka_endpoint {
	uint8_t address[16];
	uint16_t port;
};

/* Kept small: there may be millions. Ages are before the moment of the dump. */
struct ka_connection {
	uint64_t cookie;    /* of the socket, unique until the next boot */
	uint64_t cgroup_id; /* 0: not told */
	struct ka_endpoint local, peer;
	uint32_t inode; /* of the socket's file; 0: no process has it (not accepted, or closed) */
	uint32_t uid;
	uint32_t interface; /* bound to it; 0: to none */
	uint32_t timer_ms;  /* until the timer was asked to fire; the wheel may fire it later */
	/* tcp_info (include/uapi/linux/tcp.h); has_info */
	uint32_t data_sent_ms, data_received_ms, ack_received_ms; /* ages of the last ones */
	uint32_t segments_in;
	uint8_t state;  /* enum ka_tcp_state */
	uint8_t timer;  /* enum ka_socket_timer */
	uint8_t probes; /* keepalive or window probes that are not answered */
	bool is_v6;
	bool has_info;
	bool is_inbound; /* to a port on which this namespace listens */
};

/* What setsockopt made of one socket, as only its own descriptor tells. */
struct ka_socket_options {
	bool keepalive;              /* SO_KEEPALIVE */
	struct ka_settings settings; /* TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT in force: its own,
				      * or the namespace's where it has none */
	int64_t user_timeout_ms;     /* TCP_USER_TIMEOUT; 0: none */
};

/* Idle for the keepalive timer, milliseconds: since the last data or acknowledgement came
 * (net/ipv4/tcp.h, keepalive_time_elapsed). 0 without has_info. */
int64_t ka_keepalive_idle_ms(const struct ka_connection *connection);

/* Idle for the application, milliseconds: since data went either way. Answered probes do not end
 * it. 0 without has_info. */
int64_t ka_application_idle_ms(const struct ka_connection *connection);

/* Whether the peer is this machine: 127/8, ::1, the same mapped into IPv6, or both ends are one
 * address. */
bool ka_is_loopback(const struct ka_connection *connection);

enum { KA_ADDRESS_TEXT = 48 };

/* Writes the address as text (RFC 5952; IPv4 mapped into IPv6 as ::ffff:1.2.3.4), without port, and
 * returns its length. Quick: no library call. */
size_t ka_format_address(char text[static KA_ADDRESS_TEXT], const uint8_t address[static 16],
			 bool is_v6);

/* The port that says which service it is: ours for an inbound connection, else the peer's. */
uint16_t ka_service_port(const struct ka_connection *connection);

#endif
