#include "cli/measuring.h"

#include "base/duration.h"
#include "cli/ending.h"
#include "cli/print.h"

#include <poll.h>
#include <sys/random.h>
#include <unistd.h>

#define MS ((int64_t)1000) /* microseconds */
#define SECOND (1000 * MS)

enum {
	ACK_POLL_MS = 2,      /* how often an acknowledgement is looked for */
	REPLY_LOOK_MS = 1000, /* how long it may take to learn that a server replies */
	JITTER_SHARE = 16,    /* of the precision: asks in another order than they were opened */
	PROBES_IN_TIME = 3,   /* a probe at each third of the timeout */
	PROBED_MIN_MS = 1250, /* a second is probed up to 64 ms late (core/keepalive.h) */
	PROBE_ROUNDS = 2,
};

struct measuring {
	const struct ka_options *options;
	struct ka_trial_manner *manner;
	struct ka_measured *measured;
	struct ka_idle_search search;
	struct ka_trial *trials; /* of the present round */
	int64_t *wait_us;        /* how long each of them is to be idle */
	size_t count;
	int signals; /* a signalfd */
	bool is_interrupted;
	bool is_pointless; /* a round proved nothing: something keeps the connections busy */
	unsigned rounds_planned;
	int64_t began_us, round_ends_us, told_us;
	bool shows_progress; /* on a terminal */
};

/* Progress */

static void wipe(const struct measuring *measuring)
{
	if (measuring->shows_progress)
		fputs("\r\033[K", stderr);
}

static void show_left(struct measuring *measuring)
{
	int64_t now_us = ka_trial_now_us(), left_us = measuring->round_ends_us - now_us;
	char text[KA_DURATION_TEXT];

	if (!measuring->shows_progress || now_us - measuring->told_us < SECOND || left_us < 0)
		return;
	measuring->told_us = now_us;
	fprintf(stderr, "\r\033[Kround %u of about %u: %s left", measuring->search.rounds,
		measuring->rounds_planned, ka_format_duration(text, left_us / SECOND));
}

static void tell_plan(const struct measuring *measuring)
{
	const struct ka_idle_plan *plan = &measuring->search.plan;
	char longest[KA_DURATION_TEXT];
	unsigned most = ka_idle_search_rounds_max(plan);

	/* Probes take half as long again as the longest round. */
	ka_format_duration(longest, (plan->max_ms * (most + 2 * PROBE_ROUNDS) + 999) / 1000);
	ka_print_note("about %u rounds (at most %u) of up to %u connections; each takes about as "
		      "long as the timeout itself, all together at most %s",
		      measuring->rounds_planned, most, plan->parallel, longest);
	ka_print_note("each of the up to %u connections may stay behind on the server as one that "
		      "nobody uses",
		      most * plan->parallel + PROBE_ROUNDS * KA_IDLE_EVIDENCE + 1);
}

static void tell_round(struct measuring *measuring, int64_t longest_ms)
{
	struct ka_idle_bracket guess = ka_idle_search_guess(&measuring->search);
	char lower[KA_DURATION_TEXT], upper[KA_DURATION_TEXT], idle[KA_DURATION_TEXT];
	const char *so_far = "";

	if (guess.has_upper)
		so_far = ka_arena_printf(measuring->options->arena, "; it seems to be %s to %s",
					 ka_format_ms(lower, guess.lower_ms),
					 ka_format_ms(upper, guess.upper_ms));
	else if (guess.lower_ms > 0)
		so_far = ka_arena_printf(measuring->options->arena, "; it seems to be above %s",
					 ka_format_ms(lower, guess.lower_ms));
	measuring->round_ends_us = ka_trial_now_us() + longest_ms * MS;
	measuring->told_us = 0;
	wipe(measuring);
	ka_print_note("round %u: %zu connections, idle for up to %s%s", measuring->search.rounds,
		      measuring->count, ka_format_ms(idle, longest_ms), so_far);
}

/* Waiting */

static bool is_idle(const struct ka_trial *trial)
{
	return trial->fd >= 0 && trial->state == KA_TRIAL_IDLE;
}

static int64_t due_us(const struct measuring *measuring, size_t index)
{
	return measuring->trials[index].quiet_us + measuring->wait_us[index];
}

static int poll_ms(const struct measuring *measuring)
{
	int64_t next_us = ka_trial_now_us() + SECOND, left_us;

	for (size_t i = 0; i < measuring->count; i++) {
		const struct ka_trial *trial = &measuring->trials[i];

		if (trial->fd >= 0 && ka_trial_is_waiting(trial))
			return ACK_POLL_MS;
		if (is_idle(trial) && due_us(measuring, i) < next_us)
			next_us = due_us(measuring, i);
	}
	left_us = next_us - ka_trial_now_us();
	return left_us <= 0 ? 0 : (int)((left_us + MS - 1) / MS);
}

