#include "cli/profile_source.h"

#include "base/duration.h"
#include "base/text.h"
#include "cli/print.h"
#include "cli/profile_url.h"
#include "edge/digest.h"
#include "edge/profile_file.h"
#include "edge/profile_yaml.h"
#include "profiles/builtin.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static bool ends_with(const char *word, const char *end)
{
	size_t length = strlen(word), end_length = strlen(end);

	return length >= end_length && strcmp(word + length - end_length, end) == 0;
}

bool ka_is_profile_file(const char *word)
{
	return !ka_is_url(word) &&
	       (strchr(word, '/') || ends_with(word, ".yaml") || ends_with(word, ".yml"));
}

bool ka_is_profile_id(const char *word)
{
	size_t length = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return length > 0 && length <= 63 && word[length] == '\0' && word[0] != '-';
}

static int fail_unknown(struct ka_arena *arena, const char *word, struct ka_error *reterr)
{
	const char **names = ka_arena_array(arena, ka_builtin_count + 1, sizeof(*names));
	const char *nearest = NULL;

	if (names) {
		for (size_t i = 0; i < ka_builtin_count; i++)
			names[i] = ka_builtin_id(i);
		nearest = ka_suggest(word, names);
	}
	if (nearest)
		return ka_fail(reterr, KA_E_PROFILE_UNKNOWN,
			       "no profile has the id '%s'; did you mean '%s'?", word, nearest);
	return ka_fail(reterr, KA_E_PROFILE_UNKNOWN,
		       "no profile has the id '%s': `kaadvise profiles list` shows them", word);
}

/* Finds the text of an id, site first: 1 with bytes, 0 with a built-in profile in *ret_builtin. */
static int find_id(struct ka_arena *arena, const char *id, struct ka_profile_found *ret_found,
		   size_t *ret_builtin, struct ka_error *reterr)
{
	const char *path;

	if (!ka_is_profile_id(id))
		return fail_unknown(arena, id, reterr);
	path = ka_arena_printf(arena, KA_SITE_PROFILES "/%s.yaml", id);
	*ret_found = (struct ka_profile_found){.name = path};
	if (ka_profile_read_file(arena, AT_FDCWD, path, &ret_found->bytes, &ret_found->length,
				 reterr) == 0)
		return 1;
	if (reterr->id != KA_E_PROFILE_READ || reterr->sys_errno != ENOENT)
		return -1;
	*ret_builtin = ka_builtin_find(id);
	if (*ret_builtin == ka_builtin_count)
		return fail_unknown(arena, id, reterr);
	ret_found->ready = ka_builtin_profile(arena, *ret_builtin);
	return ret_found->ready ? 0 : ka_fail_memory(reterr);
}

static int find_parent(void *context, struct ka_arena *arena, const char *id,
		       struct ka_profile_found *ret_found, struct ka_error *reterr)
{
	size_t builtin;

	(void)context;
	return find_id(arena, id, ret_found, &builtin, reterr) < 0 ? -1 : 0;
}

static int parse(struct ka_arena *arena, const struct ka_profile_found *found,
		 struct ka_sourced_profile *ret_sourced, struct ka_error *reterr)
{
	struct ka_profile *profile = ka_arena_alloc(arena, sizeof(*profile));
	char digest[KA_SHA256_TEXT];
	struct ka_errors errors;

	if (!profile)
		return ka_fail_memory(reterr);
	if (ka_profile_parse(arena, found->bytes, found->length, found->name, find_parent, NULL,
			     profile, &errors) < 0) {
		ka_print_errors(&errors, reterr);
		return -1;
	}
	profile->sha256 = ka_arena_copy(arena, ka_sha256(digest, found->bytes, found->length),
					KA_SHA256_TEXT - 1);
	*ret_sourced = (struct ka_sourced_profile){profile, found->bytes, found->length};
	return 0;
}

static int read_file(struct ka_arena *arena, const char *word,
		     struct ka_sourced_profile *ret_sourced, struct ka_error *reterr)
{
	struct ka_profile_found found = {.name = word};

