#include "edge/profile_keys.h"

#include "base/duration.h"
#include "core/profile.h"
#include "edge/config_yaml.h"
#include "edge/profile_yaml.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	TITLE_MAX = 120,
	NAME_LENGTH_MAX = 63,
	SETTING_LENGTH_MAX = 100,
	URL_MAX = 1000,
	SAYS_MAX = 1000,
	NOTES_MAX = 4000,
	PERCENT_MAX = 90,
	LOST_MAX = 126,   /* one less than the most probes that setsockopt allows, tcp(7) */
	TIME_MAX = 32767, /* TCP_KEEPIDLE, tcp(7) */
	RULE_LENGTH_MAX = 20,
	REASON_MAX = 500,
	PATTERN_MAX = 1000,
};

static const char *const version_words[] = {"1", NULL};
static const char *const layer_words[] = {"3", "4", "7", NULL};

#define PLACE(member) KA_PLACE(ka_hop, member)
static const struct ka_profile_key hop_keys[] = {
	{.key = "name",
	 .type = KA_TYPE_TEXT,
	 .is_required = true,
	 .min = 1,
	 .max = NAME_LENGTH_MAX,
	 .field = PLACE(name)},
	{.key = "layer", .type = KA_TYPE_CHOICE, .words = layer_words, .field = PLACE(layer)},
	{.key = "idle_timeout",
	 .type = KA_TYPE_DURATION,
	 .is_required = true,
	 .min = 1,
	 .max = KA_DURATION_MAX_S,
	 .field = PLACE(idle_s)},
	{.key = "configurable",
	 .type = KA_TYPE_RANGE,
	 .min = 1,
	 .max = KA_DURATION_MAX_S,
	 .field = PLACE(configurable_min_s),
	 .second = PLACE(configurable_max_s),
	 .flag = PLACE(is_configurable)},
	{.key = "setting",
	 .type = KA_TYPE_TEXT,
	 .min = 1,
	 .max = SETTING_LENGTH_MAX,
	 .field = PLACE(setting)},
	{.key = "keepalive",
	 .type = KA_TYPE_WORD,
	 .is_required = true,
	 .words = ka_probe_effect_words,
	 .field = PLACE(probes)},
	{.key = "on_expiry",
	 .type = KA_TYPE_WORD,
	 .words = ka_expiry_words,
	 .field = PLACE(on_expiry)},
	{.key = "breaks_connection", .type = KA_TYPE_BOOLEAN, .field = PLACE(breaks_connection)},
	{.key = "backend_idle_timeout",
	 .type = KA_TYPE_DURATION,
	 .min = 1,
	 .max = KA_DURATION_MAX_S,
	 .field = PLACE(backend_idle_s),
	 .flag = PLACE(has_backend_idle)},
};
#undef PLACE

#define PLACE(member) KA_PLACE(ka_http, member)
static const struct ka_profile_key http_keys[] = {
	{.key = "server_keepalive",
	 .type = KA_TYPE_DURATION,
	 .min = 1,
	 .max = KA_DURATION_MAX_S,
	 .field = PLACE(server_s),
	 .flag = PLACE(has_server)},
	{.key = "client_keepalive",
	 .type = KA_TYPE_DURATION,
	 .min = 1,
	 .max = KA_DURATION_MAX_S,
	 .field = PLACE(client_s),
	 .flag = PLACE(has_client)},
	{.key = "client_closes",
	 .type = KA_TYPE_WORD,
	 .words = ka_client_closes_words,
	 .field = PLACE(client_closes)},
	{.key = "only", .type = KA_TYPE_BOOLEAN, .field = PLACE(only), .flag = PLACE(has_only)},
};
#undef PLACE

#define PLACE(member) KA_PLACE(ka_goals, member)
static const struct ka_profile_key goal_keys[] = {
	{.key = "detect_within",
	 .type = KA_TYPE_DURATION,
	 .min = 1,
	 .max = KA_DURATION_MAX_S,
	 .field = PLACE(detect_within_s),
	 .flag = PLACE(has_detect_within)},
	{.key = "survive_outage",
	 .type = KA_TYPE_DURATION,
	 .min = 0,
	 .max = KA_DURATION_MAX_S,
	 .field = PLACE(survive_outage_s),
	 .flag = PLACE(has_survive_outage)},
	{.key = "lost_probes",
	 .type = KA_TYPE_NUMBER,
	 .min = 0,
	 .max = LOST_MAX,
	 .field = PLACE(lost_probes),
	 .flag = PLACE(has_lost_probes)},
	{.key = "margin",
	 .type = KA_TYPE_MARGIN,
	 .min = 1,
	 .max = PERCENT_MAX,
	 .field = PLACE(margin)},
	{.key = "min_time",
	 .type = KA_TYPE_DURATION,
	 .min = 1,
	 .max = TIME_MAX,
	 .field = PLACE(min_time_s),
	 .flag = PLACE(has_min_time)},
};
#undef PLACE

