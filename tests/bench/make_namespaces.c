/* Makes so many network namespaces, each with a process of its own, as containers have, and keeps
 * them until its standard input ends: make_namespaces COUNT. One in four has other values than the
 * kernel's defaults. Prints "ready". */
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void set_time(const char *seconds, size_t length)
{
	int fd = open("/proc/sys/net/ipv4/tcp_keepalive_time", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, seconds, length) != (ssize_t)length)
		err(1, "tcp_keepalive_time");
	close(fd);
}

static void keep(int number, int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNET) < 0)
		err(1, "unshare");
	if (number % 4 == 0)
		set_time("300", 3);
	if (write(ready, "", 1) != 1)
		err(1, "write");
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 0, ready[2];
	pid_t *pids = calloc((size_t)count + 1, sizeof(*pids));
	char byte;

	if (!pids || pipe(ready) < 0)
		err(1, "pipe");
	for (int i = 0; i < count; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			keep(i, ready[1]);
		if (pids[i] < 0 || read(ready[0], &byte, 1) != 1)
			err(1, "a process failed");
	}
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	for (int i = 0; i < count; i++)
		kill(pids[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	free(pids);
	return 0;
}
