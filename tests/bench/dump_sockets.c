/* The floor for reading all TCP sockets of a namespace: asks the kernel as kaadvise does, walks
 * through what comes, and prints how many there were. `dump_sockets info` asks for tcp_info too. */
#include <err.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req body;
	} request = {{sizeof(request), TCPDIAG_GETSOCK, NLM_F_REQUEST | NLM_F_DUMP, 0, 0},
		     {.idiag_family = AF_INET, .idiag_states = ~0u}};
	static _Alignas(struct nlmsghdr) char part[32768];
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
	long sockets = 0;

	(void)argv;
	request.body.idiag_ext = argc > 1 ? 1 << (INET_DIAG_INFO - 1) : 0;
	if (fd < 0 || send(fd, &request, sizeof(request), 0) < 0)
		err(1, "netlink");
	for (;;) {
		ssize_t length = recv(fd, part, sizeof(part), 0);
		unsigned left = (unsigned)length;

		if (length <= 0)
			err(1, "recv");
		for (struct nlmsghdr *at = (void *)part; NLMSG_OK(at, left);
		     at = NLMSG_NEXT(at, left)) {
			if (at->nlmsg_type == NLMSG_DONE || at->nlmsg_type == NLMSG_ERROR) {
				printf("%ld\n", sockets);
				return 0;
			}
			sockets++;
		}
	}
}
