#include "core/idle_search.h"

#include <limits.h>

enum {
	WORKING_EVIDENCE = 5, /* enough to decide where to look next */
	LADDER_SAMPLES = 2,   /* for each rung */
	SHARE = 1024,         /* a ratio's denominator */
	BIT = 100,            /* of doubt */
};

#define FOREVER INT64_MAX

/* xorshift64* (Marsaglia): only orders samples. */
static uint64_t draw(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

static void shuffle(struct ka_idle_search *search, int64_t *values, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t other = (size_t)(draw(&search->random) >> 33) % i;
		int64_t value = values[i - 1];

		values[i - 1] = values[other];
		values[other] = value;
	}
}

/* The ladder: idle times that grow by the same ratio */

static unsigned rungs_of(const struct ka_idle_plan *plan)
{
	unsigned rungs = plan->parallel / LADDER_SAMPLES;

	return rungs < 2 ? 2 : rungs;
}

static int64_t rung(const struct ka_idle_plan *plan, unsigned index, int64_t ratio)
{
	int64_t value = plan->min_ms;

	for (unsigned i = 0; i < index && value < plan->max_ms; i++)
		value += (value * (ratio - SHARE) + SHARE - 1) / SHARE;
	return value < plan->max_ms ? value : plan->max_ms;
}

/* The smallest ratio with which the ladder reaches the longest idle time, times SHARE. */
static int64_t ladder_ratio(const struct ka_idle_plan *plan)
{
	int64_t low = SHARE, high = SHARE + 1;
	unsigned last = rungs_of(plan) - 1;

	while (rung(plan, last, high) < plan->max_ms)
		high *= 2;
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;

		if (rung(plan, last, middle) < plan->max_ms)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* In how many parts a round divides what is left. */
static unsigned parts_of(const struct ka_idle_plan *plan)
{
	unsigned parts = plan->parallel / plan->connections;

	return parts < 2 ? 2 : parts;
}

unsigned ka_idle_search_rounds(const struct ka_idle_plan *plan)
{
	int64_t below = rung(plan, rungs_of(plan) - 2, ladder_ratio(plan));
	int64_t width = plan->max_ms - below;
	unsigned rounds = 1; /* the ladder */

	if (width < below)
		width = below; /* all of it, where the first rung fails */
	for (; width > plan->precision_ms / 2 && width > 1; width /= parts_of(plan))
		rounds++;
	return rounds + 2; /* to be sure */
}

unsigned ka_idle_search_rounds_max(const struct ka_idle_plan *plan)
{
	return 2 * ka_idle_search_rounds(plan);
}

void ka_idle_search_init(struct ka_idle_search *ret_search, struct ka_arena *arena,
			 const struct ka_idle_plan *plan, uint64_t seed)
{
	size_t capacity = (size_t)ka_idle_search_rounds_max(plan) * plan->parallel;

	*ret_search = (struct ka_idle_search){
		.plan = *plan,
		.samples = ka_arena_array(arena, capacity, sizeof(struct ka_idle_sample)),
		.random = seed | 1,
	};
	ret_search->capacity = ret_search->samples ? capacity : 0;
}

void ka_idle_search_add(struct ka_idle_search *search, const struct ka_idle_sample *sample)
{
	if (search->count == search->capacity)
		return;
	search->samples[search->count] = *sample;
	search->samples[search->count++].round = search->rounds;
}

/* What explains the samples */

static bool survived(const struct ka_idle_sample *sample)
{
	return sample->end == KA_IDLE_SURVIVED;
}

/* With how many others a balancer shares a forgotten connection out decides how often it is lucky:
 * what a survival and what a failure then cost, in hundredths of a bit, -log2 of their chance. With
 * two servers every second one is; more luck than that is not supposed. */
static const struct {
	size_t survival, failure;
} lucks[] = {
	{1000, 0}, /* never */
	{400, 9},  /* 1 in 16 */
	{300, 19}, {200, 42}, {158, 58}, {100, 100},
};

static size_t luck_needed(size_t survivals, size_t failures)
{
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < sizeof(lucks) / sizeof(lucks[0]); i++) {
		size_t cost = survivals * lucks[i].survival + failures * lucks[i].failure;

		least = cost < least ? cost : least;
	}
	return least;
}

/* Within what is uncertain about idle times anything may happen, but then to all of them. */
static size_t mixture(size_t survivals, size_t failures)
{
	size_t some = luck_needed(survivals, failures), others = luck_needed(failures, survivals);

	return some < others ? some : others;
}

