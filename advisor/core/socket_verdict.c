#include "core/socket_verdict.h"

#include <stddef.h>

const char *const ka_socket_verdict_words[] = {"forgotten", "late",   "bare", "probing", "unknown",
					       "safe",      "exempt", "none", NULL};

const char *const ka_socket_reason_words[KA_WHY_COUNT] = {
	[KA_WHY_NONE] = "",
	[KA_WHY_OLD_TIMER] = "old-timer",
	[KA_WHY_VALUES] = "values",
	[KA_WHY_PINNED] = "pinned",
	[KA_WHY_RETRANSMIT] = "retransmit",
	[KA_WHY_PERSIST] = "persist",
	[KA_WHY_NOT_TOLD] = "not-told",
	[KA_WHY_PEER_PROBES] = "peer-probes",
	[KA_WHY_USER_TIMEOUT] = "user-timeout",
	[KA_WHY_LOOPBACK] = "loopback",
	[KA_WHY_EXCLUDED] = "excluded",
};

enum {
	/* Ages and timers are rounded by themselves, and a busy socket's timer is tried again
	 * after HZ/20 (net/ipv4/tcp_timer.c, tcp_keepalive_timer). */
	TOLERANCE_MS = 150,
	LONGEST_TICK_MS = 10,
	/* What a timer beyond the values in force was most likely armed with. */
	DEFAULT_TIME_S = 7200,
};

static const int64_t never_ms = INT64_MAX / 4;

static int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The values of one connection, and what they promise. */
struct promise {
	const struct ka_settings *settings;
	bool is_pinned;            /* by the program */
	int64_t time_ms, intvl_ms; /* hi(T), hi(I) */
	int64_t timer_ms;          /* the longest that a timer is armed with, nominally */
	int64_t granule_ms;        /* by which that is late at most */
	int64_t steady_ms;         /* the longest gap between probes; never_ms: none come */
};

static struct promise promise_of(const struct ka_socket_judge *judge,
				 const struct ka_socket_options *options)
{
	struct promise promise = {.settings = &judge->settings,
				  .time_ms = judge->latest_ms[KA_TIME],
				  .intvl_ms = judge->latest_ms[KA_INTVL]};
	int64_t time_s, intvl_s;

	if (options && !ka_settings_equal(&options->settings, &judge->settings)) {
		promise.settings = &options->settings;
		promise.is_pinned = true;
		promise.time_ms = ka_latest_ms(options->settings.value[KA_TIME], judge->hz);
		promise.intvl_ms = ka_latest_ms(options->settings.value[KA_INTVL], judge->hz);
	}
	time_s = promise.settings->value[KA_TIME];
	intvl_s = promise.settings->value[KA_INTVL];
	promise.timer_ms = 1000 * max64(time_s, intvl_s);
	promise.steady_ms = max64(promise.time_ms, promise.intvl_ms);
	promise.granule_ms = promise.steady_ms - max64(promise.timer_ms, 0);
	/* Without probes nothing refreshes the hop; TCP_USER_TIMEOUT makes probes=0 harmless. */
	if (!ka_settings_work(promise.settings) &&
	    !(options && options->user_timeout_ms > 0 && time_s > 0 && intvl_s > 0))
		promise.steady_ms = never_ms;
	return promise;
}

void ka_socket_judge_init(struct ka_socket_judge *ret_judge, const struct ka_analysis *analysis,
			  bool judges_loopback)
{
	const struct ka_facts *facts = analysis->facts;
	const struct ka_path *path = &analysis->intent->path;
	struct ka_socket_judge judge = {
		.settings = facts->settings, .hz = facts->hz, .judges_loopback = judges_loopback};

	judge.latest_ms[KA_TIME] = ka_latest_ms(facts->settings.value[KA_TIME], facts->hz);
	judge.latest_ms[KA_INTVL] = ka_latest_ms(facts->settings.value[KA_INTVL], facts->hz);
	for (size_t i = 0; i < path->count; i++) {
		const struct ka_hop_verdict *hop = &analysis->hops[i];
		int64_t limit_ms = hop->idle_s * 1000 - hop->margin_ms;

		if (!hop->constrains ||
		    (judge.has_hop && limit_ms >= judge.idle_timeout_ms - judge.margin_ms))
			continue;
		judge.has_hop = true;
		judge.hop = i;
		judge.hop_name = path->hops[i].name;
		judge.idle_timeout_ms = hop->idle_s * 1000;
		judge.margin_ms = hop->margin_ms;
	}
	*ret_judge = judge;
}

