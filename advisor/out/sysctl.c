#include "out/sysctl.h"

#include "out/writer.h"

#include <inttypes.h>

/* The words come from a command line: a newline among them must not end the comment. */
static void add_comments(const struct ka_recommendation *recommendation, const char *path_words,
			 struct ka_text *text)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);

	ka_text_printf(text, "# TCP keepalive for: %s\n", ka_escape(&arena, path_words));
	ka_text_printf(text,
		       "# A dead peer is noticed after %" PRId64 " s, at the latest after %s.\n",
		       recommendation->nominal_s, ka_seconds(&arena, recommendation->bound_ms));
	text->has_failed |= arena.has_failed;
	ka_arena_clear(&arena);
}

void ka_sysctl_report(const struct ka_report *report, const char *path_words, struct ka_text *text)
{
	const struct ka_analysis *analysis = report->analysis;
	const struct ka_recommendation *recommendation = &analysis->recommendation;

	if (!analysis->has_recommendation) {
		ka_text_add(text, "# No values satisfy the path and the goals.\n");
		return;
	}
	add_comments(recommendation, path_words, text);
	for (int key = 0; key < KA_KEY_COUNT; key++)
		ka_text_printf(text, "%s = %" PRId64 "\n", ka_sysctls[key].key,
			       recommendation->settings.value[key]);
}
