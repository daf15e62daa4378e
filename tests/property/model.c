/* The keepalive model and an exhaustive search, independent of the program's. */
#include "brute_force.h"

enum { TIME_LAST = 7200, INTVL_LAST = 75, PROBES_LAST = 127, RATES_MAX = 6 };

static const unsigned common_rates[RATES_MAX] = {100, 200, 250, 300, 500, 1000};

static size_t rates_of(unsigned hz, unsigned rates[RATES_MAX])
{
	rates[0] = hz;
	if (hz != UNKNOWN_HZ)
		return 1;
	for (size_t i = 0; i < RATES_MAX; i++)
		rates[i] = common_rates[i];
	return RATES_MAX;
}

/* A level of the timer wheel is one octal digit of delay/63: no digit, level 0, one jiffy. */
int64_t model_latest(int64_t seconds, unsigned hz)
{
	int64_t delay = seconds * (int64_t)hz;
	unsigned level_bits = 0;

	for (int64_t rest = delay / 63; rest > 0; rest >>= 3)
		level_bits += 3;
	return delay + ((int64_t)1 << level_bits);
}

/* Computed once per rate and second; most of the search asks for the same ones. */
static int64_t latest(int64_t seconds, unsigned hz)
{
	enum { RATE_LAST = 1200 };
	static int32_t table[RATE_LAST + 1][TIME_LAST + 1];
	int32_t *entry;

	if (seconds > TIME_LAST || hz > RATE_LAST)
		return model_latest(seconds, hz);
	entry = &table[hz][seconds];
	if (*entry == 0)
		*entry = (int32_t)model_latest(seconds, hz);
	return *entry;
}

static int64_t in_ms(int64_t jiffies, unsigned hz)
{
	int64_t whole = jiffies * 1000 / hz;

	return whole + (jiffies * 1000 % hz != 0);
}

/* The first gap and count more intervals, milliseconds at one rate. */
static int64_t gap_ms(const struct triple *values, int64_t count, unsigned hz)
{
	int64_t first = latest(values->time, hz), next = latest(values->intvl, hz);

	return in_ms((first > next ? first : next) + count * next, hz);
}

static int64_t worst_gap_ms(const struct triple *values, int64_t count, unsigned hz)
{
	unsigned rates[RATES_MAX];
	int64_t worst = 0;

	for (size_t i = rates_of(hz, rates); i > 0; i--) {
		int64_t gap = gap_ms(values, count, rates[i - 1]);

		if (gap > worst)
			worst = gap;
	}
	return worst;
}

int64_t model_bound_ms(const struct triple *values, unsigned hz)
{
	return worst_gap_ms(values, values->probes, hz);
}

int64_t model_silence_ms(const struct triple *values, int64_t lost, unsigned hz)
{
	return worst_gap_ms(values, lost, hz);
}

/* One rate after the other, so that a hopeless candidate costs little. */
static bool gap_fits(const struct triple *values, int64_t count, unsigned hz, int64_t limit_ms)
{
	unsigned rates[RATES_MAX];

	for (size_t i = rates_of(hz, rates); i > 0; i--)
		if (gap_ms(values, count, rates[i - 1]) > limit_ms)
			return false;
	return true;
}

bool model_holds(const struct limits *limits, const struct triple *values)
{
	if (values->time < 1 || values->time > 32767 || values->intvl < 1 ||
	    values->intvl > 32767 || values->probes < 1 || values->probes > 127)
		return false;
	if (values->time < limits->min_time_s || values->probes < limits->lost + 1 ||
	    (values->probes - 1) * values->intvl < limits->outage_s)
		return false;
	if (limits->has_silence && !gap_fits(values, limits->lost, limits->hz, limits->silence_ms))
		return false;
	return !limits->has_detect ||
	       gap_fits(values, values->probes, limits->hz, limits->detect_ms);
}

/* The smallest probe count that survives the outage and the lost probes. */
static int64_t least_probes(const struct limits *limits, int64_t intvl)
{
	int64_t probes = 1;

	while (probes <= PROBES_LAST &&
	       (probes < limits->lost + 1 || (probes - 1) * intvl < limits->outage_s))
		probes++;
	return probes;
}

/* For a given interval, a longer time only lengthens every gap, and so do more probes: the
 * shortest time and the fewest probes that are allowed decide. */
bool model_is_satisfiable(const struct limits *limits)
{
	for (int64_t intvl = 1; intvl <= INTVL_LAST; intvl++) {
		struct triple values = {intvl, intvl, least_probes(limits, intvl)};

		if (values.time < limits->min_time_s)
			values.time = limits->min_time_s;
		if (values.time <= TIME_LAST && values.probes <= PROBES_LAST &&
		    model_holds(limits, &values))
			return true;
	}
	return false;
}

