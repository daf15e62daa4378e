#include "edge/answering.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BACKLOG = 256, FIRST = 2 }; /* connections follow stop and listener */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int bind_to(int fd, struct ka_endpoint *end, bool is_v6)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(end->port)};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(end->port)};
	struct sockaddr *address = is_v6 ? (struct sockaddr *)&six : (struct sockaddr *)&four;
	socklen_t length = is_v6 ? sizeof(six) : sizeof(four);
	int on = 1;

	memcpy(&six.sin6_addr, end->address, sizeof(six.sin6_addr));
	memcpy(&four.sin_addr, end->address, sizeof(four.sin_addr));
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, address, length) < 0 || listen(fd, BACKLOG) < 0 ||
	    getsockname(fd, address, &length) < 0)
		return -1;
	end->port = ntohs(is_v6 ? six.sin6_port : four.sin_port);
	return 0;
}

int ka_answering_open(struct ka_answering *ret_answering, struct ka_arena *arena,
		      struct ka_endpoint *end, bool is_v6, struct ka_error *reterr)
{
	struct ka_answering answering = {
		.listener = socket(is_v6 ? AF_INET6 : AF_INET,
				   SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
		.connections = ka_arena_array(arena, KA_ANSWERING_MAX, sizeof(int)),
	};

	if (!answering.connections) {
		ka_answering_close(&answering);
		return ka_fail_memory(reterr);
	}
	if (answering.listener < 0 || bind_to(answering.listener, end, is_v6) < 0) {
		ka_fail_sys(reterr, KA_E_MEASURE, errno, "cannot listen");
		ka_answering_close(&answering);
		return -1;
	}
	*ret_answering = answering;
	return 0;
}

void ka_answering_close(struct ka_answering *answering)
{
	for (size_t i = 0; i < answering->count; i++)
		close(answering->connections[i]);
	answering->count = 0;
	if (answering->listener >= 0)
		close(answering->listener);
	answering->listener = -1;
}

/* Takes the next one. Returns 0 when none waits, and -1 when none can be taken for now: EMFILE. */
static int take(struct ka_answering *answering)
{
	int off = 0, fd = accept4(answering->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return errno == EAGAIN ? 0 : -1;
	if (answering->count == KA_ANSWERING_MAX ||
	    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &off, sizeof(off)) < 0) {
		answering->refused++;
		close(fd);
		return 1;
	}
	answering->accepted++;
	answering->connections[answering->count++] = fd;
	return 1;
}

/* Takes those that wait, but no more than *left. None can be taken: not before the next second. */
static void take_all(struct ka_answering *answering, int *left)
{
	int taken = 1;

	while (*left > 0 && taken > 0) {
		taken = take(answering);
		*left -= taken > 0;
	}
	if (taken < 0)
		*left = 0;
}

/* Returns what came. False when the connection is over, or does not take what it is sent. */
static bool answer(int fd)
{
	char bytes[4096];
	ssize_t length = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (length < 0)
		return errno == EAGAIN;
	return length > 0 && send(fd, bytes, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT) == length;
}

static void answer_all(struct ka_answering *answering, const struct pollfd *polled)
{
	size_t kept = 0;

	for (size_t i = 0; i < answering->count; i++) {
		if (!polled[i].revents || answer(answering->connections[i]))
			answering->connections[kept++] = answering->connections[i];
		else
			close(answering->connections[i]);
	}
	answering->count = kept;
}

int ka_answering_run(struct ka_answering *answering, int stop, struct ka_error *reterr)
{
	struct pollfd polled[FIRST + KA_ANSWERING_MAX];
	int64_t second = now_ms() / 1000;
	int left = KA_ANSWERING_RATE;

	for (;;) {
		size_t count = answering->count;

		polled[0] = (struct pollfd){.fd = stop, .events = POLLIN};
		polled[1] = (struct pollfd){.fd = left > 0 ? answering->listener : -1,
					    .events = POLLIN};
		for (size_t i = 0; i < count; i++)
			polled[FIRST + i] =
				(struct pollfd){.fd = answering->connections[i], .events = POLLIN};
		if (poll(polled, FIRST + count, left > 0 ? -1 : 1000) < 0 && errno != EINTR)
			return ka_fail_sys(reterr, KA_E_MEASURE, errno, "cannot wait");
		if (polled[0].revents)
			return 0;
		answer_all(answering, polled + FIRST);
		if (now_ms() / 1000 != second) {
			second = now_ms() / 1000;
			left = KA_ANSWERING_RATE;
		}
		if (polled[1].revents)
			take_all(answering, &left);
	}
}
