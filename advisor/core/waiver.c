#include "core/waiver.h"

#include "core/rule.h"

#include <fnmatch.h>
#include <string.h>

bool ka_waiver_has_expired(const struct ka_waiver *waiver, int64_t today)
{
	return waiver->until && today > waiver->until_day;
}

/* What rules about a hop add: its number, and its name. */
static const char *hop_of(const struct ka_finding *finding)
{
	const char *name = ka_finding_text(finding, "name");

	return name ? name : "";
}

static bool fits_place(const struct ka_waiver *waiver, const struct ka_finding *finding)
{
	const char *file = finding->location.file;

	return !waiver->file || (file && !finding->is_ours && fnmatch(waiver->file, file, 0) == 0);
}

static bool fits_subject(const struct ka_waiver *waiver, const struct ka_facts *facts)
{
	return !waiver->netns ||
	       (facts->kind == KA_SUBJECT_NETNS && fnmatch(waiver->netns, facts->name, 0) == 0);
}

static bool fits(const struct ka_waiver *waiver, const struct ka_finding *finding,
		 const struct ka_facts *facts)
{
	return strcmp(waiver->rule, finding->rule->id) == 0 &&
	       (!waiver->hop || strcmp(waiver->hop, hop_of(finding)) == 0) &&
	       fits_place(waiver, finding) && fits_subject(waiver, facts) &&
	       !ka_waiver_has_expired(waiver, facts->today);
}

void ka_waive(struct ka_findings *findings, const struct ka_facts *facts,
	      const struct ka_waiver *waivers, size_t count)
{
	for (size_t i = 0; i < findings->count; i++) {
		struct ka_finding *finding = &findings->items[i];

		for (size_t w = 0; w < count && !finding->waiver; w++)
			if (fits(&waivers[w], finding, facts))
				finding->waiver = &waivers[w];
	}
}

const char *ka_waiver_words(struct ka_arena *arena, const struct ka_waiver *waiver)
{
	if (!waiver->until)
		return ka_arena_printf(arena, "waived: %s", waiver->reason);
	return ka_arena_printf(arena, "waived until %s: %s", waiver->until, waiver->reason);
}
