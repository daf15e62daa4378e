/* Messages as the kernel sends them, and as it never would. */
#include "edge/netlink.h"
#include "edge/sock_diag.h"

#include "ka_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

enum { KIND = 100 };

struct part {
	_Alignas(struct nlmsghdr) char bytes[KA_NETLINK_PART];
	size_t length;
};

static struct nlmsghdr *add(struct part *part, unsigned type, const void *payload, size_t length)
{
	struct nlmsghdr *header = (void *)(part->bytes + part->length);

	*header = (struct nlmsghdr){.nlmsg_len = (uint32_t)NLMSG_LENGTH(length),
				    .nlmsg_type = (uint16_t)type};
	if (length > 0)
		memcpy(NLMSG_DATA(header), payload, length);
	part->length += NLMSG_SPACE(length);
	return header;
}

static void add_errno(struct part *part, unsigned type, int error)
{
	add(part, type, &error, sizeof(error));
}

struct seen {
	int count, stop_at;
	size_t bytes;
};

static bool count_one(void *context, const struct nlmsghdr *header, const void *payload,
		      size_t length)
{
	struct seen *seen = context;
	const char *bytes = payload;

	assert_int_equal(header->nlmsg_type, KIND);
	for (size_t i = 0; i < length; i++)
		seen->bytes += bytes[i] != 0;
	return ++seen->count != seen->stop_at;
}

static enum ka_netlink_result read_part(const struct part *part, struct seen *seen,
					bool *is_interrupted, int *error)
{
	*is_interrupted = false;
	*error = 0;
	return ka_netlink_read_part(part->bytes, part->length, count_one, seen, is_interrupted,
				    error);
}

static void messages_are_visited_until_the_end(void **state)
{
	struct part part = {.length = 0};
	struct seen seen = {0};
	bool is_interrupted;
	int error;

	(void)state;
	add(&part, KIND, "abc", 3);
	add(&part, NLMSG_NOOP, "ab", 2);
	add(&part, KIND, "", 0);
	assert_int_equal(read_part(&part, &seen, &is_interrupted, &error), KA_NETLINK_MORE);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.bytes, 3);
	assert_false(is_interrupted);
	add_errno(&part, NLMSG_DONE, 0);
	assert_int_equal(read_part(&part, &seen, &is_interrupted, &error), KA_NETLINK_DONE);
	seen = (struct seen){.stop_at = 1};
	assert_int_equal(read_part(&part, &seen, &is_interrupted, &error), KA_NETLINK_STOP);
	assert_int_equal(seen.count, 1);
}

static void an_interruption_is_told(void **state)
{
	struct part part = {.length = 0};
	struct seen seen = {0};
	bool is_interrupted;
	int error;

	(void)state;
	add(&part, KIND, "", 0)->nlmsg_flags = NLM_F_DUMP_INTR;
	add(&part, KIND, "", 0);
	assert_int_equal(read_part(&part, &seen, &is_interrupted, &error), KA_NETLINK_MORE);
	assert_true(is_interrupted);
	assert_int_equal(seen.count, 2);
}

static void errors_are_the_kernels(void **state)
{
	static const struct {
		unsigned type;
		int value, error;
		enum ka_netlink_result result;
	} rows[] = {
		{NLMSG_ERROR, -ENOENT, ENOENT, KA_NETLINK_ERROR},
		{NLMSG_ERROR, 0, 0, KA_NETLINK_DONE},
		{NLMSG_DONE, -EINTR, EINTR, KA_NETLINK_ERROR},
		{NLMSG_DONE, 5, EBADMSG, KA_NETLINK_ERROR},
		{NLMSG_ERROR, INT32_MIN, EBADMSG, KA_NETLINK_ERROR},
		{NLMSG_OVERRUN, 0, ENOBUFS, KA_NETLINK_ERROR},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct part part = {.length = 0};
		struct seen seen = {0};
		bool is_interrupted;
		int error;

		ka_test_at("row %zu", i);
		add_errno(&part, rows[i].type, rows[i].value);
		assert_int_equal(read_part(&part, &seen, &is_interrupted, &error), rows[i].result);
		assert_int_equal(error, rows[i].error);
	}
}

static void what_is_cut_or_lies_is_no_message(void **state)
{
	static const uint32_t lengths[] = {0, 1, 15, 17, 21, UINT32_MAX, INT32_MAX};
	struct part part = {.length = 0};
	struct seen seen = {0};
	bool is_interrupted;
	int error;

	(void)state;
	assert_int_equal(read_part(&part, &seen, &is_interrupted, &error), KA_NETLINK_ERROR);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		part.length = 0;
		add(&part, KIND, "", 0)->nlmsg_len = lengths[i];
		ka_test_at("length %u", lengths[i]);
		assert_int_equal(read_part(&part, &seen, &is_interrupted, &error),
				 KA_NETLINK_ERROR);
		assert_int_equal(error, EBADMSG);
	}
	part.length = 0;
	add(&part, KIND, "abcdefgh", 8);
	part.length += 7; /* less than a header behind it */
	assert_int_equal(read_part(&part, &seen, &is_interrupted, &error), KA_NETLINK_ERROR);
	part.length = 0;
	add(&part, NLMSG_ERROR, "", 0);
	assert_int_equal(read_part(&part, &seen, &is_interrupted, &error), KA_NETLINK_ERROR);
	part.length = 0;
	add(&part, NLMSG_DONE, "", 0);
	assert_int_equal(read_part(&part, &seen, &is_interrupted, &error), KA_NETLINK_DONE);
}

