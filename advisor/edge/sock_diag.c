#include "edge/sock_diag.h"

#include "edge/netlink.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* States in which both ends have spoken: in the others tcp_info is about something else
 * (net/ipv4/tcp.c, tcp_get_info). */
#define SYNCHRONIZED                                                                               \
	(1u << KA_TCP_ESTABLISHED | 1u << KA_TCP_FIN_WAIT1 | 1u << KA_TCP_FIN_WAIT2 |              \
	 1u << KA_TCP_CLOSE_WAIT | 1u << KA_TCP_LAST_ACK | 1u << KA_TCP_CLOSING)

enum { PORTS = 65536, EXTENSIONS = 1 << (INET_DIAG_INFO - 1) };

/* Reading one message */

static void read_info(const unsigned char *info, size_t length, struct ka_connection *connection)
{
	const size_t needed = offsetof(struct tcp_info, tcpi_last_ack_recv) + sizeof(uint32_t);
	const size_t segments = offsetof(struct tcp_info, tcpi_segs_in);

	if (length < needed || !(SYNCHRONIZED & 1u << connection->state))
		return;
	connection->has_info = true;
	memcpy(&connection->data_sent_ms, info + offsetof(struct tcp_info, tcpi_last_data_sent),
	       sizeof(uint32_t));
	memcpy(&connection->data_received_ms, info + offsetof(struct tcp_info, tcpi_last_data_recv),
	       sizeof(uint32_t));
	memcpy(&connection->ack_received_ms, info + offsetof(struct tcp_info, tcpi_last_ack_recv),
	       sizeof(uint32_t));
	if (length >= segments + sizeof(uint32_t)) /* since Linux 4.2 */
		memcpy(&connection->segments_in, info + segments, sizeof(uint32_t));
}

static void read_attributes(const char *bytes, size_t length, struct ka_connection *connection)
{
	size_t size;
	const void *found = ka_netlink_attribute(bytes, length, INET_DIAG_INFO, &size);

	if (found)
		read_info(found, size, connection);
	found = ka_netlink_attribute(bytes, length, INET_DIAG_CGROUP_ID, &size);
	if (found && size == sizeof(connection->cgroup_id))
		memcpy(&connection->cgroup_id, found, size);
}

static void read_ends(const struct inet_diag_sockid *id, struct ka_connection *connection)
{
	size_t size = connection->is_v6 ? 16 : 4;

	memcpy(connection->local.address, id->idiag_src, size);
	memcpy(connection->peer.address, id->idiag_dst, size);
	connection->local.port = ntohs(id->idiag_sport);
	connection->peer.port = ntohs(id->idiag_dport);
	connection->interface = id->idiag_if;
	connection->cookie = (uint64_t)id->idiag_cookie[1] << 32 | id->idiag_cookie[0];
}

bool ka_sock_diag_read(const void *payload, size_t length, struct ka_connection *ret_connection)
{
	struct inet_diag_msg message;
	struct ka_connection *connection = ret_connection;

	if (length < sizeof(message))
		return false;
	memcpy(&message, payload, sizeof(message));
	if ((message.idiag_family != AF_INET && message.idiag_family != AF_INET6) ||
	    message.idiag_state == 0 || message.idiag_state >= KA_TCP_STATE_COUNT ||
	    message.idiag_timer >= KA_TIMER_COUNT)
		return false;
	memset(connection, 0, sizeof(*connection));
	connection->is_v6 = message.idiag_family == AF_INET6;
	connection->state = message.idiag_state;
	connection->timer = message.idiag_timer;
	connection->timer_ms = connection->timer == KA_TIMER_NONE ? 0 : message.idiag_expires;
	/* Of a retransmission it counts these (inet_sk_diag_fill). */
	if (connection->timer == KA_TIMER_KEEPALIVE || connection->timer == KA_TIMER_PERSIST)
		connection->probes = message.idiag_retrans;
	connection->inode = message.idiag_inode;
	connection->uid = message.idiag_uid;
	read_ends(&message.id, connection);
	read_attributes((const char *)payload + sizeof(message), length - sizeof(message),
			connection);
	return true;
}

/* Dumping */

struct dump {
	ka_sock_diag_visit visit;
	void *context;
	struct ka_error *reterr;
	bool has_failed;
	unsigned char listening[PORTS / 8]; /* local ports, one bit each */
};

