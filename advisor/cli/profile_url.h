/* Profiles from a URL: cache, download, pin and signature, and only then parsing. */
#ifndef KA_CLI_PROFILE_URL_H
#define KA_CLI_PROFILE_URL_H

#include "cli/options.h"

/* A download that has passed every check but parsing. Arena-owned. */
struct ka_downloaded {
	const char *shown; /* the URL without query and fragment: for messages and reports */
	const char *bytes;
	size_t length;
	char sha256[65];
	bool is_stale;      /* a cached copy that the server did not confirm now */
	int64_t age_s;      /* of it */
	const char *signer; /* key id of a verified signature; NULL: none was asked for */
};

/* Whether the word is a URL: contains "://". */
bool ka_is_url(const char *word);

/* Fetches url (https://..., with #sha256=HEX to pin it), by the options --offline, --max-stale,
 * --header-file, --verify-key and --insecure-http. -1 with KA_E_PROFILE_URL or KA_E_FETCH_*; the
 * error's file is the shown URL. */
int ka_profile_download(const struct ka_options *options, const char *url,
			struct ka_downloaded *ret_downloaded, struct ka_error *reterr);

#endif