static enum ka_tristate has_keepalive(const struct ka_connection *connection,
				      const struct ka_socket_options *options)
{
	if (options)
		return options->keepalive ? KA_YES : KA_NO;
	/* A closing socket uses the same timer for another purpose. */
	if (connection->state != KA_TCP_ESTABLISHED && connection->state != KA_TCP_CLOSE_WAIT)
		return KA_NOT_KNOWN;
	if (connection->timer == KA_TIMER_KEEPALIVE)
		return KA_YES;
	return connection->timer == KA_TIMER_NONE ? KA_NO : KA_NOT_KNOWN;
}

/* Whether segments came although nothing that we wait for did: the peer's probes, which keep the
 * session known as well as ours do. */
static bool peer_probes(const struct ka_connection *now, const struct ka_connection *before,
			int64_t observed_ms)
{
	return before && now->has_info && before->has_info &&
	       now->segments_in != before->segments_in &&
	       ka_keepalive_idle_ms(now) + TOLERANCE_MS >=
		       ka_keepalive_idle_ms(before) + observed_ms;
}

static void say(struct ka_socket_judgement *judgement, enum ka_socket_verdict verdict,
		enum ka_socket_reason reason)
{
	judgement->verdict = verdict;
	judgement->reason = reason;
}

/* When probes go unanswered: the number of them decides, or else TCP_USER_TIMEOUT, which is asked
 * when a probe is due. */
static int64_t dead_in_ms(const struct promise *promise, const struct ka_connection *connection,
			  const struct ka_socket_options *options)
{
	int64_t intvl_ms = promise->settings->value[KA_INTVL] * 1000;
	int64_t left = promise->settings->value[KA_PROBES] - connection->probes;
	int64_t first_ms = connection->timer_ms + promise->intvl_ms - intvl_ms, late;

	if (intvl_ms <= 0)
		return first_ms;
	if (options && options->user_timeout_ms > 0) {
		int64_t missing_ms = options->user_timeout_ms - ka_keepalive_idle_ms(connection) -
				     connection->timer_ms;

		left = missing_ms > 0 ? (missing_ms + intvl_ms - 1) / intvl_ms : 0;
	}
	if (left <= 0)
		return first_ms;
	return __builtin_mul_overflow(left, promise->intvl_ms, &late) || late > never_ms
		       ? never_ms
		       : first_ms + late;
}

static void judge_probing(const struct promise *promise, const struct ka_connection *connection,
			  const struct ka_socket_options *options,
			  struct ka_socket_judgement *judgement)
{
	say(judgement, KA_V_PROBING,
	    options && options->user_timeout_ms > 0 ? KA_WHY_USER_TIMEOUT : KA_WHY_NONE);
	judgement->dead_ms = dead_in_ms(promise, connection, options);
}

/* By which the present timer is late at most. */
static int64_t granule_ms(const struct ka_socket_judge *judge, const struct promise *promise,
			  const struct ka_socket_judgement *judgement, int64_t due_ms)
{
	int64_t armed_s;

	if (!judgement->is_old_timer)
		return promise->granule_ms;
	armed_s = max64((due_ms + 999) / 1000, DEFAULT_TIME_S);
	return ka_latest_ms(armed_s, judge->hz) - armed_s * 1000;
}

static void judge_timer(const struct ka_socket_judge *judge, const struct promise *promise,
			const struct ka_connection *connection,
			const struct ka_socket_options *options,
			struct ka_socket_judgement *judgement)
{
	int64_t limit_ms = judge->idle_timeout_ms - judge->margin_ms;
	int64_t due_ms = judgement->idle_ms + connection->timer_ms;
	int64_t tick_ms = judge->hz == KA_HZ_UNKNOWN ? LONGEST_TICK_MS : 1000 / judge->hz + 1;
	int64_t probe_at_ms;