/* How many events, such as resets by chance, explain the failures that this timeout would not have
 * caused. A server's restart is one, and explains all of a round after which nothing survived. */
static size_t noise(const struct ka_idle_search *search, int64_t timeout_ms)
{
	unsigned round = UINT_MAX;
	bool is_last = true; /* nothing survived later in the round */
	size_t events = 0, last = 0;

	for (size_t i = search->count; i-- > 0;) {
		const struct ka_idle_sample *sample = &search->samples[i];

		if (sample->round != round) {
			round = sample->round;
			is_last = true;
			events += last;
			last = 0;
		}
		if (survived(sample))
			is_last = false;
		else if (sample->most_ms < timeout_ms && is_last)
			last = 1;
		else if (sample->most_ms < timeout_ms)
			events++;
	}
	return events + last;
}

/* What speaks against this timeout, in hundredths of a bit: survivals that it would have forgotten,
 * failures that it would not have caused, and both where it could be either. Were the last for
 * nothing, a timeout could hide in a heap of mixed samples and explain them all. */
static size_t doubt(const struct ka_idle_search *search, int64_t timeout_ms)
{
	size_t lucky = 0, failed = 0, near_survived = 0, near_failed = 0;

	for (size_t i = 0; i < search->count; i++) {
		const struct ka_idle_sample *sample = &search->samples[i];
		bool is_longer = sample->least_ms >= timeout_ms;
		bool is_near = !is_longer && sample->most_ms >= timeout_ms;

		if (survived(sample)) {
			lucky += is_longer;
			near_survived += is_near;
		} else {
			failed += is_longer;
			near_failed += is_near;
		}
	}
	return luck_needed(lucky, failed) + mixture(near_survived, near_failed) +
	       noise(search, timeout_ms) * KA_IDLE_NOISE_WEIGHT * BIT;
}

int64_t ka_idle_search_enough_ms(const struct ka_idle_search *search)
{
	int64_t first = FOREVER, second = FOREVER;

	for (size_t i = 0; i < search->count; i++) {
		const struct ka_idle_sample *sample = &search->samples[i];

		if (survived(sample) || sample->round != search->rounds ||
		    sample->most_ms >= second)
			continue;
		second = sample->most_ms < first ? first : sample->most_ms;
		first = sample->most_ms < first ? sample->most_ms : first;
	}
	return second;
}

/* The next longer bound of any sample's idle time, FOREVER after the last. */
static int64_t next_bound(const struct ka_idle_search *search, int64_t idle_ms)
{
	int64_t next = FOREVER;

	for (size_t i = 0; i < search->count; i++) {
		const struct ka_idle_sample *sample = &search->samples[i];
		int64_t bound = sample->least_ms > idle_ms ? sample->least_ms : sample->most_ms;

		if (bound > idle_ms && bound < next)
			next = bound;
	}
	return next;
}

/* The next shorter one, 0 before the first. */
static int64_t previous_bound(const struct ka_idle_search *search, int64_t idle_ms)
{
	int64_t previous = 0;

	for (size_t i = 0; i < search->count; i++) {
		const struct ka_idle_sample *sample = &search->samples[i];
		int64_t bound = sample->most_ms < idle_ms ? sample->most_ms : sample->least_ms;

		if (bound < idle_ms && bound > previous)
			previous = bound;
	}
	return previous;
}

/* Doubt changes only just above a bound. */
static size_t least_doubt(const struct ka_idle_search *search)
{
	size_t least = doubt(search, 1), here;

	for (int64_t at = next_bound(search, 0); at != FOREVER; at = next_bound(search, at)) {
		here = doubt(search, at + 1);
		least = here < least ? here : least;
	}
	return least;
}

/* What remains when each timeout is dropped against which so much more speaks than against the
 * best. */
static struct ka_idle_bracket bracket(const struct ka_idle_search *search, size_t evidence)
{
	size_t limit = least_doubt(search) + evidence * BIT;
	int64_t lower = 0, upper = FOREVER;

	while (doubt(search, lower + 1) >= limit)
		lower = next_bound(search, lower);
	while (doubt(search, upper) >= limit)
		upper = previous_bound(search, upper);
	return (struct ka_idle_bracket){
		.lower_ms = lower,
		.upper_ms = upper == FOREVER ? 0 : upper,
		.has_upper = upper != FOREVER,
	};
}