	if (ka_profile_read_file(arena, AT_FDCWD, word, &found.bytes, &found.length, reterr) < 0)
		return -1;
	return parse(arena, &found, ret_sourced, reterr);
}

static int read_id(struct ka_arena *arena, const char *id, struct ka_sourced_profile *ret_sourced,
		   struct ka_error *reterr)
{
	struct ka_profile_found found = {.name = id};
	size_t builtin = 0;
	int is_text = find_id(arena, id, &found, &builtin, reterr);

	if (is_text < 0)
		return -1;
	if (is_text > 0)
		return parse(arena, &found, ret_sourced, reterr);
	*ret_sourced = (struct ka_sourced_profile){found.ready, ka_builtin_yaml(builtin),
						   strlen(ka_builtin_yaml(builtin))};
	return 0;
}

int ka_profile_parse_download(const struct ka_options *options, struct ka_downloaded *downloaded,
			      struct ka_sourced_profile *ret_sourced, struct ka_error *reterr)
{
	const struct ka_profile_found found = {.bytes = downloaded->bytes,
					       .length = downloaded->length,
					       .name = downloaded->shown};
	struct ka_sourced_profile sourced;
	struct ka_profile *profile;

	if (parse(options->arena, &found, &sourced, reterr) < 0)
		return -1;
	profile = ka_arena_alloc(options->arena, sizeof(*profile));
	if (!profile)
		return ka_fail_memory(reterr);
	*profile = *sourced.profile;
	profile->is_stale = downloaded->is_stale;
	profile->age_s = downloaded->age_s;
	ka_profile_keep(options->arena, downloaded);
	sourced.profile = profile;
	*ret_sourced = sourced;
	return 0;
}

/* Reports have rule KA704 for it; other results say nothing of where a profile came from. */
static void tell_if_stale(const struct ka_options *options, const struct ka_downloaded *downloaded)
{
	bool has_report = options->command == &ka_commands[KA_CMD_CHECK] ||
			  options->command == &ka_commands[KA_CMD_RECOMMEND];
	char age[KA_DURATION_TEXT];

	if (downloaded->is_stale && !has_report)
		ka_print_note("%s: this is a kept copy that its server last confirmed %s ago",
			      downloaded->shown, ka_format_duration(age, downloaded->age_s));
}

static int fetch(const struct ka_options *options, const char *url,
		 struct ka_sourced_profile *ret_sourced, struct ka_error *reterr)
{
	struct ka_downloaded downloaded;

	if (ka_profile_download(options, url, false, &downloaded, reterr) < 0 ||
	    ka_profile_parse_download(options, &downloaded, ret_sourced, reterr) < 0)
		return -1;
	tell_if_stale(options, &downloaded);
	return 0;
}

struct ka_fetched {
	const char *url; /* as it was given, with its pin */
	struct ka_sourced_profile sourced;
	struct ka_fetched *next;
};

static int fetch_once(const struct ka_options *options, const char *url,
		      struct ka_sourced_profile *ret_sourced, struct ka_error *reterr)
{
	struct ka_fetched *fetched = *options->fetched;

	while (fetched && strcmp(fetched->url, url) != 0)
		fetched = fetched->next;
	if (!fetched) {
		fetched = ka_arena_alloc(options->arena, sizeof(*fetched));
		if (!fetched)
			return ka_fail_memory(reterr);
		if (fetch(options, url, &fetched->sourced, reterr) < 0)
			return -1;
		fetched->url = url;
		fetched->next = *options->fetched;
		*options->fetched = fetched;
	}
	*ret_sourced = fetched->sourced;
	return 0;
}

int ka_profile_source(const struct ka_options *options, const char *word,
		      struct ka_sourced_profile *ret_sourced, struct ka_error *reterr)
{
	if (ka_is_url(word))
		return fetch_once(options, word, ret_sourced, reterr);
	return ka_is_profile_file(word) ? read_file(options->arena, word, ret_sourced, reterr)
					: read_id(options->arena, word, ret_sourced, reterr);
}
