#include "out/socket.h"

#include "base/duration.h"
#include "out/table.h"

#include <inttypes.h>

static const char *const meanings[KA_V_COUNT] = {
	[KA_V_FORGOTTEN] = "idle for us for longer than the path remembers",
	[KA_V_LATE] = "the path forgets them before the next probe",
	[KA_V_BARE] = "without keepalive: forgotten once they are idle for that long",
	[KA_V_PROBING] = "probes are not answered",
	[KA_V_UNKNOWN] = "data on its way hides the keepalive timer",
	[KA_V_SAFE] = "probed in time",
	[KA_V_EXEMPT] = "to this machine itself, or excluded",
	[KA_V_NONE] = "not judged: no path is known (-p ID, --hop idle=350s)",
};

/* What is said behind the verdict; NULL: nothing. */
static const char *const reasons[KA_WHY_COUNT] = {
	[KA_WHY_OLD_TIMER] = "timer",   [KA_WHY_VALUES] = "values",  [KA_WHY_PINNED] = "pinned",
	[KA_WHY_RETRANSMIT] = "data",   [KA_WHY_PERSIST] = "window", [KA_WHY_PEER_PROBES] = "peer",
	[KA_WHY_EXCLUDED] = "excluded",
};

static const enum ka_style styles[KA_V_COUNT] = {
	[KA_V_FORGOTTEN] = KA_RED,  [KA_V_LATE] = KA_RED,     [KA_V_BARE] = KA_RED,
	[KA_V_PROBING] = KA_YELLOW, [KA_V_UNKNOWN] = KA_CYAN, [KA_V_SAFE] = KA_GREEN,
	[KA_V_EXEMPT] = KA_DIM,     [KA_V_NONE] = KA_PLAIN,
};

static size_t established(const struct ka_socket_summary *summary)
{
	size_t sum = 0;

	for (int verdict = 0; verdict < KA_V_COUNT; verdict++)
		sum += summary->total.counts[verdict];
	return sum;
}

const char *ka_socket_summary_line(struct ka_arena *arena, const struct ka_socket_summary *summary)
{
	size_t sum = established(summary);
	const char *line =
		ka_arena_printf(arena, "%zu established connection%s", sum, sum == 1 ? "" : "s");
	const char *between = ": ";

	for (int verdict = 0; verdict < KA_V_NONE; verdict++) {
		size_t count = summary->total.counts[verdict];

		if (count == 0)
			continue;
		line = ka_arena_printf(arena, "%s%s%zu %s", line, between, count,
				       ka_socket_verdict_words[verdict]);
		between = ", ";
	}
	if (summary->judge.has_hop)
		return line;
	if (summary->total.off > 0) {
		line = ka_arena_printf(arena, "%s%s%zu without SO_KEEPALIVE", line, between,
				       summary->total.off);
		between = ", ";
	}
	if (summary->total.old_timers > 0)
		line = ka_arena_printf(arena, "%s%s%zu with an old timer", line, between,
				       summary->total.old_timers);
	return line;
}

static void write_verdicts(struct ka_writer *writer, const struct ka_socket_summary *summary)
{
	for (int verdict = 0; verdict < KA_V_COUNT; verdict++) {
		size_t count = summary->total.counts[verdict];

		if (count == 0)
			continue;
		ka_led_paragraph(writer, 2, 20, styles[verdict],
				 ka_arena_printf(writer->arena, "%7zu %-9s", count,
						 ka_socket_verdict_words[verdict]),
				 meanings[verdict]);
	}
}

static void write_off(struct ka_writer *writer, const struct ka_socket_summary *summary)
{
	const struct ka_socket_group *total = &summary->total;
	char text[KA_DURATION_TEXT];

	if (summary->judge.has_hop)
		return;
	if (total->off > 0)
		ka_paragraph(writer, 2, 4, "%zu without SO_KEEPALIVE, idle for up to %s",
			     total->off, ka_format_ms(text, total->off_idle_ms));
	if (total->old_timers > 0)
		ka_paragraph(writer, 2, 4,
			     "%zu with a timer beyond the values in force, of up to %s",
			     total->old_timers, ka_format_ms(text, summary->old_timer_ms));
}

static const char *program_of(struct ka_arena *arena, const struct ka_socket_group *group)
{
	if (!*group->program)
		return "(not known)";
	return *group->unit ? ka_arena_printf(arena, "%s (%s)", group->program, group->unit)
			    : group->program;
}

static const char *counts_of(struct ka_arena *arena, const struct ka_socket_group *group)
{
	const char *line = "";

	for (int verdict = 0; verdict < KA_V_COUNT; verdict++)
		if (group->counts[verdict] > 0)
			line = ka_arena_printf(arena, "%s%s%zu %s", line, *line ? ", " : "",
					       group->counts[verdict],
					       verdict == KA_V_NONE
						       ? "not judged"
						       : ka_socket_verdict_words[verdict]);
	return line;
}

static void write_programs(struct ka_writer *writer, const struct ka_socket_summary *summary,
			   size_t most)
{
	struct ka_arena *arena = writer->arena;
	struct ka_table table;

	if (summary->group_count == 0)
		return;
	ka_heading(writer, "Programs");
	ka_table_init(&table, arena, 3, 0);
	ka_table_row(&table, (const char *[]){"program", "service", "connections"});
	for (size_t i = 0; i < summary->group_count && i < most; i++) {
		const struct ka_socket_group *group = &summary->groups[i];

		ka_table_row(&table,
			     (const char *[]){program_of(arena, group),
					      ka_arena_printf(arena, "%s %u",
							      group->is_inbound ? "in" : "to",
							      group->port),
					      counts_of(arena, group)});
	}
	ka_table_write(&table, writer, 2);
	if (summary->group_count > most)
		ka_paragraph(writer, 2, 4, "and %zu more", summary->group_count - most);
}

