#include "out/socket.h"

#include <string.h>

/* Written by hand, since there may be a line for each of a million connections: a JSON library
 * would cost several times what the kernel's dump does. */

enum { LINE_SIZE = 1024 }; /* more than all members of fixed length take */

struct line {
	char bytes[LINE_SIZE];
	size_t length;
};

static void put_bytes(struct line *line, const char *bytes, size_t length)
{
	memcpy(line->bytes + line->length, bytes, length);
	line->length += length;
}

#define PUT(line, literal) put_bytes(line, literal, sizeof(literal) - 1)

static void put_word(struct line *line, const char *word)
{
	put_bytes(line, word, strlen(word));
}

static void put_unsigned(struct line *line, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	put_bytes(line, digits + at, sizeof(digits) - at);
}

static void put_number(struct line *line, int64_t number)
{
	if (number < 0)
		PUT(line, "-");
	put_unsigned(line, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

static void put_hex(struct line *line, uint64_t number)
{
	static const char digits[] = "0123456789abcdef";

	for (int shift = 60; shift >= 0; shift -= 4)
		line->bytes[line->length++] = digits[number >> shift & 15];
}

static void put_address(struct line *line, const struct ka_endpoint *end, bool is_v6)
{
	line->length += ka_format_address(line->bytes + line->length, end->address, is_v6);
}

#define MEMBER(line, name, number) (PUT(line, ",\"" name "\":"), put_number(line, number))

/* Text from outside */

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text == '"' || *text == '\\' || *text == 0x7f)
			return false;
	return true;
}

/* UTF-8 with what JSON wants escaped (RFC 8259, section 7). */
static void add_escaped(struct ka_text *text, const char *string)
{
	for (; *string; string++) {
		if (*string == '"' || *string == '\\')
			ka_text_printf(text, "\\%c", *string);
		else if ((unsigned char)*string < ' ' || *string == 0x7f)
			ka_text_printf(text, "\\u%04x", (unsigned)*string);
		else
			ka_text_add_bytes(text, string, 1);
	}
}

static void add_odd(struct ka_text *text, const char *string)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);

	add_escaped(text, ka_is_utf8(string) ? string : ka_escape(&arena, string));
	ka_arena_clear(&arena);
}

/* name is ,"name":" */
static void add_text(struct ka_text *text, const char *name, const char *string)
{
	ka_text_add(text, name);
	if (is_plain(string))
		ka_text_add(text, string);
	else
		add_odd(text, string);
	ka_text_add(text, "\"");
}

/* Members */

static void put_ends(struct line *line, const struct ka_connection *connection)
{
	bool is_v6 = connection->is_v6;

	PUT(line, ",\"state\":\"");
	put_word(line, ka_tcp_state_words[connection->state]);
	if (is_v6)
		PUT(line, "\",\"family\":\"ipv6\",\"local\":\"");
	else
		PUT(line, "\",\"family\":\"ipv4\",\"local\":\"");
	put_address(line, &connection->local, is_v6);
	PUT(line, "\",\"local_port\":");
	put_unsigned(line, connection->local.port);
	PUT(line, ",\"peer\":\"");
	put_address(line, &connection->peer, is_v6);
	PUT(line, "\",\"peer_port\":");
	put_unsigned(line, connection->peer.port);
	if (connection->interface)
		MEMBER(line, "interface", connection->interface);
	if (connection->is_inbound)
		PUT(line, ",\"direction\":\"inbound\"");
	else
		PUT(line, ",\"direction\":\"outbound\"");
	MEMBER(line, "uid", connection->uid);
	MEMBER(line, "inode", connection->inode);
	PUT(line, ",\"cookie\":\"");
	put_hex(line, connection->cookie);
	PUT(line, "\"");
}

static void put_timer(struct line *line, const struct ka_socket_view *view)
{
	const struct ka_connection *connection = view->connection;

	if (view->judgement->keepalive == KA_YES)
		PUT(line, ",\"keepalive\":true,\"timer\":\"");
	else if (view->judgement->keepalive == KA_NO)
		PUT(line, ",\"keepalive\":false,\"timer\":\"");
	else
		PUT(line, ",\"keepalive\":null,\"timer\":\"");
	put_word(line, ka_socket_timer_words[connection->timer]);
	PUT(line, "\",\"timer_ms\":");
	if (connection->timer == KA_TIMER_NONE)
		PUT(line, "null");
	else
		put_unsigned(line, connection->timer_ms);
}

