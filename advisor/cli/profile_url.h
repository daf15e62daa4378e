/* The URL of a profile: what may be asked for, and what may be shown of it. */
#ifndef KA_CLI_PROFILE_URL_H
#define KA_CLI_PROFILE_URL_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>

struct ka_profile_url {
	const char *asked; /* without the fragment */
	const char *shown; /* without the query, too: that may hold a token */
	const char *pin;   /* 64 hexadecimal digits in lower case; NULL: none */
};

/* Whether the word is a URL: contains "://". */
bool ka_is_url(const char *word);

/* Takes a URL apart, by the rules of the outside alone: https, or http where it is allowed, no user
 * name or password, a fragment only of the form sha256=HEX. KA_E_PROFILE_URL, whose message holds
 * nothing that may be secret. Arena-owned. */
int ka_profile_url_parse(struct ka_arena *arena, const char *word, bool insecure_http,
			 struct ka_profile_url *ret_url, struct ka_error *reterr);

#endif
