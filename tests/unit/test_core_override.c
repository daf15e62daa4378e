/* --idle: which hop a word names, what is remarked, and what changes. */
#include "core/override.h"

#include "ka_test.h"

#include <string.h>

static const struct ka_hop nlb = {.name = "NLB",
				  .layer = 4,
				  .idle_s = 350,
				  .is_configurable = true,
				  .configurable_min_s = 60,
				  .configurable_max_s = 6000,
				  .breaks_connection = true};
static const struct ka_hop fixed = {
	.name = "gateway", .layer = 4, .idle_s = 350, .breaks_connection = true};
static const struct ka_hop pair[] = {
	{.name = "node", .layer = 4, .idle_s = 86400, .breaks_connection = true},
	{.name = "NLB", .layer = 4, .idle_s = 350, .breaks_connection = true}};
static const struct ka_profile profiles[] = {
	{.id = "aws-nlb", .hops = &nlb, .hop_count = 1},
	{.id = "aws-nat-gateway", .hops = &fixed, .hop_count = 1},
	{.id = "composed", .hops = pair, .hop_count = 2},
	{.id = "2", .hops = &fixed, .hop_count = 1},
};

struct built {
	struct ka_arena arena;
	struct ka_intent intent;
	const char *remark;
	struct ka_error error;
};

/* A path of the profiles with these numbers; 9 is a hop on the spot. */
static void build(struct built *built, const char *numbers)
{
	struct ka_ingredient ingredients[8];
	struct ka_stated stated = {0};
	size_t count = 0;

	*built = (struct built){.arena = ka_arena_make(KA_ARENA_CAP)};
	for (; *numbers; numbers++)
		ingredients[count++] =
			*numbers == '9'
				? (struct ka_ingredient){.hop = fixed}
				: (struct ka_ingredient){.profile = &profiles[*numbers - '0']};
	assert_int_equal(ka_intent_build(&built->arena, ingredients, count, &stated, &built->intent,
					 &built->error),
			 0);
}

static int set(struct built *built, const char *word, int64_t idle_s)
{
	return ka_intent_set_idle(&built->arena, &built->intent, word, idle_s, &built->remark,
				  &built->error);
}

/* path, word, index of the hop that it names */
static void names_ids_and_numbers_find_a_hop(void **state)
{
	static const struct {
		const char *path, *word;
		size_t at;
	} rows[] = {
		{"0", "NLB", 0}, {"0", "aws-nlb", 0}, {"0", "1", 0},         {"01", "gateway", 1},
		{"10", "2", 1},  {"2", "node", 0},    {"2", "NLB", 1},       {"02", "aws-nlb", 0},
		{"02", "3", 2},  {"9", "gateway", 0}, {"901", "aws-nlb", 1}, {"90", "1", 0},
		{"013", "2", 2}, /* an id beats a number */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct built built;

		build(&built, rows[i].path);
		assert_int_equal(set(&built, rows[i].word, 123), 0);
		for (size_t at = 0; at < built.intent.path.count; at++)
			assert_int_equal(built.intent.path.hops[at].idle_s == 123,
					 at == rows[i].at);
		ka_arena_clear(&built.arena);
	}
}

static void a_word_that_fits_none_or_several_is_refused(void **state)
{
	static const struct {
		const char *path, *word, *says;
	} rows[] = {
		{"0", "nlb", "'nlb' found, expected a hop of the path: 'NLB' (1)"},
		{"01", "3", "expected a hop of the path: 'NLB' (1), 'gateway' (2)"},
		{"0", "0", "expected a hop"},
		{"0", "-1", "expected a hop"},
		{"0", "", "expected a hop"},
		{"0", "99999999999999999999", "expected a hop"},
		{"2", "composed", "expected a hop"}, /* it has two */
		{"9", "aws-nat-gateway", "expected a hop"},
		{"", "NLB", "'NLB' found, but the path has no hop"},
		{"02", "NLB",
		 "'NLB' is 2 hops of the path: say which by its number, 'NLB' (1), "
		 "'node' (2), 'NLB' (3)"},
		{"11", "aws-nat-gateway", "is 2 hops"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct built built;

		build(&built, rows[i].path);
		assert_int_equal(set(&built, rows[i].word, 123), -1);
		assert_int_equal(built.error.id, KA_E_OPTION_VALUE);
		assert_non_null(strstr(built.error.message, rows[i].says));
		for (size_t at = 0; at < built.intent.path.count; at++)
			assert_int_not_equal(built.intent.path.hops[at].idle_s, 123);
		ka_arena_clear(&built.arena);
	}
}

static void values_outside_of_the_range_are_remarked(void **state)
{
	static const struct {
		const char *path, *word;
		int64_t idle_s;
		const char *says; /* NULL: nothing */
	} rows[] = {
		{"0", "NLB", 60, NULL},
		{"0", "NLB", 6000, NULL},
		{"0", "NLB", 59, "goes from 60 s to 6000 s: 59 s is taken as given"},
		{"0", "NLB", 6001, "goes from 60 s to 6000 s: 6001 s is taken as given"},
		{"1", "gateway", 400, "profile aws-nat-gateway knows no way to set"},
		{"1", "gateway", 350, NULL},
		{"9", "gateway", 400, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct built built;

		build(&built, rows[i].path);
		assert_int_equal(set(&built, rows[i].word, rows[i].idle_s), 0);
		assert_int_equal(built.remark != NULL, rows[i].says != NULL);
		if (rows[i].says)
			assert_non_null(strstr(built.remark, rows[i].says));
		ka_arena_clear(&built.arena);
	}
}

static void lack_of_memory_changes_nothing(void **state)
{
	struct built built;
	struct ka_arena full;

	(void)state;
	build(&built, "0");
	full = ka_arena_make(1);
	assert_int_equal(
		ka_intent_set_idle(&full, &built.intent, "NLB", 123, &built.remark, &built.error),
		-1);
	assert_int_equal(built.error.id, KA_E_MEMORY);
	assert_int_equal(built.intent.path.hops[0].idle_s, 350);
	ka_arena_clear(&full);
	ka_arena_clear(&built.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_ids_and_numbers_find_a_hop),
		cmocka_unit_test(a_word_that_fits_none_or_several_is_refused),
		cmocka_unit_test(values_outside_of_the_range_are_remarked),
		cmocka_unit_test(lack_of_memory_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
