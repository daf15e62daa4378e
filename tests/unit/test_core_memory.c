/* The analysis ends cleanly whatever allocation fails. */
#include "case.h"

#include "core/finding.h"

#include "fail_alloc.h"

static void prepare(struct test_case *c, bool is_satisfiable)
{
	case_init(c);
	case_hop(c, 350);
	case_hop(c, 240);
	c->intent.goals.has_min_time = true;
	c->intent.goals.min_time_s = is_satisfiable ? 20 : 400;
}

static void every_cap_ends_cleanly(void **state)
{
	(void)state;
	for (int satisfiable = 0; satisfiable < 2; satisfiable++) {
		size_t cap = 0, refused = 0;
		int result;

		do {
			struct ka_error error = {0};
			struct test_case c;

			prepare(&c, satisfiable);
			c.arena = ka_arena_make(cap++);
			c.analysis.nominal_s = -7;
			result = ka_analyse(&c.arena, &c.facts, &c.intent, &c.analysis, &error);
			if (result < 0) {
				assert_int_equal(error.id, KA_E_MEMORY);
				assert_int_equal(c.analysis.nominal_s, -7);
				refused++;
			}
			case_end(&c);
		} while (result < 0);
		assert_int_at_least(refused, 100);
	}
}

static void every_allocation_may_fail(void **state)
{
	size_t n = 0;
	int result;

	(void)state;
	do {
		struct ka_error error = {0};
		struct test_case c;

		prepare(&c, true);
		ka_fail_allocation(++n);
		result = ka_analyse(&c.arena, &c.facts, &c.intent, &c.analysis, &error);
		assert_int_equal(result, ka_allocation_failed ? -1 : 0);
		case_end(&c);
	} while (result < 0);
	ka_fail_allocation(0);
	assert_int_at_least(n, 2);
}

/* A list of findings that outgrows the memory keeps what it has. */
static void findings_survive_lack_of_memory(void **state)
{
	size_t n = 0;
	bool failed;

	(void)state;
	do {
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		struct ka_findings findings = {.arena = &arena};

		ka_fail_allocation(++n);
		for (int i = 0; i < 200; i++)
			ka_add_number(ka_find(&findings, NULL, KA_NOTE, "finding %d", i), "n", i);
		failed = ka_allocation_failed;
		assert_int_equal(arena.has_failed, failed);
		assert_int_at_most(findings.count, 200);
		for (size_t i = 0; i < findings.count; i++)
			assert_non_null(findings.items[i].message);
		if (!failed)
			assert_int_equal(findings.count, 200);
		ka_arena_clear(&arena);
	} while (failed);
	ka_fail_allocation(0);
	assert_int_at_least(n, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cap_ends_cleanly),
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(findings_survive_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
