#include "generate_profiles.h"

#include "cli/profile_judging.h"
#include "core/rule.h"
#include "profiles/builtin.h"

#include <inttypes.h>
#include <string.h>

static const char intro[] =
	"# Profiles\n"
	"\n"
	"What is known of the things that stand between two hosts, and of the servers and clients "
	"at the ends: %zu\n"
	"products, %zu servers and clients, %zu paths. This page is written from the files of "
	"[profiles/](../profiles);\n"
	"`kaadvise profiles list` prints the same, `-f json` for programs, `kaadvise explain ID` "
	"one of them with its\n"
	"notes, and `kaadvise profiles show ID` its file, to copy and change. "
	"[profile-format.md](profile-format.md) tells\n"
	"how to write one.\n"
	"\n"
	"How to read the tables:\n"
	"\n"
	"- **Idle timeout**: what a new one has that nobody has changed, and the range that it can "
	"be set to, with the\n"
	"  vendor's name of the parameter, as far as both are known. `--idle ID=600s` judges with "
	"the value that a\n"
	"  site has set.\n"
	"- **Probes**: what an empty TCP keepalive probe does to the idle timer. `refreshes`: it "
	"restarts it.\n"
	"  `regenerated`: the hop answers and probes both sides by itself. `ignored`: the hop "
	"terminates TCP and\n"
	"  counts bytes only. `unknown`: nobody has said or measured it.\n"
	"- **At expiry**: `silent`: the session is forgotten, and nobody is told. "
	"`reset-on-next`: whoever sends next\n"
	"  gets a reset. `reset-both`: both ends get one. `drop`: what is sent later is dropped. "
	"`close`: a proxy\n"
	"  closes the connection.\n"
	"- **Linux's defaults**: what the kernel's own 7200/75/9 do to an idle connection there: "
	"it survives, or the\n"
	"  rule that `kaadvise check` reports.\n"
	"- **Sources**: each is a link that says how it confirms the value; hold the pointer over "
	"it to see what it\n"
	"  says. *second-hand* and *inferred*, in italics, are not the vendor's own word: somebody "
	"else reports it, or\n"
	"  it follows from what the vendor says. **Checked** is the day on which the oldest of "
	"them was last read.\n";

struct page {
	struct ka_arena *arena;
	struct ka_text *text;
	struct ka_judged_profile *profiles;
	size_t count;
};

/* Words that mean nothing to Markdown, also within a table. */
static void add_words(struct ka_text *text, const char *words)
{
	for (; *words; words++) {
		if (strchr("\\`*_[]<>|#\"", *words))
			ka_text_add(text, "\\");
		ka_text_add_bytes(text, words, 1);
	}
}

static void add_code(struct ka_text *text, const char *words)
{
	ka_text_printf(text, "`%s`", words);
}

static void add_url(struct ka_text *text, const char *url)
{
	for (; *url; url++)
		if (strchr("()<>|\" ", *url))
			ka_text_printf(text, "%%%02X", (unsigned char)*url);
		else
			ka_text_add_bytes(text, url, 1);
}

/* The cell of the id and the title. */
static void add_name(struct ka_text *text, const struct ka_profile *profile)
{
	ka_text_add(text, "| ");
	add_code(text, profile->id);
	ka_text_add(text, "<br>");
	add_words(text, profile->title);
}

static void add_rule(struct ka_text *text, const char *id)
{
	ka_text_printf(text, "[%s](rules/%s.md)", id, id);
}

static void add_outcome(struct ka_text *text, const struct ka_judged_profile *judged, size_t at)
{
	if (judged->hop_rules[at])
		add_rule(text, judged->hop_rules[at]);
	else if (judged->hops[at] == KA_OUTCOME_NONE)
		ka_text_add(text, "not reached");
	else
		ka_text_add(text, ka_outcome_words[judged->hops[at]]);
}

static void add_idle(struct ka_text *text, const struct ka_hop *hop)
{
	ka_text_printf(text, "%" PRId64 " s", hop->idle_s);
	if (hop->has_backend_idle)
		ka_text_printf(text, ", %" PRId64 " s towards the server", hop->backend_idle_s);
}

static void add_range(struct ka_text *text, const struct ka_hop *hop)
{
	if (hop->is_configurable)
		ka_text_printf(text, "%" PRId64 " to %" PRId64 " s", hop->configurable_min_s,
			       hop->configurable_max_s);
	if (hop->setting) {
		ka_text_add(text, hop->is_configurable ? "<br>" : "");
		add_code(text, hop->setting);
	}
}

static void add_expiry(struct ka_text *text, const struct ka_hop *hop)
{
	add_code(text, ka_expiry_words[hop->on_expiry]);
	if (!hop->breaks_connection)
		ka_text_add(text, ", breaks nothing");
}

