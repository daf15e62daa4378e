#include "edge/trial.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	MS = 1000, /* microseconds */
	CONNECT_US = 10 * 1000 * MS,
	SILENT_US = 3 * 1000 * MS, /* four retransmissions: 0.2, 0.6, 1.4 and 3.0 s */
	SILENT_RTTS = 10,          /* where the path is slow */
	REPLY_US = 10 * 1000 * MS, /* of a server that has acknowledged */
	/* A hop counts in ticks of its own; those of 100 Hz are the coarsest. */
	TICK_US = 10 * MS,
	PROBES_NEVER_GIVE_UP = 127, /* TCP_KEEPCNT, tcp(7) */
};

int64_t ka_trial_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 * MS + now.tv_nsec / 1000;
}

static void enter(struct ka_trial *trial, enum ka_trial_state state)
{
	trial->state = state;
	trial->since_us = ka_trial_now_us();
}

static void fail(struct ka_trial *trial, int error)
{
	trial->failed_at = trial->state;
	trial->error = error;
	enter(trial, KA_TRIAL_FAILED);
}

/* What a hop saw: the connection was used at asked_us, or heard of at now_us. */
static void finish(struct ka_trial *trial, enum ka_idle_end end, int64_t asked_us, int64_t now_us)
{
	trial->sample = (struct ka_idle_sample){
		.least_ms = (asked_us - trial->quiet_us) / MS,
		.most_ms = (now_us - trial->sent_us + TICK_US + MS - 1) / MS,
		.end = end,
	};
	enter(trial, KA_TRIAL_DONE);
}

/* The socket */

static int set_option(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value));
}

static int set_options(int fd, const struct ka_trial_manner *manner)
{
	if (set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1) < 0 ||
	    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, manner->keepalive_s > 0) < 0)
		return -1;
	if (manner->keepalive_s == 0)
		return 0;
	if (set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, (int)manner->keepalive_s) < 0 ||
	    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, (int)manner->keepalive_s) < 0)
		return -1;
	return set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, PROBES_NEVER_GIVE_UP);
}

static int begin_connect(int fd, const struct ka_trial_manner *manner)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(manner->peer.port)};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(manner->peer.port)};

	memcpy(&six.sin6_addr, manner->peer.address, sizeof(six.sin6_addr));
	memcpy(&four.sin_addr, manner->peer.address, sizeof(four.sin_addr));
	return manner->is_v6 ? connect(fd, (struct sockaddr *)&six, sizeof(six))
			     : connect(fd, (struct sockaddr *)&four, sizeof(four));
}

int ka_trial_open(struct ka_trial *trial, const struct ka_trial_manner *manner,
		  struct ka_error *reterr)
{
	int fd = socket(manner->is_v6 ? AF_INET6 : AF_INET,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return ka_fail_sys(reterr, KA_E_MEASURE, errno, "cannot open a socket");
	*trial = (struct ka_trial){.manner = manner, .fd = fd};
	enter(trial, KA_TRIAL_CONNECTING);
	trial->sent_us = trial->since_us;
	if (set_options(fd, manner) < 0 || (begin_connect(fd, manner) < 0 && errno != EINPROGRESS))
		fail(trial, errno);
	return 0;
}

void ka_trial_close(struct ka_trial *trial)
{
	if (trial->fd >= 0)
		close(trial->fd);
	trial->fd = -1;
}

/* tcp_info as far as this kernel knows it (include/uapi/linux/tcp.h); the rest is 0. */
static struct tcp_info look(const struct ka_trial *trial)
{
	struct tcp_info info = {0};
	socklen_t length = sizeof(info);

