#include "core/facts.h"

#include "base/duration.h"

const char *const ka_subject_words[] = {"host", "netns", "root", "settings", NULL};

static void keep_least(bool *has, int64_t *value, bool other_has, int64_t other)
{
	if (other_has && (!*has || other < *value))
		*value = other;
	*has |= other_has;
}

static void keep_most(bool *has, int64_t *value, bool other_has, int64_t other)
{
	if (other_has && (!*has || other > *value))
		*value = other;
	*has |= other_has;
}

static void keep_strictest(struct ka_goals *goals, const struct ka_goals *other)
{
	keep_least(&goals->has_detect_within, &goals->detect_within_s, other->has_detect_within,
		   other->detect_within_s);
	keep_most(&goals->has_survive_outage, &goals->survive_outage_s, other->has_survive_outage,
		  other->survive_outage_s);
	keep_most(&goals->has_lost_probes, &goals->lost_probes, other->has_lost_probes,
		  other->lost_probes);
	keep_most(&goals->has_min_time, &goals->min_time_s, other->has_min_time, other->min_time_s);
	keep_most(&goals->margin.has_percent, &goals->margin.percent, other->margin.has_percent,
		  other->margin.percent);
	keep_most(&goals->margin.has_ms, &goals->margin.ms, other->margin.has_ms, other->margin.ms);
}

static void flags_beat(struct ka_goals *goals, const struct ka_goals *flags)
{
	if (flags->has_detect_within)
		goals->detect_within_s = flags->detect_within_s;
	if (flags->has_survive_outage)
		goals->survive_outage_s = flags->survive_outage_s;
	if (flags->has_lost_probes)
		goals->lost_probes = flags->lost_probes;
	if (flags->has_min_time)
		goals->min_time_s = flags->min_time_s;
	if (flags->margin.has_percent || flags->margin.has_ms)
		goals->margin = flags->margin;
	goals->has_detect_within |= flags->has_detect_within;
	goals->has_survive_outage |= flags->has_survive_outage;
	goals->has_lost_probes |= flags->has_lost_probes;
	goals->has_min_time |= flags->has_min_time;
}

/* What a client does is no flag's to say: that of the configuration stays. */
static void http_beats(struct ka_http *http, const struct ka_http *flags)
{
	if (flags->has_server)
		http->server_s = flags->server_s;
	if (flags->has_client)
		http->client_s = flags->client_s;
	if (flags->has_only)
		http->only = flags->only;
	http->has_server |= flags->has_server;
	http->has_client |= flags->has_client;
	http->has_only |= flags->has_only;
}

void ka_state_over(struct ka_stated *stated, const struct ka_stated *flags)
{
	flags_beat(&stated->goals, &flags->goals);
	http_beats(&stated->http, &flags->http);
	if (flags->has_side)
		stated->side = flags->side;
	stated->has_side |= flags->has_side;
	stated->choose_hz = flags->choose_hz;
}

/* One HTTP keepalive value: the flag's, or what all profiles that state one agree on. */
static int merge_http_value(const char *what, const char *flag, const struct ka_profile *profile,
			    bool *has, int64_t *value, bool flag_has, bool other_has, int64_t other,
			    struct ka_error *reterr)
{
	char mine[KA_DURATION_TEXT], theirs[KA_DURATION_TEXT];

	if (flag_has || !other_has)
		return 0;
	if (*has && *value != other)
		return ka_fail(reterr, KA_E_CONTRADICTION,
			       "profile %s states a %s of %s, another one %s: say which with %s",
			       profile->id, what, ka_format_duration(theirs, other),
			       ka_format_duration(mine, *value), flag);
	*has = true;
	*value = other;
	return 0;
}

/* With --http-client the client is no longer the one that a profile knows: what profiles say of its
 * closing counts only where they agree. */
