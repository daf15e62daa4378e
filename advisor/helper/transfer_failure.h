/* What libcurl and OpenSSL say when a transfer fails, in words for people. */
#ifndef KA_HELPER_TRANSFER_FAILURE_H
#define KA_HELPER_TRANSFER_FAILURE_H

#include "helper/failure.h"
#include "helper/url.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

struct ka_transfer_end {
	CURLcode code;
	const char *text; /* of CURLOPT_ERRORBUFFER; may be "" */
	bool has_headers; /* the answer had begun */
	size_t received;  /* bytes of body */
};

/* Fills *retfailure by what the handle knows. */
void ka_transfer_failure(CURL *easy, const struct ka_url *url, const struct ka_transfer_end *end,
			 struct ka_failure *retfailure);

#endif
