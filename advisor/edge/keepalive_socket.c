#include "edge/keepalive_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

static const int names[KA_KEY_COUNT] = {
	[KA_TIME] = TCP_KEEPIDLE,
	[KA_INTVL] = TCP_KEEPINTVL,
	[KA_PROBES] = TCP_KEEPCNT,
};

static int read_socket(int fd, struct ka_settings *settings, struct ka_error *reterr)
{
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		int value;
		socklen_t length = sizeof(value);

		if (getsockopt(fd, IPPROTO_TCP, names[key], &value, &length) < 0)
			return ka_fail_sys(reterr, KA_E_SOCKET, errno, "cannot ask a socket for %s",
					   ka_sysctls[key].key);
		settings->value[key] = value;
	}
	return 0;
}

int ka_keepalive_socket_read(struct ka_settings *ret_settings, struct ka_error *reterr)
{
	struct ka_settings settings;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int result;

	/* IPv6 sockets follow the same sysctls, and a sandbox may allow only one family. */
	if (fd < 0)
		fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return ka_fail_sys(reterr, KA_E_SOCKET, errno, "cannot make a TCP socket");
	result = read_socket(fd, &settings, reterr);
	close(fd);
	if (result == 0)
		*ret_settings = settings;
	return result;
}
