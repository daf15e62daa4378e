#include "base/duration.h"
#include "cli/commands.h"
#include "cli/config.h"
#include "cli/listing.h"
#include "cli/profile_url.h"
#include "cli/subject.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

/* What is shown. */
struct show {
	const struct ka_options *options;
	struct ka_arena *arena;
	struct ka_config config;
	struct ka_intent intent;
	struct ka_listing listing;
};

static void add(struct show *show, const char *key, const char *value, const char *from)
{
	ka_listing_row(&show->listing, (const char *[]){key, from, value});
}

static const char *place(const struct show *show, unsigned line)
{
	return ka_arena_printf(show->arena, "%s:%u", show->config.origin, line);
}

/* Where a value comes from: what beats the others comes first. profiles are the ids of those that
 * state it, "" where none does. */
static const char *source(const struct show *show, const char *key, const char *flag,
			  bool is_flagged, const char *profiles)
{
	unsigned line = ka_config_line(&show->config, key);

	if (is_flagged)
		return flag;
	if (line > 0)
		return place(show, line);
	return *profiles ? ka_arena_printf(show->arena, "profile %s", profiles) : "default";
}

/* The ids of the profiles whose statement is the one in force. */
static const char *stating(const struct show *show,
			   bool (*states)(const struct show *, const struct ka_profile *,
					  const void *),
			   const void *row)
{
	const char *ids = "";

	for (size_t i = 0; i < show->intent.profile_count; i++) {
		const struct ka_profile *profile = show->intent.profiles[i];

		if (states(show, profile, row))
			ids = ka_arena_printf(show->arena, "%s%s%s", ids, *ids ? ", " : "",
					      profile->id);
	}
	return ids;
}

static void show_file(struct show *show)
{
	const struct ka_options *options = show->options;

	if (show->config.origin)
		add(show, "configuration", show->config.origin,
		    options->config_file ? "--config" : "default");
	else
		add(show, "configuration",
		    options->no_config ? "--no-config" : KA_CONFIG_FILE " is not there",
		    "configuration: none");
}

/* The path */

static const char *duration(struct ka_arena *arena, int64_t seconds)
{
	char text[KA_DURATION_TEXT];

	return ka_arena_printf(arena, "%s", ka_format_duration(text, seconds));
}

static const char *hop_words(struct ka_arena *arena, const struct ka_hop *hop)
{
	return ka_arena_printf(arena, "hop %s: idle %s, layer %d, keepalive %s, expiry %s",
			       hop->name, duration(arena, hop->idle_s), hop->layer,
			       ka_probe_effect_words[hop->probes], ka_expiry_words[hop->on_expiry]);
}

/* What a URL asks for may be secret. */
static const char *profile_words(struct ka_arena *arena, const char *word)
{
	return ka_is_url(word) ? ka_arena_copy(arena, word, strcspn(word, "?#")) : word;
}

static void show_piece(struct show *show, size_t at, const char *profile, const struct ka_hop *hop,
		       const char *from)
{
	add(show, ka_arena_printf(show->arena, "path.%zu", at + 1),
	    profile ? profile_words(show->arena, profile) : hop_words(show->arena, hop), from);
}

static void show_path(struct show *show)
{
	const struct ka_options *options = show->options;

	for (size_t i = 0; i < options->path_count; i++) {
		const struct ka_path_word *word = &options->path[i];

		show_piece(show, i, word->profile, &word->hop, word->profile ? "-p" : "--hop");
	}
	for (size_t i = 0; i < show->config.path_count && options->path_count == 0; i++) {
		const struct ka_config_piece *piece = &show->config.path[i];

		show_piece(show, i, piece->profile, &piece->hop, place(show, piece->line));
	}
	if (!show->intent.has_path)
		add(show, "path", "none", "default");
	for (size_t i = 0; i < options->idle_count; i++)
		add(show, ka_arena_printf(show->arena, "idle.%s", options->idles[i].hop),
		    duration(show->arena, options->idles[i].idle_s), "--idle");
}

