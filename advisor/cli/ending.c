#include "cli/ending.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

void ka_ending_signals(sigset_t *ret_signals)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action;

	sigemptyset(ret_signals);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(ret_signals, numbers[i]);
}

int ka_ending_open(sigset_t *ret_before, struct ka_error *reterr)
{
	sigset_t signals;
	int fd;

	ka_ending_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, ret_before);
	fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0) {
		ka_fail_sys(reterr, KA_E_MEASURE, errno, "cannot wait for signals");
		sigprocmask(SIG_SETMASK, ret_before, NULL);
	}
	return fd;
}

void ka_ending_close(int fd, const sigset_t *before)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) > 0)
		;
	close(fd);
	sigprocmask(SIG_SETMASK, before, NULL);
}
