#include "cli/change_words.h"

#include "core/plan.h"

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

/* How to run a command in the namespace that was named. */
static const char *inside(const struct ka_run *run)
{
	const char *word = run->netns;

	if (!word)
		return "";
	if (strchr(word, '/'))
		return ka_arena_printf(run->arena, "nsenter --net=%s ", word);
	if (strspn(word, "0123456789") == strlen(word))
		return ka_arena_printf(run->arena, "nsenter -t %s -n ", word);
	return ka_arena_printf(run->arena, "ip netns exec %s ", word);
}

void ka_say_not_helped(struct ka_run *run, const struct ka_transaction *transaction)
{
	int64_t old = transaction->from.live.value[KA_TIME];

	if (!transaction->has_live)
		return;
	ka_heading(&run->said, "Not helped yet");
	if (transaction->to.live.value[KA_TIME] < old)
		ka_paragraph(&run->said, 2, 4,
			     "Connections that are open now: their timers stay armed for the old "
			     "%" PRId64
			     " s until they fire once. Reconnect, or see them with: %sss -tno",
			     old, inside(run));
	ka_paragraph(&run->said, 2, 4,
		     "Programs that do not set SO_KEEPALIVE: their connections show no "
		     "timer:(keepalive) in: %sss -tno state established",
		     inside(run));
	ka_paragraph(
		&run->said, 2, 4,
		"Other network namespaces and containers: each has values of its own. See them "
		"with: lsns -t net; for each: kaadvise apply --netns PID ...");
}
