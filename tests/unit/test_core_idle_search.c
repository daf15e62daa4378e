#include "core/idle_search.h"

#include "case.h"

#include <string.h>

enum { TICK_MS = 12 };

static struct ka_arena arena;

static int make_arena(void **state)
{
	(void)state;
	arena = ka_arena_make(KA_ARENA_CAP);
	return 0;
}

static int clear_arena(void **state)
{
	(void)state;
	ka_arena_clear(&arena);
	return 0;
}

static struct ka_idle_search begin(int64_t min_ms, int64_t max_ms, int64_t precision_ms)
{
	struct ka_idle_plan plan = {min_ms, max_ms, precision_ms, 4, 20};
	struct ka_idle_search search;

	ka_idle_search_init(&search, &arena, &plan, 1);
	return search;
}

static void add(struct ka_idle_search *search, int64_t idle_ms, enum ka_idle_end end, size_t count)
{
	const struct ka_idle_sample sample = {.least_ms = idle_ms, .most_ms = idle_ms, .end = end};

	for (size_t i = 0; i < count; i++)
		ka_idle_search_add(search, &sample);
}

/* As often, in rounds of their own. */
static void add_rounds(struct ka_idle_search *search, int64_t idle_ms, enum ka_idle_end end,
		       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		search->rounds++;
		add(search, idle_ms, end, 1);
	}
}

static void expect_bracket(const struct ka_idle_search *search, int64_t lower_ms, int64_t upper_ms)
{
	struct ka_idle_bracket known = ka_idle_search_bracket(search);

	assert_int_equal(known.lower_ms, lower_ms);
	assert_int_equal(known.has_upper, upper_ms > 0);
	assert_int_equal(known.upper_ms, upper_ms);
}

static void nothing_is_known_without_samples(void **state)
{
	struct ka_idle_search search = begin(1000, 20000, 200);

	(void)state;
	expect_bracket(&search, 0, 0);
	assert_false(ka_idle_search_is_found(&search));
	assert_int_equal(ka_idle_search_end(&search), KA_IDLE_SURVIVED);
}

/* With two servers every second forgotten connection is answered: twenty coins fall as they are
 * supposed to once in a million times. */
static void twenty_outcomes_are_no_luck_nineteen_may_be(void **state)
{
	struct ka_idle_search search = begin(1000, 20000, 200);

	(void)state;
	add(&search, 2900, KA_IDLE_SURVIVED, 17);
	add_rounds(&search, 3100, KA_IDLE_RESET_ON_NEXT, 2);
	expect_bracket(&search, 0, 3100);
	add(&search, 2900, KA_IDLE_SURVIVED, 1);
	expect_bracket(&search, 2900, 3100);
	assert_true(ka_idle_search_is_found(&search));
}

/* Those of longer idle times count for the shorter ones. */
static void survivals_add_up(void **state)
{
	struct ka_idle_search search = begin(1000, 20000, 200);

	(void)state;
	add(&search, 2000, KA_IDLE_SURVIVED, 10);
	add(&search, 2900, KA_IDLE_SURVIVED, 10);
	add_rounds(&search, 3100, KA_IDLE_RESET_ON_NEXT, 2);
	expect_bracket(&search, 2000, 3100);
}

/* A server that restarts ends all its connections at once. */
static void failures_of_one_round_may_be_noise_of_two_are_not(void **state)
{
	struct ka_idle_search search = begin(1000, 20000, 200);

	(void)state;
	add_rounds(&search, 3100, KA_IDLE_SILENT, 1);
	expect_bracket(&search, 0, 0);
	add(&search, 3100, KA_IDLE_SILENT, 19);
	expect_bracket(&search, 0, 0);
	add_rounds(&search, 3200, KA_IDLE_SILENT, 1);
	expect_bracket(&search, 0, 3200);
}

