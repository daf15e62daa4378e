/* One exchange of HTTP by libcurl: no redirection is followed here. */
#ifndef KA_HELPER_TRANSFER_H
#define KA_HELPER_TRANSFER_H

#include "base/arena.h"
#include "helper/failure.h"
#include "helper/trust.h"
#include "helper/url.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one run has to itself. */
struct ka_client {
	struct ka_arena *arena;
	CURL *easy;
	const struct ka_trust *trust;
	int64_t deadline_ms; /* of CLOCK_MONOTONIC: the end of everything */
	int listener;        /* the descriptor that the answer goes to; its end is ours */
};

enum { KA_REASON_MAX = 64 }; /* bytes of "404 Not Found", and of an ETag that is kept */
enum { KA_VALIDATOR_MAX = 256 };

struct ka_reply {
	long status;
	char reason[KA_REASON_MAX]; /* "404 Not Found"; from outside */
	const char *bytes;          /* of a 200 only */
	size_t length;
	const char *location;             /* NULL: none */
	const char *etag, *last_modified; /* bounded, printable; NULL: none */
};

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t ka_now_ms(void);

/* -1 where libcurl does not start. */
int ka_client_open(struct ka_client *client, struct ka_failure *retfailure);
void ka_client_close(struct ka_client *client);

/* Gets a URL with these additional header lines (NULL: none). A status other than 200 is no failure
 * here. The body of a 200 has at most max bytes. Arena-owned. */
int ka_transfer(const struct ka_client *client, const struct ka_url *url,
		const struct curl_slist *headers, size_t max, struct ka_reply *ret_reply,
		struct ka_failure *retfailure);

#endif
