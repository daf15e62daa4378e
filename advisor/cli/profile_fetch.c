#include "cli/profile_fetch.h"

#include "cli/listing.h"
#include "cli/print.h"
#include "cli/profile_source.h"
#include "out/json.h"

#include <inttypes.h>
#include <string.h>

struct fetched {
	const struct ka_downloaded *downloaded;
	const char *pinned; /* the URL as it was given, with its pin */
	const char *id;
};

static int write_json(const struct fetched *fetched, struct ka_writer *writer,
		      struct ka_error *reterr)
{
	const struct ka_downloaded *downloaded = fetched->downloaded;
	const struct ka_json_member members[] = {
		{"url", fetched->pinned, false},
		{"sha256", downloaded->sha256, false},
		{"id", fetched->id, false},
		{"bytes", ka_arena_printf(writer->arena, "%zu", downloaded->length), true},
		{"signer", downloaded->signer, false},
		{"cached", downloaded->kept, false},
		{"age_s", ka_arena_printf(writer->arena, "%" PRId64, downloaded->age_s), true},
	};

	return ka_json_row(members, sizeof(members) / sizeof(members[0]), &writer->text, reterr);
}

static int write_fetched(const void *context, enum ka_format format, struct ka_writer *writer,
			 struct ka_error *reterr)
{
	const struct fetched *fetched = context;

	if (format == KA_FORMAT_JSON)
		return write_json(fetched, writer, reterr);
	ka_text_printf(&writer->text, "%s\n", fetched->pinned);
	return 0;
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
	return ka_write_outputs(options, write_fetched, &fetched, reterr);
}