/* Waits for the next event of any trial, or its time, and lets them go on. */
static void wait_and_step(struct measuring *measuring)
{
	struct pollfd polled[KA_IDLE_PARALLEL_MAX + 1];

	for (size_t i = 0; i < measuring->count; i++)
		polled[i] = (struct pollfd){
			.fd = ka_trial_is_over(&measuring->trials[i]) ? -1
								      : measuring->trials[i].fd,
			.events = ka_trial_events(&measuring->trials[i]),
		};
	polled[measuring->count] = (struct pollfd){.fd = measuring->signals, .events = POLLIN};
	if (poll(polled, measuring->count + 1, poll_ms(measuring)) > 0 &&
	    polled[measuring->count].revents)
		measuring->is_interrupted = true;
	for (size_t i = 0; i < measuring->count; i++)
		if (measuring->trials[i].fd >= 0 &&
		    (polled[i].revents || measuring->trials[i].state != KA_TRIAL_IDLE))
			ka_trial_step(&measuring->trials[i]);
	show_left(measuring);
}

/* Trials */

static int open_all(struct measuring *measuring, const struct ka_trial_manner *manner,
		    struct ka_error *reterr)
{
	size_t wanted = measuring->count;

	for (measuring->count = 0; measuring->count < wanted; measuring->count++) {
		if (ka_trial_open(&measuring->trials[measuring->count], manner, reterr) < 0)
			return -1;
		measuring->measured->connections++;
	}
	return 0;
}

static void close_all(struct measuring *measuring)
{
	for (size_t i = 0; i < measuring->count; i++)
		ka_trial_close(&measuring->trials[i]);
	measuring->count = 0;
}

/* Uses those whose time has come. */
static void ask_due(struct measuring *measuring)
{
	int64_t now_us = ka_trial_now_us();

	for (size_t i = 0; i < measuring->count; i++)
		if (is_idle(&measuring->trials[i]) && now_us >= due_us(measuring, i))
			ka_trial_ask(&measuring->trials[i]);
}

/* Those that are to be idle for longer than is known to be too long are not waited for. */
static void drop_settled(struct measuring *measuring)
{
	int64_t enough_ms = ka_idle_search_enough_ms(&measuring->search);

	for (size_t i = 0; i < measuring->count; i++)
		if (is_idle(&measuring->trials[i]) && measuring->wait_us[i] / MS > enough_ms)
			ka_trial_close(&measuring->trials[i]);
}

static bool any_is_open(const struct measuring *measuring)
{
	for (size_t i = 0; i < measuring->count; i++)
		if (measuring->trials[i].fd >= 0)
			return true;
	return false;
}

/* What is learned from a trial that was idle and used again. */
typedef void take_outcome(struct measuring *measuring, const struct ka_trial *trial);

static void close_over(struct measuring *measuring, take_outcome *take)
{
	size_t samples = measuring->search.count;

	for (size_t i = 0; i < measuring->count; i++) {
		struct ka_trial *trial = &measuring->trials[i];

		if (trial->fd < 0 || !ka_trial_is_over(trial))
			continue;
		ka_trial_close(trial);
		if (trial->state == KA_TRIAL_DONE)
			take(measuring, trial);
	}
	if (measuring->search.count > samples)
		drop_settled(measuring);
}

/* Opens measuring->count of them and sees them through, unless it is interrupted. */
static int run_all(struct measuring *measuring, const struct ka_trial_manner *manner,
		   take_outcome *take, struct ka_error *reterr)
{
	if (open_all(measuring, manner, reterr) < 0)
		return -1;
	while (any_is_open(measuring) && !measuring->is_interrupted) {
		wait_and_step(measuring);
		ask_due(measuring);
		close_over(measuring, take);
	}
	return 0;
}

static int fail_ended(const struct measuring *measuring, struct ka_error *reterr)
{
	return ka_fail(reterr, KA_E_MEASURE, "%s ends a connection right after its use by %s",
		       measuring->measured->address, measuring->measured->used_by);
}

/* Why the first of those failed that were to be used right away; KA_E_MEASURE. */
static int fail_trial(const struct measuring *measuring, const struct ka_trial *trial,
		      struct ka_error *reterr)
{
	const char *target = measuring->measured->address;

