/* A trial: one TCP connection that is opened, used, left idle and used again, to see whether the
 * path still knows it. Nothing here waits: the caller polls, and tells the time. */
#ifndef KA_EDGE_TRIAL_H
#define KA_EDGE_TRIAL_H

#include "base/error.h"
#include "core/connection.h"
#include "core/idle_search.h"

/* How all trials of a measurement speak. */
struct ka_trial_manner {
	struct ka_endpoint peer;
	bool is_v6;
	const char *words; /* what is sent to use the connection */
	size_t length;
	bool reads_first;     /* the server speaks first: its greeting is the first use */
	bool is_http;         /* a reply ends with an empty line */
	bool expects_reply;   /* an acknowledgement by itself is no answer */
	unsigned keepalive_s; /* TCP_KEEPIDLE and TCP_KEEPINTVL; 0: SO_KEEPALIVE off */
};

enum ka_trial_state {
	KA_TRIAL_CONNECTING,
	KA_TRIAL_GREETING, /* waits for the server's first words */
	KA_TRIAL_FIRST,    /* used for the first time */
	KA_TRIAL_IDLE,
	KA_TRIAL_AGAIN, /* used once more */
	KA_TRIAL_DONE,  /* sample holds what became of it */
	KA_TRIAL_FAILED /* before it was idle: error and failed_at say how */
};

struct ka_trial {
	const struct ka_trial_manner *manner;
	int fd; /* -1: closed */
	enum ka_trial_state state, failed_at;
	int error;         /* errno; 0: the server closed it, or said nothing in time */
	bool is_closed;    /* with KA_TRIAL_FAILED: the server closed it */
	int64_t since_us;  /* when the state began */
	int64_t sent_us;   /* before the last packet that is known of was sent */
	int64_t quiet_us;  /* after the last packet that is known of had come: idle from here on */
	uint32_t segments; /* that had come by then */
	int64_t reply_length; /* of what came since the last use began */
	unsigned reply_match; /* of "\r\n\r\n" */
	bool has_reply;       /* complete */
	bool is_disturbed; /* something came while it was idle: that it survived proves nothing */
	struct ka_idle_sample sample;
	int64_t asked_us; /* when it was used again; 0: not yet */
};

/* CLOCK_MONOTONIC in microseconds. */
int64_t ka_trial_now_us(void);

/* Begins to connect. -1 with KA_E_MEASURE: no socket can be had. */
int ka_trial_open(struct ka_trial *trial, const struct ka_trial_manner *manner,
		  struct ka_error *reterr);

/* Goes on as far as it can without waiting. Call it when the descriptor has an event, and every few
 * milliseconds in the states in which it waits for an acknowledgement (ka_trial_is_waiting): the
 * kernel raises none for that. */
void ka_trial_step(struct ka_trial *trial);
bool ka_trial_is_waiting(const struct ka_trial *trial);

/* The events to poll for: POLLIN, POLLOUT. */
short ka_trial_events(const struct ka_trial *trial);

/* Uses an idle one again. */
void ka_trial_ask(struct ka_trial *trial);

/* Whether it is done or failed. */
bool ka_trial_is_over(const struct ka_trial *trial);

/* Closes the descriptor; may be called at any time, and twice. */
void ka_trial_close(struct ka_trial *trial);

#endif