static void two_failures_are_enough_for_a_round(void **state)
{
	struct ka_idle_search search = begin(1000, 20000, 200);

	(void)state;
	add(&search, 5000, KA_IDLE_SILENT, 1);
	assert_true(ka_idle_search_enough_ms(&search) == INT64_MAX);
	add(&search, 2000, KA_IDLE_SURVIVED, 5);
	add(&search, 3000, KA_IDLE_SILENT, 1);
	assert_int_equal(ka_idle_search_enough_ms(&search), 5000);
	add(&search, 4000, KA_IDLE_SILENT, 1);
	assert_int_equal(ka_idle_search_enough_ms(&search), 4000);
	add(&search, 3000, KA_IDLE_SILENT, 1);
	assert_int_equal(ka_idle_search_enough_ms(&search), 3000);
	search.rounds++;
	assert_true(ka_idle_search_enough_ms(&search) == INT64_MAX);
}

/* A reset that had nothing to do with it, and many longer ones that survived. */
static void noise_is_outvoted(void **state)
{
	struct ka_idle_search search = begin(1000, 20000, 200);

	(void)state;
	add(&search, 500, KA_IDLE_RESET_ON_NEXT, 1);
	add(&search, 2900, KA_IDLE_SURVIVED, 40);
	add_rounds(&search, 3100, KA_IDLE_RESET_ON_NEXT, 3);
	expect_bracket(&search, 2900, 3100);
}

/* Survivals and failures of the same idle time, half and half, are what luck looks like. */
static void mixed_outcomes_prove_no_timeout_between_them(void **state)
{
	struct ka_idle_search search = begin(1000, 20000, 200);

	(void)state;
	add(&search, 2000, KA_IDLE_SURVIVED, 20);
	for (int64_t at = 5000; at < 5020; at++)
		add_rounds(&search, at, at % 2 ? KA_IDLE_SURVIVED : KA_IDLE_RESET_ON_NEXT, 1);
	expect_bracket(&search, 2000, 5004);
}

static void all_surviving_means_longer_than_the_longest(void **state)
{
	struct ka_idle_search search = begin(1000, 20000, 200);

	(void)state;
	add(&search, 19000, KA_IDLE_SURVIVED, 50);
	assert_false(ka_idle_search_is_found(&search));
	add(&search, 20000, KA_IDLE_SURVIVED, 20);
	expect_bracket(&search, 20000, 0);
	assert_true(ka_idle_search_is_found(&search));
}

static void the_most_frequent_end_is_told(void **state)
{
	struct ka_idle_search search = begin(1000, 20000, 200);

	(void)state;
	add(&search, 3000, KA_IDLE_RESET_ON_NEXT, 2);
	add(&search, 3000, KA_IDLE_CLOSED, 3);
	add(&search, 1000, KA_IDLE_SURVIVED, 9);
	assert_int_equal(ka_idle_search_end(&search), KA_IDLE_CLOSED);
}

static void the_first_round_is_a_ladder(void **state)
{
	struct ka_idle_search search = begin(1000, 20000, 200);
	int64_t idle_ms[KA_IDLE_PARALLEL_MAX], least = INT64_MAX, most = 0;
	size_t count = ka_idle_search_next(&search, idle_ms);

	(void)state;
	assert_int_equal(count, 20);
	for (size_t i = 0; i < count; i++) {
		least = idle_ms[i] < least ? idle_ms[i] : least;
		most = idle_ms[i] > most ? idle_ms[i] : most;
	}
	assert_int_equal(least, 1000);
	assert_int_equal(most, 20000);
	assert_int_equal(search.rounds, 1);
}

/* A path that knows its connections for timeout_ms. Of those that it has forgotten, one in luck is
 * answered all the same; 0: none. Its server restarts in a round, at a thousandth of its length. */
struct path {
	int64_t timeout_ms;
	unsigned luck;
	uint32_t random;
	unsigned restart_round, restart_at;
};

static bool is_lucky(struct path *path)
{
	path->random = path->random * 1664525 + 1013904223;
	return path->luck > 0 && (path->random >> 16) % path->luck == 0;
}

static void sort(int64_t *values, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t j = i; j > 0 && values[j - 1] > values[j]; j--) {
			int64_t value = values[j];

			values[j] = values[j - 1];
			values[j - 1] = value;
		}
}