	if (getsockopt(trial->fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0)
		info = (struct tcp_info){0};
	return info;
}

/* Using it */

static void use(struct ka_trial *trial, enum ka_trial_state state)
{
	ssize_t sent;

	enter(trial, state);
	if (state == KA_TRIAL_FIRST)
		trial->sent_us = trial->since_us;
	trial->reply_length = 0;
	trial->reply_match = 0;
	trial->has_reply = false;
	sent = send(trial->fd, trial->manner->words, trial->manner->length,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
	/* A fresh buffer takes all of a few words; an error shows again when reading. */
	if (sent < 0 && errno != EAGAIN && state == KA_TRIAL_FIRST)
		fail(trial, errno);
}

static void begin_idle(struct ka_trial *trial)
{
	enter(trial, KA_TRIAL_IDLE);
	trial->quiet_us = trial->since_us;
	trial->segments = look(trial).tcpi_segs_in;
}

/* How far "\r\n\r\n" has come with the next byte. */
static unsigned match_end(unsigned matched, char byte)
{
	static const char end[] = "\r\n\r\n";

	if (byte == end[matched])
		return matched + 1;
	return byte == '\r';
}

static void take_reply(struct ka_trial *trial, const char *bytes, size_t length)
{
	trial->reply_length += (int64_t)length;
	if (!trial->manner->is_http)
		trial->has_reply = true;
	for (size_t i = 0; i < length && !trial->has_reply; i++) {
		trial->reply_match = match_end(trial->reply_match, bytes[i]);
		trial->has_reply = trial->reply_match == 4;
	}
}

/* Reads what there is and acknowledges it at once: a delayed acknowledgement would pass the hops
 * later. Returns 1 for more to come, 0 for the end of the stream, or a negative errno. */
static int read_all(struct ka_trial *trial)
{
	char bytes[4096];
	ssize_t length;

	set_option(trial->fd, IPPROTO_TCP, TCP_QUICKACK, 1);
	while ((length = recv(trial->fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
		take_reply(trial, bytes, (size_t)length);
		if (trial->state == KA_TRIAL_IDLE)
			trial->is_disturbed = true;
	}
	if (length == 0)
		return 0;
	return errno == EAGAIN ? 1 : -errno;
}

static void step_connecting(struct ka_trial *trial)
{
	struct pollfd writable = {.fd = trial->fd, .events = POLLOUT};
	socklen_t length = sizeof(int);
	int error = 0;

	if (poll(&writable, 1, 0) == 0) {
		if (ka_trial_now_us() - trial->since_us > CONNECT_US)
			fail(trial, ETIMEDOUT);
		return;
	}
	if (getsockopt(trial->fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		error = errno;
	if (error)
		fail(trial, error);
	else if (trial->manner->reads_first)
		enter(trial, KA_TRIAL_GREETING);
	else
		use(trial, KA_TRIAL_FIRST);
}

static bool is_answered(const struct ka_trial *trial)
{
	struct tcp_info info = look(trial);

	if (info.tcpi_unacked > 0 || info.tcpi_notsent_bytes > 0)
		return false;
	return trial->has_reply || !trial->manner->expects_reply;
}

static bool is_late(const struct ka_trial *trial)
{
	struct tcp_info info = look(trial);
	int64_t patience_us = REPLY_US;

	if (info.tcpi_unacked > 0) {
		patience_us = (int64_t)info.tcpi_rtt * SILENT_RTTS;
		patience_us = patience_us < SILENT_US ? SILENT_US : patience_us;
	}
	return ka_trial_now_us() - trial->since_us > patience_us;
}

static void step_first(struct ka_trial *trial)
{
	int result = read_all(trial);

	if (result == 0) {
		trial->is_closed = true;
		fail(trial, 0);
	} else if (result < 0) {
		fail(trial, -result);
	} else if (trial->state == KA_TRIAL_GREETING ? trial->reply_length > 0
						     : is_answered(trial)) {
		begin_idle(trial);
	} else if (is_late(trial)) {
		fail(trial, 0);
	}
}

static void step_idle(struct ka_trial *trial)
{
	int result = read_all(trial);
	int64_t now_us = ka_trial_now_us();

	if (result == 0)
		finish(trial, KA_IDLE_CLOSED, now_us, now_us);
	else if (result < 0)
		finish(trial, KA_IDLE_RESET, now_us, now_us);
}

/* What an ended stream says of the question. A server may answer and close. */
static enum ka_idle_end end_of(const struct ka_trial *trial, int result)
{
	if (trial->has_reply)
		return KA_IDLE_SURVIVED;
	if (result == 0)
		return KA_IDLE_CLOSED;
	return result == -ECONNRESET || result == -EPIPE ? KA_IDLE_RESET_ON_NEXT : KA_IDLE_SILENT;
}

static void step_again(struct ka_trial *trial)
{
	int result = read_all(trial);
	enum ka_idle_end end;

	if (result <= 0)
		end = end_of(trial, result);
	else if (is_answered(trial))
		end = KA_IDLE_SURVIVED;
	else if (is_late(trial))
		end = KA_IDLE_SILENT;
	else
		return;
	finish(trial, end, trial->asked_us, trial->since_us);
}

void ka_trial_ask(struct ka_trial *trial)
{
	step_idle(trial);
	if (trial->state != KA_TRIAL_IDLE)
		return;
	if (trial->manner->keepalive_s == 0 && look(trial).tcpi_segs_in != trial->segments)
		trial->is_disturbed = true;
	trial->asked_us = ka_trial_now_us();
	use(trial, KA_TRIAL_AGAIN);
	/* Sent by now, not sent before asked_us. */
	trial->since_us = ka_trial_now_us();
}

void ka_trial_step(struct ka_trial *trial)
{
	switch (trial->state) {
	case KA_TRIAL_CONNECTING:
		step_connecting(trial);
		break;
	case KA_TRIAL_GREETING:
	case KA_TRIAL_FIRST:
		step_first(trial);
		break;
	case KA_TRIAL_IDLE:
		step_idle(trial);
		break;
	case KA_TRIAL_AGAIN:
		step_again(trial);
		break;
	case KA_TRIAL_DONE:
	case KA_TRIAL_FAILED:
		break;
	}
}

bool ka_trial_is_waiting(const struct ka_trial *trial)
{
	return trial->state == KA_TRIAL_FIRST || trial->state == KA_TRIAL_AGAIN;
}

short ka_trial_events(const struct ka_trial *trial)
{
	return trial->state == KA_TRIAL_CONNECTING ? POLLOUT : POLLIN;
}

bool ka_trial_is_over(const struct ka_trial *trial)
{
	return trial->state == KA_TRIAL_DONE || trial->state == KA_TRIAL_FAILED;
}