static bool visit_message(void *context, const struct nlmsghdr *header, const void *payload,
			  size_t length)
{
	struct dump *dump = context;
	struct ka_connection connection;
	unsigned char *byte, bit;

	if (header->nlmsg_type != TCPDIAG_GETSOCK ||
	    !ka_sock_diag_read(payload, length, &connection))
		return true;
	byte = &dump->listening[connection.local.port / 8];
	bit = (unsigned char)(1u << connection.local.port % 8);
	if (connection.state == KA_TCP_LISTEN)
		*byte |= bit;
	else
		connection.is_inbound = *byte & bit;
	dump->has_failed = dump->visit(dump->context, &connection, dump->reterr) < 0;
	return !dump->has_failed;
}

static int open_netlink(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	return fd < 0 ? -errno : fd;
}

static int dump_all(uint32_t states, struct dump *dump, bool *is_interrupted)
{
	/* The older request dumps both families in one walk through the kernel's table; the newer
	 * one needs two (net/ipv4/inet_diag.c, inet_diag_dump_compat). */
	struct {
		struct nlmsghdr header;
		struct inet_diag_req body;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = TCPDIAG_GETSOCK,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.body = {.idiag_family = AF_INET, .idiag_ext = EXTENSIONS, .idiag_states = states},
	};
	int fd = open_netlink(), result;

	if (fd < 0)
		return fd;
	result =
		ka_netlink_dump(fd, &request, sizeof(request), visit_message, dump, is_interrupted);
	close(fd);
	return result;
}

int ka_sock_diag_dump(uint32_t states, ka_sock_diag_visit visit, void *context,
		      bool *ret_is_interrupted, struct ka_error *reterr)
{
	struct dump dump = {.visit = visit, .context = context, .reterr = reterr};
	bool is_interrupted = false;
	int error = dump_all(states, &dump, &is_interrupted);

	if (dump.has_failed)
		return -1;
	if (error < 0)
		return ka_fail_sys(reterr, KA_E_SOCKETS, -error,
				   "the kernel does not list TCP sockets (NETLINK_SOCK_DIAG)");
	*ret_is_interrupted = is_interrupted;
	return 0;
}

/* Looking again */

static bool take_one(void *context, const struct nlmsghdr *header, const void *payload,
		     size_t length)
{
	struct ka_connection *connection = context;

	if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    !ka_sock_diag_read(payload, length, connection))
		connection->state = 0;
	return false;
}

static struct inet_diag_sockid id_of(const struct ka_connection *connection)
{
	struct inet_diag_sockid id = {
		.idiag_sport = htons(connection->local.port),
		.idiag_dport = htons(connection->peer.port),
		.idiag_if = connection->interface,
		.idiag_cookie = {(uint32_t)connection->cookie,
				 (uint32_t)(connection->cookie >> 32)},
	};

	memcpy(id.idiag_src, connection->local.address, sizeof(id.idiag_src));
	memcpy(id.idiag_dst, connection->peer.address, sizeof(id.idiag_dst));
	return id;
}

static int ask_for_one(const struct ka_connection *connection, struct ka_connection *ret_connection)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 body;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			   .nlmsg_flags = NLM_F_REQUEST},
		.body = {.sdiag_family = connection->is_v6 ? AF_INET6 : AF_INET,
			 .sdiag_protocol = IPPROTO_TCP,
			 .idiag_ext = EXTENSIONS,
			 .idiag_states = KA_STATES_ALL,
			 .id = id_of(connection)},
	};
	bool is_interrupted = false;
	int fd = open_netlink(), result;

	if (fd < 0)
		return fd;
	result = ka_netlink_dump(fd, &request, sizeof(request), take_one, ret_connection,
				 &is_interrupted);
	close(fd);
	return result;
}

int ka_sock_diag_again(const struct ka_connection *connection, struct ka_connection *ret_connection)
{
	struct ka_connection now = {0};
	int result = ask_for_one(connection, &now);

	if (result < 0)
		return result == -ESTALE ? -ENOENT : result;
	if (now.state == 0)
		return -EBADMSG;
	now.is_inbound = connection->is_inbound;
	*ret_connection = now;
	return 0;
}