static enum ka_idle_end end_of(struct path *path, int64_t idle_ms)
{
	if (idle_ms + TICK_MS / 2 < path->timeout_ms || is_lucky(path))
		return KA_IDLE_SURVIVED;
	return KA_IDLE_RESET_ON_NEXT;
}

/* Runs a whole search; every sample is a little late, as on a busy machine, and the hop counts in
 * ticks of its own. */
static struct ka_idle_search measure(struct path *path, struct ka_idle_plan plan)
{
	int64_t idle_ms[KA_IDLE_PARALLEL_MAX], restart_ms;
	struct ka_idle_search search;
	size_t count;

	ka_idle_search_init(&search, &arena, &plan, path->random);
	while ((count = ka_idle_search_next(&search, idle_ms)) > 0) {
		assert_in_range(count, 1, plan.parallel);
		sort(idle_ms, count);
		restart_ms = search.rounds == path->restart_round
				     ? idle_ms[count - 1] * path->restart_at / 1000
				     : INT64_MAX - TICK_MS;
		for (size_t i = 0; i < count; i++) {
			int64_t late = idle_ms[i] + (int64_t)(path->random >> 20) % 5;
			bool is_cut = late >= restart_ms;
			const struct ka_idle_sample sample = {
				.least_ms = is_cut ? restart_ms : late,
				.most_ms = (is_cut ? restart_ms : late) + TICK_MS,
				.end = is_cut ? KA_IDLE_CLOSED : end_of(path, late),
			};

			if (idle_ms[i] <= ka_idle_search_enough_ms(&search))
				ka_idle_search_add(&search, &sample);
		}
	}
	return search;
}

static bool contains(const struct ka_idle_search *search, int64_t timeout_ms)
{
	struct ka_idle_bracket known = ka_idle_search_bracket(search);

	return known.lower_ms < timeout_ms && (!known.has_upper || timeout_ms <= known.upper_ms);
}

/* 800 paths for each kind of luck. One in 5,000 may be wrong by what the evidence allows. */
static void the_interval_contains_the_truth(void **state)
{
	static const struct ka_idle_plan plans[] = {
		{1000, 20000, 200, 4, 20},
		{10000, 3600000, 1000, 4, 20},
		{1000, 20000, 200, 2, 8},
		{1000, 20000, 200, 10, 200},
	};
	static const unsigned lucks[] = {0, 2, 3, 10};
	size_t wrong = 0, vague = 0, runs = 0;
	unsigned rounds = 0;

	(void)state;
	for (size_t p = 0; p < sizeof(plans) / sizeof(plans[0]); p++)
		for (size_t l = 0; l < sizeof(lucks) / sizeof(lucks[0]); l++)
			for (uint32_t i = 0; i < 200; i++) {
				int64_t width = plans[p].max_ms - plans[p].min_ms;
				struct path path = {
					.timeout_ms = plans[p].min_ms + width * i * i / 40000,
					.luck = lucks[l],
					.random = i * 2654435761u + 1,
				};
				struct ka_idle_search search = measure(&path, plans[p]);

				runs++;
				wrong += !contains(&search, path.timeout_ms);
				vague += !ka_idle_search_is_found(&search);
				rounds = search.rounds > rounds ? search.rounds : rounds;
				ka_arena_clear(&arena);
			}
	print_message("%zu runs: %zu wrong, %zu not found; at most %u rounds\n", runs, wrong, vague,
		      rounds);
	assert_in_range(wrong, 0, 2);
	assert_in_range(vague, 0, runs / 20);
}

