#include "core/facts.h"

#include "ka_test.h"

static const struct ka_hop nlb = {
	.name = "NLB", .layer = 4, .idle_s = 350, .breaks_connection = true};
static const struct ka_hop proxy = {
	.name = "proxy", .layer = 7, .idle_s = 60, .probes = KA_IGNORED, .breaks_connection = true};

/* Builds an intent of up to two profiles and flags. */
struct built {
	struct ka_arena arena;
	struct ka_intent intent;
	struct ka_error error;
	int result;
};

static void build(struct built *built, const struct ka_profile *first,
		  const struct ka_profile *second, const struct ka_stated *stated)
{
	static const struct ka_stated nothing;
	const struct ka_ingredient ingredients[] = {{.profile = first}, {.profile = second}};

	*built = (struct built){.arena = ka_arena_make(KA_ARENA_CAP)};
	built->result = ka_intent_build(&built->arena, ingredients, second ? 2 : 1,
					stated ? stated : &nothing, &built->intent, &built->error);
}

static void nothing_named_is_no_path(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_stated stated = {.side = KA_SIDE_CLIENT, .choose_hz = 250};
	struct ka_intent intent;

	(void)state;
	assert_int_equal(ka_intent_build(&arena, NULL, 0, &stated, &intent, NULL), 0);
	assert_false(intent.has_path);
	assert_int_equal(intent.path.count, 0);
	assert_int_equal(intent.profile_count, 0);
	assert_int_equal(intent.side, KA_SIDE_CLIENT);
	assert_int_equal(intent.choose_hz, 250);
	ka_arena_clear(&arena);
}

static void pieces_are_chained_in_order(void **state)
{
	const struct ka_hop two[] = {nlb, proxy};
	const struct ka_profile profile = {.id = "two", .hops = two, .hop_count = 2};
	const struct ka_profile hopless = {.id = "nginx"};
	const struct ka_ingredient ingredients[] = {
		{.hop = {.name = "spot", .layer = 4, .idle_s = 10}},
		{.profile = &profile},
		{.profile = &hopless},
	};
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_stated stated = {0};
	struct ka_intent intent;

	(void)state;
	assert_int_equal(ka_intent_build(&arena, ingredients, 3, &stated, &intent, NULL), 0);
	assert_true(intent.has_path);
	assert_int_equal(intent.path.count, 3);
	assert_string_equal(intent.path.hops[0].name, "spot");
	assert_string_equal(intent.path.hops[1].name, "NLB");
	assert_string_equal(intent.path.hops[2].name, "proxy");
	assert_null(intent.hop_profiles[0]);
	assert_ptr_equal(intent.hop_profiles[1], &profile);
	assert_ptr_equal(intent.hop_profiles[2], &profile);
	assert_int_equal(intent.profile_count, 2);
	assert_ptr_equal(intent.profiles[0], &profile);
	assert_ptr_equal(intent.profiles[1], &hopless);
	ka_arena_clear(&arena);
}

static const struct ka_goals mild = {
	.has_detect_within = true,
	.has_survive_outage = true,
	.has_lost_probes = true,
	.has_min_time = true,
	.detect_within_s = 600,
	.survive_outage_s = 30,
	.lost_probes = 1,
	.min_time_s = 10,
	.margin = {.has_percent = true, .has_ms = true, .percent = 5, .ms = 2000}};
static const struct ka_goals strict = {
	.has_detect_within = true,
	.has_survive_outage = true,
	.has_lost_probes = true,
	.has_min_time = true,
	.detect_within_s = 300,
	.survive_outage_s = 60,
	.lost_probes = 3,
	.min_time_s = 20,
	.margin = {.has_percent = true, .has_ms = true, .percent = 10, .ms = 9000}};

