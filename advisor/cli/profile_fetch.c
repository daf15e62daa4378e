#include "cli/profile_fetch.h"

#include "cli/print.h"
#include "cli/profile_source.h"
#include "cli/profile_url.h"
#include "out/json.h"

#include <inttypes.h>
#include <string.h>

struct fetched {
	const struct ka_downloaded *downloaded;
	const char *pinned; /* the URL as it was given, with its pin */
	const char *id;
};

static int write_json(struct ka_arena *arena, const struct fetched *fetched, struct ka_text *text,
		      struct ka_error *reterr)
{
	const struct ka_downloaded *downloaded = fetched->downloaded;
	const struct ka_json_member members[] = {
		{"url", fetched->pinned, false},
		{"sha256", downloaded->sha256, false},
		{"id", fetched->id, false},
		{"bytes", ka_arena_printf(arena, "%zu", downloaded->length), true},
		{"signer", downloaded->signer, false},
		{"cached", downloaded->kept, false},
		{"age_s", ka_arena_printf(arena, "%" PRId64, downloaded->age_s), true},
	};

	return ka_json_row(members, sizeof(members) / sizeof(members[0]), text, reterr);
}

static int write_one(const struct ka_options *options, const struct fetched *fetched,
		     const struct ka_output_request *output, struct ka_error *reterr)
{
	struct ka_text text = {0};
	int result = 0;

	if (output->format == KA_FORMAT_JSON)
		result = write_json(options->arena, fetched, &text, reterr);
	else
		ka_text_printf(&text, "%s\n", fetched->pinned);
	if (result == 0)
		result = ka_emit(&text, output->file, reterr);
	ka_text_clear(&text);
	return result;
}

static void say_what_came(const struct ka_options *options, const struct fetched *fetched)
{
	const struct ka_downloaded *downloaded = fetched->downloaded;
	const char *signer = downloaded->signer ? ka_arena_printf(options->arena, ", signed by %s",
								  downloaded->signer)
						: "";

	ka_print_note("%s: profile %s, %zu bytes%s%s, %s%s", downloaded->shown, fetched->id,
		      downloaded->length, signer,
		      downloaded->is_stale ? ", a kept copy that was not confirmed now" : "",
		      downloaded->kept ? "kept as " : "not kept",
		      downloaded->kept ? downloaded->kept : "");
}

int ka_profile_fetch(const struct ka_options *options, const char *url, struct ka_error *reterr)
{
	static const struct ka_output_request text_only = {KA_FORMAT_TEXT, NULL};
	struct ka_sourced_profile sourced;
	struct ka_downloaded downloaded;
	struct fetched fetched = {.downloaded = &downloaded};

	if (ka_profile_download(options, url, true, &downloaded, reterr) < 0 ||
	    ka_profile_parse_download(options, &downloaded, &sourced, reterr) < 0)
		return -1;
	fetched.id = sourced.profile->id;
	fetched.pinned = ka_arena_printf(options->arena, "%.*s#sha256=%s", (int)strcspn(url, "#"),
					 url, downloaded.sha256);
	say_what_came(options, &fetched);
	if (options->output_count == 0)
		return write_one(options, &fetched, &text_only, reterr);
	for (size_t i = 0; i < options->output_count; i++)
		if (write_one(options, &fetched, &options->outputs[i], reterr) < 0)
			return -1;
	return 0;
}
