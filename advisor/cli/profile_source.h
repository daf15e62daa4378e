/* Profiles by the word that names them. */
#ifndef KA_CLI_PROFILE_SOURCE_H
#define KA_CLI_PROFILE_SOURCE_H

#include "cli/options.h"
#include "cli/profile_download.h"
#include "core/profile.h"

/* Where a site's own profiles stand, as ID.yaml. */
#define KA_SITE_DIRECTORY "/etc/kaadvise"
#define KA_SITE_PROFILES KA_SITE_DIRECTORY "/profiles"

/* A profile and the text it was read from; both owned by the arena (or compiled in). */
struct ka_sourced_profile {
	const struct ka_profile *profile;
	const char *yaml;
	size_t yaml_length;
};

/* Whether the word names a file: it has a `/` or ends in .yaml or .yml, and is no URL. */
bool ka_is_profile_file(const char *word);

/* Whether the word is an id: lower-case letters, digits and hyphens. */
bool ka_is_profile_id(const char *word);

/* Reads the profile that word names: a URL, a file (a word with a `/` or ending in .yaml or .yml),
 * or an id, looked up in KA_SITE_PROFILES first and then among the built-in ones. A URL is asked
 * once per run. Of several errors in a file all but the last are printed here, and the last is
 * returned. */
int ka_profile_source(const struct ka_options *options, const char *word,
		      struct ka_sourced_profile *ret_sourced, struct ka_error *reterr);

/* The profile that was downloaded, which is kept when it is one. */
int ka_profile_parse_download(const struct ka_options *options, struct ka_downloaded *downloaded,
			      struct ka_sourced_profile *ret_sourced, struct ka_error *reterr);

#endif
