#include "out/json_profile.h"

#include "out/json_value.h"

static json_t *text_or_null(struct ka_arena *arena, const char *text)
{
	return text ? ka_json_text(arena, text) : json_null();
}

static json_t *number_or_null(bool has, int64_t number)
{
	return has ? json_integer(number) : json_null();
}

static json_t *range_json(const struct ka_hop *hop)
{
	if (!hop->is_configurable)
		return json_null();
	return json_pack("{s:I, s:I}", "min_s", (json_int_t)hop->configurable_min_s, "max_s",
			 (json_int_t)hop->configurable_max_s);
}

static json_t *hop_json(struct ka_arena *arena, const struct ka_judged_profile *judged, size_t at)
{
	const struct ka_hop *hop = &judged->profile->hops[at];

	return json_pack("{s:o, s:i, s:I, s:o, s:o, s:o, s:s, s:s, s:b, s:s}", "name",
			 ka_json_text(arena, hop->name), "layer", hop->layer, "idle_timeout_s",
			 (json_int_t)hop->idle_s, "backend_idle_timeout_s",
			 number_or_null(hop->has_backend_idle, hop->backend_idle_s), "configurable",
			 range_json(hop), "setting", text_or_null(arena, hop->setting), "keepalive",
			 ka_probe_effect_words[hop->probes], "on_expiry",
			 ka_expiry_words[hop->on_expiry], "breaks_connection",
			 hop->breaks_connection, "linux_defaults",
			 ka_outcome_words[judged->hops[at]]);
}

static json_t *hops_json(struct ka_arena *arena, const struct ka_judged_profile *judged)
{
	json_t *list = json_array();

	for (size_t i = 0; i < judged->profile->hop_count; i++)
		ka_json_append(&list, hop_json(arena, judged, i));
	return list;
}

static json_t *http_json(const struct ka_http *http)
{
	if (!http->has_server && !http->has_client && !http->has_only)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:b}", "server_keepalive_s",
			 number_or_null(http->has_server, http->server_s), "client_keepalive_s",
			 number_or_null(http->has_client, http->client_s), "client_closes",
			 http->client_closes == KA_CLOSES_UNSTATED
				 ? json_null()
				 : json_string(ka_client_closes_words[http->client_closes]),
			 "only", http->only);
}

static json_t *sources_json(struct ka_arena *arena, const struct ka_profile *profile)
{
	json_t *list = json_array();

	for (size_t i = 0; i < profile->source_count; i++) {
		const struct ka_source *source = &profile->sources[i];

		ka_json_append(&list, json_pack("{s:o, s:o, s:s, s:o}", "url",
						ka_json_text(arena, source->url), "checked",
						ka_json_text(arena, source->checked), "confirmed",
						ka_confirmed_words[source->confirmed], "says",
						ka_json_text(arena, source->says)));
	}
	return list;
}

static json_t *outcome_json(const struct ka_judged_profile *judged)
{
	json_t *rules = json_array();

	for (size_t i = 0; i < judged->rule_count; i++)
		ka_json_append(&rules, json_string(judged->rules[i]));
	return json_pack("{s:s, s:o}", "verdict", ka_outcome_words[judged->outcome], "rules",
			 rules);
}

/* What simple scripts want: the values of the only hop. */
static void add_only_hop(struct ka_arena *arena, const struct ka_profile *profile, json_t **row)
{
	const struct ka_hop *hop = profile->hop_count == 1 ? &profile->hops[0] : NULL;

	ka_json_set(row, "layer", number_or_null(hop, hop ? hop->layer : 0));
	ka_json_set(row, "idle_timeout_s", number_or_null(hop, hop ? hop->idle_s : 0));
	ka_json_set(row, "configurable", hop ? range_json(hop) : json_null());
	ka_json_set(row, "setting", text_or_null(arena, hop ? hop->setting : NULL));
	ka_json_set(row, "keepalive", json_string(hop ? ka_probe_effect_words[hop->probes] : ""));
	ka_json_set(row, "on_expiry", json_string(hop ? ka_expiry_words[hop->on_expiry] : ""));
}

static json_t *profile_json(struct ka_arena *arena, const struct ka_judged_profile *judged)
{
	const struct ka_profile *profile = judged->profile;
	json_t *row = json_object();

	ka_json_set(&row, "id", ka_json_text(arena, profile->id));
	ka_json_set(&row, "title", ka_json_text(arena, profile->title));
	ka_json_set(&row, "kind", json_string(ka_profile_kind_words[ka_profile_kind(profile)]));
	ka_json_set(&row, "extends", text_or_null(arena, profile->extends));
	ka_json_set(&row, "origin", ka_json_text(arena, profile->origin));
	ka_json_set(&row, "sha256", ka_json_text(arena, profile->sha256));
	add_only_hop(arena, profile, &row);
	ka_json_set(&row, "hops", hops_json(arena, judged));
	ka_json_set(&row, "http", http_json(&profile->http));
	ka_json_set(&row, "sources", sources_json(arena, profile));
	ka_json_set(&row, "linux_defaults", outcome_json(judged));
	return row;
}

int ka_json_profile(const struct ka_judged_profile *judged, struct ka_text *text,
		    struct ka_error *reterr)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	json_t *document = profile_json(&arena, judged);
	int result;

	if (arena.has_failed) {
		json_decref(document);
		document = NULL;
	}
	ka_arena_clear(&arena);
	result = ka_json_add(document, text, reterr);
	ka_text_add(text, "\n");
	return result == 0 && text->has_failed ? ka_fail_memory(reterr) : result;
}
