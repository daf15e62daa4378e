#include "core/socket_summary.h"

#include "socket_case.h"

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

static void add(struct ka_socket_summary *summary, const struct ka_connection *connection,
		const char *program, const struct ka_socket_options *options)
{
	struct ka_socket_judgement judgement;

	ka_socket_judge(&summary->judge, connection, options, NULL, 0, &judgement);
	ka_socket_summary_add(summary, connection, &judgement, program, "", options);
}

static void connections_are_counted_by_program_and_service(void **state)
{
	struct ka_socket_judge judge = judge_of(350, 300, 10, 9);
	struct ka_socket_summary summary;
	struct ka_connection safe = armed(0, 300000), bare = unarmed(2000), old = armed(0, 7000000);
	struct ka_socket_options pinned = {true, {{600, 10, 9}}, 0};
	struct ka_connection closing = armed(0, 0);

	(void)state;
	ka_socket_summary_init(&summary, &arena, &judge);
	summary.has_owners = true;
	closing.state = KA_TCP_CLOSE_WAIT;
	add(&summary, &safe, "a", NULL);
	add(&summary, &bare, "b", NULL);
	add(&summary, &old, "b", NULL);
	bare.is_inbound = true;
	bare.ack_received_ms = bare.data_received_ms = 360000;
	add(&summary, &bare, "", NULL);
	safe.timer_ms = 600000;
	add(&summary, &safe, "c", &pinned);
	add(&summary, &closing, "c", NULL);
	bare.peer.address[0] = 127;
	add(&summary, &bare, "c", NULL);
	ka_socket_summary_sort(&summary);

	assert_int_equal(summary.total.counts[KA_V_SAFE], 1);
	assert_int_equal(summary.total.counts[KA_V_BARE], 1);
	assert_int_equal(summary.total.counts[KA_V_LATE], 2);
	assert_int_equal(summary.total.counts[KA_V_FORGOTTEN], 1);
	assert_int_equal(summary.total.counts[KA_V_EXEMPT], 1);
	assert_int_equal(summary.total.off, 2);
	assert_int_equal(summary.total.off_idle_ms, 360000);
	assert_int_equal(summary.total.old_timers, 1);
	assert_int_equal(summary.total.pinned, 1);
	assert_int_equal(summary.total.pinned_unsafe, 1);
	assert_int_equal(summary.old_timer_ms, 7000000);
	assert_int_equal(summary.without_owner, 1);
	assert_int_equal(summary.states[KA_TCP_ESTABLISHED], 6);
	assert_int_equal(summary.states[KA_TCP_CLOSE_WAIT], 1);
	assert_int_equal(summary.silent, 0);
	/* The worst first: one that is forgotten, one late and bare, ... */
	assert_int_equal(summary.group_count, 5);
	assert_string_equal(summary.groups[0].program, "");
	assert_int_equal(summary.groups[0].port, 40000);
	assert_string_equal(summary.groups[1].program, "b");
	assert_int_equal(summary.groups[1].counts[KA_V_LATE], 1);
	assert_int_equal(summary.groups[1].counts[KA_V_BARE], 1);
	assert_string_equal(summary.groups[2].program, "c");
	assert_string_equal(summary.groups[3].program, "a");
}

static void the_order_is_always_the_same(void **state)
{
	struct ka_socket_judge judge = judge_of(350, 300, 10, 9);
	struct ka_socket_summary summary;
	struct ka_connection safe = armed(0, 300000);
	static const struct {
		const char *program, *unit;
		uint16_t port;
		bool is_inbound;
	} groups[] = {{"b", "", 1, false},
		      {"a", "y", 1, false},
		      {"a", "x", 2, false},
		      {"a", "x", 1, true},
		      {"a", "x", 1, false}};
	struct ka_socket_judgement judgement;

	(void)state;
	ka_socket_summary_init(&summary, &arena, &judge);
	ka_socket_summary_sort(&summary); /* of nothing */
	ka_socket_judge(&judge, &safe, NULL, NULL, 0, &judgement);
	for (int i = 0; i < 5; i++) {
		safe.is_inbound = groups[i].is_inbound;
		safe.local.port = safe.peer.port = groups[i].port;
		ka_socket_summary_add(&summary, &safe, &judgement, groups[i].program,
				      groups[i].unit, NULL);
	}
	ka_socket_summary_sort(&summary);
	for (int i = 0; i < 5; i++) {
		assert_string_equal(summary.groups[i].program, groups[4 - i].program);
		assert_string_equal(summary.groups[i].unit, groups[4 - i].unit);
		assert_int_equal(summary.groups[i].port, groups[4 - i].port);
		assert_int_equal(summary.groups[i].is_inbound, groups[4 - i].is_inbound);
	}
}

/* Ports are what a stranger chooses. */
static void many_groups_end_in_one(void **state)
{
	struct ka_socket_judge judge = judge_of(350, 300, 10, 9);
	struct ka_socket_summary summary;
	struct ka_connection safe = armed(0, 300000);
	size_t sum = 0;

	(void)state;
	ka_socket_summary_init(&summary, &arena, &judge);
	for (int port = 1; port < 10000; port++) {
		safe.peer.port = (uint16_t)port;
		add(&summary, &safe, "scanner", NULL);
		add(&summary, &safe, "scanner", NULL);
	}
	ka_socket_summary_sort(&summary);
	assert_int_equal(summary.group_count, KA_SOCKET_GROUPS_MAX);
	assert_string_equal(summary.groups[0].program, "");
	assert_int_equal(summary.groups[0].counts[KA_V_SAFE], 2 * (9999 - 4095));
	for (size_t i = 0; i < summary.group_count; i++)
		sum += summary.groups[i].counts[KA_V_SAFE];
	assert_int_equal(sum, 2 * 9999);
}

static void silent_ones_are_counted(void **state)
{
	struct ka_socket_judge judge = judge_of(350, 300, 10, 9);
	struct ka_socket_summary summary;
	struct ka_connection bare = unarmed(400000);
	struct ka_socket_judgement judgement;

	(void)state;
	ka_socket_summary_init(&summary, &arena, &judge);
	ka_socket_judge(&judge, &bare, NULL, &bare, 60000, &judgement);
	ka_socket_summary_add(&summary, &bare, &judgement, "", "", NULL);
	assert_int_equal(summary.silent, 1);
	assert_int_equal(summary.without_owner, 0);
}

static void without_memory_totals_are_still_right(void **state)
{
	struct ka_socket_judge judge = judge_of(350, 300, 10, 9);
	struct ka_connection safe = armed(0, 300000);

	(void)state;
	for (size_t cap = 0; cap < 48 * 1024; cap += 1024) {
		struct ka_arena small = ka_arena_make(cap);
		struct ka_socket_summary summary;

		ka_socket_summary_init(&summary, &small, &judge);
		for (int port = 1; port < 100; port++) {
			safe.peer.port = (uint16_t)port;
			add(&summary, &safe, "p", NULL);
		}
		ka_socket_summary_sort(&summary);
		assert_int_equal(summary.total.counts[KA_V_SAFE], 99);
		assert_true(summary.group_count == 99 || small.has_failed);
		ka_arena_clear(&small);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(connections_are_counted_by_program_and_service,
						make_arena, clear_arena),
		cmocka_unit_test_setup_teardown(the_order_is_always_the_same, make_arena,
						clear_arena),
		cmocka_unit_test_setup_teardown(many_groups_end_in_one, make_arena, clear_arena),
		cmocka_unit_test_setup_teardown(silent_ones_are_counted, make_arena, clear_arena),
		cmocka_unit_test(without_memory_totals_are_still_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