	if (trial->failed_at == KA_TRIAL_CONNECTING)
		return ka_fail_sys(reterr, KA_E_MEASURE, trial->error, "cannot connect to %s",
				   target);
	if (trial->error)
		return ka_fail_sys(reterr, KA_E_MEASURE, trial->error,
				   "%s does not keep a connection that is used by %s", target,
				   measuring->measured->used_by);
	if (trial->is_closed)
		return fail_ended(measuring, reterr);
	return ka_fail(reterr, KA_E_MEASURE, "%s does not answer to %s", target,
		       measuring->measured->used_by);
}

/* What becomes of one connection that is used twice in a row. On the way it is learned whether
 * the server replies. */
static int try_at_once(struct measuring *measuring, struct ka_error *reterr)
{
	struct ka_trial *trial = &measuring->trials[0];
	bool has_replied = false;

	measuring->count = 1;
	measuring->wait_us[0] = REPLY_LOOK_MS * MS;
	if (open_all(measuring, measuring->manner, reterr) < 0)
		return -1;
	while (!ka_trial_is_over(trial) && !measuring->is_interrupted) {
		wait_and_step(measuring);
		if (trial->state == KA_TRIAL_IDLE && trial->reply_length > 0) {
			measuring->wait_us[0] = 0;
			has_replied = true;
		}
		ask_due(measuring);
	}
	ka_trial_close(trial);
	measuring->count = 0;
	if (measuring->is_interrupted)
		return 0;
	if (trial->state == KA_TRIAL_FAILED)
		return fail_trial(measuring, trial, reterr);
	if (trial->sample.end != KA_IDLE_SURVIVED)
		return fail_ended(measuring, reterr);
	if (has_replied && !measuring->manner->reads_first)
		measuring->manner->expects_reply = true;
	return 0;
}

/* Rounds */

static int64_t jitter_us(struct measuring *measuring)
{
	int64_t range_us = measuring->search.plan.precision_ms * MS / JITTER_SHARE;
	uint32_t random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0 || range_us == 0)
		return 0;
	return (int64_t)random % range_us;
}

static int64_t prepare(struct measuring *measuring, const int64_t *idle_ms, size_t count)
{
	int64_t longest_ms = 0;

	measuring->count = count;
	for (size_t i = 0; i < count; i++) {
		measuring->wait_us[i] = idle_ms[i] * MS + jitter_us(measuring);
		longest_ms = idle_ms[i] > longest_ms ? idle_ms[i] : longest_ms;
	}
	return longest_ms;
}

static void take_sample(struct measuring *measuring, const struct ka_trial *trial)
{
	const struct ka_idle_sample *sample = &trial->sample;

	if (trial->is_disturbed && sample->end == KA_IDLE_SURVIVED) {
		measuring->measured->disturbed++;
		return;
	}
	measuring->measured->ends[sample->end]++;
	ka_idle_search_add(&measuring->search, sample);
}

static int run_round(struct measuring *measuring, const int64_t *idle_ms, size_t count,
		     struct ka_error *reterr)
{
	size_t samples = measuring->search.count, disturbed = measuring->measured->disturbed;
	size_t first = 0;
	int64_t longest_ms = prepare(measuring, idle_ms, count);

	tell_round(measuring, longest_ms);
	if (run_all(measuring, measuring->manner, take_sample, reterr) < 0)
		return -1;
	measuring->is_pointless = measuring->search.count == samples;
	if (measuring->is_interrupted || measuring->search.count > samples ||
	    measuring->measured->disturbed > disturbed)
		return 0;
	while (first < measuring->count && measuring->trials[first].state != KA_TRIAL_FAILED)
		first++;
	if (first == measuring->count)
		return 0;
	return fail_trial(measuring, &measuring->trials[first], reterr);
}

static int search(struct measuring *measuring, struct ka_error *reterr)
{
	int64_t idle_ms[KA_IDLE_PARALLEL_MAX];
	size_t count;

	while (!measuring->is_interrupted && !measuring->is_pointless &&
	       (count = ka_idle_search_next(&measuring->search, idle_ms)) > 0) {
		int result = run_round(measuring, idle_ms, count, reterr);

		close_all(measuring);
		if (result < 0)
			return -1;
	}
	return 0;
}

/* Probes */

static void take_probed(struct measuring *measuring, const struct ka_trial *trial)
{
	if (trial->sample.end == KA_IDLE_SURVIVED)
		measuring->measured->probes_kept++;
	else
		measuring->measured->probes_lost++;
}

static enum ka_measured_probes judge_probes(const struct ka_measured *measured)
{
	if (measured->probes_lost >= 2)
		return KA_MEASURED_PROBES_IGNORED;
	if (measured->probes_lost == 0 && measured->probes_kept >= KA_IDLE_EVIDENCE / 2)
		return KA_MEASURED_PROBES_REFRESH;
	return KA_MEASURED_PROBES_UNCLEAR;
}

