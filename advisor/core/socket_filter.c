#include "core/socket_filter.h"

#include "base/number.h"

#include <arpa/inet.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

const char *const ka_filter_kind_words[] = {"process", "address", "port", "verdict", "state", NULL};

/* Parsing */

static int parse_process(const char *value, struct ka_socket_filter *filter,
			 struct ka_error *reterr)
{
	filter->name = value;
	if (!*value)
		return ka_fail(reterr, KA_E_OPTION_VALUE,
			       "expected a process id, or the name of a command, unit or "
			       "container");
	if (!ka_parse_decimal(value, strlen(value), &filter->pid))
		filter->pid = -1;
	return 0;
}

static int parse_address(const char *value, struct ka_socket_filter *filter,
			 struct ka_error *reterr)
{
	const char *slash = strchrnul(value, '/');
	char text[KA_ADDRESS_TEXT];
	size_t length = (size_t)(slash - value);
	int64_t bits;

	filter->is_v6 = strchr(value, ':');
	bits = filter->is_v6 ? 128 : 32;
	filter->prefix_length = (unsigned)bits;
	if (length < sizeof(text)) {
		memcpy(text, value, length);
		text[length] = '\0';
	}
	if (length >= sizeof(text) ||
	    inet_pton(filter->is_v6 ? AF_INET6 : AF_INET, text, filter->address) != 1)
		return ka_fail(reterr, KA_E_OPTION_VALUE,
			       "'%s' is no address: expected 192.0.2.1, 192.0.2.0/24 or "
			       "2001:db8::/32",
			       value);
	if (*slash && (!ka_parse_decimal(slash + 1, strlen(slash + 1), &bits) ||
		       bits > filter->prefix_length))
		return ka_fail(reterr, KA_E_OPTION_VALUE,
			       "'%s' is no length of a prefix: expected 0 to %u", slash + 1,
			       filter->prefix_length);
	filter->prefix_length = (unsigned)bits;
	return 0;
}

static bool parse_port(const char *text, size_t length, uint16_t *ret_port)
{
	int64_t port;

	if (!ka_parse_decimal(text, length, &port) || port > UINT16_MAX)
		return false;
	*ret_port = (uint16_t)port;
	return true;
}

static int parse_ports(const char *value, struct ka_socket_filter *filter, struct ka_error *reterr)
{
	const char *dash = strchrnul(value, '-');
	const char *last = *dash ? dash + 1 : value;

	if (!parse_port(value, (size_t)(dash - value), &filter->port) ||
	    !parse_port(last, strlen(last), &filter->last_port) || filter->last_port < filter->port)
		return ka_fail(reterr, KA_E_OPTION_VALUE,
			       "'%s' is no port: expected one like 443, or a range like 8000-8999",
			       value);
	return 0;
}

/* The number of the word text[0..length), or -1. */
static int find_word(const char *const *words, int count, const char *text, size_t length)
{
	for (int i = 0; i < count; i++)
		if (length > 0 && strlen(words[i]) == length && memcmp(words[i], text, length) == 0)
			return i;
	return -1;
}

static int fail_word(const char *text, size_t length, const char *what, const char *const *words,
		     int count, struct ka_error *reterr)
{
	char all[256];
	size_t used = 0;

	for (int i = 0; i < count; i++)
		if (*words[i])
			used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s",
						 used ? ", " : "", words[i]);
	return ka_fail(reterr, KA_E_OPTION_VALUE, "'%.*s' is no %s: expected some of %s",
		       (int)length, text, what, all);
}

static int parse_words(const char *value, const char *what, const char *const *words, int count,
		       struct ka_socket_filter *filter, struct ka_error *reterr)
{
	for (;;) {
		size_t length = strcspn(value, ",");
		int number = find_word(words, count, value, length);

		if (number < 0)
			return fail_word(value, length < 64 ? length : 64, what, words, count,
					 reterr);
		filter->bits |= 1u << number;
		if (!value[length])
			return 0;
		value += length + 1;
	}
}

static int parse_states(const char *value, struct ka_socket_filter *filter, struct ka_error *reterr)
{
	if (strcmp(value, "all") == 0) {
		filter->bits = ~0u;
		return 0;
	}
	return parse_words(value, "state", ka_tcp_state_words, KA_TCP_STATE_COUNT, filter, reterr);
}

int ka_socket_filter_parse(enum ka_filter_kind kind, const char *value,
			   struct ka_socket_filter *ret_filter, struct ka_error *reterr)
{
	struct ka_socket_filter filter = {.kind = kind, .name = "", .pid = -1};
	int result = -1;

	switch (kind) {
	case KA_FILTER_PROCESS:
		result = parse_process(value, &filter, reterr);
		break;
	case KA_FILTER_ADDRESS:
		result = parse_address(value, &filter, reterr);
		break;
	case KA_FILTER_PORT:
		result = parse_ports(value, &filter, reterr);
		break;
	case KA_FILTER_VERDICT:
		result = parse_words(value, "verdict", ka_socket_verdict_words, KA_V_COUNT, &filter,
				     reterr);
		break;
	case KA_FILTER_STATE:
		result = parse_states(value, &filter, reterr);
		break;
	case KA_FILTER_KINDS:
		break;
	}
	if (result == 0)
		*ret_filter = filter;
	return result;
}

/* Matching */