static void put_ages(struct line *line, const struct ka_socket_view *view)
{
	const struct ka_connection *connection = view->connection;

	if (!connection->has_info) {
		PUT(line, ",\"idle_ms\":null,\"application_idle_ms\":null,\"data_sent_ms\":null,"
			  "\"data_received_ms\":null,\"ack_received_ms\":null,"
			  "\"segments_in\":null");
		return;
	}
	MEMBER(line, "idle_ms", view->judgement->idle_ms);
	MEMBER(line, "application_idle_ms", view->judgement->application_idle_ms);
	MEMBER(line, "data_sent_ms", connection->data_sent_ms);
	MEMBER(line, "data_received_ms", connection->data_received_ms);
	MEMBER(line, "ack_received_ms", connection->ack_received_ms);
	MEMBER(line, "segments_in", connection->segments_in);
}

static void put_verdict(struct line *line, const struct ka_socket_judgement *judgement)
{
	PUT(line, ",\"verdict\":\"");
	put_word(line, ka_socket_verdict_words[judgement->verdict]);
	PUT(line, "\"");
	if (judgement->reason != KA_WHY_NONE) {
		PUT(line, ",\"reason\":\"");
		put_word(line, ka_socket_reason_words[judgement->reason]);
		PUT(line, "\"");
	}
	if (judgement->is_old_timer)
		PUT(line, ",\"old_timer\":true");
	if (judgement->is_silent)
		PUT(line, ",\"silent\":true");
}

static void put_prospects(struct line *line, const struct ka_socket_judgement *judgement)
{
	if (judgement->probe_ms >= 0)
		MEMBER(line, "probe_ms", judgement->probe_ms);
	if (judgement->dead_ms >= 0)
		MEMBER(line, "dead_ms", judgement->dead_ms);
}

static void put_settings(struct line *line, const struct ka_socket_options *options)
{
	PUT(line, ",\"settings\":{\"keepalive\":");
	put_word(line, options->keepalive ? "true" : "false");
	MEMBER(line, "time", options->settings.value[KA_TIME]);
	MEMBER(line, "intvl", options->settings.value[KA_INTVL]);
	MEMBER(line, "probes", options->settings.value[KA_PROBES]);
	MEMBER(line, "user_timeout_ms", options->user_timeout_ms);
	PUT(line, "}");
}

static void add_line(struct ka_text *text, struct line *line)
{
	ka_text_add_bytes(text, line->bytes, line->length);
	line->length = 0;
}

static void add_hop(struct ka_text *text, const struct ka_socket_view *view, struct line *line)
{
	enum ka_socket_verdict verdict = view->judgement->verdict;

	if (!view->judge->has_hop || verdict == KA_V_EXEMPT || verdict == KA_V_NONE)
		return;
	add_line(text, line);
	add_text(text, ",\"hop\":\"", view->judge->hop_name);
	if (view->connection->has_info)
		MEMBER(line, "left_ms", view->judgement->left_ms);
}

static void add_owner(struct ka_text *text, const struct ka_socket_view *view, struct line *line)
{
	if (!view->has_owner)
		return;
	MEMBER(line, "pid", view->owner.pid);
	add_line(text, line);
	add_text(text, ",\"command\":\"", view->owner.command);
	if (*view->owner.unit)
		add_text(text, ",\"unit\":\"", view->owner.unit);
	if (*view->owner.container)
		add_text(text, ",\"container\":\"", view->owner.container);
	MEMBER(line, "fd", view->fd);
}

void ka_json_socket(struct ka_text *text, const struct ka_socket_view *view)
{
	struct line line;

	line.length = 0;
	PUT(&line, "{\"schema\":\"kaadvise.socket/1\"");
	if (view->netns) {
		add_line(text, &line);
		add_text(text, ",\"netns\":\"", view->netns);
	}
	put_ends(&line, view->connection);
	put_timer(&line, view);
	put_ages(&line, view);
	MEMBER(&line, "probes", view->connection->probes);
	put_verdict(&line, view->judgement);
	add_hop(text, view, &line);
	put_prospects(&line, view->judgement);
	add_owner(text, view, &line);
	if (view->options)
		put_settings(&line, view->options);
	PUT(&line, "}\n");
	add_line(text, &line);
}
