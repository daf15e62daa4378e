#include "core/solver.h"

enum { INTVL_MAX = 75, PROBES_MAX = 127, TIME_MAX = 7200, HZ_COUNT_MAX = 6 };

/* A stage offers some times, intervals and probe counts, largest first. */
struct stage {
	const int16_t *times; /* NULL: every one from TIME_MAX down to 1 */
	size_t time_count;
	const int16_t *intvls;
	size_t intvl_count;
	int64_t probes_min, probes_max;
};

static const int16_t grid_times[] = {
	7200, 6900, 6600, 6300, 6000, 5700, 5400, 5100, 4800, 4500, 4200, 3900, 3600, 3540,
	3480, 3420, 3360, 3300, 3240, 3180, 3120, 3060, 3000, 2940, 2880, 2820, 2760, 2700,
	2640, 2580, 2520, 2460, 2400, 2340, 2280, 2220, 2160, 2100, 2040, 1980, 1920, 1860,
	1800, 1740, 1680, 1620, 1560, 1500, 1440, 1380, 1320, 1260, 1200, 1140, 1080, 1020,
	960,  900,  870,  840,  810,  780,  750,  720,  690,  660,  630,  600,  570,  540,
	510,  480,  450,  420,  390,  360,  330,  300,  270,  240,  210,  180,  150,  120,
	105,  90,   75,   60,   50,   45,   40,   30,   25,   20,   15,
};
static const int16_t grid_intvls[] = {75, 60, 45, 30, 20, 15, 10, 5, 3, 2, 1};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct stage stages[] = {
	{grid_times, COUNT(grid_times), grid_intvls, COUNT(grid_intvls) - 4, 4, 9},
	{grid_times, COUNT(grid_times), grid_intvls, COUNT(grid_intvls) - 3, 3, 20},
	{grid_times, COUNT(grid_times), grid_intvls, COUNT(grid_intvls), 1, PROBES_MAX},
	{NULL, TIME_MAX, NULL, INTVL_MAX, 1, PROBES_MAX},
};

static int64_t stage_time(const struct stage *stage, size_t at)
{
	return stage->times ? stage->times[at] : TIME_MAX - (int64_t)at;
}

static int64_t stage_intvl(const struct stage *stage, size_t at)
{
	return stage->intvls ? stage->intvls[at] : INTVL_MAX - (int64_t)at;
}

/* A problem made ready for search: limits in jiffies, the latest expiry of every interval. */
struct search {
	const struct ka_problem *problem;
	struct ka_hz_set set;
	int64_t silence[HZ_COUNT_MAX], detect[HZ_COUNT_MAX]; /* jiffies */
	int64_t intvl[HZ_COUNT_MAX][INTVL_MAX + 1];          /* jiffies; 0: not computed yet */
};

/* The most jiffies whose milliseconds, rounded up, do not exceed limit_ms. */
static int64_t limit_in_jiffies(int64_t limit_ms, unsigned hz)
{
	int64_t product;

	if (limit_ms < 0)
		return -1;
	return __builtin_mul_overflow(limit_ms, (int64_t)hz, &product) ? INT64_MAX : product / 1000;
}

static void search_init(struct search *search, const struct ka_problem *problem)
{
	*search = (struct search){.problem = problem};
	ka_hz_set_init(&search->set, problem->hz);
	for (size_t h = 0; h < search->set.count; h++) {
		unsigned hz = search->set.hz[h];

		search->silence[h] = limit_in_jiffies(problem->silence_ms, hz);
		search->detect[h] =
			problem->has_detect ? limit_in_jiffies(problem->detect_ms, hz) : INT64_MAX;
	}
}

static int64_t intvl_latest(struct search *search, size_t h, int64_t intvl)
{
	int64_t *latest = &search->intvl[h][intvl];

	if (*latest == 0)
		*latest = ka_wheel_latest(intvl, search->set.hz[h]);
	return *latest;
}