/* Connections with probes well within the timeout, idle for well beyond it. */
static int probe_round(struct measuring *measuring, struct ka_error *reterr)
{
	struct ka_measured *measured = measuring->measured;
	const struct ka_idle_bracket *known = &measured->bracket;
	struct ka_trial_manner manner = *measuring->manner;
	int64_t every_s = known->lower_ms / 1000 / PROBES_IN_TIME;
	int64_t left_alone_ms = known->upper_ms + known->upper_ms / 2 + 1000;
	int64_t idle_ms[KA_IDLE_EVIDENCE] = {0};
	size_t count = measured->plan.parallel;
	char idle[KA_DURATION_TEXT];

	manner.keepalive_s = every_s < 1 ? 1 : (unsigned)every_s;
	count = count < KA_IDLE_EVIDENCE ? count : KA_IDLE_EVIDENCE;
	for (size_t i = 0; i < count; i++)
		idle_ms[i] = left_alone_ms;
	measured->probes = KA_MEASURED_PROBES_UNTRIED;
	measured->probe_every_s = manner.keepalive_s;
	measured->probes_kept = measured->probes_lost = 0;
	measuring->round_ends_us = ka_trial_now_us() + prepare(measuring, idle_ms, count) * MS;
	wipe(measuring);
	ka_print_note("probes: %zu connections, a probe each %u s, idle for %s", count,
		      manner.keepalive_s, ka_format_ms(idle, left_alone_ms));
	if (run_all(measuring, &manner, take_probed, reterr) < 0)
		return -1;
	if (!measuring->is_interrupted)
		measured->probes = judge_probes(measured);
	return 0;
}

/* Ends in a single round may have had another reason (core/idle_search.h). */
static int try_probes(struct measuring *measuring, struct ka_error *reterr)
{
	const struct ka_measured *measured = measuring->measured;

	if (measured->bracket.lower_ms < PROBED_MIN_MS)
		return 0;
	for (unsigned i = 0; i < PROBE_ROUNDS; i++) {
		if (probe_round(measuring, reterr) < 0)
			return -1;
		if (measured->probes == KA_MEASURED_PROBES_REFRESH || measuring->is_interrupted)
			return 0;
	}
	return 0;
}

/* All of it */

static void take_search(const struct ka_idle_search *search, struct ka_measured *measured)
{
	measured->bracket = ka_idle_search_bracket(search);
	measured->is_found = ka_idle_search_is_found(search);
	measured->end = ka_idle_search_end(search);
	measured->rounds = search->rounds;
}

static int measure(struct measuring *measuring, struct ka_error *reterr)
{
	struct ka_measured *measured = measuring->measured;
	int result;

	if (try_at_once(measuring, reterr) < 0)
		return -1;
	tell_plan(measuring);
	result = search(measuring, reterr);
	take_search(&measuring->search, measured);
	if (result < 0 || measuring->is_interrupted || !measured->bracket.has_upper ||
	    ka_measured_is_closed(measured))
		return result;
	return try_probes(measuring, reterr);
}

static uint64_t seed(void)
{
	uint64_t value = 0;

	if (getrandom(&value, sizeof(value), GRND_NONBLOCK) < 0)
		value = (uint64_t)ka_trial_now_us();
	return value;
}

int ka_measure(const struct ka_options *options, const struct ka_idle_plan *plan,
	       struct ka_trial_manner *manner, struct ka_measured *measured,
	       struct ka_error *reterr)
{
	struct measuring measuring = {
		.options = options,
		.manner = manner,
		.measured = measured,
		.trials = ka_arena_array(options->arena, KA_IDLE_PARALLEL_MAX,
					 sizeof(struct ka_trial)),
		.wait_us = ka_arena_array(options->arena, KA_IDLE_PARALLEL_MAX, sizeof(int64_t)),
		.rounds_planned = ka_idle_search_rounds(plan),
		.began_us = ka_trial_now_us(),
		.shows_progress = isatty(STDERR_FILENO),
	};
	sigset_t before;
	int result;

	ka_idle_search_init(&measuring.search, options->arena, plan, seed());
	if (options->arena->has_failed)
		return ka_fail_memory(reterr);
	measuring.signals = ka_ending_open(&before, reterr);
	if (measuring.signals < 0)
		return -1;
	measured->plan = *plan;
	result = measure(&measuring, reterr);
	close_all(&measuring);
	wipe(&measuring);
	measured->is_interrupted = measuring.is_interrupted;
	measured->took_ms = (ka_trial_now_us() - measuring.began_us) / MS;
	ka_ending_close(measuring.signals, &before);
	return result;
}
