#include "out/json_value.h"
#include "out/mending.h"

static json_t *end_point(const struct ka_endpoint *end, bool is_v6)
{
	char address[KA_ADDRESS_TEXT];

	ka_format_address(address, end->address, is_v6);
	return json_string(address);
}

static json_t *timer(const struct ka_connection *connection)
{
	return connection && connection->timer == KA_TIMER_KEEPALIVE
		       ? json_integer(connection->timer_ms)
		       : json_null();
}

static void add_owner(struct ka_arena *arena, json_t **line, const struct ka_mending_view *view)
{
	if (view->owner.pid < 0)
		return;
	ka_json_set(line, "pid", json_integer(view->owner.pid));
	ka_json_set(line, "command", ka_json_text(arena, view->owner.command));
	ka_json_set(line, "fd", json_integer(view->fd));
}

int ka_json_mending(struct ka_arena *arena, const struct ka_mending_view *view,
		    struct ka_text *text, struct ka_error *reterr)
{
	const struct ka_connection *before = view->before;
	json_t *line = json_pack("{s:s}", "schema", "kaadvise.mending/1");

	if (view->netns)
		ka_json_set(&line, "netns", ka_json_text(arena, view->netns));
	ka_json_set(&line, "result", json_string(ka_mend_result_words[view->result]));
	ka_json_set(&line, "how", json_string(ka_mend_how_words[view->how]));
	if (*view->why)
		ka_json_set(&line, "why", ka_json_text(arena, view->why));
	ka_json_set(&line, "verdict", json_string(ka_socket_verdict_words[view->verdict]));
	ka_json_set(&line, "local", end_point(&before->local, before->is_v6));
	ka_json_set(&line, "local_port", json_integer(before->local.port));
	ka_json_set(&line, "peer", end_point(&before->peer, before->is_v6));
	ka_json_set(&line, "peer_port", json_integer(before->peer.port));
	ka_json_set(&line, "inode", json_integer(before->inode));
	ka_json_set(&line, "idle_ms", json_integer(ka_keepalive_idle_ms(before)));
	ka_json_set(&line, "timer_before_ms", timer(before));
	ka_json_set(&line, "timer_ms", timer(view->after));
	add_owner(arena, &line, view);
	return ka_json_add(line, text, reterr);
}