#define PLACE(member) KA_PLACE(ka_source, member)
static const struct ka_profile_key source_keys[] = {
	{.key = "url",
	 .type = KA_TYPE_URL,
	 .is_required = true,
	 .min = 1,
	 .max = URL_MAX,
	 .field = PLACE(url)},
	{.key = "checked",
	 .type = KA_TYPE_DATE,
	 .is_required = true,
	 .field = PLACE(checked),
	 .second = PLACE(checked_day)},
	{.key = "confirmed",
	 .type = KA_TYPE_WORD,
	 .is_required = true,
	 .words = ka_confirmed_words,
	 .field = PLACE(confirmed)},
	{.key = "says", .type = KA_TYPE_TEXT, .min = 1, .max = SAYS_MAX, .field = PLACE(says)},
};
#undef PLACE

#define HOP_DEFAULTS                                                                               \
	{                                                                                          \
		.name = "", .layer = 4, .on_expiry = KA_EXPIRY_UNKNOWN, .breaks_connection = true  \
	}

static const struct ka_hop hop_defaults = HOP_DEFAULTS;
static const struct ka_source source_defaults = {.url = "", .checked = "", .says = ""};

static const struct ka_profile_mapping hop_mapping = {
	.name = "a hop",
	.keys = hop_keys,
	.key_count = COUNT(hop_keys),
	.size = sizeof(struct ka_hop),
	.defaults = &hop_defaults,
	.merge_key = "name",
};
static const struct ka_profile_mapping http_mapping = {
	.name = "http",
	.keys = http_keys,
	.key_count = COUNT(http_keys),
	.size = sizeof(struct ka_http),
};
static const struct ka_profile_mapping goals_mapping = {
	.name = "goals",
	.keys = goal_keys,
	.key_count = COUNT(goal_keys),
	.size = sizeof(struct ka_goals),
};
static const struct ka_profile_mapping source_mapping = {
	.name = "a source",
	.keys = source_keys,
	.key_count = COUNT(source_keys),
	.size = sizeof(struct ka_source),
	.defaults = &source_defaults,
};

#define PLACE(member) KA_PLACE(ka_profile, member)
static const struct ka_profile_key root_keys[] = {
	{.key = "kaadvise", .type = KA_TYPE_CHOICE, .is_required = true, .words = version_words},
	{.key = "id", .type = KA_TYPE_ID, .is_required = true, .field = PLACE(id)},
	{.key = "title",
	 .type = KA_TYPE_TEXT,
	 .is_required = true,
	 .min = 1,
	 .max = TITLE_MAX,
	 .field = PLACE(title)},
	{.key = "extends", .type = KA_TYPE_PARENT, .field = PLACE(extends)},
	{.key = "hops",
	 .type = KA_TYPE_LIST,
	 .min = 1,
	 .max = KA_PROFILE_HOPS_MAX,
	 .inside = &hop_mapping,
	 .field = PLACE(hops),
	 .second = PLACE(hop_count)},
	{.key = "http",
	 .type = KA_TYPE_MAPPING,
	 .min = 1,
	 .max = COUNT(http_keys),
	 .inside = &http_mapping,
	 .field = PLACE(http)},
	{.key = "goals",
	 .type = KA_TYPE_MAPPING,
	 .min = 1,
	 .max = COUNT(goal_keys),
	 .inside = &goals_mapping,
	 .field = PLACE(goals)},
	{.key = "sources",
	 .type = KA_TYPE_LIST,
	 .min = 1,
	 .max = KA_PROFILE_SOURCES_MAX,
	 .inside = &source_mapping,
	 .field = PLACE(sources),
	 .second = PLACE(source_count)},
	{.key = "notes", .type = KA_TYPE_NOTES, .min = 1, .max = NOTES_MAX, .field = PLACE(notes)},
};
#undef PLACE

const struct ka_profile_mapping ka_profile_root = {
	.name = "a profile",
	.keys = root_keys,
	.key_count = COUNT(root_keys),
	.size = sizeof(struct ka_profile),
};

_Static_assert(COUNT(root_keys) <= KA_PROFILE_KEYS_MAX && COUNT(hop_keys) <= KA_PROFILE_KEYS_MAX,
	       "keys of one mapping");

#define PLACE(member) KA_PLACE(ka_waiver, member)
static const struct ka_profile_key waiver_keys[] = {
	{.key = "rule",
	 .type = KA_TYPE_TEXT,
	 .is_required = true,
	 .min = 1,
	 .max = RULE_LENGTH_MAX,
	 .field = PLACE(rule)},
	{.key = "reason",
	 .type = KA_TYPE_TEXT,
	 .is_required = true,
	 .min = 1,
	 .max = REASON_MAX,
	 .field = PLACE(reason)},
	{.key = "until", .type = KA_TYPE_DATE, .field = PLACE(until), .second = PLACE(until_day)},
	{.key = "hop", .type = KA_TYPE_TEXT, .min = 1, .max = NAME_LENGTH_MAX, .field = PLACE(hop)},
	{.key = "file", .type = KA_TYPE_TEXT, .min = 1, .max = PATTERN_MAX, .field = PLACE(file)},
	{.key = "namespace",
	 .type = KA_TYPE_TEXT,
	 .min = 1,
	 .max = PATTERN_MAX,
	 .field = PLACE(netns)},
};
#undef PLACE