static const char *oldest_date(const struct ka_profile *profile)
{
	const struct ka_source *oldest = profile->sources;

	for (size_t i = 1; i < profile->source_count; i++)
		if (profile->sources[i].checked_day < oldest->checked_day)
			oldest = &profile->sources[i];
	return oldest->checked;
}

/* The last two cells of every table. */
static void add_sources(struct ka_text *text, const struct ka_profile *profile)
{
	ka_text_add(text, " | ");
	for (size_t i = 0; i < profile->source_count; i++) {
		const struct ka_source *source = &profile->sources[i];
		const char *mark = source->confirmed >= KA_SECOND_HAND ? "*" : "";

		ka_text_printf(text, "%s[%s%s%s](", i ? ", " : "", mark,
			       ka_confirmed_words[source->confirmed], mark);
		add_url(text, source->url);
		ka_text_add(text, " \"");
		add_words(text, source->says);
		ka_text_add(text, "\")");
	}
	ka_text_printf(text, " | %s |\n", oldest_date(profile));
}

/* ---- Products ----------------------------------------------------------------------------- */

static void add_product(struct page *page, const struct ka_judged_profile *judged)
{
	const struct ka_hop *hop = &judged->profile->hops[0];
	struct ka_text *text = page->text;

	add_name(text, judged->profile);
	ka_text_printf(text, " | %d | ", hop->layer);
	add_idle(text, hop);
	ka_text_add(text, " | ");
	add_range(text, hop);
	ka_text_add(text, " | ");
	add_code(text, ka_probe_effect_words[hop->probes]);
	ka_text_add(text, " | ");
	add_expiry(text, hop);
	ka_text_add(text, " | ");
	add_outcome(text, judged, 0);
	add_sources(text, judged->profile);
}

/* ---- Servers and clients ------------------------------------------------------------------ */

/* Whether a request may cross the closing of an idle connection between these two. */
static bool races(struct page *page, const struct ka_profile *product, const struct ka_profile *end)
{
	const struct ka_ingredient path[] = {{.profile = product}, {.profile = end}};
	const struct ka_facts facts = {.settings = KA_KERNEL_DEFAULTS, .name = ""};
	const struct ka_stated nothing = {0};
	struct ka_findings findings = {.arena = page->arena};
	struct ka_intent intent;
	struct ka_analysis analysis;

	if (ka_intent_build(page->arena, path, 2, &nothing, &intent, NULL) < 0 ||
	    ka_judge(page->arena, &facts, &intent, &analysis, NULL) < 0)
		return false;
	ka_rules_check(&analysis, &findings);
	for (size_t i = 0; i < findings.count; i++)
		if (strcmp(findings.items[i].rule->id, "KA301") == 0 ||
		    strcmp(findings.items[i].rule->id, "KA302") == 0)
			return true;
	return false;
}

static bool is_balancer(const struct ka_profile *profile)
{
	return ka_profile_kind(profile) == KA_PRODUCT && profile->hops[0].layer == 7 &&
	       ka_hop_terminates(&profile->hops[0]);
}

/* The balancers that race with this server or client, or those that do not, the fewer. */
static void add_races(struct page *page, const struct ka_profile *end)
{
	struct ka_text lists[2] = {{0}};
	size_t counts[2] = {0};

	for (size_t i = 0; i < page->count; i++) {
		const struct ka_profile *balancer = page->profiles[i].profile;
		size_t list;

		if (!is_balancer(balancer))
			continue;
		list = races(page, balancer, end);
		ka_text_printf(&lists[list], "%s`%s`", counts[list]++ ? ", " : "", balancer->id);
	}
	if (counts[0] == 0 || counts[1] == 0)
		ka_text_add(page->text, counts[0] == 0 ? "all" : "none");
	else if (counts[0] < counts[1])
		ka_text_printf(page->text, "all but %s", lists[0].bytes);
	else
		ka_text_add(page->text, lists[1].bytes);
	page->text->has_failed |= lists[0].has_failed || lists[1].has_failed;
	ka_text_clear(&lists[0]);
	ka_text_clear(&lists[1]);
}

static void add_end(struct page *page, const struct ka_judged_profile *judged)
{
	const char *closes = ka_client_closes_meanings[judged->profile->http.client_closes];
	const struct ka_http *http = &judged->profile->http;
	struct ka_text *text = page->text;

	add_name(text, judged->profile);
	ka_text_add(text, " | ");
	if (http->has_server)
		ka_text_printf(text, "server, %" PRId64 " s", http->server_s);
	if (http->has_client)
		ka_text_printf(text, "%sclient, %" PRId64 " s%s%s", http->has_server ? "<br>" : "",
			       http->client_s, *closes ? ", " : "", closes);
	ka_text_add(text, " | ");
	add_races(page, judged->profile);
	add_sources(text, judged->profile);
}

/* ---- Paths and aliases -------------------------------------------------------------------- */

