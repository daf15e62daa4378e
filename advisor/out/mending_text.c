#include "out/mending.h"

const char *const ka_mend_result_words[] = {"mended", "planned", "needless",
					    "gone",   "refused", NULL};
const char *const ka_mend_how_words[] = {"none", "toggle", "toggle-at-one", "pin", "none", NULL};

static const char *ends(struct ka_arena *arena, const struct ka_connection *connection)
{
	char local[KA_ADDRESS_TEXT], peer[KA_ADDRESS_TEXT];
	const char *open = connection->is_v6 ? "[" : "", *close = connection->is_v6 ? "]" : "";

	ka_format_address(local, connection->local.address, connection->is_v6);
	ka_format_address(peer, connection->peer.address, connection->is_v6);
	return ka_arena_printf(arena, "%s%s%s:%u to %s%s%s:%u", open, local, close,
			       connection->local.port, open, peer, close, connection->peer.port);
}

static const char *timer(struct ka_arena *arena, const struct ka_connection *connection)
{
	if (connection->timer != KA_TIMER_KEEPALIVE)
		return ka_socket_timer_words[connection->timer];
	return ka_seconds(arena, connection->timer_ms);
}

static const char *outcome(struct ka_arena *arena, const struct ka_mending_view *view)
{
	switch (view->result) {
	case KA_MENDED:
		return ka_arena_printf(arena, "timer %s -> %s%s", timer(arena, view->before),
				       timer(arena, view->after),
				       view->how == KA_MEND_PIN ? ", pinned" : "");
	case KA_MEND_PLANNED:
		return ka_arena_printf(
			arena, "timer %s, idle %s s: would be %s", timer(arena, view->before),
			ka_arena_printf(arena, "%lld",
					(long long)ka_keepalive_idle_ms(view->before) / 1000),
			view->how == KA_MEND_PIN ? "pinned" : "armed anew");
	case KA_MEND_NEEDLESS:
		return "needs nothing any more";
	case KA_MEND_GONE:
		return "has ended";
	default:
		return view->why;
	}
}

void ka_text_mending(struct ka_writer *writer, const struct ka_mending_view *view)
{
	struct ka_arena *arena = writer->arena;
	const char *whose = "";

	if (view->owner.pid >= 0)
		whose = ka_arena_printf(arena, " of %s(%lld) fd %d", view->owner.command,
					(long long)view->owner.pid, view->fd);
	ka_paragraph(writer, 0, 2, "%s %s%s: %s", ka_mend_result_words[view->result],
		     ends(arena, view->before), whose, outcome(arena, view));
}
