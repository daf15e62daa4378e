#include "cli/change_words.h"

#include "cli/socket_look.h"
#include "core/plan.h"
#include "edge/tick.h"

#include <inttypes.h>
#include <string.h>

const char *ka_triple_words(struct ka_arena *arena, const struct ka_settings *settings)
{
	return ka_arena_printf(arena, "time %" PRId64 " s, intvl %" PRId64 " s, probes %" PRId64,
			       settings->value[KA_TIME], settings->value[KA_INTVL],
			       settings->value[KA_PROBES]);
}

static const char *file_words(const struct ka_condition *from, const struct ka_condition *to)
{
	if (!from->file)
		return "new file";
	return to->file ? "replaced" : "removed";
}

void ka_say_change(struct ka_run *run, const struct ka_transaction *transaction)
{
	const struct ka_condition *from = &transaction->from, *to = &transaction->to;
	struct ka_text *text = &run->said.text;
	bool is_any = false;

	for (int key = 0; key < KA_KEY_COUNT; key++) {
		int64_t old = from->live.value[key], new = to->live.value[key];

		if (old == new)
			continue;
		ka_text_printf(text, "  %-32s %" PRId64 " -> %" PRId64 "\n", ka_sysctls[key].key,
			       old, new);
		is_any = true;
	}
	if (transaction->drop_in && !ka_same_file(from->file, to->file)) {
		ka_text_printf(text, "  %-32s %s\n", transaction->drop_in, file_words(from, to));
		is_any = true;
	}
	if (!is_any)
		ka_text_add(text, "  everything is so already\n");
}

void ka_say_snippets(struct ka_writer *said, const struct ka_settings *settings)
{
	struct ka_text *text = &said->text;

	ka_text_add(text, "\n  docker run");
	for (int key = 0; key < KA_KEY_COUNT; key++)
		ka_text_printf(text, " \\\n    --sysctl %s=%" PRId64, ka_sysctls[key].key,
			       settings->value[key]);
	ka_text_add(text, " ...\n\n  # compose, in the service:\n  sysctls:\n");
	for (int key = 0; key < KA_KEY_COUNT; key++)
		ka_text_printf(text, "    %s: %" PRId64 "\n", ka_sysctls[key].key,
			       settings->value[key]);
	ka_text_add(text, "\n  # Kubernetes, in the pod's spec:\n  securityContext:\n"
			  "    sysctls:\n");
	for (int key = 0; key < KA_KEY_COUNT; key++)
		ka_text_printf(text, "    - {name: %s, value: \"%" PRId64 "\"}\n",
			       ka_sysctls[key].key, settings->value[key]);
}

/* Looks at the connections by the values that hold now; without a path: what hop they pass is not
 * asked here. */
static bool look_at_sockets(const struct ka_run *run, const struct ka_settings *settings,
			    struct ka_seen_sockets *ret_seen)
{
	static const struct ka_intent nothing = {0};
	struct ka_options options = {.arena = run->arena};
	struct ka_facts facts = {.name = "", .settings = *settings, .hz = ka_tick_hz()};
	struct ka_socket_judge judge;
	struct ka_look look = {.options = &options, .judge = &judge, .is_hasty = true};
	struct ka_analysis analysis;
	struct ka_error ignored;

	if (ka_judge(run->arena, &facts, &nothing, &analysis, &ignored) < 0)
		return false;
	ka_socket_judge_init(&judge, &analysis, false);
	return ka_look_at_sockets(&look, ret_seen, &ignored) == 0;
}

static void say_sockets(struct ka_run *run, const struct ka_socket_group *total)
{
	if (total->old_timers > 0)
		ka_paragraph(
			&run->said, 2, 4,
			"Open connections whose timers were armed before: %zu. To re-arm them, "
			"with the path: kaadvise sockets%s --rearm",
			total->old_timers, run->netns_words);
	if (total->off > 0)
		ka_paragraph(&run->said, 2, 4,
			     "Open connections without SO_KEEPALIVE, which their programs must ask "
			     "for: %zu. To see them: kaadvise sockets%s; with the path, --enable "
			     "switches it on.",
			     total->off, run->netns_words);
}

void ka_say_not_helped(struct ka_run *run, const struct ka_transaction *transaction)
{
	struct ka_seen_sockets seen;

	if (!transaction->has_live)
		return;
	ka_heading(&run->said, "Not helped yet");
	if (look_at_sockets(run, &transaction->to.live, &seen)) {
		say_sockets(run, &seen.summary.total);
		ka_seen_sockets_clear(&seen);
	} else {
		ka_paragraph(&run->said, 2, 4,
			     "Connections that are open now, and programs that do not set "
			     "SO_KEEPALIVE: the kernel does not list them here.");
	}
	ka_paragraph(&run->said, 2, 4,
		     "Other network namespaces and containers: each has values of its own. See "
		     "them with: kaadvise check --netns all");
}