static void attributes_are_found_within_their_bounds(void **state)
{
	static const struct {
		uint16_t length, type;
		char bytes[4];
	} list[] = {{8, 1, "abc"}, {6, 2, "x"}, {8, 3 | NLA_F_NESTED, "def"}};
	char bytes[sizeof(list)];
	size_t length;

	(void)state;
	memcpy(bytes, list, sizeof(list));
	assert_string_equal(ka_netlink_attribute(bytes, sizeof(bytes), 1, &length), "abc");
	assert_string_equal(ka_netlink_attribute(bytes, sizeof(bytes), 2, &length), "x");
	assert_int_equal(length, 2);
	assert_string_equal(ka_netlink_attribute(bytes, sizeof(bytes), 3, &length), "def");
	assert_null(ka_netlink_attribute(bytes, sizeof(bytes), 4, &length));
	assert_null(ka_netlink_attribute(bytes, sizeof(bytes) - 1, 3, &length));
	assert_null(ka_netlink_attribute(bytes, 3, 1, &length));
	bytes[8] = 3; /* shorter than its own header */
	assert_null(ka_netlink_attribute(bytes, sizeof(bytes), 3, &length));
}

/* A dump whose kernel is a test: parts of a socket pair. */

static int ends[2];

static int make_pair(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

static int close_pair(void **state)
{
	(void)state;
	close(ends[0]);
	return ends[1] >= 0 ? close(ends[1]) : 0;
}

static int dump(struct seen *seen, bool *is_interrupted)
{
	*is_interrupted = false;
	return ka_netlink_dump(ends[0], "?", 1, count_one, seen, is_interrupted);
}

static void parts_follow_each_other(void **state)
{
	struct seen seen = {0};
	bool is_interrupted;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct part part = {.length = 0};

		add(&part, KIND, "a", 1)->nlmsg_flags = i == 1 ? NLM_F_DUMP_INTR : 0;
		if (i == 2)
			add_errno(&part, NLMSG_DONE, 0);
		assert_int_equal(send(ends[1], part.bytes, part.length, 0), part.length);
	}
	assert_int_equal(dump(&seen, &is_interrupted), 0);
	assert_int_equal(seen.count, 3);
	assert_true(is_interrupted);
}

static void a_part_that_does_not_fit_is_told(void **state)
{
	static const char large[KA_NETLINK_PART + 1];
	struct seen seen = {0};
	bool is_interrupted;

	(void)state;
	assert_int_equal(send(ends[1], large, sizeof(large), 0), sizeof(large));
	assert_int_equal(dump(&seen, &is_interrupted), -EMSGSIZE);
}

static void an_end_without_an_end_is_told(void **state)
{
	struct part part = {.length = 0};
	struct seen seen = {0};
	bool is_interrupted;

	(void)state;
	add(&part, KIND, "a", 1);
	assert_int_equal(send(ends[1], part.bytes, part.length, 0), part.length);
	shutdown(ends[1], SHUT_WR);
	assert_int_equal(dump(&seen, &is_interrupted), -EBADMSG);
	assert_int_equal(seen.count, 1);
	close(ends[1]);
	ends[1] = -1;
	assert_int_at_most(dump(&seen, &is_interrupted), -1);
}

/* One socket */

struct message {
	struct inet_diag_msg head;
	struct nlattr info_head;
	struct tcp_info info;
	struct nlattr cgroup_head;
	uint64_t cgroup;
} __attribute__((packed));

static struct message message_of(int family, int state, int timer)
{
	struct message message = {
		.head = {.idiag_family = (uint8_t)family,
			 .idiag_state = (uint8_t)state,
			 .idiag_timer = (uint8_t)timer,
			 .idiag_retrans = 2,
			 .id = {.idiag_sport = htons(8080),
				.idiag_dport = htons(443),
				.idiag_if = 3,
				.idiag_cookie = {5, 1}},
			 .idiag_expires = 4000,
			 .idiag_uid = 33,
			 .idiag_inode = 77},
		.info_head = {sizeof(struct nlattr) + sizeof(struct tcp_info), INET_DIAG_INFO},
		.info = {.tcpi_last_data_sent = 10,
			 .tcpi_last_data_recv = 20,
			 .tcpi_last_ack_recv = 30,
			 .tcpi_segs_in = 40},
		.cgroup_head = {sizeof(struct nlattr) + 8, INET_DIAG_CGROUP_ID},
		.cgroup = 99,
	};

