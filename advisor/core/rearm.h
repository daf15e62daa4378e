/* How to mend one open connection without pinning it: pure decisions. */
#ifndef KA_CORE_REARM_H
#define KA_CORE_REARM_H

#include "core/socket_verdict.h"

enum ka_mend_how {
	KA_MEND_NOTHING,       /* not one that was asked for */
	KA_MEND_TOGGLE,        /* SO_KEEPALIVE off and on: armed with T from now */
	KA_MEND_TOGGLE_AT_ONE, /* the same while the namespace's T is 1: it wakes after a second,
				* and is armed with the exact remainder, or probes at once */
	KA_MEND_PIN,           /* TCP_KEEPIDLE: armed with what is left of T, and pinned */
	KA_MEND_CANNOT,        /* it cannot be mended this way: why */
};

struct ka_mend_request {
	bool rearm, enable, pin;
};

/* Whether the request is about such a connection at all. */
bool ka_mend_is_wanted(const struct ka_socket_judge *judge, const struct ka_mend_request *request,
		       const struct ka_connection *connection,
		       const struct ka_socket_judgement *judgement);

/* Decides for one connection whose own options are known. *ret_why, for KA_MEND_CANNOT, is one
 * sentence without a full stop. T = 1 is taken where idle + hi(T) > W - margin. */
enum ka_mend_how ka_mend_decide(const struct ka_socket_judge *judge,
				const struct ka_mend_request *request,
				const struct ka_connection *connection,
				const struct ka_socket_judgement *judgement,
				const struct ka_socket_options *options, const char **ret_why);

/* When number at of count is due, milliseconds after the start, spread evenly over over_ms. */
int64_t ka_mend_due_ms(size_t at, size_t count, int64_t over_ms);

#endif
