#include "socket_case.h"

static struct ka_socket_judgement judged(const struct ka_socket_judge *judge,
					 const struct ka_connection *connection,
					 const struct ka_socket_options *options)
{
	struct ka_socket_judgement judgement;

	ka_socket_judge(judge, connection, options, NULL, 0, &judgement);
	return judgement;
}

#define assert_verdict(judgement, wanted, why)                                                     \
	do {                                                                                       \
		assert_int_equal((judgement).verdict, wanted);                                     \
		assert_int_equal((judgement).reason, why);                                         \
	} while (0)

static void the_tightest_hop_that_constrains_judges(void **state)
{
	struct test_case c;
	struct ka_socket_judge judge;

	(void)state;
	case_init(&c);
	c.facts.hz = 250;
	case_hop(&c, 600);
	case_hop(&c, 350)->name = "tight";
	case_hop(&c, 60)->breaks_connection = false;
	case_hop(&c, 350);
	ka_socket_judge_init(&judge, case_run(&c), true);
	assert_true(judge.has_hop);
	assert_true(judge.judges_loopback);
	assert_int_equal(judge.hop, 1);
	assert_string_equal(judge.hop_name, "tight");
	assert_int_equal(judge.idle_timeout_ms, 350000);
	assert_int_equal(judge.margin_ms, 1000);
	/* 1,800,000 jiffies and a granule of 8^5; 18,750 and 8^3. */
	assert_int_equal(judge.latest_ms[KA_TIME], (1800000 + 32768) * 4);
	assert_int_equal(judge.latest_ms[KA_INTVL], (18750 + 512) * 4);
	case_end(&c);
}

