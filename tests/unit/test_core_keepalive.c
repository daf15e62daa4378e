#include "core/keepalive.h"

#include "ka_test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct ka_settings triple(int64_t time, int64_t intvl, int64_t probes)
{
	return (struct ka_settings){{time, intvl, probes}};
}

/* How late a timer may be, whole milliseconds, by delay and tick rate. Each entry is a power of
 * eight in jiffies. */
static const unsigned late_hz[] = {100, 250, 300, 1000};
static const struct {
	int64_t delay_s, late_ms[4];
} late[] = {
	{10, {640, 256, 213, 512}},
	{30, {640, 2048, 1706, 512}},
	{60, {5120, 2048, 1706, 4096}},
	{75, {5120, 2048, 1706, 4096}},
	{120, {5120, 2048, 13653, 4096}},
	{240, {5120, 16384, 13653, 4096}},
	{300, {5120, 16384, 13653, 32768}},
	{350, {40960, 16384, 13653, 32768}},
	{600, {40960, 16384, 13653, 32768}},
	{900, {40960, 16384, 109226, 32768}},
	{1800, {40960, 131072, 109226, 32768}},
	{3600, {327680, 131072, 109226, 262144}},
	{7200, {327680, 131072, 873813, 262144}},
};

static void timers_are_late_as_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(late); i++)
		for (size_t h = 0; h < COUNT(late_hz); h++) {
			int64_t delay = late[i].delay_s * late_hz[h];
			int64_t jiffies = ka_wheel_latest(late[i].delay_s, late_hz[h]) - delay;

			ka_test_at("%" PRId64 " s at HZ %u", late[i].delay_s, late_hz[h]);
			assert_int_equal(jiffies * 1000 / late_hz[h], late[i].late_ms[h]);
		}
}

/* Each level of the wheel ends at 63 of its granules: the delays on both sides. With one tick
 * per second a second is a jiffy. */
static void levels_change_at_63_granules(void **state)
{
	int64_t granule = 1;

	(void)state;
	for (int level = 0; level < 9; level++) {
		int64_t end = 63 * granule;

		ka_test_at("level %d", level);
		assert_int_equal(ka_wheel_latest(end - 1, 1), end - 1 + granule);
		assert_int_equal(ka_wheel_latest(end, 1), end + 8 * granule);
		granule *= 8;
	}
}

/* When the kernel's wheel fires a timer that is armed at jiffy now: calc_wheel_index() and
 * calc_index() of kernel/time/timer.c. */
static int64_t fires_at(int64_t now, int64_t delay)
{
	int64_t shift = 0;

	while (delay >= (int64_t)63 << shift)
		shift += 3;
	return ((now + delay + ((int64_t)1 << shift)) >> shift) << shift;
}

/* Whenever it is armed, a timer is late, but never by more than what is said; and by all of it at
 * some time. */
static void no_moment_of_arming_is_worse(void **state)
{
	(void)state;
	for (int64_t delay = 1; delay < 33000; delay += 1 + delay / 7) {
		int64_t latest = ka_wheel_latest(delay, 1), most = 0;

		ka_test_at("%" PRId64 " jiffies", delay);
		for (int64_t now = 0; now < 4096; now++) {
			int64_t after = fires_at(now, delay) - now;

			assert_int_at_least(after, delay + 1);
			most = after > most ? after : most;
		}
		assert_int_equal(most, latest);
	}
}

static void short_delays_fire_within_a_jiffy(void **state)
{
	(void)state;
	assert_int_equal(ka_wheel_latest(0, 1000), 1);
	assert_int_equal(ka_wheel_latest(-5, 1000), 1);
	assert_int_equal(ka_wheel_latest(INT64_MIN, 1000), 1);
	assert_int_equal(ka_wheel_latest(1, 24), 25);
}

static void lateness_stays_below_an_eighth(void **state)
{
	(void)state;
	for (unsigned hz = 64; hz <= KA_HZ_MAX; hz += 7)
		for (int64_t s = 1; s <= 32767; s += 1 + s / 20) {
			int64_t late_by = ka_wheel_latest(s, hz) - s * hz;

			ka_test_at("%" PRId64 " s at HZ %u", s, hz);
			assert_int_at_least(late_by, 1);
			assert_int_at_most(late_by * 63, 8 * s * hz);
		}
}

