#include "core/socket_filter.h"

#include "socket_case.h"

static struct ka_socket_filter parsed(enum ka_filter_kind kind, const char *value)
{
	struct ka_socket_filter filter;
	struct ka_error error = {0};

	if (ka_socket_filter_parse(kind, value, &filter, &error) < 0)
		print_error("%s: %s\n", value, error.message);
	assert_int_equal(error.id, KA_E_NONE);
	return filter;
}

static void malformed_values_are_told(void **state)
{
	static const struct {
		enum ka_filter_kind kind;
		const char *value, *message;
	} rows[] = {
		{KA_FILTER_PROCESS, "", "expected a process id"},
		{KA_FILTER_ADDRESS, "", "is no address"},
		{KA_FILTER_ADDRESS, "10.0.0", "is no address"},
		{KA_FILTER_ADDRESS, "10.0.0.1/33",
		 "'33' is no length of a prefix: expected 0 to 32"},
		{KA_FILTER_ADDRESS, "2001:db8::/129", "0 to 128"},
		{KA_FILTER_ADDRESS, "10.0.0.1/", "'' is no length"},
		{KA_FILTER_ADDRESS, "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1",
		 "address"},
		{KA_FILTER_PORT, "http", "'http' is no port"},
		{KA_FILTER_PORT, "65536", "is no port"},
		{KA_FILTER_PORT, "90-80", "is no port"},
		{KA_FILTER_PORT, "80-", "is no port"},
		{KA_FILTER_VERDICT, "late,never",
		 "'never' is no verdict: expected some of forgotten,"},
		{KA_FILTER_VERDICT, "", "'' is no verdict"},
		{KA_FILTER_STATE, "ESTAB", "expected some of established, syn-sent"},
		{KA_FILTER_STATE, "established,", "'' is no state"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_socket_filter filter;
		struct ka_error error = {0};

		ka_test_at("row %zu", i);
		assert_int_equal(
			ka_socket_filter_parse(rows[i].kind, rows[i].value, &filter, &error), -1);
		assert_int_equal(error.id, KA_E_OPTION_VALUE);
		assert_contains(error.message, rows[i].message);
	}
	assert_int_equal(ka_socket_filter_parse(KA_FILTER_KINDS, "", NULL, NULL), -1);
}

static void addresses_match_by_prefix(void **state)
{
	static const struct {
		const char *value;
		bool is_v6, matches;
	} rows[] = {
		{"10.0.0.2", false, true},       {"10.0.0.1", false, true},
		{"10.0.0.3", false, false},      {"10.0.0.0/8", false, true},
		{"10.0.0.3/31", false, true},    {"10.0.0.4/31", false, false},
		{"0.0.0.0/0", false, true},      {"::/0", false, false},
		{"10.0.0.2", true, true},        {"10.0.0.3", true, false},
		{"::ffff:10.0.0.2", true, true}, {"::ffff:0:0/96", true, true},
		{"2001:db8::/32", true, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_socket_filter filter = parsed(KA_FILTER_ADDRESS, rows[i].value);
		struct ka_connection connection = armed(0, 0);

		if (rows[i].is_v6) {
			static const uint8_t local[16] = {[10] = 0xff, 0xff, 10, 0, 0, 1};
			static const uint8_t peer[16] = {[10] = 0xff, 0xff, 10, 0, 0, 2};

			connection.is_v6 = true;
			memcpy(connection.local.address, local, 16);
			memcpy(connection.peer.address, peer, 16);
		}
		ka_test_at("row %zu", i);
		assert_int_equal(ka_socket_filters_select(&filter, 1, &connection),
				 rows[i].matches);
	}
}

static void filters_of_a_kind_add_up_and_kinds_restrict(void **state)
{
	struct ka_connection connection = armed(0, 0); /* 40000 to 443 */
	struct ka_socket_filter filters[] = {
		parsed(KA_FILTER_PORT, "80"), parsed(KA_FILTER_PORT, "400-443"),
		parsed(KA_FILTER_ADDRESS, "10.0.0.0/24"),
		parsed(KA_FILTER_VERDICT, "late"), /* judged later */
	};

	(void)state;
	assert_true(ka_socket_filters_select(filters, 4, &connection));
	assert_false(ka_socket_filters_select(filters, 1, &connection));
	connection.peer.address[2] = connection.local.address[2] = 9;
	assert_false(ka_socket_filters_select(filters, 4, &connection));
}

static void states_are_those_that_are_connected_unless_asked_for(void **state)
{
	struct ka_connection connection = armed(0, 0);
	struct ka_socket_filter filter = parsed(KA_FILTER_STATE, "listening,time-wait");
	struct ka_socket_filter all = parsed(KA_FILTER_STATE, "all");

	(void)state;
	assert_true(ka_socket_filters_select(NULL, 0, &connection));
	assert_false(ka_socket_filters_select(&filter, 1, &connection));
	assert_true(ka_socket_filters_select(&all, 1, &connection));
	connection.state = KA_TCP_LISTEN;
	assert_false(ka_socket_filters_select(NULL, 0, &connection));
	assert_true(ka_socket_filters_select(&filter, 1, &connection));
	connection.state = KA_TCP_CLOSE_WAIT;
	assert_true(ka_socket_filters_select(NULL, 0, &connection));
	connection.state = KA_TCP_SYN_SENT;
	assert_false(ka_socket_filters_select(NULL, 0, &connection));
}

static void processes_match_by_number_or_name(void **state)
{
	const struct ka_socket_owner_words owner = {12, "nginx", "web.service", "docker:3f4a"};
	const struct ka_socket_owner_words unknown = {-1, "", "", ""};
	static const struct {
		const char *value;
		bool matches;
	} rows[] = {
		{"12", true},    {"13", false},         {"nginx", true},
		{"ngin", false}, {"ngin*", true},       {"web.service", true},
		{"3f4a", true},  {"docker:3f4a", true}, {"docker:*", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_socket_filter filter = parsed(KA_FILTER_PROCESS, rows[i].value);

		ka_test_at("row %zu", i);
		assert_int_equal(ka_socket_filters_select_owner(&filter, 1, &owner),
				 rows[i].matches);
		assert_false(ka_socket_filters_select_owner(&filter, 1, &unknown));
		assert_false(ka_socket_filters_select_owner(&filter, 1, NULL));
		assert_true(ka_socket_filters_need_owner(&filter, 1));
		/* Another kind's turn. */
		assert_true(ka_socket_filters_select(
			&filter, 1, &(struct ka_connection){.state = KA_TCP_ESTABLISHED}));
	}
	assert_true(ka_socket_filters_select_owner(NULL, 0, NULL));
	assert_false(ka_socket_filters_need_owner(NULL, 0));
}

static void verdicts_are_chosen_from(void **state)
{
	struct ka_socket_filter filters[] = {parsed(KA_FILTER_PORT, "1"),
					     parsed(KA_FILTER_VERDICT, "late,forgotten")};

	(void)state;
	assert_true(ka_socket_filters_select_verdict(filters, 2, KA_V_LATE));
	assert_true(ka_socket_filters_select_verdict(filters, 2, KA_V_FORGOTTEN));
	assert_false(ka_socket_filters_select_verdict(filters, 2, KA_V_SAFE));
	assert_true(ka_socket_filters_select_verdict(filters, 1, KA_V_SAFE));
}

static void what_is_excluded_is_still_selected(void **state)
{
	struct ka_connection connection = armed(0, 0);
	const struct ka_socket_owner_words owner = {12, "sshd", "", ""};
	struct ka_socket_filter filters[] = {
		parsed(KA_FILTER_PORT, "22"), parsed(KA_FILTER_PROCESS, "sshd"),
		parsed(KA_FILTER_STATE, "established"), parsed(KA_FILTER_VERDICT, "late")};

	(void)state;
	for (int i = 0; i < 4; i++)
		filters[i].excludes = true;
	assert_true(ka_socket_filters_select(filters, 2, &connection));
	assert_true(ka_socket_filters_select_owner(filters, 2, NULL));
	assert_true(ka_socket_filters_exclude(filters, 2, &connection, &owner));
	assert_false(ka_socket_filters_exclude(filters, 1, &connection, &owner));
	assert_false(ka_socket_filters_exclude(filters, 2, &connection, NULL));
	assert_true(ka_socket_filters_exclude(filters, 3, &connection, NULL));
	assert_false(ka_socket_filters_exclude(&filters[3], 1, &connection, NULL));
	filters[0].port = filters[0].last_port = 443;
	assert_true(ka_socket_filters_exclude(filters, 1, &connection, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_values_are_told),
		cmocka_unit_test(addresses_match_by_prefix),
		cmocka_unit_test(filters_of_a_kind_add_up_and_kinds_restrict),
		cmocka_unit_test(states_are_those_that_are_connected_unless_asked_for),
		cmocka_unit_test(processes_match_by_number_or_name),
		cmocka_unit_test(verdicts_are_chosen_from),
		cmocka_unit_test(what_is_excluded_is_still_selected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