/* All that is open ends at once, which looks like a timeout to a single round. */
static void a_restart_of_the_server_does_not_mislead(void **state)
{
	static const struct ka_idle_plan plan = {1000, 20000, 200, 4, 20};
	size_t wrong = 0, vague = 0, mistaken = 0;

	(void)state;
	for (uint32_t i = 0; i < 400; i++) {
		struct path path = {
			.timeout_ms = 1000 + 47 * i,
			.luck = i % 2 ? 2 : 0,
			.random = i * 2654435761u + 1,
			.restart_round = 1 + i % 5,
			.restart_at = i * 37 % 1000,
		};
		struct ka_idle_search search = measure(&path, plan);

		wrong += !contains(&search, path.timeout_ms);
		vague += !ka_idle_search_is_found(&search);
		mistaken += ka_idle_search_end(&search) != KA_IDLE_RESET_ON_NEXT;
		ka_arena_clear(&arena);
	}
	print_message("%zu of 400 wrong, %zu not found, %zu with the restart as the end\n", wrong,
		      vague, mistaken);
	assert_in_range(wrong, 0, 1);
	assert_in_range(mistaken, 0, 4);
	assert_in_range(vague, 0, 20);
}

/* Where nothing is lucky the announced rounds suffice. */
static void without_luck_the_announced_rounds_suffice(void **state)
{
	struct ka_idle_plan plan = {10000, 3600000, 1000, 4, 20};

	(void)state;
	for (int64_t timeout_ms = 1000; timeout_ms < 4000000; timeout_ms += 33333) {
		struct path path = {.timeout_ms = timeout_ms, .random = 7};
		struct ka_idle_search search = measure(&path, plan);

		ka_test_at("timeout %lld ms", (long long)timeout_ms);
		assert_true(ka_idle_search_is_found(&search));
		assert_true(contains(&search, timeout_ms));
		assert_in_range(search.rounds, 1, ka_idle_search_rounds(&plan));
		ka_arena_clear(&arena);
	}
}

/* It gives up in the end. */
static void a_path_that_contradicts_itself_ends(void **state)
{
	struct ka_idle_plan plan = {1000, 20000, 200, 4, 20};
	int64_t idle_ms[KA_IDLE_PARALLEL_MAX];
	struct ka_idle_search search;
	unsigned rounds = 0;
	size_t count;

	(void)state;
	ka_idle_search_init(&search, &arena, &plan, 3);
	while ((count = ka_idle_search_next(&search, idle_ms)) > 0) {
		rounds++;
		for (size_t i = 0; i < count; i++)
			add(&search, idle_ms[i], i % 2 ? KA_IDLE_SURVIVED : KA_IDLE_SILENT, 1);
	}
	assert_in_range(rounds, 1, 2 * ka_idle_search_rounds(&plan));
}

static void without_memory_nothing_is_kept(void **state)
{
	struct ka_arena small = ka_arena_make(16);
	struct ka_idle_plan plan = {1000, 20000, 200, 4, 20};
	struct ka_idle_search search;

	(void)state;
	ka_idle_search_init(&search, &small, &plan, 3);
	add(&search, 1000, KA_IDLE_SURVIVED, 1);
	assert_true(small.has_failed);
	assert_int_equal(search.count, 0);
	ka_arena_clear(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_known_without_samples),
		cmocka_unit_test(twenty_outcomes_are_no_luck_nineteen_may_be),
		cmocka_unit_test(survivals_add_up),
		cmocka_unit_test(failures_of_one_round_may_be_noise_of_two_are_not),
		cmocka_unit_test(two_failures_are_enough_for_a_round),
		cmocka_unit_test(noise_is_outvoted),
		cmocka_unit_test(mixed_outcomes_prove_no_timeout_between_them),
		cmocka_unit_test(all_surviving_means_longer_than_the_longest),
		cmocka_unit_test(the_most_frequent_end_is_told),
		cmocka_unit_test(the_first_round_is_a_ladder),
		cmocka_unit_test(the_interval_contains_the_truth),
		cmocka_unit_test(a_restart_of_the_server_does_not_mislead),
		cmocka_unit_test(without_luck_the_announced_rounds_suffice),
		cmocka_unit_test(a_path_that_contradicts_itself_ends),
		cmocka_unit_test(without_memory_nothing_is_kept),
	};

	return cmocka_run_group_tests(tests, make_arena, clear_arena);
}