/* The longest time whose first probe always comes before a hop forgets. */
static void longest_safe_times(void **state)
{
	static const struct {
		int64_t idle_s, at_250, at_1000, at_any;
	} rows[] = {
		{60, 57, 55, 54},     {120, 117, 115, 107},     {240, 223, 235, 223},
		{300, 283, 267, 267}, {350, 333, 317, 317},     {600, 583, 567, 559},
		{900, 883, 867, 859}, {3600, 3468, 3337, 3272},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t safe[4] = {0};

		for (size_t h = 0; h < COUNT(late_hz); h++)
			for (int64_t time = 1; time <= rows[i].idle_s; time++) {
				struct ka_settings settings = triple(time, 1, 9);

				if (ka_silence_ms(&settings, 0, late_hz[h]) <=
				    rows[i].idle_s * 1000)
					safe[h] = time;
			}
		ka_test_at("%" PRId64 " s", rows[i].idle_s);
		assert_int_equal(safe[1], rows[i].at_250);
		assert_int_equal(safe[3], rows[i].at_1000);
		for (size_t h = 1; h < COUNT(late_hz); h++)
			safe[0] = safe[h] < safe[0] ? safe[h] : safe[0];
		assert_int_equal(safe[0], rows[i].at_any);
	}
}

static const struct {
	int64_t time, intvl, probes;
	unsigned hz;
	int64_t nominal_s, bound_ms;
} bounds[] = {
	{7200, 75, 9, 250, 7875, 8024504},
	{7200, 75, 9, 1000, 7875, 8174008},
	{7200, 75, 9, 300, 7875, 8764174},
	{7200, 75, 9, 100, 7875, 8248760},
	{7200, 75, 9, KA_HZ_UNKNOWN, 7875, 8764174},
	{270, 10, 7, 250, 340, 358176},
	{270, 10, 7, KA_HZ_UNKNOWN, 340, 376352},
	/* Measured behind a tick rate of 250: never above these. */
	{2, 1, 3, 250, 5, 5128},
	{20, 10, 2, 250, 40, 42560},
	{300, 75, 2, 250, 450, 470480},
	/* An interval above the time sets the first gap too. */
	{2, 5, 2, 250, 12, 15768},
	{1, 1, 1, 1000, 2, 2128},
	{1, 1, 0, 1000, 1, 1064},
};

static void bounds_are_exact(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bounds); i++) {
		struct ka_settings s = triple(bounds[i].time, bounds[i].intvl, bounds[i].probes);

		ka_test_at("row %zu", i);
		assert_int_equal(ka_nominal_s(&s), bounds[i].nominal_s);
		assert_int_equal(ka_bound_ms(&s, bounds[i].hz), bounds[i].bound_ms);
	}
}

/* What packets showed at a tick rate of 250, in microseconds after the first of these sums. */
static void measurements_lie_between_minimum_and_bound(void **state)
{
	static const struct {
		int64_t time, intvl, probes, least_us, most_us;
	} measured[] = {
		{2, 1, 3, 72400, 107400},        {2, 1, 1, 24400, 52600},
		{2, 5, 2, 147000, 370000},       {20, 10, 2, 520000, 2510000},
		{300, 75, 2, 1640000, 17870000},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(measured); i++) {
		struct ka_settings s =
			triple(measured[i].time, measured[i].intvl, measured[i].probes);
		int64_t nominal_us = ka_nominal_s(&s) * 1000000;

		ka_test_at("row %zu", i);
		assert_int_at_least(measured[i].least_us, 0);
		assert_int_at_most(nominal_us + measured[i].most_us, ka_bound_ms(&s, 250) * 1000);
	}
}

static void milliseconds_are_rounded_up_once(void **state)
{
	(void)state;
	assert_int_equal(ka_jiffies_to_ms(0, 300), 0);
	assert_int_equal(ka_jiffies_to_ms(1, 300), 4);
	assert_int_equal(ka_jiffies_to_ms(3, 300), 10);
	assert_int_equal(ka_jiffies_to_ms(1, 1000), 1);
	assert_int_equal(ka_jiffies_to_ms(1, 1200), 1);
	assert_int_equal(ka_jiffies_to_ms(6, 1200), 5);
	assert_int_equal(ka_jiffies_to_ms(7, 1200), 6);
	assert_int_equal(ka_jiffies_to_ms(1, 24), 42);
}

static void unknown_is_the_worst_of_the_common_rates(void **state)
{
	static const unsigned common[] = {100, 200, 250, 300, 500, 1000};
	struct ka_hz_set set;

	(void)state;
	ka_hz_set_init(&set, KA_HZ_UNKNOWN);
	assert_int_equal(set.count, COUNT(common));
	for (size_t i = 0; i < COUNT(common); i++)
		assert_int_equal(set.hz[i], common[i]);
	ka_hz_set_init(&set, 250);
	assert_int_equal(set.count, 1);
	assert_int_equal(set.hz[0], 250);

	for (int64_t time = 1; time < 9000; time += 37) {
		struct ka_settings s = triple(time, 1 + time % 75, 1 + time % 20);
		int64_t bound = 0, silence = 0;

		for (size_t i = 0; i < COUNT(common); i++) {
			int64_t b = ka_bound_ms(&s, common[i]);
			int64_t k = ka_silence_ms(&s, 2, common[i]);

			bound = b > bound ? b : bound;
			silence = k > silence ? k : silence;
		}
		ka_test_at("time %" PRId64, time);
		assert_int_equal(ka_bound_ms(&s, KA_HZ_UNKNOWN), bound);
		assert_int_equal(ka_silence_ms(&s, 2, KA_HZ_UNKNOWN), silence);
	}
}

