#include "core/rearm.h"

#include "socket_case.h"

static const struct ka_mend_request rearm = {.rearm = true}, enable = {.enable = true};
static const struct ka_mend_request rearm_pin = {.rearm = true, .pin = true};
static const struct ka_mend_request enable_pin = {.enable = true, .pin = true};

static enum ka_mend_how decided(const struct ka_socket_judge *judge,
				const struct ka_mend_request *request,
				const struct ka_connection *connection,
				const struct ka_socket_options *options, const char **ret_why)
{
	struct ka_socket_judgement judgement;

	*ret_why = "";
	ka_socket_judge(judge, connection, options, NULL, 0, &judgement);
	return ka_mend_decide(judge, request, connection, &judgement, options, ret_why);
}

static void each_connection_gets_what_helps_it(void **state)
{
	/* 349 s are the limit; hi(300) is 316.384 s. */
	static const struct {
		const struct ka_mend_request *request;
		int64_t idle_ms, timer_ms; /* -1: off */
		struct ka_settings own;
		enum ka_mend_how how;
		const char *why;
	} rows[] = {
		{&rearm, 0, 7200000, {{300, 10, 9}}, KA_MEND_TOGGLE, ""},
		{&rearm, 32000, 7160000, {{300, 10, 9}}, KA_MEND_TOGGLE, ""},
		{&rearm, 33000, 7160000, {{300, 10, 9}}, KA_MEND_TOGGLE_AT_ONE, ""},
		{&rearm, 345000, 6800000, {{300, 10, 9}}, KA_MEND_TOGGLE_AT_ONE, ""},
		{&rearm, 400000, 6800000, {{300, 10, 9}}, KA_MEND_NOTHING, ""}, /* forgotten */
		{&rearm, 1000, 299000, {{300, 10, 9}}, KA_MEND_NOTHING, ""},    /* safe */
		{&rearm, 1000, -1, {{300, 10, 9}}, KA_MEND_NOTHING, ""},        /* bare */
		{&enable, 1000, -1, {{300, 10, 9}}, KA_MEND_TOGGLE, ""},
		{&enable, 100000, -1, {{300, 10, 9}}, KA_MEND_TOGGLE_AT_ONE, ""},
		{&enable, 0, 7200000, {{300, 10, 9}}, KA_MEND_NOTHING, ""},
		/* Values of its own: the sysctl does not move it. */
		{&rearm, 0, 600000, {{600, 10, 9}}, KA_MEND_CANNOT, "values of its own"},
		{&enable, 0, -1, {{200, 10, 9}}, KA_MEND_TOGGLE, ""},
		{&enable, 200000, -1, {{200, 10, 9}}, KA_MEND_CANNOT, "time of its own"},
		{&rearm_pin, 0, 600000, {{600, 10, 9}}, KA_MEND_PIN, ""},
		{&rearm_pin, 0, 600000, {{600, 500, 9}}, KA_MEND_CANNOT, "too long"},
		{&enable_pin, 200000, -1, {{200, 10, 9}}, KA_MEND_PIN, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_socket_judge judge = judge_of(350, 300, 10, 9);
		struct ka_connection connection =
			rows[i].timer_ms < 0 ? unarmed(rows[i].idle_ms)
					     : armed(rows[i].idle_ms, rows[i].timer_ms);
		struct ka_socket_options options = {rows[i].timer_ms >= 0, rows[i].own, 0};
		const char *why;

		ka_test_at("row %zu", i);
		assert_int_equal(decided(&judge, rows[i].request, &connection, &options, &why),
				 rows[i].how);
		assert_contains(why, rows[i].why);
	}
}

static void values_that_are_too_long_are_not_handed_out(void **state)
{
	struct ka_socket_judge judge = judge_of(350, 7200, 75, 9);
	struct ka_connection late = armed(0, 7200000), bare = unarmed(0);
	struct ka_socket_options options = {true, {{7200, 75, 9}}, 0};
	const char *why;

	(void)state;
	assert_int_equal(decided(&judge, &rearm, &late, &options, &why), KA_MEND_CANNOT);
	assert_contains(why, "apply others first");
	assert_int_equal(decided(&judge, &enable, &bare, &options, &why), KA_MEND_CANNOT);
	judge = judge_of(350, 300, 10, 0);
	options.settings = judge.settings;
	assert_int_equal(decided(&judge, &enable, &bare, &options, &why), KA_MEND_CANNOT);
}

static void without_a_path_old_timers_and_missing_ones_are_mended(void **state)
{
	struct ka_socket_judge judge = judge_of(0, 300, 10, 9);
	struct ka_connection late = armed(400000, 6800000), bare = unarmed(0),
			     fine = armed(0, 300000);
	struct ka_socket_options options = {true, {{300, 10, 9}}, 0};
	const char *why;

	(void)state;
	assert_int_equal(decided(&judge, &rearm, &late, &options, &why), KA_MEND_TOGGLE);
	assert_int_equal(decided(&judge, &rearm, &fine, &options, &why), KA_MEND_NOTHING);
	assert_int_equal(decided(&judge, &enable, &fine, &options, &why), KA_MEND_NOTHING);
	options.keepalive = false;
	assert_int_equal(decided(&judge, &enable, &bare, &options, &why), KA_MEND_TOGGLE);
	bare.state = KA_TCP_CLOSE_WAIT;
	assert_int_equal(decided(&judge, &enable, &bare, &options, &why), KA_MEND_NOTHING);
}

static void changes_are_spread_evenly(void **state)
{
	(void)state;
	assert_int_equal(ka_mend_due_ms(0, 0, 10000), 0);
	assert_int_equal(ka_mend_due_ms(0, 4, 10000), 0);
	assert_int_equal(ka_mend_due_ms(1, 4, 10000), 2500);
	assert_int_equal(ka_mend_due_ms(3, 4, 10000), 7500);
	assert_int_equal(ka_mend_due_ms(3999999, 4000000, INT64_C(31622400000)),
			 INT64_C(31622392094));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_connection_gets_what_helps_it),
		cmocka_unit_test(values_that_are_too_long_are_not_handed_out),
		cmocka_unit_test(without_a_path_old_timers_and_missing_ones_are_mended),
		cmocka_unit_test(changes_are_spread_evenly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
