#include "helper/download.h"

#include <stdio.h>

#define OWNED_URL __attribute__((cleanup(ka_url_clear))) struct ka_url

/* What is asked of every URL of a chain of redirections. */
struct errand {
	const struct ka_client *client;
	const struct ka_url *origin;             /* the URL that was asked for */
	const struct curl_slist *origin_headers; /* for it alone */
	bool is_conditional;
	size_t max; /* bytes */
};

static bool is_redirection(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static int go_to(const struct errand *errand, const char *location, struct ka_url *url,
		 struct ka_failure *retfailure)
{
	struct ka_url next;

	if (!location)
		return ka_refuse(retfailure, KA_STEP_REDIRECT, "a redirection that leads nowhere");
	if (ka_url_read(errand->client->arena, location, url, url->is_plain, KA_STEP_REDIRECT,
			&next, retfailure) != 0) {
		ka_failure_prefix(retfailure, "redirected");
		return -1;
	}
	ka_url_clear(url);
	*url = next;
	return 0;
}

/* Where it happened, when it is not the URL that was asked for; a status stays in front. */
static int say_where(const struct ka_url *url, struct ka_failure *retfailure)
{
	char outer[160];

	snprintf(outer, sizeof(outer), "redirected to %.120s", url->host);
	if (retfailure->step != KA_STEP_STATUS)
		ka_failure_prefix(retfailure, outer);
	return -1;
}

/* One exchange; headers stay at home. */
static int ask(const struct errand *errand, const struct ka_url *url, struct ka_reply *ret_reply,
	       struct ka_failure *retfailure)
{
	bool is_home = ka_url_is_same_origin(url, errand->origin);

	if (ka_transfer(errand->client, url, is_home ? errand->origin_headers : NULL, errand->max,
			ret_reply, retfailure) != 0)
		return -1;
	if (ret_reply->status == 200 ||
	    (ret_reply->status == 304 && is_home && errand->is_conditional) ||
	    is_redirection(ret_reply->status))
		return 0;
	return ka_refuse(retfailure, KA_STEP_STATUS, "%s", ret_reply->reason);
}

static int run(const struct errand *errand, struct ka_reply *ret_reply,
	       struct ka_failure *retfailure)
{
	OWNED_URL url = *errand->origin;
	int redirections = 0;

	url.parts = curl_url_dup(errand->origin->parts);
	if (!url.parts)
		return ka_refuse(retfailure, KA_STEP_CONTENT, "out of memory");
	for (;;) {
		if (ask(errand, &url, ret_reply, retfailure) != 0)
			return redirections ? say_where(&url, retfailure) : -1;
		if (!is_redirection(ret_reply->status))
			return 0;
		if (redirections++ == KA_WIRE_REDIRECTS_MAX)
			return ka_refuse(retfailure, KA_STEP_REDIRECT, "more than %d redirections",
					 KA_WIRE_REDIRECTS_MAX);
		if (go_to(errand, ret_reply->location, &url, retfailure) != 0)
			return -1;
	}
}

static void free_headers(struct curl_slist **headers)
{
	curl_slist_free_all(*headers);
}

#define OWNED_HEADERS __attribute__((cleanup(free_headers))) struct curl_slist

/* NULL line: nothing is added. */
static bool add_header(struct ka_arena *arena, const char *name, const char *value,
		       struct curl_slist **headers)
{
	const char *line = value ? ka_arena_printf(arena, "%s%s", name, value) : NULL;
	struct curl_slist *longer = line ? curl_slist_append(*headers, line) : *headers;

	if (line && !longer)
		return false;
	*headers = longer;
	return !arena->has_failed;
}

static bool add_site_headers(struct ka_arena *arena, const struct ka_request *request,
			     struct curl_slist **headers)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (!add_header(arena, "", request->headers[i], headers))
			return false;
	return true;
}

static int get_content(const struct ka_client *client, const struct ka_request *request,
		       const struct ka_url *url, struct ka_download *download,
		       struct ka_failure *retfailure)
{
	OWNED_HEADERS *headers = NULL;
	struct errand errand = {.client = client, .origin = url, .max = KA_WIRE_BODY_MAX};
	struct ka_reply reply;

	if (!add_site_headers(client->arena, request, &headers) ||
	    !add_header(client->arena, "If-None-Match: ", request->etag, &headers) ||
	    !add_header(client->arena, "If-Modified-Since: ", request->last_modified, &headers))
		return ka_refuse(retfailure, KA_STEP_CONTENT, "out of memory");
	errand.origin_headers = headers;
	errand.is_conditional = request->etag || request->last_modified;
	if (run(&errand, &reply, retfailure) != 0)
		return -1;
	download->is_unchanged = reply.status == 304;
	download->bytes = reply.bytes;
	download->length = reply.length;
	download->etag = reply.etag;
	download->last_modified = reply.last_modified;
	return 0;
}

/* A server that is there but has no such file lacks the signature, not the content. */
static int no_signature(struct ka_failure *retfailure)
{
	if (retfailure->step == KA_STEP_STATUS || retfailure->step == KA_STEP_SIZE)
		retfailure->step = KA_STEP_SIGNATURE;
	ka_failure_prefix(retfailure, ".minisig");
	return -1;
}

static int get_signature(const struct ka_client *client, const struct ka_request *request,
			 const struct ka_url *url, struct ka_download *download,
			 struct ka_failure *retfailure)
{
	OWNED_HEADERS *headers = NULL;
	struct errand errand = {.client = client, .origin = url, .max = KA_WIRE_SIGNATURE_MAX};
	struct ka_reply reply;

	if (!add_site_headers(client->arena, request, &headers) || !ka_url_extend(url, ".minisig"))
		return ka_refuse(retfailure, KA_STEP_CONTENT, "out of memory");
	errand.origin_headers = headers;
	if (run(&errand, &reply, retfailure) != 0)
		return no_signature(retfailure);
	download->signature = reply.bytes;
	download->signature_length = reply.length;
	return 0;
}

int ka_download(const struct ka_client *client, const struct ka_request *request,
		struct ka_download *ret_download, struct ka_failure *retfailure)
{
	OWNED_URL url = {0};
	struct ka_download download = {0};

	if (ka_url_read(client->arena, request->url, NULL, request->insecure_http, KA_STEP_REQUEST,
			&url, retfailure) != 0 ||
	    get_content(client, request, &url, &download, retfailure) != 0)
		return -1;
	if (request->wants_signature && !download.is_unchanged &&
	    get_signature(client, request, &url, &download, retfailure) != 0)
		return -1;
	*ret_download = download;
	return 0;
}
