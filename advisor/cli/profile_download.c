#include "cli/profile_download.h"

#include "base/duration.h"
#include "cli/fetch_inputs.h"
#include "cli/print.h"
#include "cli/profile_url.h"

#include <string.h>
#include <time.h>

/* One download in progress. */
struct work {
	const struct ka_options *options;
	struct ka_arena *arena;
	struct ka_profile_url url;
	struct ka_fetch_inputs inputs;
	const char *name; /* of the cache's file */
	struct ka_cached cached;
	bool is_kept; /* cached is usable */
	bool asks_always;
	int64_t now_s;
};

static int64_t age_of(const struct work *work)
{
	int64_t age_s = work->now_s - work->cached.confirmed_s;

	return age_s > 0 ? age_s : 0;
}

/* A signature is asked for anew each time: a kept copy was verified by another run, perhaps with
 * another key. */
static int verify(struct work *work, const struct ka_fetch_bytes *signature,
		  const struct ka_fetch_bytes *content, const char **ret_signer,
		  struct ka_error *reterr)
{
	*ret_signer = NULL;
	if (!work->inputs.key.bytes)
		return 0;
	if (!signature->bytes)
		return ka_fail(reterr, KA_E_FETCH_SIGNATURE,
			       "signature: the kept copy has none: run without --offline");
	if (ka_fetch_find_helper(work->arena, &work->inputs.program, reterr) < 0)
		return -1;
	return ka_fetch_verify(work->arena, &work->inputs.program, &work->inputs.key, signature,
			       content, ret_signer, reterr);
}

static int check_pin(const struct work *work, const char *sha256, struct ka_error *reterr)
{
	if (!work->url.pin || strcmp(work->url.pin, sha256) == 0)
		return 0;
	return ka_fail(reterr, KA_E_FETCH_DIGEST, "digest: found %s, pinned %s", sha256,
		       work->url.pin);
}

/* What was read from the cache or the network, in one form. */
static int accept(struct work *work, bool is_stale, struct ka_downloaded *ret_downloaded,
		  struct ka_error *reterr)
{
	const struct ka_cached *cached = &work->cached;
	const struct ka_fetch_bytes content = {cached->bytes, cached->length};
	const struct ka_fetch_bytes signature = {cached->signature, cached->signature_length};
	const char *signer;

	if (check_pin(work, cached->sha256, reterr) < 0 ||
	    verify(work, &signature, &content, &signer, reterr) < 0)
		return -1;
	*ret_downloaded = (struct ka_downloaded){
		.shown = work->url.shown,
		.bytes = cached->bytes,
		.length = cached->length,
		.sha256 = cached->sha256,
		.is_stale = is_stale,
		.age_s = is_stale ? age_of(work) : 0,
		.signer = signer,
		.kept = work->is_kept ? ka_arena_printf(work->arena, "%s/%s", work->inputs.cache,
							work->name)
				      : NULL,
	};
	return 0;
}

/* What the server gave or confirmed, for ka_profile_keep. Without memory the run fails anyway. */
static void make_keepable(const struct work *work, struct ka_downloaded *downloaded)
{
	struct ka_keepable *keepable = ka_arena_alloc(work->arena, sizeof(*keepable));

	if (!keepable || !work->inputs.cache)
		return;
	*keepable = (struct ka_keepable){work->inputs.cache, work->name, work->cached};
	downloaded->keepable = keepable;
}

void ka_profile_keep(struct ka_arena *arena, struct ka_downloaded *downloaded)
{
	const struct ka_keepable *keepable = downloaded->keepable;
	struct ka_error error;

	if (!keepable)
		return;
	downloaded->kept = NULL;
	if (ka_cache_write(keepable->directory, keepable->name, &keepable->cached, &error) < 0)
		ka_print_note("%s", error.message);
	else
		downloaded->kept =
			ka_arena_printf(arena, "%s/%s", keepable->directory, keepable->name);
}

static void take_answer(struct work *work, const struct ka_fetch_answer *answer)
{
	char digest[KA_SHA256_TEXT];

	work->is_kept = false;
	work->cached = (struct ka_cached){
		.etag = answer->etag,
		.last_modified = answer->last_modified,
		.bytes = answer->bytes,
		.length = answer->length,
		.signature = answer->signature,
		.signature_length = answer->signature_length,
		.sha256 =
			ka_arena_copy(work->arena, ka_sha256(digest, answer->bytes, answer->length),
				      KA_SHA256_TEXT - 1),
	};
}

/* Asks the server, for a change alone where a kept copy may be right. */
static int ask(struct work *work, bool is_conditional, struct ka_downloaded *ret_downloaded,
	       struct ka_error *reterr)
{
	struct ka_fetch_request request = {
		.url = work->url.asked,
		.headers = work->inputs.headers,
		.header_count = work->inputs.header_count,
		.etag = is_conditional ? work->cached.etag : NULL,
		.last_modified = is_conditional ? work->cached.last_modified : NULL,
		.insecure_http = work->options->insecure_http,
		.wants_signature = work->inputs.key.bytes != NULL,
	};
	struct ka_fetch_answer answer;

