/* URLs, taken apart by libcurl's own parser, so that what is checked is what is opened. */
#ifndef KA_HELPER_URL_H
#define KA_HELPER_URL_H

#include "base/arena.h"
#include "helper/failure.h"

#include <curl/curl.h>
#include <stdbool.h>

struct ka_url {
	CURLU *parts; /* owned: ka_url_clear() */
	const char *scheme, *host, *port;
	bool is_plain; /* http:// to a loopback address */
};

void ka_url_clear(struct ka_url *url);

/* Reads text, which may be relative to base (NULL: none): https only, and http to a loopback
 * address where can_be_plain; no user name. A fragment is dropped with a base, refused without.
 * Strings are arena-owned. -1 with the given step; the message never repeats text, which may hold
 * secrets. */
int ka_url_read(struct ka_arena *arena, const char *text, const struct ka_url *base,
		bool can_be_plain, enum ka_wire_step step, struct ka_url *ret_url,
		struct ka_failure *retfailure);

/* Adds suffix to the path of a URL, in front of its query. False without memory. */
bool ka_url_extend(const struct ka_url *url, const char *suffix);

/* Same scheme, host and port. */
bool ka_url_is_same_origin(const struct ka_url *one, const struct ka_url *other);

#endif