static const struct ka_waiver waiver_defaults = {.rule = "", .reason = ""};
static const struct ka_profile_mapping waiver_mapping = {
	.name = "a waiver",
	.keys = waiver_keys,
	.key_count = COUNT(waiver_keys),
	.size = sizeof(struct ka_waiver),
	.defaults = &waiver_defaults,
	.line = KA_PLACE(ka_waiver, line),
	.column = KA_PLACE(ka_waiver, column),
};

static const struct ka_profile_key piece_word = {.key = "path",
						 .type = KA_TYPE_TEXT,
						 .min = 1,
						 .max = URL_MAX,
						 .field = KA_PLACE(ka_config_piece, profile)};
static const struct ka_config_piece piece_defaults = {.hop = HOP_DEFAULTS};
/* The keys of a hop are read into the piece that begins with it. */
_Static_assert(offsetof(struct ka_config_piece, hop) == 0, "a piece is a hop");
static const struct ka_profile_mapping piece_mapping = {
	.name = "a hop of the path",
	.keys = hop_keys,
	.key_count = COUNT(hop_keys),
	.size = sizeof(struct ka_config_piece),
	.defaults = &piece_defaults,
	.word = &piece_word,
	.line = KA_PLACE(ka_config_piece, line),
	.column = KA_PLACE(ka_config_piece, column),
};

#define PLACE(member) KA_PLACE(ka_config, member)
static const struct ka_profile_key config_keys[] = {
	{.key = "kaadvise", .type = KA_TYPE_CHOICE, .is_required = true, .words = version_words},
	{.key = "path",
	 .type = KA_TYPE_LIST,
	 .min = 1,
	 .max = KA_PROFILE_HOPS_MAX,
	 .inside = &piece_mapping,
	 .field = PLACE(path),
	 .second = PLACE(path_count)},
	{.key = "side",
	 .type = KA_TYPE_WORD,
	 .words = ka_side_words,
	 .field = PLACE(stated.side),
	 .flag = PLACE(stated.has_side)},
	{.key = "http",
	 .type = KA_TYPE_MAPPING,
	 .min = 1,
	 .max = COUNT(http_keys),
	 .inside = &http_mapping,
	 .field = PLACE(stated.http)},
	{.key = "goals",
	 .type = KA_TYPE_MAPPING,
	 .min = 1,
	 .max = COUNT(goal_keys),
	 .inside = &goals_mapping,
	 .field = PLACE(stated.goals)},
	{.key = "waivers",
	 .type = KA_TYPE_LIST,
	 .min = 0,
	 .max = KA_CONFIG_WAIVERS_MAX,
	 .inside = &waiver_mapping,
	 .field = PLACE(waivers),
	 .second = PLACE(waiver_count)},
};
#undef PLACE

const struct ka_profile_mapping ka_config_root = {
	.name = "the configuration",
	.keys = config_keys,
	.key_count = COUNT(config_keys),
	.size = sizeof(struct ka_config),
};

const struct ka_profile_key *ka_profile_key(const struct ka_profile_mapping *mapping,
					    const char *key, size_t length)
{
	for (size_t i = 0; i < mapping->key_count; i++)
		if (strlen(mapping->keys[i].key) == length &&
		    memcmp(mapping->keys[i].key, key, length) == 0)
			return &mapping->keys[i];
	return NULL;
}

static const char *list_words(char text[static KA_EXPECTED_TEXT], const char *const *words)
{
	size_t used = (size_t)snprintf(text, KA_EXPECTED_TEXT, "%s%s", words[1] ? "one of " : "",
				       words[0]);

	for (words++; *words && used < KA_EXPECTED_TEXT; words++)
		used += (size_t)snprintf(text + used, KA_EXPECTED_TEXT - used, ", %s", *words);
	return text;
}

const char *ka_profile_expected(char text[static KA_EXPECTED_TEXT],
				const struct ka_profile_key *key)
{
	static const char *const texts[KA_TYPE_COUNT] = {
		[KA_TYPE_TEXT] = "a line of text",
		[KA_TYPE_NOTES] = "text",
		[KA_TYPE_ID] = "an id of lower-case letters, digits and hyphens",
		[KA_TYPE_PARENT] = "the id of another profile",
		[KA_TYPE_URL] = "a URL such as https://example.org/page",
		[KA_TYPE_DATE] = "a date such as 2026-01-31",
		[KA_TYPE_WORD] = "a word",
		[KA_TYPE_NUMBER] = "a decimal number",
		[KA_TYPE_CHOICE] = "a number",
		[KA_TYPE_BOOLEAN] = "true or false",
		[KA_TYPE_DURATION] = "a duration such as 350s",
		[KA_TYPE_RANGE] = "two durations such as 60s..6000s",
		[KA_TYPE_MARGIN] = "a share such as 10% or a duration such as 20s",
		[KA_TYPE_MAPPING] = "a mapping",
		[KA_TYPE_LIST] = "a list",
	};

	return key->words ? list_words(text, key->words) : texts[key->type];
}
