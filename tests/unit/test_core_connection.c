#include "core/connection.h"

#include "ka_test.h"

#include <arpa/inet.h>
#include <sys/socket.h>

static struct ka_connection between(const char *local, const char *peer)
{
	struct ka_connection connection = {.is_v6 = strchr(local, ':')};
	int family = connection.is_v6 ? AF_INET6 : AF_INET;

	assert_int_equal(inet_pton(family, local, connection.local.address), 1);
	assert_int_equal(inet_pton(family, peer, connection.peer.address), 1);
	return connection;
}

static void addresses_are_written_as_the_standard_says(void **state)
{
	static const char *const texts[] = {
		"0.0.0.0",
		"127.0.0.1",
		"10.200.99.255",
		"::",
		"::1",
		"2001:db8::1",
		"2001:db8:0:1:1:1:1:1", /* a single zero is no run */
		"2001:0:0:1::1",        /* the longest run */
		"2001:db8::1:0:0:1",    /* the first of two that are equal */
		"fe80::1:2:3",
		"1:2:3:4:5:6:7:8",
		"1:2:3:4:5:6::",
		"::2:3:4:5:6:7",
		"::ffff:192.0.2.1",
		"a:b0:c00:d000:e:f:1:ff",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct ka_connection connection = between(texts[i], texts[i]);
		char text[KA_ADDRESS_TEXT];
		size_t length = ka_format_address(text, connection.local.address, connection.is_v6);

		assert_string_equal(text, texts[i]);
		assert_int_equal(length, strlen(texts[i]));
	}
}

/* inet_ntop(3) writes the same, but for addresses that embed IPv4 in the way that is obsolete. */
static void addresses_are_written_as_libc_does(void **state)
{
	uint32_t seed = 12345;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint8_t address[16];
		char ours[KA_ADDRESS_TEXT], theirs[INET6_ADDRSTRLEN];

		for (int j = 0; j < 16; j++) {
			seed = seed * 1664525u + 1013904223u;
			address[j] = seed >> 30 ? (uint8_t)0 : (uint8_t)(seed >> 16);
		}
		address[0] |= 1;
		ka_format_address(ours, address, true);
		inet_ntop(AF_INET6, address, theirs, sizeof(theirs));
		assert_string_equal(ours, theirs);
	}
}

static void loopback_is_this_machine(void **state)
{
	static const struct {
		const char *local, *peer;
		bool is;
	} rows[] = {
		{"127.0.0.1", "127.0.0.1", true},
		{"10.0.0.1", "127.9.9.9", true},
		{"10.0.0.1", "10.0.0.1", true},
		{"10.0.0.1", "10.0.0.2", false},
		{"10.0.0.1", "128.0.0.1", false},
		{"::1", "::1", true},
		{"2001:db8::1", "2001:db8::1", true},
		{"2001:db8::1", "2001:db8::2", false},
		{"::ffff:10.0.0.1", "::ffff:127.0.0.1", true},
		{"::ffff:10.0.0.1", "::ffff:10.0.0.2", false},
		/* The first byte of an IPv6 address is no 127/8. */
		{"7f00::1", "7f00::2", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_connection connection = between(rows[i].local, rows[i].peer);

		ka_test_at("row %zu", i);
		assert_int_equal(ka_is_loopback(&connection), rows[i].is);
	}
}

static void idle_is_told_apart(void **state)
{
	const struct ka_connection connection = {
		.data_sent_ms = 10, .data_received_ms = 50, .ack_received_ms = 20};
	const struct ka_connection other = {
		.data_sent_ms = 90, .data_received_ms = 30, .ack_received_ms = 40};

	(void)state;
	assert_int_equal(ka_keepalive_idle_ms(&connection), 20);
	assert_int_equal(ka_application_idle_ms(&connection), 10);
	assert_int_equal(ka_keepalive_idle_ms(&other), 30);
	assert_int_equal(ka_application_idle_ms(&other), 30);
}

static void the_service_is_where_it_listens(void **state)
{
	struct ka_connection connection = {.local = {.port = 1}, .peer = {.port = 2}};

	(void)state;
	assert_int_equal(ka_service_port(&connection), 2);
	connection.is_inbound = true;
	assert_int_equal(ka_service_port(&connection), 1);
}

static void every_number_has_its_word(void **state)
{
	(void)state;
	for (int i = 1; i < KA_TCP_STATE_COUNT; i++)
		assert_int_at_least(strlen(ka_tcp_state_words[i]), 6);
	for (int i = 0; i < KA_TIMER_COUNT; i++)
		assert_int_at_least(strlen(ka_socket_timer_words[i]), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_written_as_the_standard_says),
		cmocka_unit_test(addresses_are_written_as_libc_does),
		cmocka_unit_test(loopback_is_this_machine),
		cmocka_unit_test(idle_is_told_apart),
		cmocka_unit_test(the_service_is_where_it_listens),
		cmocka_unit_test(every_number_has_its_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
