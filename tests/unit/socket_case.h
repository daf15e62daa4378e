/* Connections to be judged: established ones on a path with one hop. */
#ifndef KA_UNIT_SOCKET_CASE_H
#define KA_UNIT_SOCKET_CASE_H

#include "case.h"

#include "core/socket_verdict.h"

/* A judge at 250 ticks a second, for a hop of 350 s (0: none). */
__attribute__((unused)) static struct ka_socket_judge judge_of(int64_t idle_s, int64_t time,
							       int64_t intvl, int64_t probes)
{
	struct test_case c;
	struct ka_socket_judge judge;

	case_init(&c);
	c.facts.settings = (struct ka_settings){{time, intvl, probes}};
	c.facts.hz = 250;
	if (idle_s > 0)
		case_hop(&c, idle_s);
	ka_socket_judge_init(&judge, case_run(&c), false);
	case_end(&c);
	return judge;
}

/* From 10.0.0.1 to 10.0.0.2, idle for so long, with keepalive armed for timer_ms more. */
__attribute__((unused)) static struct ka_connection armed(int64_t idle_ms, int64_t timer_ms)
{
	return (struct ka_connection){
		.cookie = 1,
		.local = {{10, 0, 0, 1}, 40000},
		.peer = {{10, 0, 0, 2}, 443},
		.inode = 7,
		.state = KA_TCP_ESTABLISHED,
		.timer = KA_TIMER_KEEPALIVE,
		.timer_ms = (uint32_t)timer_ms,
		.has_info = true,
		.data_sent_ms = (uint32_t)idle_ms,
		.data_received_ms = (uint32_t)idle_ms,
		.ack_received_ms = (uint32_t)idle_ms,
	};
}

/* The same without keepalive. */
__attribute__((unused)) static struct ka_connection unarmed(int64_t idle_ms)
{
	struct ka_connection connection = armed(idle_ms, 0);

	connection.timer = KA_TIMER_NONE;
	return connection;
}

#endif