struct ka_idle_bracket ka_idle_search_bracket(const struct ka_idle_search *search)
{
	return bracket(search, KA_IDLE_EVIDENCE);
}

struct ka_idle_bracket ka_idle_search_guess(const struct ka_idle_search *search)
{
	return bracket(search, WORKING_EVIDENCE);
}

bool ka_idle_search_is_found(const struct ka_idle_search *search)
{
	struct ka_idle_bracket known = ka_idle_search_bracket(search);

	if (!known.has_upper)
		return known.lower_ms >= search->plan.max_ms;
	return known.upper_ms - known.lower_ms <= search->plan.precision_ms;
}

enum ka_idle_end ka_idle_search_end(const struct ka_idle_search *search)
{
	size_t counts[KA_IDLE_END_COUNT] = {0};
	enum ka_idle_end end = KA_IDLE_SURVIVED;
	int64_t known_ms = ka_idle_search_bracket(search).lower_ms;

	for (size_t i = 0; i < search->count; i++)
		counts[search->samples[i].end] += search->samples[i].most_ms > known_ms;
	counts[KA_IDLE_SURVIVED] = 0;
	for (int i = KA_IDLE_SURVIVED + 1; i < KA_IDLE_END_COUNT; i++)
		if (counts[i] > counts[end])
			end = (enum ka_idle_end)i;
	return end;
}

/* Where to look next */

struct round {
	int64_t *idle_ms;
	size_t count, max;
};

static void take(struct round *round, int64_t idle_ms, size_t samples)
{
	for (size_t i = 0; i < samples && round->count < round->max; i++)
		round->idle_ms[round->count++] = idle_ms;
}

static void climb(const struct ka_idle_search *search, struct round *round)
{
	const struct ka_idle_plan *plan = &search->plan;
	int64_t ratio = ladder_ratio(plan);

	for (unsigned i = 0; i < rungs_of(plan); i++)
		take(round, rung(plan, i, ratio), LADDER_SAMPLES);
}

/* The lower end is asked again each time: it may be there by luck. */
static void divide(const struct ka_idle_search *search, const struct ka_idle_bracket *known,
		   struct round *round)
{
	unsigned parts = parts_of(&search->plan);
	int64_t width = known->upper_ms - known->lower_ms;

	for (unsigned i = known->lower_ms == 0; i < parts; i++)
		take(round, known->lower_ms + width * i / parts, search->plan.connections);
}

/* Asks for what is still missing at both ends, and not so near to each other that being a little
 * late would lead from one to the other. */
static void confirm(const struct ka_idle_search *search, const struct ka_idle_bracket *known,
		    struct round *round)
{
	struct ka_idle_bracket proven = ka_idle_search_bracket(search);
	int64_t precision_ms = search->plan.precision_ms, below_ms = known->lower_ms;
	size_t doubts;

	if (known->has_upper) {
		below_ms = known->upper_ms - precision_ms * 3 / 4;
		if (!proven.has_upper || proven.upper_ms > known->upper_ms + precision_ms / 8)
			take(round, known->upper_ms, search->plan.connections);
	}
	if (below_ms <= 0 || proven.lower_ms >= below_ms)
		return;
	doubts = (doubt(search, below_ms) - least_doubt(search)) / BIT;
	take(round, below_ms, doubts < KA_IDLE_EVIDENCE ? KA_IDLE_EVIDENCE - doubts : 1);
}

static void plan_round(const struct ka_idle_search *search, struct round *round)
{
	const struct ka_idle_plan *plan = &search->plan;
	struct ka_idle_bracket known = ka_idle_search_guess(search);

	if (search->rounds == 0) {
		climb(search, round);
	} else if (!known.has_upper) {
		known.lower_ms = plan->max_ms;
		confirm(search, &known, round);
	} else if (known.upper_ms - known.lower_ms > plan->precision_ms / 2 &&
		   known.upper_ms - known.lower_ms > 1) {
		divide(search, &known, round);
	} else {
		confirm(search, &known, round);
	}
}

size_t ka_idle_search_next(struct ka_idle_search *search,
			   int64_t ret_idle_ms[static KA_IDLE_PARALLEL_MAX])
{
	struct round round = {.idle_ms = ret_idle_ms, .max = search->plan.parallel};

	if (search->rounds == ka_idle_search_rounds_max(&search->plan) ||
	    ka_idle_search_is_found(search))
		return 0;
	plan_round(search, &round);
	search->rounds++;
	shuffle(search, round.idle_ms, round.count);
	return round.count;
}