	if (ka_fetch_find_helper(work->arena, &work->inputs.program, reterr) < 0 ||
	    ka_fetch(work->arena, &work->inputs.program, &request, &answer, reterr) < 0)
		return -1;
	if (!answer.is_unchanged)
		take_answer(work, &answer);
	if (accept(work, false, ret_downloaded, reterr) < 0) {
		/* The content is the same, its signature may be a new one. */
		if (answer.is_unchanged && reterr->id == KA_E_FETCH_SIGNATURE)
			return ask(work, false, ret_downloaded, reterr);
		return -1;
	}
	work->cached.confirmed_s = work->now_s;
	make_keepable(work, ret_downloaded);
	return 0;
}

static int fail_offline(const struct work *work, struct ka_error *reterr)
{
	char age[KA_DURATION_TEXT], most[KA_DURATION_TEXT];

	if (!work->is_kept)
		return ka_fail(reterr, KA_E_FETCH_OFFLINE, "--offline: no copy is kept");
	return ka_fail(reterr, KA_E_FETCH_OFFLINE,
		       "--offline: the kept copy is %s old, --max-stale allows %s",
		       ka_format_duration(age, age_of(work)),
		       ka_format_duration(most, work->options->max_stale_s));
}

/* Whether the kept copy may stand in for the server. */
static bool may_stand_in(const struct work *work)
{
	return work->is_kept && age_of(work) <= work->options->max_stale_s;
}

static bool is_pinned(const struct work *work)
{
	return work->is_kept && work->url.pin && strcmp(work->url.pin, work->cached.sha256) == 0;
}

/* Whether the kept copy would do if the server said that it is still right. */
static bool would_do(const struct work *work)
{
	return work->is_kept && (!work->inputs.key.bytes || work->cached.signature) &&
	       (!work->url.pin || is_pinned(work));
}

static int get(struct work *work, struct ka_downloaded *ret_downloaded, struct ka_error *reterr)
{
	bool needs_server = work->asks_always && !work->options->offline;
	bool is_conditional = would_do(work);
	struct ka_cached kept = work->cached;

	if (is_conditional && is_pinned(work) && !needs_server &&
	    accept(work, false, ret_downloaded, reterr) == 0)
		return 0;
	if (work->options->offline)
		return may_stand_in(work) ? accept(work, true, ret_downloaded, reterr)
					  : fail_offline(work, reterr);
	if (ask(work, is_conditional, ret_downloaded, reterr) == 0)
		return 0;
	if (!ka_fetch_is_outage(reterr) || !may_stand_in(work) || !is_conditional)
		return -1;
	work->cached = kept;
	return accept(work, true, ret_downloaded, reterr);
}

static void look_into_cache(struct work *work)
{
	char digest[KA_SHA256_TEXT];
	enum ka_cache_state state;

	work->name = ka_arena_copy(work->arena,
				   ka_sha256(digest, work->url.asked, strlen(work->url.asked)),
				   KA_SHA256_TEXT - 1);
	state = ka_cache_read(work->arena, work->inputs.cache, work->name, &work->cached);
	work->is_kept = state == KA_CACHE_GOOD;
	if (state == KA_CACHE_DAMAGED)
		ka_print_note("%s: the copy kept in %s is damaged, or not this user's alone: it is "
			      "not used",
			      work->url.shown, work->inputs.cache);
}

/* Names what is at fault, unless it is a file of this machine. */
static int name_url(const char *shown, struct ka_error *reterr)
{
	if (!reterr->file[0] && reterr->id != KA_E_FETCH_PROGRAM)
		snprintf(reterr->file, sizeof(reterr->file), "%s", shown);
	return -1;
}

/* The same for what is no URL that may be asked for: nothing that could be a password is shown. */
static int name_word(struct ka_arena *arena, const char *word, struct ka_error *reterr)
{
	size_t shown = strcspn(word, "?#");

	if (strchr(word, '@')) /* wherever it stands: a password may hold a delimiter */
		return -1;
	return name_url(ka_arena_printf(arena, "%.*s%s", (int)shown, word,
					word[shown] == '?' ? "?..." : ""),
			reterr);
}

int ka_profile_download(const struct ka_options *options, const char *url, bool asks_always,
			struct ka_downloaded *ret_downloaded, struct ka_error *reterr)
{
	struct work work = {.options = options,
			    .arena = options->arena,
			    .asks_always = asks_always,
			    .now_s = time(NULL)};
	struct ka_error error = {.id = KA_E_INTERNAL};

	if (ka_profile_url_parse(work.arena, url, options->insecure_http, &work.url, &error) < 0) {
		*reterr = error;
		return name_word(work.arena, url, reterr);
	}
	if (ka_fetch_inputs_read(options, &work.inputs, reterr) < 0)
		return -1;
	work.inputs.program.context = (void *)work.url.shown;
	look_into_cache(&work);
	if (get(&work, ret_downloaded, &error) < 0) {
		*reterr = error;
		return name_url(work.url.shown, reterr);
	}
	return work.arena->has_failed ? ka_fail_memory(reterr) : 0;
}