static void show_side(struct show *show)
{
	add(show, "side", ka_side_words[show->intent.side],
	    source(show, "side", "--side", show->options->stated.has_side, ""));
}

/* HTTP keepalive and goals */

/* A number: where it is in a struct ka_stated and, alike, in a profile. */
struct number {
	const char *key, *flag;
	bool is_goal; /* of struct ka_goals, else of struct ka_http */
	bool is_count;
	size_t has, value; /* within that struct */
};

#define HTTP(name, flag, member)                                                                   \
	{                                                                                          \
		"http." name, flag, false, false, offsetof(struct ka_http, has_##member),          \
			offsetof(struct ka_http, member##_s)                                       \
	}
#define GOAL(member, flag, is_count, suffix)                                                       \
	{                                                                                          \
		"goals." #member, flag, true, is_count, offsetof(struct ka_goals, has_##member),   \
			offsetof(struct ka_goals, member##suffix)                                  \
	}

static bool has_number(const struct number *number, const struct ka_goals *goals,
		       const struct ka_http *http, int64_t *ret_value)
{
	const char *from = number->is_goal ? (const char *)goals : (const char *)http;
	bool has;

	memcpy(&has, from + number->has, sizeof(has));
	memcpy(ret_value, from + number->value, sizeof(*ret_value));
	return has;
}

static bool states_number(const struct show *show, const struct ka_profile *profile,
			  const void *row)
{
	int64_t value, in_force;

	return has_number(row, &profile->goals, &profile->http, &value) &&
	       has_number(row, &show->intent.goals, &show->intent.http, &in_force) &&
	       value == in_force;
}

/* absent: what holds where nothing is stated. */
static void show_number(struct show *show, const struct number *number, const char *absent)
{
	const struct ka_stated *stated = &show->options->stated;
	int64_t value, flag;
	bool is_flagged = has_number(number, &stated->goals, &stated->http, &flag);
	const char *text = absent;

	if (has_number(number, &show->intent.goals, &show->intent.http, &value))
		text = number->is_count ? ka_arena_printf(show->arena, "%" PRId64, value)
					: duration(show->arena, value);
	add(show, number->key, text,
	    source(show, number->key, number->flag, is_flagged,
		   stating(show, states_number, number)));
}

static bool states_closes(const struct show *show, const struct ka_profile *profile,
			  const void *row)
{
	enum ka_client_closes closes = profile->http.client_closes;

	(void)row;
	return closes != KA_CLOSES_UNSTATED && closes == show->intent.http.client_closes;
}

static bool states_only(const struct show *show, const struct ka_profile *profile, const void *row)
{
	(void)row;
	return profile->http.has_only && profile->http.only == show->intent.http.only;
}

static void show_http(struct show *show)
{
	static const struct number numbers[] = {HTTP("server_keepalive", "--http-server", server),
						HTTP("client_keepalive", "--http-client", client)};
	const struct ka_http *http = &show->intent.http;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		show_number(show, &numbers[i], "not stated");
	add(show, "http.client_closes",
	    http->client_closes ? ka_client_closes_words[http->client_closes] : "not stated",
	    source(show, "http.client_closes", "", false, stating(show, states_closes, NULL)));
	add(show, "http.only", http->only ? "true" : "false",
	    source(show, "http.only", "--http-only", show->options->stated.http.has_only,
		   stating(show, states_only, NULL)));
}

static bool states_margin(const struct show *show, const struct ka_profile *profile,
			  const void *row)
{
	const struct ka_margin *margin = &profile->goals.margin;
	const struct ka_margin *in_force = &show->intent.goals.margin;

	(void)row;
	return (margin->has_percent && in_force->has_percent &&
		margin->percent == in_force->percent) ||
	       (margin->has_ms && in_force->has_ms && margin->ms == in_force->ms);
}

/* Profiles may state a share and a time: the larger holds. */
static const char *margin_words(struct ka_arena *arena, const struct ka_margin *margin)
{
	const char *percent = "", *time = "";

	if (!margin->has_percent && !margin->has_ms)
		return "1s to judge; to choose 10%, from 1s to 30s";
	if (margin->has_percent)
		percent = ka_arena_printf(arena, "%" PRId64 "%%", margin->percent);
	if (margin->has_ms)
		time = duration(arena, margin->ms / 1000);
	return ka_arena_printf(arena, "%s%s%s", percent, *percent && *time ? " or " : "", time);
}

static void show_goals(struct show *show)
{
	static const struct number detect = GOAL(detect_within, "--detect-within", false, _s);
	static const struct number outage = GOAL(survive_outage, "--survive-outage", false, _s);
	static const struct number lost = GOAL(lost_probes, "--lost-probes", true, );
	static const struct number min_time = GOAL(min_time, "--min-time", false, _s);
	const struct ka_goals *goals = &show->intent.goals;
	const struct ka_margin *flag = &show->options->stated.goals.margin;
	struct ka_arena *arena = show->arena;

	show_number(show, &detect,
		    ka_arena_printf(arena, "%s, to choose", duration(arena, KA_DEFAULT_DETECT_S)));
	show_number(show, &outage, duration(arena, ka_default_outage_s(goals)));
	show_number(show, &lost, ka_arena_printf(arena, "%d", KA_DEFAULT_LOST_PROBES));
	add(show, "goals.margin", margin_words(arena, &goals->margin),
	    source(show, "goals.margin", "--margin", flag->has_percent || flag->has_ms,
		   stating(show, states_margin, NULL)));
	show_number(show, &min_time, duration(arena, KA_DEFAULT_MIN_TIME_S));
}

/* Waivers */

static const char *part(struct ka_arena *arena, const char *before, const char *word,
			const char *value)
{
	return value ? ka_arena_printf(arena, "%s, %s %s", before, word, value) : before;
}

static void show_waiver(struct show *show, size_t at)
{
	const struct ka_waiver *waiver = &show->intent.waivers[at];
	struct ka_arena *arena = show->arena;
	const char *words;

	words = ka_waiver_has_expired(waiver, ka_now_s() / 86400) ? "expired: " : "holds: ";
	words = ka_arena_printf(arena, "%s%s", words, waiver->rule);
	words = part(arena, words, "until", waiver->until);
	words = part(arena, words, "hop", waiver->hop);
	words = part(arena, words, "file", waiver->file);
	words = part(arena, words, "namespace", waiver->netns);
	add(show, ka_arena_printf(arena, "waivers.%zu", at + 1),
	    ka_arena_printf(arena, "%s: %s", words, waiver->reason), place(show, waiver->line));
}

static int write_show(const struct ka_options *options, struct ka_error *reterr)
{
	static const struct ka_column columns[] = {
		{"key", false, NULL}, {"from", false, NULL}, {"value", false, NULL}};
	struct show show = {.options = options, .arena = options->arena};

	if (ka_config_read(options, &show.config, reterr) < 0 ||
	    ka_make_intent(options, &show.config, &show.intent, reterr) < 0)
		return -1;
	ka_listing_init(&show.listing, options, columns, 3);
	show_file(&show);
	show_path(&show);
	show_side(&show);
	show_http(&show);
	show_goals(&show);
	for (size_t i = 0; i < show.intent.waiver_count; i++)
		show_waiver(&show, i);
	return ka_listing_write(&show.listing, reterr);
}

int ka_cmd_config(const struct ka_options *options, struct ka_error *reterr)
{
	if (strcmp(options->operands[0], "show") != 0)
		return ka_fail(reterr, KA_E_COMMAND_UNKNOWN, "config has no action '%s': show",
			       options->operands[0]);
	return write_show(options, reterr);
}