static void assert_goals_equal(const struct ka_goals *goals, const struct ka_goals *expected)
{
	assert_int_equal(goals->has_detect_within, expected->has_detect_within);
	assert_int_equal(goals->has_survive_outage, expected->has_survive_outage);
	assert_int_equal(goals->has_lost_probes, expected->has_lost_probes);
	assert_int_equal(goals->has_min_time, expected->has_min_time);
	assert_int_equal(goals->detect_within_s, expected->detect_within_s);
	assert_int_equal(goals->survive_outage_s, expected->survive_outage_s);
	assert_int_equal(goals->lost_probes, expected->lost_probes);
	assert_int_equal(goals->min_time_s, expected->min_time_s);
	assert_int_equal(goals->margin.has_percent, expected->margin.has_percent);
	assert_int_equal(goals->margin.percent, expected->margin.percent);
	assert_int_equal(goals->margin.has_ms, expected->margin.has_ms);
	assert_int_equal(goals->margin.ms, expected->margin.ms);
}

static void the_strictest_profile_wins(void **state)
{
	const struct ka_profile a = {.id = "a", .goals = mild}, b = {.id = "b", .goals = strict};
	const struct ka_profile none = {.id = "none"};
	struct built built;

	(void)state;
	build(&built, &a, &b, NULL);
	assert_goals_equal(&built.intent.goals, &strict);
	ka_arena_clear(&built.arena);
	build(&built, &b, &a, NULL);
	assert_goals_equal(&built.intent.goals, &strict);
	ka_arena_clear(&built.arena);
	build(&built, &none, &a, NULL);
	assert_goals_equal(&built.intent.goals, &mild);
	ka_arena_clear(&built.arena);
	build(&built, &a, &none, NULL);
	assert_goals_equal(&built.intent.goals, &mild);
	ka_arena_clear(&built.arena);
}

static void flags_beat_profiles(void **state)
{
	const struct ka_profile profile = {.id = "a", .goals = strict};
	struct ka_stated stated = {.goals = mild};
	struct built built;

	(void)state;
	build(&built, &profile, NULL, &stated);
	assert_goals_equal(&built.intent.goals, &mild);
	ka_arena_clear(&built.arena);

	/* One stated part of the margin replaces the whole of it. */
	stated.goals = (struct ka_goals){.margin = {.has_ms = true, .ms = 500}};
	build(&built, &profile, NULL, &stated);
	assert_false(built.intent.goals.margin.has_percent);
	assert_int_equal(built.intent.goals.margin.ms, 500);
	assert_int_equal(built.intent.goals.detect_within_s, 300);
	ka_arena_clear(&built.arena);

	/* What only flags state holds too. */
	stated.goals = (struct ka_goals){.has_lost_probes = true, .lost_probes = 0};
	build(&built, &(struct ka_profile){.id = "b"}, NULL, &stated);
	assert_true(built.intent.goals.has_lost_probes);
	assert_int_equal(built.intent.goals.lost_probes, 0);
	assert_false(built.intent.goals.has_detect_within);
	ka_arena_clear(&built.arena);
}

static void http_values_must_agree(void **state)
{
	const struct ka_profile a = {.id = "a", .http = {.has_server = true, .server_s = 75}};
	const struct ka_profile b = {.id = "b", .http = {.has_server = true, .server_s = 5}};
	const struct ka_profile c = {.id = "c", .http = {.has_client = true, .client_s = 50}};
	const struct ka_profile d = {.id = "d", .http = {.has_client = true, .client_s = 51}};
	struct ka_stated stated = {.http = {.has_server = true, .server_s = 61}};
	struct built built;

	(void)state;
	build(&built, &a, &a, NULL);
	assert_int_equal(built.result, 0);
	assert_int_equal(built.intent.http.server_s, 75);
	ka_arena_clear(&built.arena);

	build(&built, &a, &b, NULL);
	assert_int_equal(built.result, -1);
	assert_int_equal(built.error.id, KA_E_CONTRADICTION);
	assert_contains(built.error.message, "profile b states");
	assert_contains(built.error.message, "1m15s");
	assert_contains(built.error.message, "--http-server");
	ka_arena_clear(&built.arena);

	build(&built, &c, &d, NULL);
	assert_int_equal(built.result, -1);
	assert_contains(built.error.message, "--http-client");
	ka_arena_clear(&built.arena);

	build(&built, &a, &b, &stated);
	assert_int_equal(built.result, 0);
	assert_int_equal(built.intent.http.server_s, 61);
	ka_arena_clear(&built.arena);

	build(&built, &a, &c, NULL);
	assert_int_equal(built.intent.http.server_s, 75);
	assert_int_equal(built.intent.http.client_s, 50);
	assert_true(built.intent.http.has_client);
	ka_arena_clear(&built.arena);
}

