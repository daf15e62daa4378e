/* Opens so many TCP sockets and keeps them until its standard input ends: make_sockets COUNT. Half
 * of them are clients, half accepted; every other connection has keepalive on its client's side.
 * Several processes, since one may not have that many descriptors. Prints "ready". */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SPARE = 64, BACKLOG = 1024, PAIRS_MAX = 20000 }; /* fewer than there are ephemeral ports */

static int listen_at(int number, struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	*address = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(8080),
		.sin_addr.s_addr = htonl(0x7f010001u + ((unsigned)number << 8)),
	};
	if (fd < 0 || bind(fd, (struct sockaddr *)address, sizeof(*address)) < 0 ||
	    listen(fd, BACKLOG) < 0)
		err(1, "listen");
	return fd;
}

static void connect_one(int listener, const struct sockaddr_in *address, int keepalive)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &keepalive, sizeof(keepalive)) < 0 ||
	    connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ||
	    accept4(listener, NULL, NULL, SOCK_CLOEXEC) < 0)
		err(1, "connect");
}

static void keep(int number, int pairs, int ready)
{
	struct sockaddr_in address;
	int listener = listen_at(number, &address);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < pairs; i++)
		connect_one(listener, &address, i & 1);
	if (write(ready, "", 1) != 1)
		err(1, "write");
	for (;;)
		pause();
}

static int pairs_for_each(void)
{
	struct rlimit limit;
	rlim_t pairs;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	pairs = (limit.rlim_max - SPARE) / 2;
	return pairs < PAIRS_MAX ? (int)pairs : PAIRS_MAX;
}

int main(int argc, char **argv)
{
	int left = (argc > 1 ? atoi(argv[1]) : 0) / 2, most = pairs_for_each(), children = 0;
	static pid_t pids[1000];
	int ready[2];
	char byte;

	if (pipe(ready) < 0)
		err(1, "pipe");
	for (; left > 0; left -= most, children++) {
		pid_t child = fork();

		if (child == 0)
			keep(children, left < most ? left : most, ready[1]);
		pids[children] = child;
	}
	close(ready[1]);
	for (int i = 0; i < children; i++)
		if (read(ready[0], &byte, 1) != 1)
			errx(1, "a process failed");
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	for (int i = 0; i < children; i++)
		kill(pids[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	return 0;
}
