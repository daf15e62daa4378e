#include "core/connection.h"

#include <string.h>

const char *const ka_tcp_state_words[KA_TCP_STATE_COUNT] = {
	"",
	[KA_TCP_ESTABLISHED] = "established",
	[KA_TCP_SYN_SENT] = "syn-sent",
	[KA_TCP_SYN_RECV] = "syn-recv",
	[KA_TCP_FIN_WAIT1] = "fin-wait-1",
	[KA_TCP_FIN_WAIT2] = "fin-wait-2",
	[KA_TCP_TIME_WAIT] = "time-wait",
	[KA_TCP_CLOSE] = "unconnected",
	[KA_TCP_CLOSE_WAIT] = "close-wait",
	[KA_TCP_LAST_ACK] = "last-ack",
	[KA_TCP_LISTEN] = "listening",
	[KA_TCP_CLOSING] = "closing",
};

const char *const ka_socket_timer_words[KA_TIMER_COUNT] = {
	[KA_TIMER_NONE] = "none",           [KA_TIMER_RETRANSMIT] = "retransmit",
	[KA_TIMER_KEEPALIVE] = "keepalive", [KA_TIMER_TIME_WAIT] = "time-wait",
	[KA_TIMER_PERSIST] = "persist",
};

static int64_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

int64_t ka_keepalive_idle_ms(const struct ka_connection *connection)
{
	return least(connection->data_received_ms, connection->ack_received_ms);
}

int64_t ka_application_idle_ms(const struct ka_connection *connection)
{
	return least(connection->data_sent_ms, connection->data_received_ms);
}

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_mapped(const uint8_t address[static 16])
{
	return memcmp(address, mapped, sizeof(mapped)) == 0;
}

bool ka_is_loopback(const struct ka_connection *connection)
{
	static const uint8_t six[16] = {[15] = 1};
	const uint8_t *peer = connection->peer.address;

	if (!connection->is_v6 ? peer[0] == 127 : is_mapped(peer) && peer[12] == 127)
		return true;
	if (connection->is_v6 && memcmp(peer, six, sizeof(six)) == 0)
		return true;
	return memcmp(peer, connection->local.address, 16) == 0;
}

/* Addresses as text */

static char *put_decimal(char *at, unsigned byte)
{
	if (byte >= 100)
		*at++ = (char)('0' + byte / 100);
	if (byte >= 10)
		*at++ = (char)('0' + byte / 10 % 10);
	*at++ = (char)('0' + byte % 10);
	return at;
}

static char *put_v4(char *at, const uint8_t *bytes)
{
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			*at++ = '.';
		at = put_decimal(at, bytes[i]);
	}
	return at;
}

static char *put_group(char *at, unsigned group)
{
	static const char digits[] = "0123456789abcdef";
	bool has_begun = false;

	for (int shift = 12; shift >= 0; shift -= 4) {
		unsigned digit = group >> shift & 15;

		has_begun |= digit != 0 || shift == 0;
		if (has_begun)
			*at++ = digits[digit];
	}
	return at;
}

struct run {
	int first, length;
};

/* The groups that become "::": the longest run of zeros, the first of equal ones, never one group
 * alone (RFC 5952, section 4.2). */
static struct run longest_zeros(const unsigned groups[static 8])
{
	struct run best = {8, 1}, run = {0, 0};

	for (int i = 0; i < 8; i++) {
		if (groups[i] != 0) {
			run = (struct run){i + 1, 0};
			continue;
		}
		run.length++;
		if (run.length > best.length)
			best = run;
	}
	return best;
}

static char *put_v6(char *at, const uint8_t *bytes)
{
	unsigned groups[8];
	struct run zeros;

	for (size_t i = 0; i < 8; i++)
		groups[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
	zeros = longest_zeros(groups);
	for (int i = 0; i < 8; i++) {
		if (i == zeros.first) {
			*at++ = ':';
			*at++ = ':';
			i += zeros.length - 1;
			continue;
		}
		if (i > 0 && i != zeros.first + zeros.length)
			*at++ = ':';
		at = put_group(at, groups[i]);
	}
	return at;
}

size_t ka_format_address(char text[static KA_ADDRESS_TEXT], const uint8_t address[static 16],
			 bool is_v6)
{
	static const char v4_mapped[] = {':', ':', 'f', 'f', 'f', 'f', ':'};
	char *end;

	if (!is_v6) {
		end = put_v4(text, address);
	} else if (is_mapped(address)) {
		memcpy(text, v4_mapped, sizeof(v4_mapped));
		end = put_v4(text + sizeof(v4_mapped), address + 12);
	} else {
		end = put_v6(text, address);
	}
	*end = '\0';
	return (size_t)(end - text);
}

uint16_t ka_service_port(const struct ka_connection *connection)
{
	return connection->is_inbound ? connection->local.port : connection->peer.port;
}