	/* One that leaves no more than the values in force was most likely armed by them, though
	 * later than the last packet came: when keepalive was switched on. */
	judgement->is_old_timer =
		connection->timer_ms > promise->timer_ms + TOLERANCE_MS + 2 * tick_ms;
	/* One that fires too early is armed again with what is left of T. */
	probe_at_ms =
		max64(due_ms, promise->timer_ms) + granule_ms(judge, promise, judgement, due_ms);
	judgement->probe_ms = probe_at_ms - judgement->idle_ms;
	if (!judge->has_hop)
		return;
	if (promise->steady_ms > limit_ms)
		say(judgement, KA_V_LATE, promise->is_pinned ? KA_WHY_PINNED : KA_WHY_VALUES);
	else if (probe_at_ms > limit_ms)
		say(judgement, KA_V_LATE, KA_WHY_OLD_TIMER);
	else
		say(judgement, KA_V_SAFE,
		    options && options->user_timeout_ms > 0 ? KA_WHY_USER_TIMEOUT : KA_WHY_NONE);
}

static void judge_established(const struct ka_socket_judge *judge,
			      const struct ka_connection *connection,
			      const struct ka_socket_options *options,
			      struct ka_socket_judgement *judgement)
{
	struct promise promise = promise_of(judge, options);
	bool is_on = judgement->keepalive == KA_YES && connection->timer == KA_TIMER_KEEPALIVE;

	if (!connection->has_info)
		say(judgement, KA_V_UNKNOWN, KA_WHY_NOT_TOLD);
	else if (connection->timer == KA_TIMER_RETRANSMIT)
		say(judgement, KA_V_UNKNOWN, KA_WHY_RETRANSMIT);
	else if (connection->timer == KA_TIMER_PERSIST)
		say(judgement, KA_V_UNKNOWN, KA_WHY_PERSIST);
	else if (is_on && connection->probes > 0)
		judge_probing(&promise, connection, options, judgement);
	else if (is_on)
		judge_timer(judge, &promise, connection, options, judgement);
	else
		say(judgement, KA_V_BARE, KA_WHY_NONE);
}

static bool is_exempt(const struct ka_socket_judge *judge, const struct ka_connection *connection)
{
	return !judge->judges_loopback && ka_is_loopback(connection);
}

/* What the hop makes of it, whatever our own timer does. */
static void judge_by_hop(const struct ka_socket_judge *judge,
			 const struct ka_connection *connection, bool is_refreshed,
			 struct ka_socket_judgement *judgement)
{
	if (!connection->has_info)
		return;
	judgement->left_ms = judge->idle_timeout_ms - judgement->idle_ms;
	if (judgement->verdict > KA_V_BARE)
		return;
	if (is_refreshed)
		say(judgement, KA_V_SAFE, KA_WHY_PEER_PROBES);
	else if (judgement->left_ms < 0)
		say(judgement, KA_V_FORGOTTEN, KA_WHY_NONE);
}

void ka_socket_judge(const struct ka_socket_judge *judge, const struct ka_connection *connection,
		     const struct ka_socket_options *options, const struct ka_connection *before,
		     int64_t observed_ms, struct ka_socket_judgement *ret_judgement)
{
	struct ka_socket_judgement judgement = {
		.verdict = KA_V_NONE,
		.keepalive = has_keepalive(connection, options),
		.is_silent = before && before->segments_in == connection->segments_in,
		.idle_ms = ka_keepalive_idle_ms(connection),
		.application_idle_ms = ka_application_idle_ms(connection),
		.probe_ms = -1,
		.dead_ms = -1,
	};

	if (connection->state == KA_TCP_ESTABLISHED) {
		judge_established(judge, connection, options, &judgement);
		if (is_exempt(judge, connection))
			say(&judgement, KA_V_EXEMPT, KA_WHY_LOOPBACK);
		else if (!judge->has_hop)
			say(&judgement, KA_V_NONE, KA_WHY_NONE);
		else
			judge_by_hop(judge, connection,
				     peer_probes(connection, before, observed_ms), &judgement);
	}
	*ret_judgement = judgement;
}