static void a_timer_is_safe_or_late(void **state)
{
	static const struct {
		int64_t time, intvl, idle_ms, timer_ms;
		enum ka_socket_verdict verdict;
		enum ka_socket_reason reason;
		bool is_old;
	} rows[] = {
		/* hi(300 s) is 316.384 s, and 349 s are the limit. */
		{300, 10, 0, 300000, KA_V_SAFE, KA_WHY_NONE, false},
		{300, 10, 299000, 1000, KA_V_SAFE, KA_WHY_NONE, false},
		/* Armed by the values in force, after it had been idle for 30 s or 40 s. */
		{300, 10, 30000, 300000, KA_V_SAFE, KA_WHY_NONE, false},
		{300, 10, 40000, 300000, KA_V_LATE, KA_WHY_OLD_TIMER, false},
		/* Busy until now: the timer fires early and is armed with the rest. */
		{300, 10, 0, 5000, KA_V_SAFE, KA_WHY_NONE, false},
		/* The values themselves. */
		{340, 10, 0, 340000, KA_V_LATE, KA_WHY_VALUES, false},
		{300, 340, 0, 300000, KA_V_LATE, KA_WHY_VALUES, false},
		{7200, 75, 0, 7200000, KA_V_LATE, KA_WHY_VALUES, false},
		/* Lowered since. */
		{300, 10, 1000, 7199000, KA_V_LATE, KA_WHY_OLD_TIMER, true},
		{20, 5, 1000, 100000, KA_V_SAFE, KA_WHY_NONE, true},
		{20, 5, 1000, 220000, KA_V_LATE, KA_WHY_OLD_TIMER, true},
		/* Rounding is no old timer. */
		{20, 5, 0, 20150, KA_V_SAFE, KA_WHY_NONE, false},
		{20, 5, 0, 20161, KA_V_SAFE, KA_WHY_NONE, true},
		/* With these no probes come, or everything dies. */
		{300, 0, 0, 300000, KA_V_LATE, KA_WHY_VALUES, false},
		{-1, 10, 0, 4294967295, KA_V_LATE, KA_WHY_VALUES, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_socket_judge judge = judge_of(350, rows[i].time, rows[i].intvl, 9);
		struct ka_connection connection = armed(rows[i].idle_ms, rows[i].timer_ms);
		struct ka_socket_judgement judgement = judged(&judge, &connection, NULL);

		ka_test_at("row %zu", i);
		assert_int_equal(judgement.verdict, rows[i].verdict);
		ka_test_at("row %zu", i);
		assert_int_equal(judgement.reason, rows[i].reason);
		ka_test_at("row %zu", i);
		assert_int_equal(judgement.is_old_timer, rows[i].is_old);
		assert_int_equal(judgement.keepalive, KA_YES);
		assert_int_equal(judgement.left_ms, 350000 - rows[i].idle_ms);
	}
}

static void the_next_probe_is_told_at_the_latest(void **state)
{
	struct ka_socket_judge judge = judge_of(350, 300, 10, 9);
	struct ka_connection connection = armed(100000, 200000);
	struct ka_socket_judgement judgement = judged(&judge, &connection, NULL);

	(void)state;
	assert_int_equal(judgement.probe_ms, 200000 + 16384);
	assert_int_equal(judgement.dead_ms, -1);
	connection = armed(100000, 7100000); /* granule of 7200 s: 8^5 jiffies */
	judgement = judged(&judge, &connection, NULL);
	assert_int_equal(judgement.probe_ms, 7100000 + 131072);
	judge.hz = KA_HZ_UNKNOWN; /* 8^6 jiffies at 300 ticks a second */
	judgement = judged(&judge, &connection, NULL);
	assert_int_equal(judgement.probe_ms, 7100000 + 873814);
}

static void without_a_timer_it_is_bare(void **state)
{
	struct ka_socket_judge judge = judge_of(350, 300, 10, 9);
	struct ka_connection connection = unarmed(20000);
	struct ka_socket_judgement judgement = judged(&judge, &connection, NULL);

	(void)state;
	assert_verdict(judgement, KA_V_BARE, KA_WHY_NONE);
	assert_int_equal(judgement.keepalive, KA_NO);
	assert_int_equal(judgement.left_ms, 330000);
	assert_int_equal(judgement.probe_ms, -1);
	connection = unarmed(350000);
	assert_verdict(judged(&judge, &connection, NULL), KA_V_BARE, KA_WHY_NONE);
	connection = unarmed(350001);
	assert_verdict(judged(&judge, &connection, NULL), KA_V_FORGOTTEN, KA_WHY_NONE);
	connection = armed(360000, 6840000);
	assert_verdict(judged(&judge, &connection, NULL), KA_V_FORGOTTEN, KA_WHY_NONE);
}

static void other_timers_hide_it(void **state)
{
	struct ka_socket_judge judge = judge_of(350, 300, 10, 9);
	struct ka_connection connection = armed(1000, 200);

	(void)state;
	connection.timer = KA_TIMER_RETRANSMIT;
	assert_verdict(judged(&judge, &connection, NULL), KA_V_UNKNOWN, KA_WHY_RETRANSMIT);
	assert_int_equal(judged(&judge, &connection, NULL).keepalive, KA_NOT_KNOWN);
	connection.timer = KA_TIMER_PERSIST;
	assert_verdict(judged(&judge, &connection, NULL), KA_V_UNKNOWN, KA_WHY_PERSIST);
	connection.has_info = false;
	assert_verdict(judged(&judge, &connection, NULL), KA_V_UNKNOWN, KA_WHY_NOT_TOLD);
	assert_int_equal(judged(&judge, &connection, NULL).left_ms, 0);
}

static void other_states_are_not_judged(void **state)
{
	struct ka_socket_judge judge = judge_of(350, 300, 10, 9);
	struct ka_connection connection = armed(1000, 200);

	(void)state;
	connection.state = KA_TCP_CLOSE_WAIT;
	assert_verdict(judged(&judge, &connection, NULL), KA_V_NONE, KA_WHY_NONE);
	assert_int_equal(judged(&judge, &connection, NULL).keepalive, KA_YES);
	/* It has the same timer for another purpose. */
	connection.state = KA_TCP_FIN_WAIT2;
	assert_int_equal(judged(&judge, &connection, NULL).keepalive, KA_NOT_KNOWN);
}

static void loopback_is_exempt_unless_asked_for(void **state)
{
	struct ka_socket_judge judge = judge_of(350, 300, 10, 9);
	struct ka_connection connection = unarmed(1000);

	(void)state;
	connection.peer.address[0] = 127;
	assert_verdict(judged(&judge, &connection, NULL), KA_V_EXEMPT, KA_WHY_LOOPBACK);
	judge.judges_loopback = true;
	assert_verdict(judged(&judge, &connection, NULL), KA_V_BARE, KA_WHY_NONE);
}

static void without_a_path_only_facts_are_told(void **state)
{
	struct ka_socket_judge judge = judge_of(0, 300, 10, 9);
	struct ka_connection connection = armed(1000, 7199000);
	struct ka_socket_judgement judgement = judged(&judge, &connection, NULL);

	(void)state;
	assert_false(judge.has_hop);
	assert_verdict(judgement, KA_V_NONE, KA_WHY_NONE);
	assert_true(judgement.is_old_timer);
	assert_int_equal(judgement.idle_ms, 1000);
}

static void unanswered_probes_are_told_with_an_end(void **state)
{
	struct ka_socket_judge judge = judge_of(350, 20, 10, 3);
	struct ka_connection connection = armed(32000, 8000);
	struct ka_socket_options options = {
		.keepalive = true, .settings = {{20, 10, 3}}, .user_timeout_ms = 45000};
	struct ka_socket_judgement judgement;

	(void)state;
	connection.probes = 2; /* one more, and then one interval */
	judgement = judged(&judge, &connection, NULL);
	assert_verdict(judgement, KA_V_PROBING, KA_WHY_NONE);
	assert_int_equal(judgement.dead_ms, 8000 + 256 + 10256);
	connection.probes = 3;
	assert_int_equal(judged(&judge, &connection, NULL).dead_ms, 8000 + 256);
	/* 40 s of silence when it fires next, so not before the one after that. */
	judgement = judged(&judge, &connection, &options);
	assert_verdict(judgement, KA_V_PROBING, KA_WHY_USER_TIMEOUT);
	assert_int_equal(judgement.dead_ms, 8000 + 256 + 10256);
	options.user_timeout_ms = 30000;
	assert_int_equal(judged(&judge, &connection, &options).dead_ms, 8000 + 256);
	options.settings.value[KA_INTVL] = 0;
	assert_int_equal(judged(&judge, &connection, &options).dead_ms, 8000 + 4);
	options = (struct ka_socket_options){true, {{20, 32767, INT64_MAX}}, 0};
	assert_int_at_least(judged(&judge, &connection, &options).dead_ms, INT64_MAX / 8);
}

static void its_own_values_beat_the_namespace(void **state)
{
	struct ka_socket_judge judge = judge_of(350, 300, 10, 9);
	struct ka_connection connection = armed(0, 600000);
	struct ka_socket_options options = {.keepalive = true, .settings = {{600, 10, 9}}};

	(void)state;
	assert_verdict(judged(&judge, &connection, NULL), KA_V_LATE, KA_WHY_OLD_TIMER);
	assert_verdict(judged(&judge, &connection, &options), KA_V_LATE, KA_WHY_PINNED);
	assert_false(judged(&judge, &connection, &options).is_old_timer);
	judge = judge_of(350, 7200, 75, 9);
	connection = armed(0, 60000);
	options.settings.value[KA_TIME] = 60;
	assert_verdict(judged(&judge, &connection, NULL), KA_V_LATE, KA_WHY_VALUES);
	assert_verdict(judged(&judge, &connection, &options), KA_V_SAFE, KA_WHY_NONE);
	/* TCP_USER_TIMEOUT replaces the number of probes. */
	options.settings.value[KA_PROBES] = 0;
	assert_verdict(judged(&judge, &connection, &options), KA_V_LATE, KA_WHY_PINNED);
	options.user_timeout_ms = 30000;
	assert_verdict(judged(&judge, &connection, &options), KA_V_SAFE, KA_WHY_USER_TIMEOUT);
	options.keepalive = false;
	connection = unarmed(0);
	assert_verdict(judged(&judge, &connection, &options), KA_V_BARE, KA_WHY_NONE);
}

static void the_peers_probes_keep_it_known(void **state)
{
	struct ka_socket_judge judge = judge_of(350, 300, 10, 9);
	struct ka_connection before = unarmed(400000), now = unarmed(460000);
	struct ka_socket_judgement judgement;

	(void)state;
	before.segments_in = 10;
	now.segments_in = 12;
	ka_socket_judge(&judge, &now, NULL, &before, 60000, &judgement);
	assert_verdict(judgement, KA_V_SAFE, KA_WHY_PEER_PROBES);
	assert_false(judgement.is_silent);
	/* Nothing came at all. */
	now.segments_in = 10;
	ka_socket_judge(&judge, &now, NULL, &before, 60000, &judgement);
	assert_verdict(judgement, KA_V_FORGOTTEN, KA_WHY_NONE);
	assert_true(judgement.is_silent);
	/* What came was data: nothing is known of the peer's probes. */
	now = unarmed(30000);
	now.segments_in = 12;
	ka_socket_judge(&judge, &now, NULL, &before, 60000, &judgement);
	assert_verdict(judgement, KA_V_BARE, KA_WHY_NONE);
	/* One that is safe by itself stays so for that reason. */
	now = armed(460000, 10);
	now.data_received_ms = 280000;
	now.segments_in = 12;
	before = now;
	ka_socket_judge(&judge, &now, NULL, &before, 60000, &judgement);
	assert_verdict(judgement, KA_V_SAFE, KA_WHY_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tightest_hop_that_constrains_judges),
		cmocka_unit_test(a_timer_is_safe_or_late),
		cmocka_unit_test(the_next_probe_is_told_at_the_latest),
		cmocka_unit_test(without_a_timer_it_is_bare),
		cmocka_unit_test(other_timers_hide_it),
		cmocka_unit_test(other_states_are_not_judged),
		cmocka_unit_test(loopback_is_exempt_unless_asked_for),
		cmocka_unit_test(without_a_path_only_facts_are_told),
		cmocka_unit_test(unanswered_probes_are_told_with_an_end),
		cmocka_unit_test(its_own_values_beat_the_namespace),
		cmocka_unit_test(the_peers_probes_keep_it_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
