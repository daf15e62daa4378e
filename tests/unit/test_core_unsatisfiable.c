#include "case.h"

#include "core/unsatisfiable.h"

struct expected {
	const char *key;
	bool has_value;
	int64_t value;
};

static const struct {
	int64_t idle_s[3]; /* 0: no further hop */
	struct ka_goals goals;
	struct expected conflicts[4]; /* ends with a NULL key */
} rows[] = {
	/* A constraint that is impossible by itself. */
	{{2}, {0}, {{"idle_timeout_s", true, 4}}},
	{{1}, {0}, {{"idle_timeout_s", true, 4}}},
	{{350}, {.has_lost_probes = true, .lost_probes = 400}, {{"lost_probes", true, 126}}},
	{{350}, {.has_min_time = true, .min_time_s = 9000}, {{"min_time_s", true, 286}}},
	{{0}, {.has_min_time = true, .min_time_s = 9000}, {{"min_time_s", true, 7200}}},
	{{0},
	 {.has_survive_outage = true, .survive_outage_s = 10000},
	 {{"survive_outage_s", true, 9450}}},
	{{0}, {.has_detect_within = true, .detect_within_s = 1}, {{"detect_within_s", true, 4}}},
	/* Two that exclude each other. */
	{{350},
	 {.has_min_time = true, .min_time_s = 400},
	 {{"idle_timeout_s", true, 473}, {"min_time_s", true, 286}}},
	{{0},
	 {.has_detect_within = true,
	  .has_min_time = true,
	  .detect_within_s = 100,
	  .min_time_s = 200},
	 {{"detect_within_s", true, 223}, {"min_time_s", true, 89}}},
	/* The tightest of several hops is named, and the others bound what relaxing it gives. */
	{{6000, 350, 3600},
	 {.has_min_time = true, .min_time_s = 400},
	 {{"idle_timeout_s", true, 473}, {"min_time_s", true, 286}}},
	{{350, 300},
	 {.has_min_time = true, .min_time_s = 400},
	 {{"idle_timeout_s", false, 0}, {"min_time_s", true, 248}}},
	/* Nothing that a hop could be set to helps. */
	{{2, 2}, {0}, {{"idle_timeout_s", false, 0}}},
	{{350}, {.margin = {.has_percent = true, .percent = 100}}, {{"idle_timeout_s", false, 0}}},
	{{2}, {.has_detect_within = true, .detect_within_s = 1}, {{"idle_timeout_s", false, 0}}},
};

static void run(struct test_case *c, size_t row)
{
	case_init(c);
	c->intent.has_path = true;
	c->intent.goals = rows[row].goals;
	for (size_t i = 0; i < 3 && rows[row].idle_s[i] > 0; i++)
		case_hop(c, rows[row].idle_s[i]);
	case_run(c);
}

static void the_smallest_set_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct test_case c;
		size_t count = 0;

		run(&c, i);
		assert_true(c.analysis.is_unsatisfiable);
		assert_false(c.analysis.has_recommendation);
		for (; rows[i].conflicts[count].key; count++) {
			const struct ka_conflict *found = &c.analysis.conflicts[count];

			ka_test_at("row %zu, conflict %zu", i, count);
			assert_int_at_least(c.analysis.conflict_count, count + 1);
			assert_string_equal(found->key, rows[i].conflicts[count].key);
			assert_int_equal(found->has_value, rows[i].conflicts[count].has_value);
			if (found->has_value)
				assert_int_equal(found->value, rows[i].conflicts[count].value);
		}
		ka_test_at("row %zu", i);
		assert_int_equal(c.analysis.conflict_count, count);
		case_end(&c);
	}
}

/* Puts a relaxed value into the case and analyses it again. */
static bool is_satisfiable_with(const struct test_case *c, const struct ka_conflict *conflict,
				int64_t value)
{
	struct test_case changed = *c;
	struct ka_goals *goals = &changed.intent.goals;
	bool is_satisfiable;

	changed.arena = ka_arena_make(KA_ARENA_CAP);
	changed.intent.path.hops = changed.hops;
	switch (conflict->constraint) {
	case KA_C_HOP:
		changed.hops[conflict->hop].idle_s = value;
		break;
	case KA_C_DETECT_WITHIN:
		goals->detect_within_s = value;
		break;
	case KA_C_SURVIVE_OUTAGE:
		goals->survive_outage_s = value;
		break;
	case KA_C_LOST_PROBES:
		goals->lost_probes = value;
		break;
	default:
		goals->min_time_s = value;
	}
	is_satisfiable = !case_run(&changed)->is_unsatisfiable;
	case_end(&changed);
	return is_satisfiable;
}

static void a_relaxed_value_is_the_nearest_that_helps(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct test_case c;

		run(&c, i);
		for (size_t k = 0; k < c.analysis.conflict_count; k++) {
			const struct ka_conflict *conflict = &c.analysis.conflicts[k];
			bool grows = conflict->constraint == KA_C_HOP ||
				     conflict->constraint == KA_C_DETECT_WITHIN;

			if (!conflict->has_value)
				continue;
			ka_test_at("row %zu, conflict %zu", i, k);
			assert_true(is_satisfiable_with(&c, conflict, conflict->value));
			assert_false(is_satisfiable_with(&c, conflict,
							 conflict->value + (grows ? -1 : 1)));
		}
		case_end(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_set_is_named),
		cmocka_unit_test(a_relaxed_value_is_the_nearest_that_helps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
