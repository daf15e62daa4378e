#include "core/solver.h"

#include "case.h"

#define NO_LIMIT INT64_MAX

static const struct {
	struct ka_problem problem; /* hz, silence, lost, has_detect, detect, outage, min_time */
	bool is_solvable;
	int64_t time, intvl, probes;
} rows[] = {
	/* Behind 350 s with all defaults. */
	{{0, 320000, 1, true, 900000, 60, 15}, true, 270, 10, 7},
	{{250, 320000, 1, true, 900000, 60, 15}, true, 270, 10, 7},
	/* Nothing limits: the longest time, then the least bound. */
	{{0, NO_LIMIT, 1, false, 0, 60, 15}, true, 7200, 10, 7},
	{{0, NO_LIMIT, 1, false, 0, 0, 1}, true, 7200, 10, 4},
	{{0, NO_LIMIT, 0, false, 0, 0, 1}, true, 7200, 10, 4},
	/* Second stage: an interval of 5. */
	{{250, 25000, 1, true, 60000, 10, 15}, true, 15, 5, 3},
	/* Third stage: an interval below 5. */
	{{250, 17900, 1, true, 20000, 3, 15}, true, 15, 1, 4},
	/* 15/1/49 has the same bound, to the jiffy: the longer interval wins. */
	{{24, 17400, 1, false, 0, 48, 15}, true, 15, 2, 25},
	/* Last stage: a time that is not on the grid. */
	{{250, 9000, 1, true, 15000, 3, 1}, true, 7, 1, 4},
	/* Nothing. */
	{{250, 0, 1, false, 0, 0, 1}, false, 0, 0, 0},
	{{250, -5000, 1, false, 0, 0, 1}, false, 0, 0, 0},
	{{250, INT64_MIN, 1, false, 0, 0, 1}, false, 0, 0, 0},
	{{0, NO_LIMIT, 1, true, 0, 0, 1}, false, 0, 0, 0},
	{{0, NO_LIMIT, 1, true, -1, 0, 1}, false, 0, 0, 0},
	{{0, NO_LIMIT, 127, false, 0, 0, 1}, false, 0, 0, 0},
	{{0, NO_LIMIT, 126, false, 0, 0, 1}, true, 7200, 1, 127},
	{{0, NO_LIMIT, 1, false, 0, 0, 7200}, true, 7200, 10, 4},
	{{0, NO_LIMIT, 1, false, 0, 0, 7201}, false, 0, 0, 0},
	{{0, NO_LIMIT, 1, false, 0, 126 * 75, 1}, true, 7200, 75, 127},
	{{0, NO_LIMIT, 1, false, 0, 126 * 75 + 1, 1}, false, 0, 0, 0},
};

static void chooses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_settings settings = {{-1, -1, -1}};

		ka_test_at("row %zu", i);
		assert_int_equal(ka_is_solvable(&rows[i].problem), rows[i].is_solvable);
		assert_int_equal(ka_solve(&rows[i].problem, &settings), rows[i].is_solvable);
		if (!rows[i].is_solvable)
			continue;
		assert_triple(settings, rows[i].time, rows[i].intvl, rows[i].probes);
		assert_true(ka_problem_holds(&rows[i].problem, &settings));
	}
}

/* The limits are met to the millisecond: one less, and the answer is another one. */
static void limits_are_exact(void **state)
{
	struct ka_settings best = {{270, 10, 7}}, settings;
	struct ka_problem problem = {
		.silence_ms = NO_LIMIT, .lost = 1, .outage_s = 60, .min_time_s = 15};

	(void)state;
	problem.silence_ms = ka_silence_ms(&best, 1, KA_HZ_UNKNOWN);
	assert_true(ka_solve(&problem, &settings));
	assert_triple(settings, 270, 10, 7);
	assert_true(ka_problem_holds(&problem, &best));
	problem.silence_ms--;
	assert_true(ka_solve(&problem, &settings));
	assert_int_equal(settings.value[KA_TIME], 240);
	assert_false(ka_problem_holds(&problem, &best));

	problem.silence_ms = NO_LIMIT;
	problem.has_detect = true;
	problem.detect_ms = ka_bound_ms(&best, KA_HZ_UNKNOWN);
	assert_true(ka_problem_holds(&problem, &best));
	assert_true(ka_solve(&problem, &settings));
	assert_triple(settings, 270, 10, 7);
	problem.detect_ms--;
	assert_false(ka_problem_holds(&problem, &best));
	assert_true(ka_solve(&problem, &settings));
	assert_int_equal(settings.value[KA_TIME], 240);
}

