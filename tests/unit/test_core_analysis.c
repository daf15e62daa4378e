#include "case.h"

static void margins_are_a_share_or_a_time(void **state)
{
	static const struct {
		struct ka_margin stated; /* has_percent, has_ms, percent, ms */
		int64_t idle_s, judging_ms, choosing_ms;
	} rows[] = {
		{{0}, 5, 1000, 1000},
		{{0}, 10, 1000, 1000},
		{{0}, 11, 1000, 1100},
		{{0}, 60, 1000, 6000},
		{{0}, 299, 1000, 29900},
		{{0}, 300, 1000, 30000},
		{{0}, 350, 1000, 30000},
		{{0}, 432000, 1000, 30000},
		/* A stated margin has no floor and no ceiling. */
		{{true, false, 10, 0}, 5, 500, 500},
		{{true, false, 10, 0}, 6000, 600000, 600000},
		{{true, false, 0, 0}, 350, 0, 0},
		{{true, false, 1, 0}, 1, 10, 10},
		{{false, true, 0, 0}, 350, 0, 0},
		{{false, true, 0, 20000}, 10, 20000, 20000},
		/* Of both the larger one. */
		{{true, true, 10, 20000}, 100, 20000, 20000},
		{{true, true, 10, 20000}, 350, 35000, 35000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ka_test_at("row %zu", i);
		assert_int_equal(ka_judging_margin_ms(&rows[i].stated, rows[i].idle_s),
				 rows[i].judging_ms);
		assert_int_equal(ka_choosing_margin_ms(&rows[i].stated, rows[i].idle_s),
				 rows[i].choosing_ms);
	}
}

static void without_a_path_there_are_only_facts(void **state)
{
	struct test_case c;
	const struct ka_analysis *analysis;

	(void)state;
	case_init(&c);
	c.facts.hz = 250;
	analysis = case_run(&c);
	assert_true(analysis->works);
	assert_int_equal(analysis->nominal_s, 7875);
	assert_int_equal(analysis->bound_ms, 8024504);
	assert_int_equal(analysis->lost_probes, 1);
	assert_int_equal(analysis->min_time_s, 15);
	assert_int_equal(analysis->outage_s, 60);
	assert_false(analysis->has_recommendation);
	assert_false(analysis->is_unsatisfiable);
	assert_false(ka_has_work(analysis));
	assert_ptr_equal(analysis->facts, &c.facts);
	assert_ptr_equal(analysis->intent, &c.intent);
	case_end(&c);
}

static void a_network_balancer_wants_270_10_7(void **state)
{
	struct test_case c;
	const struct ka_analysis *analysis;
	const struct ka_recommendation *r;

	(void)state;
	case_init(&c);
	c.facts.hz = 250;
	case_hop(&c, 350);
	analysis = case_run(&c);
	r = &analysis->recommendation;
	assert_false(analysis->hops[0].ok);
	assert_int_equal(analysis->hops[0].silence0_ms, 7331072);
	assert_int_equal(analysis->hops[0].silence_ms, 7331072 + 77048);
	assert_int_equal(analysis->hops[0].nominal_silence_s, 7275);
	assert_int_equal(analysis->hops[0].margin_ms, 1000);
	assert_int_equal(analysis->hops[0].survives_loss_ms, 350000 - 7331072 - 77048);
	assert_true(ka_has_work(analysis));
	assert_true(analysis->has_recommendation);
	assert_true(r->change);
	assert_triple(r->settings, 270, 10, 7);
	assert_int_equal(r->hz, KA_HZ_UNKNOWN);
	assert_int_equal(r->nominal_s, 340);
	assert_int_equal(r->bound_ms, 376352);
	for (int i = 0; i < KA_C_COUNT; i++)
		assert_false(r->yielded[i]);
	case_end(&c);
}

static void assert_proof(const struct ka_proof *proof, enum ka_constraint constraint, size_t hop,
			 int64_t left_ms, int64_t right_ms)
{
	assert_int_equal(proof->constraint, constraint);
	assert_int_equal(proof->hop, hop);
	assert_int_equal(proof->left_ms, left_ms);
	assert_int_equal(proof->right_ms, right_ms);
}

static void a_recommendation_carries_its_proof(void **state)
{
	struct test_case c;
	const struct ka_recommendation *r;

	(void)state;
	case_init(&c);
	case_hop(&c, 6000);
	case_hop(&c, 350);
	r = &case_run(&c)->recommendation;
	assert_int_equal(r->proof_count, 6);
	assert_proof(&r->proof[0], KA_C_HOP, 0, 313280 + 30000, 6000000);
	assert_proof(&r->proof[1], KA_C_HOP, 1, 313280 + 30000, 350000);
	assert_proof(&r->proof[2], KA_C_DETECT_WITHIN, 0, 376352, 900000);
	assert_proof(&r->proof[3], KA_C_SURVIVE_OUTAGE, 0, 60000, 60000);
	assert_proof(&r->proof[4], KA_C_LOST_PROBES, 0, 20000, 70000);
	assert_proof(&r->proof[5], KA_C_MIN_TIME, 0, 15000, 270000);
	case_end(&c);
}

static void good_values_are_kept(void **state)
{
	static const struct {
		int64_t time, intvl, probes;
		unsigned hz;
		bool kept;
	} rows[] = {
		{270, 10, 7, KA_HZ_UNKNOWN, true},
		{300, 10, 7, 250, true},
		{300, 10, 7, 1000, true},
		/* 332.768 + 15.512 + 1 <= 350 */
		{300, 15, 2, 1000, true},
		{300, 16, 2, 1000, false},
		/* 316.384 + 32.048 + 1 <= 350 */
		{300, 30, 2, 250, true},
		{300, 31, 2, 250, false},
		{300, 30, 1, 250, false}, /* a lost probe kills */
		{1, 75, 2, 250, true},    /* no default is asked of present values */
		{7200, 75, 9, 250, false},
		{270, 10, 0, 250, false},
		{0, 10, 7, 250, false},
		{270, -1, 7, 250, false},
		{-270, 10, 7, 250, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct test_case c;
		const struct ka_recommendation *r;

		case_init(&c);
		c.facts.settings =
			(struct ka_settings){{rows[i].time, rows[i].intvl, rows[i].probes}};
		c.facts.hz = rows[i].hz;
		case_hop(&c, 350);
		r = &case_run(&c)->recommendation;
		ka_test_at("row %zu", i);
		assert_int_equal(r->change, !rows[i].kept);
		if (rows[i].kept) {
			assert_triple(r->settings, rows[i].time, rows[i].intvl, rows[i].probes);
			assert_int_equal(r->hz, rows[i].hz);
		}
		case_end(&c);
	}
}

static void stated_goals_judge_present_values(void **state)
{
	static const struct {
		struct ka_goals goals;
		bool kept;
	} rows[] = {
		{{.has_detect_within = true, .detect_within_s = 359}, true},
		{{.has_detect_within = true, .detect_within_s = 358}, false},
		{{.has_survive_outage = true, .survive_outage_s = 60}, true},
		{{.has_survive_outage = true, .survive_outage_s = 61}, false},
		{{.has_min_time = true, .min_time_s = 270}, true},
		{{.has_min_time = true, .min_time_s = 271}, false},
		{{.has_lost_probes = true, .lost_probes = 0}, true},
		{{.has_lost_probes = true, .lost_probes = 3}, true},
		{{.has_lost_probes = true, .lost_probes = 6}, true},
		{{.has_lost_probes = true, .lost_probes = 7}, false},
		{{.margin = {.has_ms = true, .ms = 53360}}, true},
		{{.margin = {.has_ms = true, .ms = 53361}}, false},
		{{.margin = {.has_percent = true, .percent = 15}}, true},
		{{.margin = {.has_percent = true, .percent = 16}}, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct test_case c;

		case_init(&c);
		c.facts.settings = (struct ka_settings){{270, 10, 7}};
		c.facts.hz = 250; /* S(1) = 296.640 s, B = 358.176 s */
		c.intent.goals = rows[i].goals;
		case_hop(&c, 350);
		ka_test_at("row %zu", i);
		assert_int_equal(!case_run(&c)->recommendation.change, rows[i].kept);
		case_end(&c);
	}
}

static void chosen_values_meet_stated_goals(void **state)
{
	struct test_case c;
	const struct ka_recommendation *r;

	(void)state;
	case_init(&c);
	case_hop(&c, 350);
	c.intent.choose_hz = 250;
	c.intent.goals = (struct ka_goals){.has_detect_within = true,
					   .detect_within_s = 120,
					   .has_survive_outage = true,
					   .survive_outage_s = 30,
					   .has_min_time = true,
					   .min_time_s = 20,
					   .has_lost_probes = true,
					   .lost_probes = 2};
	r = &case_run(&c)->recommendation;
	assert_true(r->change);
	assert_int_equal(r->hz, 250);
	assert_int_at_most(r->bound_ms, 120000);
	assert_int_at_least(r->settings.value[KA_TIME], 20);
	case_end(&c);
}

/* The default outage is a third of a short detection time. */
static void the_default_outage_follows_detection(void **state)
{
	static const struct {
		int64_t detect_s, outage_s;
	} rows[] = {{900, 60}, {180, 60}, {179, 59}, {120, 40}, {60, 20}, {20, 6}, {2, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct test_case c;

		case_init(&c);
		c.intent.goals.has_detect_within = true;
		c.intent.goals.detect_within_s = rows[i].detect_s;
		assert_int_equal(case_run(&c)->outage_s, rows[i].outage_s);
		case_end(&c);
	}
}

static void defaults_yield_in_order(void **state)
{
	static const struct {
		int64_t idle_s;
		struct ka_goals goals;
		bool detect, min_time, outage;
		int64_t judged_min_time_s, judged_outage_s;
	} rows[] = {
		{350, {0}, false, false, false, 15, 60},
		/* So long a time cannot be detected in 900 s. */
		{7200, {.has_min_time = true, .min_time_s = 880}, true, false, false, 880, 60},
		/* 12 s need a time below 15 s. */
		{12, {0}, true, true, false, 1, 60},
		/* 61 probes of a second survive an outage of a minute even here. */
		{4, {0}, true, true, false, 1, 60},
		{350, {.has_detect_within = true, .detect_within_s = 15}, false, true, false, 1, 5},
		/* A third of 60 s is too much behind a time of 50 s. */
		{350,
		 {.has_detect_within = true,
		  .detect_within_s = 60,
		  .has_min_time = true,
		  .min_time_s = 50},
		 false,
		 false,
		 true,
		 50,
		 0},
		{350,
		 {.has_detect_within = true, .detect_within_s = 3, .has_lost_probes = true},
		 false,
		 true,
		 true,
		 1,
		 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct test_case c;
		const struct ka_analysis *analysis;
		const bool *yielded;

		case_init(&c);
		case_hop(&c, rows[i].idle_s);
		c.intent.goals = rows[i].goals;
		analysis = case_run(&c);
		yielded = analysis->recommendation.yielded;
		ka_test_at("row %zu", i);
		assert_true(analysis->has_recommendation);
		assert_int_equal(yielded[KA_C_DETECT_WITHIN], rows[i].detect);
		assert_int_equal(yielded[KA_C_MIN_TIME], rows[i].min_time);
		assert_int_equal(yielded[KA_C_SURVIVE_OUTAGE], rows[i].outage);
		assert_false(yielded[KA_C_HOP]);
		assert_false(yielded[KA_C_LOST_PROBES]);
		/* The values that were chosen are judged by what is left of the defaults. */
		c.facts.settings = analysis->recommendation.settings;
		analysis = case_run(&c);
		assert_int_equal(analysis->min_time_s, rows[i].judged_min_time_s);
		assert_int_equal(analysis->outage_s, rows[i].judged_outage_s);
		assert_false(analysis->recommendation.change);
		case_end(&c);
	}
}

static void hops_that_constrain_nothing(void **state)
{
	struct test_case c;
	const struct ka_analysis *analysis;

	(void)state;
	case_init(&c);
	case_hop(&c, 350)->breaks_connection = false;
	case_hop(&c, 60)->probes = KA_IGNORED;
	case_hop(&c, 60)->probes = KA_IGNORED;
	analysis = case_run(&c);
	assert_true(analysis->hops[0].is_judged);
	assert_false(analysis->hops[0].constrains);
	assert_true(analysis->hops[0].ok);
	assert_true(analysis->hops[1].is_reached);
	assert_false(analysis->hops[1].is_judged);
	assert_int_equal(analysis->hops[1].silence_ms, 0);
	assert_false(ka_has_work(analysis));
	assert_false(analysis->recommendation.change);
	assert_triple(analysis->recommendation.settings, 7200, 75, 9);
	assert_int_equal(analysis->recommendation.proof_count, 1);
	case_end(&c);
}

static void any_stated_goal_is_work(void **state)
{
	static const struct ka_goals rows[] = {
		{.has_detect_within = true, .detect_within_s = 9000},
		{.has_survive_outage = true},
		{.has_lost_probes = true},
		{.has_min_time = true, .min_time_s = 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct test_case c;

		case_init(&c);
		c.intent.has_path = true;
		c.intent.goals = rows[i];
		ka_test_at("row %zu", i);
		assert_true(ka_has_work(case_run(&c)));
		case_end(&c);
	}
}

/* A hop behind a proxy is not reached from the client, and holds only the server's values. */
static void sides_see_their_own_segment(void **state)
{
	static const struct {
		enum ka_side side;
		bool near, far;
		int64_t time;
	} rows[] = {
		{KA_SIDE_CLIENT, true, false, 270},
		{KA_SIDE_SERVER, false, true, 180},
		{KA_SIDE_BOTH, true, true, 180},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct test_case c;
		const struct ka_analysis *analysis;

		case_init(&c);
		case_hop(&c, 350);
		case_hop(&c, 60)->probes = KA_IGNORED;
		case_hop(&c, 240);
		c.intent.side = rows[i].side;
		analysis = case_run(&c);
		ka_test_at("row %zu", i);
		assert_int_equal(analysis->hops[0].constrains, rows[i].near);
		assert_int_equal(analysis->hops[2].constrains, rows[i].far);
		assert_int_equal(analysis->recommendation.settings.value[KA_TIME], rows[i].time);
		case_end(&c);
	}
}

static const struct {
	struct ka_http http;
	struct ka_margin margin;
	enum ka_side side;
	bool closes_first;
} closing[] = {
	{{0}, {0}, KA_SIDE_BOTH, false},
	{{.has_server = true, .server_s = 59}, {0}, KA_SIDE_BOTH, true},
	{{.has_server = true, .server_s = 60}, {0}, KA_SIDE_BOTH, false},
	{{.has_server = true, .server_s = 54}, {.has_percent = true, .percent = 10}, 0, true},
	{{.has_server = true, .server_s = 55}, {.has_percent = true, .percent = 10}, 0, false},
	{{.has_client = true, .client_s = 10}, {0}, KA_SIDE_BOTH, false},
	{{.has_client = true, .client_s = 10, .client_closes = KA_CLOSES_ON_REUSE}, {0}, 0, false},
	{{.has_client = true, .client_s = 59, .client_closes = KA_CLOSES_ACTIVE}, {0}, 0, true},
	{{.has_client = true, .client_s = 60, .client_closes = KA_CLOSES_ACTIVE}, {0}, 0, false},
};

/* Between requests an end that closes first excuses a hop, but only under http only. */
static void who_closes_first_excuses_the_hop(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(closing) / sizeof(closing[0]); i++) {
		struct test_case c;

		case_init(&c);
		case_hop(&c, 60);
		c.intent.http = closing[i].http;
		c.intent.goals.margin = closing[i].margin;
		ka_test_at("row %zu", i);
		assert_int_equal(case_run(&c)->hops[0].closes_first, closing[i].closes_first);
		assert_true(c.analysis.hops[0].constrains);
		assert_true(c.analysis.recommendation.change);
		c.intent.http.only = true;
		assert_int_equal(case_run(&c)->hops[0].constrains, !closing[i].closes_first);
		assert_int_equal(c.analysis.recommendation.change, !closing[i].closes_first);
		case_end(&c);
	}
}

/* The server's closing says nothing about a hop on the client's side of a proxy. */
static void closing_stays_in_its_segment(void **state)
{
	struct test_case c;
	const struct ka_analysis *analysis;

	(void)state;
	case_init(&c);
	case_hop(&c, 60);
	case_hop(&c, 60)->probes = KA_IGNORED;
	case_hop(&c, 60);
	c.intent.http = (struct ka_http){.has_server = true, .server_s = 5};
	analysis = case_run(&c);
	assert_false(analysis->hops[0].closes_first);
	assert_true(analysis->hops[1].closes_first);
	assert_true(analysis->hops[2].closes_first);
	c.intent.http = (struct ka_http){
		.has_client = true, .client_s = 5, .client_closes = KA_CLOSES_ACTIVE};
	analysis = case_run(&c);
	assert_true(analysis->hops[0].closes_first);
	assert_true(analysis->hops[1].closes_first);
	assert_false(analysis->hops[2].closes_first);
	case_end(&c);
}

/* A proxy whose server side remembers shorter or longer. */
static void the_backend_timeout_counts_for_the_server(void **state)
{
	struct test_case c;
	struct ka_hop *hop;

	(void)state;
	case_init(&c);
	hop = case_hop(&c, 60);
	hop->probes = KA_REGENERATED;
	hop->has_backend_idle = true;
	hop->backend_idle_s = 350;
	c.intent.side = KA_SIDE_SERVER;
	c.intent.http = (struct ka_http){.has_server = true, .server_s = 300};
	assert_int_equal(case_run(&c)->hops[0].idle_s, 350);
	assert_true(c.analysis.hops[0].closes_first);
	assert_triple(c.analysis.recommendation.settings, 270, 10, 7);
	c.intent.side = KA_SIDE_CLIENT;
	assert_int_equal(case_run(&c)->hops[0].idle_s, 60);
	c.intent.side = KA_SIDE_BOTH;
	assert_int_equal(case_run(&c)->hops[0].idle_s, 60);
	case_end(&c);
}

static void broken_values_fail_every_hop(void **state)
{
	struct test_case c;

	(void)state;
	case_init(&c);
	c.facts.settings = (struct ka_settings){{10, 5, 0}};
	case_hop(&c, 350);
	case_run(&c);
	assert_false(c.analysis.works);
	assert_false(c.analysis.hops[0].ok);
	assert_true(c.analysis.recommendation.change);
	case_end(&c);
}

static void words_stand_in_enum_order(void **state)
{
	(void)state;
	assert_string_equal(ka_constraint_words[KA_C_HOP], "hop");
	assert_string_equal(ka_constraint_words[KA_C_DETECT_WITHIN], "detect_within");
	assert_string_equal(ka_constraint_words[KA_C_SURVIVE_OUTAGE], "survive_outage");
	assert_string_equal(ka_constraint_words[KA_C_LOST_PROBES], "lost_probes");
	assert_string_equal(ka_constraint_words[KA_C_MIN_TIME], "min_time");
	assert_null(ka_constraint_words[KA_C_COUNT]);
	assert_string_equal(ka_outcome_words[KA_OUTCOME_NONE], "none");
	assert_string_equal(ka_outcome_words[KA_OUTCOME_SURVIVES], "survives");
	assert_string_equal(ka_outcome_words[KA_OUTCOME_IGNORED], "ignored");
	assert_string_equal(ka_outcome_words[KA_OUTCOME_FAILS], "fails");
	assert_null(ka_outcome_words[KA_OUTCOME_FAILS + 1]);
}

static void judging_is_analysing_without_a_recommendation(void **state)
{
	struct ka_analysis judged;
	struct test_case c;
	const struct ka_analysis *analysis;

	(void)state;
	case_init(&c);
	case_hop(&c, 350);
	case_hop(&c, 432000);
	analysis = case_run(&c);
	assert_int_equal(ka_judge(&c.arena, &c.facts, &c.intent, &judged, NULL), 0);
	assert_false(judged.has_recommendation);
	assert_false(judged.is_unsatisfiable);
	assert_true(judged.works);
	assert_int_equal(judged.bound_ms, analysis->bound_ms);
	assert_int_equal(judged.min_time_s, 15);
	assert_int_equal(judged.outage_s, 60);
	for (size_t i = 0; i < c.intent.path.count; i++) {
		assert_int_equal(judged.hops[i].ok, analysis->hops[i].ok);
		assert_int_equal(judged.hops[i].silence_ms, analysis->hops[i].silence_ms);
	}
	/* A default that would have to yield to the path stays in force here. */
	c.hops[0].idle_s = 10;
	c.facts.settings = (struct ka_settings){{5, 1, 5}};
	assert_int_equal(case_run(&c)->min_time_s, 1);
	assert_int_equal(ka_judge(&c.arena, &c.facts, &c.intent, &judged, NULL), 0);
	assert_int_equal(judged.min_time_s, 15);
	case_end(&c);
}

static void a_hop_has_one_outcome(void **state)
{
	struct test_case c;
	struct ka_hop *hop;

	(void)state;
	case_init(&c);
	hop = case_hop(&c, 350);
	assert_int_equal(ka_hop_outcome(case_run(&c), 0), KA_OUTCOME_FAILS);
	hop->breaks_connection = false;
	assert_int_equal(ka_hop_outcome(case_run(&c), 0), KA_OUTCOME_SURVIVES);
	hop->breaks_connection = true;
	hop->idle_s = 86400;
	assert_int_equal(ka_hop_outcome(case_run(&c), 0), KA_OUTCOME_SURVIVES);
	hop->idle_s = 350;
	c.intent.http = (struct ka_http){.has_server = true, .server_s = 75};
	assert_int_equal(ka_hop_outcome(case_run(&c), 0), KA_OUTCOME_SURVIVES);
	c.intent.http = (struct ka_http){0};
	hop->probes = KA_IGNORED;
	assert_int_equal(ka_hop_outcome(case_run(&c), 0), KA_OUTCOME_IGNORED);
	/* Between two hops that terminate TCP nothing of this host arrives. */
	case_hop(&c, 60);
	case_hop(&c, 60)->probes = KA_REGENERATED;
	assert_int_equal(ka_hop_outcome(case_run(&c), 1), KA_OUTCOME_NONE);
	assert_int_equal(ka_hop_outcome(case_run(&c), 2), KA_OUTCOME_FAILS);
	case_end(&c);
}

/* The least idle timeout that holds: one second less does not. */
static void enough_is_the_least_that_holds(void **state)
{
	static const struct ka_margin margins[] = {
		{0},
		{.has_ms = true},
		{.has_ms = true, .ms = 20000},
		{.has_percent = true, .percent = 10},
		{.has_percent = true, .percent = 90},
		{.has_percent = true, .has_ms = true, .percent = 10, .ms = 5000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(margins) / sizeof(margins[0]); i++) {
		for (int64_t silence_ms = 1; silence_ms < 500000; silence_ms += 777) {
			int64_t enough_s = ka_idle_enough_s(&margins[i], silence_ms);

			assert_true(silence_ms + ka_judging_margin_ms(&margins[i], enough_s) <=
				    enough_s * 1000);
			enough_s--;
			assert_true(silence_ms + ka_judging_margin_ms(&margins[i], enough_s) >
				    enough_s * 1000);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(margins_are_a_share_or_a_time),
		cmocka_unit_test(without_a_path_there_are_only_facts),
		cmocka_unit_test(a_network_balancer_wants_270_10_7),
		cmocka_unit_test(a_recommendation_carries_its_proof),
		cmocka_unit_test(good_values_are_kept),
		cmocka_unit_test(stated_goals_judge_present_values),
		cmocka_unit_test(chosen_values_meet_stated_goals),
		cmocka_unit_test(the_default_outage_follows_detection),
		cmocka_unit_test(defaults_yield_in_order),
		cmocka_unit_test(hops_that_constrain_nothing),
		cmocka_unit_test(any_stated_goal_is_work),
		cmocka_unit_test(sides_see_their_own_segment),
		cmocka_unit_test(who_closes_first_excuses_the_hop),
		cmocka_unit_test(closing_stays_in_its_segment),
		cmocka_unit_test(the_backend_timeout_counts_for_the_server),
		cmocka_unit_test(enough_is_the_least_that_holds),
		cmocka_unit_test(broken_values_fail_every_hop),
		cmocka_unit_test(words_stand_in_enum_order),
		cmocka_unit_test(judging_is_analysing_without_a_recommendation),
		cmocka_unit_test(a_hop_has_one_outcome),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