static int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Both limits for one triple; the silence alone when probes is 0. */
static bool within_limits(struct search *search, const int64_t time[], int64_t intvl,
			  int64_t probes)
{
	for (size_t h = 0; h < search->set.count; h++) {
		int64_t again = intvl_latest(search, h, intvl);
		int64_t gap = max64(time[h], again);

		if (gap + search->problem->lost * again > search->silence[h] ||
		    gap + probes * again > search->detect[h])
			return false;
	}
	return true;
}

/* Fewest probes that the outage and the lost probes allow. */
static int64_t fewest_probes(const struct ka_problem *problem, int64_t intvl)
{
	int64_t outage = (problem->outage_s + intvl - 1) / intvl + 1;

	return max64(outage, problem->lost + 1);
}

/* The best interval and probe count for one time: least bound, then largest interval. More probes
 * only raise the bound, so the fewest allowed are the best. */
static bool best_for_time(struct search *search, const struct stage *stage, int64_t time,
			  struct ka_settings *ret_settings)
{
	int64_t latest[HZ_COUNT_MAX], best_bound = INT64_MAX;
	int64_t least = stage_intvl(stage, stage->intvl_count - 1);

	for (size_t h = 0; h < search->set.count; h++)
		latest[h] = ka_wheel_latest(time, search->set.hz[h]);
	if (!within_limits(search, latest, least, 0))
		return false;
	for (size_t i = 0; i < stage->intvl_count; i++) {
		int64_t intvl = stage_intvl(stage, i);
		int64_t probes = max64(fewest_probes(search->problem, intvl), stage->probes_min);
		struct ka_settings settings = {{time, intvl, probes}};
		int64_t bound;

		if (intvl > time || probes > stage->probes_max ||
		    !within_limits(search, latest, intvl, probes))
			continue;
		bound = ka_bound_ms(&settings, search->problem->hz);
		if (bound < best_bound) {
			best_bound = bound;
			*ret_settings = settings;
		}
	}
	return best_bound != INT64_MAX;
}

/* No longer time can do: timers are late, never early. */
static int64_t longest_time(const struct ka_problem *problem)
{
	int64_t most = problem->silence_ms / 1000;

	return problem->has_detect && problem->detect_ms / 1000 < most ? problem->detect_ms / 1000
								       : most;
}

static bool solve_stage(struct search *search, const struct stage *stage,
			struct ka_settings *ret_settings)
{
	int64_t longest = longest_time(search->problem);

	for (size_t i = 0; i < stage->time_count; i++) {
		int64_t time = stage_time(stage, i);

		if (time > longest)
			continue;
		if (time < search->problem->min_time_s)
			return false;
		if (best_for_time(search, stage, time, ret_settings))
			return true;
	}
	return false;
}

bool ka_solve(const struct ka_problem *problem, struct ka_settings *ret_settings)
{
	struct search search;

	search_init(&search, problem);
	for (size_t i = 0; i < COUNT(stages); i++)
		if (solve_stage(&search, &stages[i], ret_settings))
			return true;
	return false;
}

bool ka_is_solvable(const struct ka_problem *problem)
{
	struct ka_settings ignored;
	struct search search;

	search_init(&search, problem);
	return solve_stage(&search, &stages[COUNT(stages) - 1], &ignored);
}

bool ka_problem_holds(const struct ka_problem *problem, const struct ka_settings *settings)
{
	int64_t intvl = settings->value[KA_INTVL], probes = settings->value[KA_PROBES];

	return ka_settings_in_range(settings) && probes >= problem->lost + 1 &&
	       settings->value[KA_TIME] >= problem->min_time_s &&
	       (probes - 1) * intvl >= problem->outage_s &&
	       ka_silence_ms(settings, problem->lost, problem->hz) <= problem->silence_ms &&
	       (!problem->has_detect || ka_bound_ms(settings, problem->hz) <= problem->detect_ms);
}
