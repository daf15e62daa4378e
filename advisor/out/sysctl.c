#include "out/sysctl.h"

#include <inttypes.h>

void ka_sysctl_report(const struct ka_report *report, const char *path_words, struct ka_text *text)
{
	const struct ka_analysis *analysis = report->analysis;
	const struct ka_recommendation *recommendation = &analysis->recommendation;

	if (!analysis->has_recommendation) {
		ka_text_add(text, "# No values satisfy the path and the goals.\n");
		return;
	}
	ka_text_printf(text, "# TCP keepalive for: %s\n", path_words);
	ka_text_printf(text,
		       "# A dead peer is noticed after %" PRId64 " s, at the latest after %" PRId64
		       " ms.\n",
		       recommendation->nominal_s, recommendation->bound_ms);
	for (int key = 0; key < KA_KEY_COUNT; key++)
		ka_text_printf(text, "%s = %" PRId64 "\n", ka_sysctls[key].key,
			       recommendation->settings.value[key]);
}