static bool has_prefix(const uint8_t *address, const uint8_t *prefix, unsigned bits)
{
	unsigned bytes = bits / 8;
	unsigned mask = 0xff00u >> bits % 8 & 0xff;

	return memcmp(address, prefix, bytes) == 0 &&
	       (mask == 0 || ((address[bytes] ^ prefix[bytes]) & mask) == 0);
}

static bool matches_address(const struct ka_socket_filter *filter, const uint8_t *address,
			    bool is_v6)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	/* An IPv6 socket may speak IPv4. */
	if (is_v6 && !filter->is_v6)
		return memcmp(address, mapped, sizeof(mapped)) == 0 &&
		       has_prefix(address + sizeof(mapped), filter->address, filter->prefix_length);
	return is_v6 == filter->is_v6 &&
	       has_prefix(address, filter->address, filter->prefix_length);
}

static bool matches_port(const struct ka_socket_filter *filter, uint16_t port)
{
	return port >= filter->port && port <= filter->last_port;
}

static bool matches_name(const char *pattern, const char *name)
{
	const char *id = strchr(name, ':');

	return *name &&
	       (fnmatch(pattern, name, 0) == 0 || (id && fnmatch(pattern, id + 1, 0) == 0));
}

static bool matches_owner(const struct ka_socket_filter *filter,
			  const struct ka_socket_owner_words *owner)
{
	if (!owner || owner->pid < 0)
		return false;
	if (filter->pid >= 0)
		return filter->pid == owner->pid;
	return matches_name(filter->name, owner->command) ||
	       matches_name(filter->name, owner->unit) ||
	       matches_name(filter->name, owner->container);
}

static bool matches_connection(const struct ka_socket_filter *filter,
			       const struct ka_connection *connection)
{
	switch (filter->kind) {
	case KA_FILTER_ADDRESS:
		return matches_address(filter, connection->local.address, connection->is_v6) ||
		       matches_address(filter, connection->peer.address, connection->is_v6);
	case KA_FILTER_PORT:
		return matches_port(filter, connection->local.port) ||
		       matches_port(filter, connection->peer.port);
	case KA_FILTER_STATE:
		return filter->bits & 1u << connection->state;
	default:
		return false;
	}
}

/* Selecting */

/* Of the filters of one kind that do not exclude: whether there is one, and whether one matches. */
struct tally {
	bool is_there[KA_FILTER_KINDS], matches[KA_FILTER_KINDS];
};

static bool all_match(const struct tally *tally)
{
	for (int kind = 0; kind < KA_FILTER_KINDS; kind++)
		if (tally->is_there[kind] && !tally->matches[kind])
			return false;
	return true;
}

bool ka_socket_filters_need_owner(const struct ka_socket_filter *filters, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (filters[i].kind == KA_FILTER_PROCESS)
			return true;
	return false;
}

static bool is_synchronized(const struct ka_connection *connection)
{
	static const unsigned others = 1u << KA_TCP_LISTEN | 1u << KA_TCP_TIME_WAIT |
				       1u << KA_TCP_SYN_SENT | 1u << KA_TCP_SYN_RECV |
				       1u << KA_TCP_CLOSE;

	return !(others & 1u << connection->state);
}

bool ka_socket_filters_select(const struct ka_socket_filter *filters, size_t count,
			      const struct ka_connection *connection)
{
	struct tally tally = {0};

	for (size_t i = 0; i < count; i++) {
		enum ka_filter_kind kind = filters[i].kind;

		if (filters[i].excludes || kind == KA_FILTER_PROCESS || kind == KA_FILTER_VERDICT)
			continue;
		tally.is_there[kind] = true;
		tally.matches[kind] |= matches_connection(&filters[i], connection);
	}
	return (tally.is_there[KA_FILTER_STATE] || is_synchronized(connection)) &&
	       all_match(&tally);
}

bool ka_socket_filters_select_owner(const struct ka_socket_filter *filters, size_t count,
				    const struct ka_socket_owner_words *owner)
{
	struct tally tally = {0};

	for (size_t i = 0; i < count; i++) {
		if (filters[i].excludes || filters[i].kind != KA_FILTER_PROCESS)
			continue;
		tally.is_there[KA_FILTER_PROCESS] = true;
		tally.matches[KA_FILTER_PROCESS] |= matches_owner(&filters[i], owner);
	}
	return all_match(&tally);
}

bool ka_socket_filters_select_verdict(const struct ka_socket_filter *filters, size_t count,
				      enum ka_socket_verdict verdict)
{
	struct tally tally = {0};

	for (size_t i = 0; i < count; i++) {
		if (filters[i].kind != KA_FILTER_VERDICT)
			continue;
		tally.is_there[KA_FILTER_VERDICT] = true;
		tally.matches[KA_FILTER_VERDICT] |= (filters[i].bits & 1u << verdict) != 0;
	}
	return all_match(&tally);
}

bool ka_socket_filters_exclude(const struct ka_socket_filter *filters, size_t count,
			       const struct ka_connection *connection,
			       const struct ka_socket_owner_words *owner)
{
	for (size_t i = 0; i < count; i++)
		if (filters[i].excludes && (filters[i].kind == KA_FILTER_PROCESS
						    ? matches_owner(&filters[i], owner)
						    : matches_connection(&filters[i], connection)))
			return true;
	return false;
}