static void closing_and_only_must_agree(void **state)
{
	const struct ka_profile active = {
		.id = "a",
		.http = {.client_closes = KA_CLOSES_ACTIVE, .has_only = true, .only = true}};
	const struct ka_profile reuse = {.id = "b", .http = {.client_closes = KA_CLOSES_ON_REUSE}};
	const struct ka_profile not_only = {.id = "c", .http = {.has_only = true}};
	struct ka_stated stated = {.http = {.has_only = true, .only = false}};
	struct ka_stated client = {.http = {.has_client = true, .client_s = 30}};
	struct built built;

	(void)state;
	build(&built, &active, NULL, NULL);
	assert_int_equal(built.intent.http.client_closes, KA_CLOSES_ACTIVE);
	assert_true(built.intent.http.only);
	ka_arena_clear(&built.arena);

	build(&built, &active, &reuse, NULL);
	assert_int_equal(built.error.id, KA_E_CONTRADICTION);
	assert_contains(built.error.message, "client_closes: on-reuse, another one active");
	ka_arena_clear(&built.arena);

	build(&built, &active, &reuse, &client);
	assert_int_equal(built.result, 0);
	assert_int_equal(built.intent.http.client_closes, KA_CLOSES_ON_REUSE);
	ka_arena_clear(&built.arena);

	build(&built, &reuse, &active, &client);
	assert_int_equal(built.intent.http.client_closes, KA_CLOSES_ON_REUSE);
	ka_arena_clear(&built.arena);

	build(&built, &active, &not_only, NULL);
	assert_int_equal(built.error.id, KA_E_CONTRADICTION);
	assert_contains(built.error.message, "say --http-only");
	ka_arena_clear(&built.arena);

	build(&built, &active, &not_only, &stated);
	assert_int_equal(built.result, 0);
	ka_arena_clear(&built.arena);

	build(&built, &active, NULL, &stated);
	assert_false(built.intent.http.only);
	ka_arena_clear(&built.arena);
}

static void every_cap_ends_cleanly(void **state)
{
	const struct ka_hop two[] = {nlb, proxy};
	const struct ka_profile profile = {.id = "two", .hops = two, .hop_count = 2};
	const struct ka_ingredient ingredient = {.profile = &profile};
	const struct ka_stated stated = {0};
	size_t cap = 0, refused = 0;
	int result;

	(void)state;
	do {
		struct ka_arena arena = ka_arena_make(cap++);
		struct ka_error error = {0};
		struct ka_intent intent;

		result = ka_intent_build(&arena, &ingredient, 1, &stated, &intent, &error);
		if (result < 0) {
			assert_int_equal(error.id, KA_E_MEMORY);
			assert_true(arena.has_failed);
			refused++;
		}
		ka_arena_clear(&arena);
	} while (result < 0);
	assert_int_at_least(refused, 10);
}

static void words_stand_in_enum_order(void **state)
{
	(void)state;
	assert_string_equal(ka_subject_words[KA_SUBJECT_HOST], "host");
	assert_string_equal(ka_subject_words[KA_SUBJECT_NETNS], "netns");
	assert_string_equal(ka_subject_words[KA_SUBJECT_ROOT], "root");
	assert_string_equal(ka_subject_words[KA_SUBJECT_SETTINGS], "settings");
	assert_null(ka_subject_words[KA_SUBJECT_SETTINGS + 1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_named_is_no_path),
		cmocka_unit_test(pieces_are_chained_in_order),
		cmocka_unit_test(the_strictest_profile_wins),
		cmocka_unit_test(flags_beat_profiles),
		cmocka_unit_test(http_values_must_agree),
		cmocka_unit_test(closing_and_only_must_agree),
		cmocka_unit_test(every_cap_ends_cleanly),
		cmocka_unit_test(words_stand_in_enum_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