static void add_path(struct page *page, const struct ka_judged_profile *judged)
{
	const struct ka_profile *profile = judged->profile;
	struct ka_text *text = page->text;

	add_name(text, profile);
	ka_text_add(text, " | ");
	for (size_t i = 0; i < profile->hop_count; i++) {
		const struct ka_hop *hop = &profile->hops[i];

		ka_text_printf(text, "%s%zu. ", i ? "<br>" : "", i + 1);
		add_words(text, hop->name);
		ka_text_printf(text, ", layer %d, ", hop->layer);
		add_idle(text, hop);
		ka_text_add(text, ", ");
		add_code(text, ka_probe_effect_words[hop->probes]);
		ka_text_add(text, ", ");
		add_expiry(text, hop);
		ka_text_add(text, ": ");
		add_outcome(text, judged, i);
	}
	add_sources(text, profile);
}

static void add_alias(struct page *page, const struct ka_judged_profile *judged)
{
	add_name(page->text, judged->profile);
	ka_text_add(page->text, " | ");
	add_code(page->text, judged->profile->extends);
	add_sources(page->text, judged->profile);
}

/* ---- The page ----------------------------------------------------------------------------- */

struct section {
	unsigned kinds; /* bits 1u << enum ka_profile_kind */
	const char *head;
	void (*add)(struct page *page, const struct ka_judged_profile *judged);
};

static const struct section sections[] = {
	{1u << KA_PRODUCT,
	 "\n## Products\n\n"
	 "| Profile | Layer | Idle timeout | Range | Probes | At expiry | Linux's defaults | "
	 "Sources | Checked |\n"
	 "|---|---|---|---|---|---|---|---|---|\n",
	 add_product},
	{1u << KA_SERVER | 1u << KA_CLIENT,
	 "\n## Servers and clients\n\n"
	 "How long they keep an idle HTTP connection, unless told otherwise. A server that closes "
	 "before the balancer\n"
	 "in front of it does, and a client that keeps connections longer than the balancer it "
	 "talks to, now and then\n"
	 "sends a request into a connection that is being closed: rules "
	 "[KA301](rules/KA301.md) and\n"
	 "[KA302](rules/KA302.md). The third column names the layer-7 products above with which "
	 "that happens when both\n"
	 "are left as they are: `kaadvise check -p aws-alb -p node-http`.\n\n"
	 "| Profile | Keeps idle connections | Races with | Sources | Checked |\n"
	 "|---|---|---|---|---|\n",
	 add_end},
	{1u << KA_COMPOSED,
	 "\n## Paths\n\n"
	 "Common set-ups, client to server; each hop with what becomes of an idle connection under "
	 "Linux's defaults.\n\n"
	 "| Profile | Hops | Sources | Checked |\n"
	 "|---|---|---|---|\n",
	 add_path},
	{1u << KA_ALIAS,
	 "\n## Other names\n\n"
	 "| Profile | The same as | Sources | Checked |\n"
	 "|---|---|---|---|\n",
	 add_alias},
};

static bool is_in(const struct section *section, const struct ka_judged_profile *judged)
{
	return section->kinds & 1u << ka_profile_kind(judged->profile);
}

static size_t count_in(const struct page *page, const struct section *section)
{
	size_t count = 0;

	for (size_t i = 0; i < page->count; i++)
		count += is_in(section, &page->profiles[i]);
	return count;
}

static void add_section(struct page *page, const struct section *section)
{
	if (count_in(page, section) == 0)
		return;
	ka_text_add(page->text, section->head);
	for (size_t i = 0; i < page->count; i++)
		if (is_in(section, &page->profiles[i]))
			section->add(page, &page->profiles[i]);
}

static int judge_all(struct page *page, struct ka_error *reterr)
{
	const struct ka_settings defaults = KA_KERNEL_DEFAULTS;

	page->profiles = ka_arena_array(page->arena, ka_builtin_count, sizeof(*page->profiles));
	if (!page->profiles)
		return ka_fail_memory(reterr);
	for (; page->count < ka_builtin_count; page->count++) {
		const struct ka_profile *profile = ka_builtin_profile(page->arena, page->count);

		if (!profile)
			return ka_fail_memory(reterr);
		if (ka_profile_judge(page->arena, profile, &defaults, &page->profiles[page->count],
				     reterr) < 0)
			return -1;
	}
	return 0;
}

int ka_profiles_markdown(struct ka_text *text, struct ka_error *reterr)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct page page = {.arena = &arena, .text = text};
	int result = judge_all(&page, reterr);

	if (result == 0) {
		ka_text_printf(text, intro, count_in(&page, &sections[0]),
			       count_in(&page, &sections[1]), count_in(&page, &sections[2]));
		for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
			add_section(&page, &sections[i]);
		if (arena.has_failed || text->has_failed)
			result = ka_fail_memory(reterr);
	}
	ka_arena_clear(&arena);
	return result;
}