/* Also where a millisecond is no whole number of jiffies. */
static void limits_are_exact_at_any_tick_rate(void **state)
{
	static const unsigned rates[] = {24, 64, 128, 300, 1024, 1200};
	struct ka_settings best = {{270, 10, 7}}, settings;

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct ka_problem problem = {
			.hz = rates[i], .lost = 1, .outage_s = 60, .min_time_s = 270};

		ka_test_at("HZ %u", rates[i]);
		problem.silence_ms = ka_silence_ms(&best, 1, rates[i]);
		assert_true(ka_solve(&problem, &settings));
		assert_triple(settings, 270, 10, 7);
		problem.silence_ms = ka_silence_ms(&best, 1, rates[i]) - 1;
		assert_false(ka_solve(&problem, &settings) && settings.value[KA_INTVL] >= 10);
		problem.silence_ms = NO_LIMIT;
		problem.has_detect = true;
		problem.detect_ms = ka_bound_ms(&best, rates[i]);
		assert_true(ka_solve(&problem, &settings));
		assert_triple(settings, 270, 10, 7);
		problem.detect_ms--;
		assert_false(ka_solve(&problem, &settings) && settings.value[KA_INTVL] >= 10);
	}
}

static void each_constraint_can_refuse(void **state)
{
	static const struct ka_problem easy = {.silence_ms = NO_LIMIT, .min_time_s = 1};
	static const struct {
		int64_t time, intvl, probes;
		struct ka_problem problem;
		bool holds;
	} cases[] = {
		{20, 10, 4, {0, NO_LIMIT, 3, false, 0, 30, 20}, true},
		{20, 10, 4, {0, NO_LIMIT, 4, false, 0, 0, 1}, false},
		{20, 10, 4, {0, NO_LIMIT, 0, false, 0, 31, 1}, false},
		{20, 10, 4, {0, NO_LIMIT, 0, false, 0, 0, 21}, false},
		{20, 10, 4, {0, 20000, 0, false, 0, 0, 1}, false},
		{20, 10, 4, {0, NO_LIMIT, 0, true, 60000, 0, 1}, false},
		/* An interval above the time may be kept. */
		{10, 20, 4, {0, NO_LIMIT, 1, false, 0, 60, 10}, true},
	};
	struct ka_settings broken[] = {{{0, 10, 4}}, {{20, 0, 4}}, {{20, 10, 0}}, {{-20, 10, 4}}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ka_settings settings = {{cases[i].time, cases[i].intvl, cases[i].probes}};

		ka_test_at("row %zu", i);
		assert_true(ka_problem_holds(&easy, &settings));
		assert_int_equal(ka_problem_holds(&cases[i].problem, &settings), cases[i].holds);
	}
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_false(ka_problem_holds(&easy, &broken[i]));
}

/* Whatever limit is given, also one that overflows when turned into jiffies. */
static void huge_limits_are_no_limits(void **state)
{
	struct ka_problem problem = {.silence_ms = INT64_MAX / 2,
				     .lost = 1,
				     .has_detect = true,
				     .detect_ms = INT64_MAX / 2,
				     .outage_s = 60,
				     .min_time_s = 15};
	struct ka_settings settings;

	(void)state;
	assert_true(ka_solve(&problem, &settings));
	assert_triple(settings, 7200, 10, 7);
	problem.hz = KA_HZ_MAX;
	assert_true(ka_solve(&problem, &settings));
	assert_int_equal(settings.value[KA_TIME], 7200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses),
		cmocka_unit_test(limits_are_exact),
		cmocka_unit_test(limits_are_exact_at_any_tick_rate),
		cmocka_unit_test(each_constraint_can_refuse),
		cmocka_unit_test(huge_limits_are_no_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