	message.head.id.idiag_src[0] = htonl(0x0a000001);
	message.head.id.idiag_dst[3] = htonl(0x0a000002);
	return message;
}

static void a_socket_is_read(void **state)
{
	struct message message = message_of(AF_INET6, KA_TCP_ESTABLISHED, KA_TIMER_KEEPALIVE);
	struct ka_connection connection;

	(void)state;
	assert_true(ka_sock_diag_read(&message, sizeof(message), &connection));
	assert_true(connection.is_v6);
	assert_true(connection.has_info);
	assert_int_equal(connection.local.port, 8080);
	assert_int_equal(connection.peer.port, 443);
	assert_int_equal(connection.local.address[0], 10);
	assert_int_equal(connection.peer.address[15], 2);
	assert_int_equal(connection.cookie, (INT64_C(1) << 32) + 5);
	assert_int_equal(connection.interface, 3);
	assert_int_equal(connection.inode, 77);
	assert_int_equal(connection.uid, 33);
	assert_int_equal(connection.timer_ms, 4000);
	assert_int_equal(connection.probes, 2);
	assert_int_equal(connection.data_sent_ms, 10);
	assert_int_equal(connection.data_received_ms, 20);
	assert_int_equal(connection.ack_received_ms, 30);
	assert_int_equal(connection.segments_in, 40);
	assert_int_equal(connection.cgroup_id, 99);
	/* Of IPv4 only four bytes are an address. */
	message.head.idiag_family = AF_INET;
	assert_true(ka_sock_diag_read(&message, sizeof(message), &connection));
	assert_int_equal(connection.peer.address[15], 0);
	assert_int_equal(connection.local.address[0], 10);
}

static void what_does_not_mean_what_it_says_is_left_out(void **state)
{
	struct message message = message_of(AF_INET, KA_TCP_ESTABLISHED, KA_TIMER_RETRANSMIT);
	struct ka_connection connection;

	(void)state;
	assert_true(ka_sock_diag_read(&message, sizeof(message), &connection));
	assert_int_equal(connection.probes, 0); /* these are retransmissions */
	message = message_of(AF_INET, KA_TCP_SYN_SENT, KA_TIMER_RETRANSMIT);
	assert_true(ka_sock_diag_read(&message, sizeof(message), &connection));
	assert_false(connection.has_info); /* the ages are those of the machine */
	message = message_of(AF_INET, KA_TCP_ESTABLISHED, KA_TIMER_NONE);
	assert_true(ka_sock_diag_read(&message, sizeof(message), &connection));
	assert_int_equal(connection.timer_ms, 0);
}

static void older_kernels_tell_less(void **state)
{
	struct message message = message_of(AF_INET, KA_TCP_ESTABLISHED, KA_TIMER_KEEPALIVE);
	const size_t head = sizeof(message.head) + sizeof(message.info_head);
	struct ka_connection connection;

	(void)state;
	message.info_head.nla_len = offsetof(struct tcp_info, tcpi_segs_in) + 4;
	assert_true(ka_sock_diag_read(&message, head + message.info_head.nla_len, &connection));
	assert_true(connection.has_info);
	assert_int_equal(connection.segments_in, 0);
	message.info_head.nla_len = offsetof(struct tcp_info, tcpi_last_ack_recv) + 4;
	assert_true(ka_sock_diag_read(&message, head + message.info_head.nla_len, &connection));
	assert_false(connection.has_info);
	assert_true(ka_sock_diag_read(&message, sizeof(message.head), &connection));
	assert_false(connection.has_info);
	assert_int_equal(connection.inode, 77);
}

static void what_is_no_tcp_socket_is_refused(void **state)
{
	static const struct {
		int family, state, timer;
	} rows[] = {{AF_UNIX, 1, 0},
		    {AF_INET, 0, 0},
		    {AF_INET, KA_TCP_STATE_COUNT, 0},
		    {AF_INET, 1, KA_TIMER_COUNT}};
	struct ka_connection connection;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct message message = message_of(rows[i].family, rows[i].state, rows[i].timer);

		assert_false(ka_sock_diag_read(&message, sizeof(message), &connection));
	}
	assert_false(ka_sock_diag_read("", 0, &connection));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_visited_until_the_end),
		cmocka_unit_test(an_interruption_is_told),
		cmocka_unit_test(errors_are_the_kernels),
		cmocka_unit_test(what_is_cut_or_lies_is_no_message),
		cmocka_unit_test(attributes_are_found_within_their_bounds),
		cmocka_unit_test_setup_teardown(parts_follow_each_other, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(a_part_that_does_not_fit_is_told, make_pair,
						close_pair),
		cmocka_unit_test_setup_teardown(an_end_without_an_end_is_told, make_pair,
						close_pair),
		cmocka_unit_test(a_socket_is_read),
		cmocka_unit_test(what_does_not_mean_what_it_says_is_left_out),
		cmocka_unit_test(older_kernels_tell_less),
		cmocka_unit_test(what_is_no_tcp_socket_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