/* Smaller bound, then longer interval, then fewer probes. The times are equal. */
static bool is_better(const struct triple *values, int64_t bound, const struct triple *best,
		      int64_t best_bound)
{
	if (bound != best_bound)
		return bound < best_bound;
	if (values->intvl != best->intvl)
		return values->intvl > best->intvl;
	return values->probes < best->probes;
}

struct range {
	const int64_t *intvls; /* ends with 0 */
	int64_t probes_from, probes_to;
	bool is_thorough; /* try everything */
};

/* No candidate with this time has shorter gaps than this one. */
static bool mildest_fits(const struct limits *limits, int64_t time)
{
	struct triple mildest = {time, 1, limits->lost + 1};

	return (!limits->has_silence ||
		gap_fits(&mildest, limits->lost, limits->hz, limits->silence_ms)) &&
	       (!limits->has_detect ||
		gap_fits(&mildest, mildest.probes, limits->hz, limits->detect_ms));
}

/* The probe counts to try: unless thorough, the fewest that are enough, because more of them only
 * raise the bound. */
static struct range narrowed(const struct limits *limits, int64_t intvl, const struct range *range)
{
	struct range narrow = *range;
	int64_t least = least_probes(limits, intvl);

	if (range->is_thorough)
		return narrow;
	narrow.probes_from = least > range->probes_from ? least : range->probes_from;
	if (narrow.probes_from < narrow.probes_to)
		narrow.probes_to = narrow.probes_from;
	return narrow;
}

/* The best values with this time; false when there are none. */
static bool best_with_time(const struct limits *limits, int64_t time, const struct range *range,
			   struct triple *ret_best)
{
	int64_t best_bound = 0;
	bool found = false;

	if (time < limits->min_time_s || (!range->is_thorough && !mildest_fits(limits, time)))
		return false;
	for (const int64_t *intvl = range->intvls; *intvl > 0; intvl++) {
		struct range narrow = narrowed(limits, *intvl, range);

		for (int64_t probes = narrow.probes_from; probes <= narrow.probes_to; probes++) {
			struct triple values = {time, *intvl, probes};
			int64_t bound;

			if (*intvl > time || !model_holds(limits, &values))
				continue;
			bound = model_bound_ms(&values, limits->hz);
			if (found && !is_better(&values, bound, ret_best, best_bound))
				continue;
			*ret_best = values;
			best_bound = bound;
			found = true;
		}
	}
	return found;
}

/* The longest time on the grid below time; 0 after the last. */
static int64_t next_grid_time(int64_t time)
{
	static const int64_t low[] = {240, 210, 180, 150, 120, 105, 90, 75, 60,
				      50,  45,  40,  30,  25,  20,  15, 0};
	size_t at = 0;

	if (time > 3600)
		return time - 300;
	if (time > 900)
		return time - 60;
	if (time > 240)
		return time - 30;
	while (low[at] >= time && low[at] > 0)
		at++;
	return low[at];
}

static bool choose_on_grid(const struct limits *limits, const struct range *range,
			   struct triple *ret_values)
{
	for (int64_t time = TIME_LAST; time > 0; time = next_grid_time(time))
		if (best_with_time(limits, time, range, ret_values))
			return true;
	return false;
}

static bool choose_anywhere(const struct limits *limits, bool is_thorough,
			    struct triple *ret_values)
{
	int64_t intvls[INTVL_LAST + 1];
	struct range range = {intvls, 1, PROBES_LAST, is_thorough};

	for (int64_t i = 0; i <= INTVL_LAST; i++)
		intvls[i] = INTVL_LAST - i;
	for (int64_t time = TIME_LAST; time > 0; time--)
		if (best_with_time(limits, time, &range, ret_values))
			return true;
	return false;
}

int model_choose(const struct limits *limits, bool is_thorough, struct triple *ret_values)
{
	static const int64_t wide[] = {10, 15, 20, 30, 45, 60, 75, 0};
	static const int64_t medium[] = {5, 10, 15, 20, 30, 45, 60, 75, 0};
	static const int64_t all[] = {1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 75, 0};
	const struct range stages[] = {{wide, 4, 9, is_thorough},
				       {medium, 3, 20, is_thorough},
				       {all, 1, PROBES_LAST, is_thorough}};

	for (int stage = 0; stage < 3; stage++)
		if (choose_on_grid(limits, &stages[stage], ret_values))
			return stage + 1;
	return choose_anywhere(limits, is_thorough, ret_values) ? 4 : 0;
}
