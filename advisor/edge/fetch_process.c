#include "edge/fetch_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 1000, CHUNK = 16 * 1024, END_STEP_MS = 2 };

struct process {
	pid_t pid; /* 0: none */
	int in;    /* a socket: a program that is gone must not kill this one by SIGPIPE */
	int out;
	size_t sent;
	struct ka_text answer;
	int64_t began_ms;
	bool has_waited;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int end(int fd)
{
	if (fd >= 0)
		close(fd);
	return -1;
}

static int spawn(const struct ka_exchange *exchange, int in, int out, pid_t *ret_pid)
{
	char *const words[] = {(char *)exchange->helper, (char *)exchange->argument, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	error = posix_spawn(ret_pid, exchange->helper, &actions, &attributes, words,
			    exchange->environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

static int start(const struct ka_exchange *exchange, struct process *process,
		 struct ka_error *reterr)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, error = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) < 0 || pipe2(out, O_CLOEXEC) < 0)
		error = errno;
	else
		error = spawn(exchange, in[1], out[1], &process->pid);
	end(in[1]);
	end(out[1]);
	process->in = in[0];
	process->out = out[0];
	if (error == 0)
		return 0;
	process->pid = 0;
	return ka_fail_sys(reterr, KA_E_FETCH_PROGRAM, error, "%s cannot be started",
			   exchange->helper);
}

/* What is left of the request, as far as there is room. */
static void send_more(const struct ka_exchange *exchange, struct process *process)
{
	ssize_t sent = send(process->in, exchange->request->bytes + process->sent,
			    exchange->request->length - process->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (sent > 0)
		process->sent += (size_t)sent;
	if ((sent < 0 && errno != EAGAIN && errno != EINTR) ||
	    process->sent == exchange->request->length)
		process->in = end(process->in);
}

static int read_more(const struct ka_exchange *exchange, struct process *process,
		     struct ka_error *reterr)
{
	char bytes[CHUNK];
	ssize_t got = read(process->out, bytes, sizeof(bytes));

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (got <= 0) {
		process->out = end(process->out);
		return 0;
	}
	ka_text_add_bytes(&process->answer, bytes, (size_t)got);
	if (process->answer.has_failed)
		return ka_fail_memory(reterr);
	if (process->answer.length > exchange->answer_max)
		return ka_fail(reterr, KA_E_FETCH_CONTENT,
			       "content: kaadvise-fetch says more than it may");
	return 0;
}

static int left_ms(const struct ka_exchange *exchange, struct process *process)
{
	int64_t passed_ms = now_ms() - process->began_ms, left;

	if (exchange->on_wait && !process->has_waited && passed_ms >= WAIT_MS) {
		process->has_waited = true;
		exchange->on_wait(exchange->context);
	}
	left = exchange->time_ms - passed_ms;
	if (exchange->on_wait && !process->has_waited && left > WAIT_MS - passed_ms)
		left = WAIT_MS - passed_ms;
	return left > 0 ? (int)left : 0;
}

/* Waits for either side; -1 when the time is over. */
static int step(const struct ka_exchange *exchange, struct process *process,
		struct ka_error *reterr)
{
	struct pollfd fds[] = {{.fd = process->out, .events = POLLIN},
			       {.fd = process->in, .events = POLLOUT}};
	int left = left_ms(exchange, process);

	if (now_ms() - process->began_ms >= exchange->time_ms)
		return ka_fail(reterr, KA_E_FETCH_TIME, "time: kaadvise-fetch does not end");
	if (poll(fds, 2, left) <= 0)
		return 0;
	if (fds[1].revents)
		send_more(exchange, process);
	return fds[0].revents ? read_more(exchange, process, reterr) : 0;
}

static int talk(const struct ka_exchange *exchange, struct process *process,
		struct ka_error *reterr)
{
	while (process->out >= 0)
		if (step(exchange, process, reterr) < 0)
			return -1;
	return 0;
}

/* Leaves no process behind. One that has said all is about to end: only kernels from 5.3 on could
 * tell when, so it is asked for. */
static int reap(const struct ka_exchange *exchange, const struct process *process, bool is_done)
{
	bool is_killed = false;
	int status = 0;
	pid_t ended;

	if (process->pid == 0)
		return 0;
	while ((ended = waitpid(process->pid, &status, is_killed ? 0 : WNOHANG)) == 0 ||
	       (ended < 0 && errno == EINTR)) {
		is_killed = !is_done || now_ms() - process->began_ms >= exchange->time_ms;
		if (is_killed)
			kill(process->pid, SIGKILL);
		else
			poll(NULL, 0, END_STEP_MS);
	}
	return status;
}

static int take_answer(struct ka_arena *arena, const struct process *process, int status,
		       const char **ret_answer, size_t *ret_length, struct ka_error *reterr)
{
	static const char failure[] = "error ";
	const struct ka_text *answer = &process->answer;

	if (answer->length == 0 && WIFSIGNALED(status))
		return ka_fail(reterr, KA_E_FETCH_PROGRAM, "kaadvise-fetch was killed by signal %d",
			       WTERMSIG(status));
	if (answer->length == 0)
		return ka_fail(reterr, KA_E_FETCH_PROGRAM,
			       "kaadvise-fetch ended without an answer, with status %d",
			       WEXITSTATUS(status));
	if (status != 0 && strncmp(answer->bytes, failure, sizeof(failure) - 1) != 0)
		return ka_fail(reterr, KA_E_FETCH_PROGRAM,
			       "kaadvise-fetch answered, but did not end well");
	*ret_answer = ka_arena_copy(arena, answer->bytes, answer->length);
	*ret_length = answer->length;
	return arena->has_failed ? ka_fail_memory(reterr) : 0;
}

int ka_fetch_exchange(struct ka_arena *arena, const struct ka_exchange *exchange,
		      const char **ret_answer, size_t *ret_length, struct ka_error *reterr)
{
	struct process process = {.in = -1, .out = -1, .began_ms = now_ms()};
	struct sigaction waitable = {.sa_handler = SIG_DFL}, before;
	int result = -1, status;

	if (exchange->request->has_failed)
		return ka_fail_memory(reterr);
	/* Where it is ignored, as some parents leave it, a pid may be another's once it has died.
	 */
	sigaction(SIGCHLD, &waitable, &before);
	if (start(exchange, &process, reterr) == 0)
		result = talk(exchange, &process, reterr);
	end(process.in);
	end(process.out);
	status = reap(exchange, &process, result == 0);
	sigaction(SIGCHLD, &before, NULL);
	if (result == 0)
		result = take_answer(arena, &process, status, ret_answer, ret_length, reterr);
	ka_text_clear(&process.answer);
	return result;
}
