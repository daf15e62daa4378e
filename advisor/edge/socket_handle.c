#include "edge/socket_handle.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int error_of(int result)
{
	return result < 0 ? -errno : 0;
}

static int duplicate(int pid, int fd, int *ret_handle)
{
	int process = (int)syscall(SYS_pidfd_open, pid, 0);
	int handle;

	if (process < 0)
		return -errno;
	handle = (int)syscall(SYS_pidfd_getfd, process, fd, 0);
	*ret_handle = handle;
	handle = error_of(handle);
	close(process);
	return handle;
}

/* Whether it is the socket that was meant: descriptors and process ids are used again. */
static int check(int handle, uint32_t inode, uint64_t cookie)
{
	struct stat status;
	uint64_t own;
	socklen_t size = sizeof(own);

	if (fstat(handle, &status) < 0)
		return -errno;
	if (!S_ISSOCK(status.st_mode) || status.st_ino != inode)
		return -ESTALE;
	if (cookie == 0)
		return 0;
	if (getsockopt(handle, SOL_SOCKET, SO_COOKIE, &own, &size) < 0)
		return -errno;
	return own == cookie ? 0 : -ESTALE;
}

int ka_socket_handle_open(int pid, int fd, uint32_t inode, uint64_t cookie, int *ret_handle)
{
	int handle = -1, error = duplicate(pid, fd, &handle);

	if (error < 0)
		return error;
	error = check(handle, inode, cookie);
	if (error < 0)
		close(handle);
	else
		*ret_handle = handle;
	return error;
}

static int get(int handle, int level, int option, int *ret_value)
{
	socklen_t size = sizeof(*ret_value);

	return error_of(getsockopt(handle, level, option, ret_value, &size));
}

static int set(int handle, int level, int option, int value)
{
	return error_of(setsockopt(handle, level, option, &value, sizeof(value)));
}

int ka_socket_handle_read(int handle, struct ka_socket_options *ret_options)
{
	int keepalive, time_s, intvl_s, probes, timeout_ms;
	int error = get(handle, SOL_SOCKET, SO_KEEPALIVE, &keepalive);

	if (error == 0)
		error = get(handle, IPPROTO_TCP, TCP_KEEPIDLE, &time_s);
	if (error == 0)
		error = get(handle, IPPROTO_TCP, TCP_KEEPINTVL, &intvl_s);
	if (error == 0)
		error = get(handle, IPPROTO_TCP, TCP_KEEPCNT, &probes);
	if (error == 0)
		error = get(handle, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms);
	if (error < 0)
		return error;
	*ret_options = (struct ka_socket_options){
		.keepalive = keepalive,
		.settings = {{time_s, intvl_s, probes}},
		.user_timeout_ms = (unsigned)timeout_ms,
	};
	return 0;
}

/* On, whatever it was: an option that is left off would be worse than a timer that is late. */
static int switch_on(int handle)
{
	for (int attempt = 0; attempt < 2; attempt++)
		if (set(handle, SOL_SOCKET, SO_KEEPALIVE, 1) == 0)
			return 0;
	return -EIO;
}

int ka_socket_handle_toggle(int handle)
{
	int error = set(handle, SOL_SOCKET, SO_KEEPALIVE, 0);

	return error < 0 ? error : switch_on(handle);
}

int ka_socket_handle_pin(int handle, int64_t idle_s)
{
	int error;

	if (idle_s < ka_sysctls[KA_TIME].min || idle_s > ka_sysctls[KA_TIME].max)
		return -EINVAL;
	error = set(handle, IPPROTO_TCP, TCP_KEEPIDLE, (int)idle_s);
	return error < 0 ? error : switch_on(handle);
}
