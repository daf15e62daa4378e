#include "out/text_profiles.h"

#include "out/table.h"

#include <inttypes.h>
#include <string.h>

enum { COLUMNS = 7 };

static const char *number(struct ka_arena *arena, int64_t value)
{
	return ka_arena_printf(arena, "%" PRId64, value);
}

static const char *join(struct ka_arena *arena, const char *words, const char *more)
{
	if (!*words || !*more)
		return *words ? words : more;
	return ka_arena_printf(arena, "%s, %s", words, more);
}

/* What is to be said of a hop besides its columns: range and setting, the other side's timer. */
static const char *hop_details(struct ka_arena *arena, const struct ka_hop *hop)
{
	const char *words = "";

	if (hop->is_configurable)
		words = ka_arena_printf(arena, "%" PRId64 "..%" PRId64 " s",
					hop->configurable_min_s, hop->configurable_max_s);
	if (hop->setting)
		words = ka_arena_printf(arena, "%s%s%s", words, *words ? ": " : "set by ",
					hop->setting);
	if (hop->has_backend_idle)
		words = join(arena, words,
			     ka_arena_printf(arena, "%" PRId64 " s towards the server",
					     hop->backend_idle_s));
	return join(arena, words, hop->breaks_connection ? "" : "breaks nothing");
}

/* The title in the first row of a profile, the hop's name where there are several. */
static const char *describe(struct ka_arena *arena, const struct ka_profile *profile, size_t row,
			    const char *name, const char *details)
{
	bool is_site = row == 0 && strcmp(profile->origin, "built-in") != 0;
	const char *words = row == 0 ? profile->title : "";

	if (name)
		words = ka_arena_printf(arena, "%s%s%s", words, *words ? ": " : "", name);
	if (is_site)
		details = join(arena, details, profile->origin);
	if (!*details)
		return words;
	return ka_arena_printf(arena, "%s%s%s", words, *words ? "; " : "", details);
}

static const char *outcome(const struct ka_judged_profile *judged, size_t at)
{
	if (judged->hops[at] == KA_OUTCOME_NONE)
		return "-";
	return judged->hop_rules[at] ? judged->hop_rules[at] : ka_outcome_words[judged->hops[at]];
}

static void add_hops(struct ka_table *table, const struct ka_judged_profile *judged, size_t *row)
{
	const struct ka_profile *profile = judged->profile;
	struct ka_arena *arena = table->arena;

	for (size_t i = 0; i < profile->hop_count; i++, (*row)++) {
		const struct ka_hop *hop = &profile->hops[i];
		const char *name = profile->hop_count > 1 ? hop->name : NULL;

		ka_table_row(table, (const char *[COLUMNS]){profile->id, number(arena, hop->layer),
							    number(arena, hop->idle_s),
							    ka_probe_effect_words[hop->probes],
							    ka_expiry_words[hop->on_expiry],
							    outcome(judged, i),
							    describe(arena, profile, *row, name,
								     hop_details(arena, hop))});
	}
}

static void add_http(struct ka_table *table, const struct ka_profile *profile, const char *whose,
		     int64_t keepalive_s, const char *details, size_t *row)
{
	ka_table_row(table,
		     (const char *[COLUMNS]){
			     profile->id, "http", number(table->arena, keepalive_s), whose, "", "",
			     describe(table->arena, profile, (*row)++, NULL, details)});
}

static void add_profile(struct ka_table *table, const struct ka_judged_profile *judged)
{
	const struct ka_http *http = &judged->profile->http;
	size_t row = 0;

	add_hops(table, judged, &row);
	if (http->has_server)
		add_http(table, judged->profile, "server", http->server_s, "", &row);
	if (http->has_client)
		add_http(table, judged->profile, "client", http->client_s,
			 ka_client_closes_meanings[http->client_closes], &row);
	if (row == 0)
		ka_table_row(table, (const char *[COLUMNS]){
					    judged->profile->id, "http", "", "", "", "",
					    describe(table->arena, judged->profile, 0, NULL, "")});
}

void ka_text_profiles(struct ka_writer *writer, const struct ka_judged_profile *profiles,
		      size_t count)
{
	static const char *const headings[COLUMNS] = {"id",
						      "layer",
						      "idle s",
						      "keepalive",
						      "at expiry",
						      "defaults",
						      "title; range: setting"};
	struct ka_table table;

	ka_table_init(&table, writer->arena, COLUMNS, 1u << 2);
	ka_table_row(&table, headings);
	for (size_t i = 0; i < count; i++)
		add_profile(&table, &profiles[i]);
	ka_table_write(&table, writer, 0);
}
