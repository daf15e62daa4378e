/* A duplicate of another process's socket, to ask it or to change its keepalive: pidfd_open(2) and
 * pidfd_getfd(2), Linux 5.6. Needs what ptrace(2) needs (PTRACE_MODE_ATTACH_REALCREDS); the process
 * notices nothing. */
#ifndef KA_EDGE_SOCKET_HANDLE_H
#define KA_EDGE_SOCKET_HANDLE_H

#include "base/error.h"
#include "core/connection.h"

/* Functions return 0 or a negative errno: -EPERM not permitted (ptrace rules, yama), -ESRCH the
 * process is gone, -EBADF or -ESTALE the descriptor is closed or another socket's by now, -ENOSYS
 * the kernel is too old. */

/* Duplicates descriptor fd of process pid, if it is the socket with this inode and cookie (0: any
 * cookie): *ret_handle, to be closed by the caller soon: while it is open the connection cannot
 * end. */
int ka_socket_handle_open(int pid, int fd, uint32_t inode, uint64_t cookie, int *ret_handle);

/* Asks the socket. */
int ka_socket_handle_read(int handle, struct ka_socket_options *ret_options);

/* SO_KEEPALIVE off, where it is on, and on: the timer is armed with T from now
 * (net/ipv4/tcp_timer.c, tcp_set_keepalive). When it could be switched off and not on again, the
 * second is tried again before -EIO. */
int ka_socket_handle_toggle(int handle);

/* TCP_KEEPIDLE: the timer is armed with idle_s less what it has been idle, and from now on the
 * socket does not follow the sysctl. SO_KEEPALIVE is switched on if need be. */
int ka_socket_handle_pin(int handle, int64_t idle_s);

#endif
