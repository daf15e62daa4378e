/* The three values as a fresh socket gets them: works without /proc, and in a namespace that the
 * thread has just entered it is many times cheaper than /proc/sys. */
#ifndef KA_EDGE_KEEPALIVE_SOCKET_H
#define KA_EDGE_KEEPALIVE_SOCKET_H

#include "base/error.h"
#include "core/sysctls.h"

/* Reads TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT of a new TCP socket in the calling thread's
 * network namespace: the sysctls' values, since nothing is set on the socket (tcp(7)).
 * KA_E_SOCKET. */
int ka_keepalive_socket_read(struct ka_settings *ret_settings, struct ka_error *reterr);

#endif