static void write_unseen(struct ka_writer *writer, const struct ka_socket_summary *summary)
{
	if (summary->without_owner > 0)
		ka_paragraph(writer, 2, 4, "Of %zu connection%s the program is not known%s.",
			     summary->without_owner, summary->without_owner == 1 ? "" : "s",
			     summary->refused > 0
				     ? ka_arena_printf(writer->arena,
						       ": %zu processes may not be looked at",
						       summary->refused)
				     : "");
	if (summary->observed_ms > 0)
		ka_paragraph(writer, 2, 4, "Observed for %s.",
			     ka_seconds_left(writer->arena, summary->observed_ms));
}

void ka_text_socket_summary(struct ka_writer *writer, const struct ka_socket_summary *summary,
			    size_t programs)
{
	const struct ka_socket_judge *judge = &summary->judge;
	const int64_t *value = judge->settings.value;
	char text[KA_DURATION_TEXT];

	if (judge->has_hop)
		ka_paragraph(writer, 0, 2,
			     "%zu established connections, judged by %s, which forgets after %s "
			     "(values %" PRId64 "/%" PRId64 "/%" PRId64 "):",
			     established(summary), judge->hop_name,
			     ka_format_ms(text, judge->idle_timeout_ms), value[KA_TIME],
			     value[KA_INTVL], value[KA_PROBES]);
	else
		ka_paragraph(
			writer, 0, 2,
			"%zu established connections (values %" PRId64 "/%" PRId64 "/%" PRId64 "):",
			established(summary), value[KA_TIME], value[KA_INTVL], value[KA_PROBES]);
	write_verdicts(writer, summary);
	write_off(writer, summary);
	write_unseen(writer, summary);
	write_programs(writer, summary, programs);
}

/* The table */

static const char *end_words(struct ka_arena *arena, const struct ka_endpoint *end, bool is_v6)
{
	char address[KA_ADDRESS_TEXT];

	ka_format_address(address, end->address, is_v6);
	return ka_arena_printf(arena, is_v6 ? "[%s]:%u" : "%s:%u", address, end->port);
}

/* When the timer fires; of one whose probes are not answered, when it is given up. */
static const char *timer_words(struct ka_arena *arena, const struct ka_socket_view *view)
{
	const struct ka_connection *connection = view->connection;
	int64_t timer_ms = connection->timer_ms;

	if (connection->timer == KA_TIMER_NONE)
		return "off";
	if (connection->timer != KA_TIMER_KEEPALIVE)
		return ka_socket_timer_words[connection->timer];
	if (connection->probes > 0)
		return ka_arena_printf(arena, "dead in %s",
				       ka_seconds(arena, view->judgement->dead_ms));
	return ka_seconds(arena, timer_ms < 10000 ? timer_ms : timer_ms / 1000 * 1000);
}

static const char *owner_words(struct ka_arena *arena, const struct ka_socket_view *view)
{
	return view->has_owner ? ka_arena_printf(arena, "%s(%" PRId64 "/%d)", view->owner.command,
						 view->owner.pid, view->fd)
			       : "-";
}

/* The verdict and why, or what there is instead of one. */
static const char *verdict_words(struct ka_arena *arena, const struct ka_socket_view *view)
{
	const struct ka_socket_judgement *judgement = view->judgement;
	const char *word = ka_socket_verdict_words[judgement->verdict];
	const char *reason = reasons[judgement->reason];

	if (view->connection->state != KA_TCP_ESTABLISHED)
		return ka_tcp_state_words[view->connection->state];
	if (judgement->verdict == KA_V_NONE)
		return "-";
	if (judgement->verdict == KA_V_FORGOTTEN && judgement->is_silent)
		reason = "silent";
	return reason ? ka_arena_printf(arena, "%s:%s", word, reason) : word;
}

static const char *idle_words(struct ka_arena *arena, const struct ka_socket_view *view)
{
	int64_t idle_ms = view->judgement->idle_ms;

	if (!view->connection->has_info)
		return "-";
	return ka_seconds_left(arena, idle_ms < 10000 ? idle_ms : idle_ms / 1000 * 1000);
}

static void add_view(struct ka_table *table, struct ka_arena *arena,
		     const struct ka_socket_view *view)
{
	const struct ka_connection *connection = view->connection;

	ka_table_row(table, (const char *[]){
				    verdict_words(arena, view),
				    idle_words(arena, view),
				    timer_words(arena, view),
				    ka_arena_printf(arena, "%u", connection->local.port),
				    end_words(arena, &connection->peer, connection->is_v6),
				    owner_words(arena, view),
			    });
}

void ka_text_socket_table(struct ka_writer *writer, const struct ka_socket_view *views,
			  size_t count, size_t total)
{
	struct ka_table table;

	if (count == 0)
		return;
	if (count < total)
		ka_heading(writer, "The worst %zu of %zu connections", count, total);
	else
		ka_heading(writer, "Connections");
	ka_table_init(&table, writer->arena, 6, 1u << 1 | 1u << 2 | 1u << 3);
	ka_table_row(&table,
		     (const char *[]){"verdict", "idle", "timer", "port", "peer", "process/fd"});
	for (size_t i = 0; i < count; i++)
		add_view(&table, writer->arena, &views[i]);
	ka_table_write(&table, writer, 2);
	if (count < total)
		ka_paragraph(writer, 2, 4, "--all shows every one.");
}