static int merge_client_closes(struct ka_http *http, const struct ka_profile *profile,
			       const struct ka_http *flags, struct ka_error *reterr)
{
	enum ka_client_closes other = profile->http.client_closes;

	if (other == KA_CLOSES_UNSTATED || other == http->client_closes ||
	    flags->client_closes != KA_CLOSES_UNSTATED)
		return 0;
	if (http->client_closes != KA_CLOSES_UNSTATED && !flags->has_client)
		return ka_fail(
			reterr, KA_E_CONTRADICTION,
			"profile %s states client_closes: %s, another one %s: say --http-client",
			profile->id, ka_client_closes_words[other],
			ka_client_closes_words[http->client_closes]);
	/* Of the two words the later one promises less. */
	if (other > http->client_closes)
		http->client_closes = other;
	return 0;
}

static int merge_only(struct ka_http *http, const struct ka_profile *profile,
		      const struct ka_http *flags, struct ka_error *reterr)
{
	if (flags->has_only || !profile->http.has_only)
		return 0;
	if (http->has_only && http->only != profile->http.only)
		return ka_fail(reterr, KA_E_CONTRADICTION,
			       "profile %s states http only: %s, another one %s: say --http-only",
			       profile->id, profile->http.only ? "true" : "false",
			       http->only ? "true" : "false");
	http->has_only = true;
	http->only = profile->http.only;
	return 0;
}

static int merge_http(struct ka_http *http, const struct ka_profile *profile,
		      const struct ka_http *flags, struct ka_error *reterr)
{
	const struct ka_http *other = &profile->http;

	if (merge_http_value("server_keepalive", "--http-server", profile, &http->has_server,
			     &http->server_s, flags->has_server, other->has_server, other->server_s,
			     reterr) < 0 ||
	    merge_http_value("client_keepalive", "--http-client", profile, &http->has_client,
			     &http->client_s, flags->has_client, other->has_client, other->client_s,
			     reterr) < 0)
		return -1;
	if (merge_client_closes(http, profile, flags, reterr) < 0)
		return -1;
	return merge_only(http, profile, flags, reterr);
}

static int merge_profiles(const struct ka_ingredient *ingredients, size_t count,
			  const struct ka_stated *stated, struct ka_intent *intent,
			  struct ka_error *reterr)
{
	intent->http = stated->http;
	for (size_t i = 0; i < count; i++) {
		if (!ingredients[i].profile)
			continue;
		keep_strictest(&intent->goals, &ingredients[i].profile->goals);
		if (merge_http(&intent->http, ingredients[i].profile, &stated->http, reterr) < 0)
			return -1;
	}
	flags_beat(&intent->goals, &stated->goals);
	return 0;
}

static size_t count_hops(const struct ka_ingredient *ingredients, size_t count)
{
	size_t hops = 0;

	for (size_t i = 0; i < count; i++)
		hops += ingredients[i].profile ? ingredients[i].profile->hop_count : 1;
	return hops;
}

int ka_intent_build(struct ka_arena *arena, const struct ka_ingredient *ingredients, size_t count,
		    const struct ka_stated *stated, struct ka_intent *ret_intent,
		    struct ka_error *reterr)
{
	size_t hop_count = count_hops(ingredients, count), at = 0, profile_count = 0;
	struct ka_hop *hops = ka_arena_array(arena, hop_count + 1, sizeof(*hops));
	const struct ka_profile **owners = ka_arena_array(arena, hop_count + 1, sizeof(*owners));
	const struct ka_profile **profiles = ka_arena_array(arena, count + 1, sizeof(*profiles));
	struct ka_intent intent = {
		.has_path = count > 0, .side = stated->side, .choose_hz = stated->choose_hz};

	if (!hops || !owners || !profiles)
		return ka_fail_memory(reterr);
	if (merge_profiles(ingredients, count, stated, &intent, reterr) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const struct ka_profile *profile = ingredients[i].profile;

		if (!profile) {
			hops[at++] = ingredients[i].hop;
			continue;
		}
		profiles[profile_count++] = profile;
		for (size_t h = 0; h < profile->hop_count; h++) {
			owners[at] = profile;
			hops[at++] = profile->hops[h];
		}
	}
	intent.path = (struct ka_path){hops, hop_count};
	intent.hop_profiles = owners;
	intent.profiles = profiles;
	intent.profile_count = profile_count;
	*ret_intent = intent;
	return 0;
}
