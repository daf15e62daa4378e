/* Profiles from a URL: cache, download, pin and signature, and only then parsing. */
#ifndef KA_CLI_PROFILE_DOWNLOAD_H
#define KA_CLI_PROFILE_DOWNLOAD_H

#include "cli/options.h"
#include "edge/digest.h"
#include "edge/fetch_cache.h"

/* What a later run may use, and where it is kept. */
struct ka_keepable {
	const char *directory, *name;
	struct ka_cached cached;
};

/* A download that has passed every check but parsing. Arena-owned. */
struct ka_downloaded {
	const char *shown; /* the URL without query and fragment: for messages and reports */
	const char *bytes;
	size_t length;
	const char *sha256;
	bool is_stale;      /* a kept copy that the server did not confirm now */
	int64_t age_s;      /* of it */
	const char *signer; /* key id of a verified signature; NULL: none was asked for */
	const char *kept;   /* the file in which it is kept; NULL: it is not */
	const struct ka_keepable *keepable; /* for ka_profile_keep; NULL: nothing to keep */
};

/* Downloads url (https://..., with #sha256=HEX to pin it), by the options --offline, --max-stale,
 * --header-file, --verify-key and --insecure-http. In this order: a kept copy that is what was
 * pinned needs no network; else the server is asked whether the kept copy is still right; what
 * comes is compared with the pin and its signature verified. A kept copy of at most --max-stale
 * stands in where the server cannot be reached. With asks_always the server is asked about a pinned
 * copy, too, unless --offline forbids it. -1 with KA_E_PROFILE_URL or KA_E_FETCH_*; the error's
 * file is the shown URL. */
int ka_profile_download(const struct ka_options *options, const char *url, bool asks_always,
			struct ka_downloaded *ret_downloaded, struct ka_error *reterr);

/* Keeps what came or was confirmed, which sets kept: call it for what is a profile, so that
 * nothing else replaces a good copy. Not being able to is no failure, and told. */
void ka_profile_keep(struct ka_arena *arena, struct ka_downloaded *downloaded);

#endif