static void silence_counts_lost_probes(void **state)
{
	struct ka_settings s = triple(270, 10, 7), wide = triple(10, 30, 5);

	(void)state;
	assert_int_equal(ka_silence_ms(&s, 0, 1000), 302768);
	assert_int_equal(ka_silence_ms(&s, 1, 1000), 313280);
	assert_int_equal(ka_silence_ms(&s, 3, 1000), 334304);
	assert_int_equal(ka_nominal_silence_s(&s, 0), 270);
	assert_int_equal(ka_nominal_silence_s(&s, 1), 280);
	assert_int_equal(ka_silence_ms(&wide, 0, 1000), 30512);
	assert_int_equal(ka_silence_ms(&wide, 1, 1000), 61024);
	assert_int_equal(ka_nominal_silence_s(&wide, 2), 90);
}

static void survived_loss_may_be_negative(void **state)
{
	struct ka_settings s = triple(270, 10, 7);

	(void)state;
	assert_int_equal(ka_survives_loss_ms(&s, 350, 1000), 350000 - 302768 - 10512);
	assert_int_equal(ka_survives_loss_ms(&s, 300, 1000), 300000 - 302768 - 10512);
	/* Rounded down: the silence is rounded up. */
	s = triple(10, 10, 7);
	assert_int_equal(ka_survives_loss_ms(&s, 60, 300), 60000 - 20427);
}

/* Whatever a kernel may hold, also an old one with 32-bit probe counts, gives a number that can
 * still be added to, and never less than what smaller values give. */
static void extreme_values_saturate(void **state)
{
	static const int64_t extremes[] = {INT32_MIN, -1, 0, 1, 32767, INT32_MAX};
	static const unsigned rates[] = {KA_HZ_UNKNOWN, KA_HZ_MIN, 250, KA_HZ_MAX};

	(void)state;
	for (size_t i = 0; i < 216; i++)
		for (size_t h = 0; h < COUNT(rates); h++) {
			struct ka_settings s =
				triple(extremes[i % 6], extremes[i / 6 % 6], extremes[i / 36]);
			int64_t bound = ka_bound_ms(&s, rates[h]);

			ka_test_at("%" PRId64 ",%" PRId64 ",%" PRId64, s.value[0], s.value[1],
				   s.value[2]);
			assert_int_at_least(bound, 1);
			assert_int_at_most(bound, INT64_MAX / 8);
			assert_int_at_least(bound, ka_silence_ms(&s, 0, rates[h]));
			assert_int_at_least(ka_survives_loss_ms(&s, 1, rates[h]), INT64_MIN / 8);
			ka_nominal_s(&s);
			ka_nominal_silence_s(&s, 126);
		}
}

static void retransmission_follows_the_kernel(void **state)
{
	static const struct {
		int64_t retries2, ms;
	} rows[] = {
		{0, 200},    {3, 3000},    {5, 12600},   {8, 102200},
		{9, 204600}, {10, 324600}, {15, 924600}, {255, 204600 + 246 * 120000},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		ka_test_at("tcp_retries2 %" PRId64, rows[i].retries2);
		assert_int_equal(ka_retries2_ms(rows[i].retries2), rows[i].ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_are_late_as_the_table_says),
		cmocka_unit_test(levels_change_at_63_granules),
		cmocka_unit_test(no_moment_of_arming_is_worse),
		cmocka_unit_test(short_delays_fire_within_a_jiffy),
		cmocka_unit_test(lateness_stays_below_an_eighth),
		cmocka_unit_test(longest_safe_times),
		cmocka_unit_test(bounds_are_exact),
		cmocka_unit_test(measurements_lie_between_minimum_and_bound),
		cmocka_unit_test(milliseconds_are_rounded_up_once),
		cmocka_unit_test(unknown_is_the_worst_of_the_common_rates),
		cmocka_unit_test(silence_counts_lost_probes),
		cmocka_unit_test(survived_loss_may_be_negative),
		cmocka_unit_test(extreme_values_saturate),
		cmocka_unit_test(retransmission_follows_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
