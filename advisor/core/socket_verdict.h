/* What becomes of one connection that is open now, on a path. Pure, and quick: there may be
 * millions. */
#ifndef KA_CORE_SOCKET_VERDICT_H
#define KA_CORE_SOCKET_VERDICT_H

#include "core/analysis.h"
#include "core/connection.h"

/* The worst first; the order of tables and summaries. */
enum ka_socket_verdict {
	KA_V_FORGOTTEN, /* idle for us longer than the hop remembers */
	KA_V_LATE,      /* keepalive is on, but the hop forgets before the next probe */
	KA_V_BARE,      /* no keepalive: forgotten once it has been idle for W */
	KA_V_PROBING,   /* probes are not answered */
	KA_V_UNKNOWN,   /* another timer hides the keepalive timer */
	KA_V_SAFE,      /* the next probe is in time, or the peer's probes keep the session known */
	KA_V_EXEMPT,    /* not on the path: loopback, or excluded */
	KA_V_NONE,      /* not judged: no path, or not established */
	KA_V_COUNT,
};
/* "forgotten", "late", ..., "exempt", "none"; NULL-terminated. */
extern const char *const ka_socket_verdict_words[];

enum ka_socket_reason {
	KA_WHY_NONE,
	KA_WHY_OLD_TIMER,    /* late: armed for longer than the values in force ask for, before they
			      * were lowered or, unless --deep says otherwise, by the program; or
			      * armed by them, but when it had been idle already */
	KA_WHY_VALUES,       /* late: the namespace's values themselves */
	KA_WHY_PINNED,       /* late: the program's own values (--deep) */
	KA_WHY_RETRANSMIT,   /* unknown: data is not acknowledged */
	KA_WHY_PERSIST,      /* unknown: the peer's window is closed */
	KA_WHY_NOT_TOLD,     /* unknown: the kernel gave no tcp_info */
	KA_WHY_PEER_PROBES,  /* safe: segments arrived while our ages grew */
	KA_WHY_USER_TIMEOUT, /* probing, or safe: TCP_USER_TIMEOUT replaces the number of probes */
	KA_WHY_LOOPBACK,     /* exempt */
	KA_WHY_EXCLUDED,     /* exempt */
	KA_WHY_COUNT,
};
/* "", "old-timer", "values", "pinned", ... */
extern const char *const ka_socket_reason_words[KA_WHY_COUNT];

/* What all connections of a namespace are judged by. */
struct ka_socket_judge {
	bool has_hop; /* a hop of the path may forget them; otherwise only states and timers */
	size_t hop;   /* the first to forget: the index into the path */
	const char *hop_name;
	int64_t idle_timeout_ms; /* its W, on this host's side */
	int64_t margin_ms;       /* that must be left of it */
	struct ka_settings settings;
	unsigned hz; /* or KA_HZ_UNKNOWN */
	bool judges_loopback;
	int64_t latest_ms[KA_KEY_COUNT]; /* hi(T), hi(I) of settings; [KA_PROBES] unused */
};

/* Chooses the hop: of those that constrain (analysis.h) the one with the least W - margin. */
void ka_socket_judge_init(struct ka_socket_judge *ret_judge, const struct ka_analysis *analysis,
			  bool judges_loopback);

struct ka_socket_judgement {
	enum ka_socket_verdict verdict;
	enum ka_socket_reason reason;
	enum ka_tristate keepalive; /* whether SO_KEEPALIVE is on */
	bool is_old_timer;          /* the keepalive timer leaves more than the values in force */
	bool is_silent;             /* nothing at all arrived while it was observed */
	int64_t idle_ms, application_idle_ms;
	int64_t probe_ms; /* until the next probe at the latest, if nothing comes before; -1: none
			   */
	int64_t left_ms;  /* until the hop forgets, if nothing passes; negative: it has; only with
			   * has_hop and verdicts other than exempt and none */
	int64_t dead_ms;  /* KA_V_PROBING: until it is given up at the latest; else -1 */
};

/* Judges one connection. options: of its own descriptor, or NULL where they are not known. before:
 * the same connection observed_ms earlier, or NULL. */
void ka_socket_judge(const struct ka_socket_judge *judge, const struct ka_connection *connection,
		     const struct ka_socket_options *options, const struct ka_connection *before,
		     int64_t observed_ms, struct ka_socket_judgement *ret_judgement);

#endif
