#include "helper/url.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

void ka_url_clear(struct ka_url *url)
{
	curl_url_cleanup(url->parts);
	*url = (struct ka_url){0};
}

static const char *part(struct ka_arena *arena, CURLU *parts, CURLUPart what, unsigned flags)
{
	char *text = NULL;
	const char *copy = NULL;

	if (curl_url_get(parts, what, &text, flags) == CURLUE_OK)
		copy = ka_arena_copy(arena, text, strlen(text));
	curl_free(text);
	return copy;
}

static bool has_part(CURLU *parts, CURLUPart what)
{
	char *text = NULL;
	bool result = curl_url_get(parts, what, &text, 0) == CURLUE_OK;

	curl_free(text);
	return result;
}

static bool is_printable(const char *text)
{
	while (*text > 0x20 && *text < 0x7f)
		text++;
	return *text == '\0';
}

/* host as libcurl writes it: IPv6 addresses in brackets, IPv4 ones with four numbers. */
static bool is_loopback(const char *host)
{
	struct in_addr address;

	return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	       (inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127);
}

/* By its name, before libcurl finds something else wrong with it. */
static int check_scheme(const char *text, bool is_absolute, enum ka_wire_step step,
			struct ka_failure *retfailure)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789+-.");
	bool is_ours = (length == 5 && strncasecmp(text, "https", length) == 0) ||
		       (length == 4 && strncasecmp(text, "http", length) == 0);

	if (text[length] == ':' && length > 0 && !is_ours)
		return ka_refuse(retfailure, step, "%.*s: is not allowed, only https:",
				 length < 32 ? (int)length : 32, text);
	if (is_absolute && (!is_ours || strncmp(text + length, "://", 3) != 0))
		return ka_refuse(retfailure, step, "not a URL: it begins with https://");
	return 0;
}

static int check_plain(const struct ka_url *url, bool can_be_plain, enum ka_wire_step step,
		       struct ka_failure *retfailure)
{
	if (url->is_plain && !can_be_plain)
		return ka_refuse(retfailure, step, "http: is not allowed, only https:");
	if (url->is_plain && !is_loopback(url->host))
		return ka_refuse(retfailure, step, "http: is allowed to a loopback address only");
	return 0;
}

static int take_apart(struct ka_arena *arena, struct ka_url *url, enum ka_wire_step step,
		      struct ka_failure *retfailure)
{
	url->scheme = part(arena, url->parts, CURLUPART_SCHEME, 0);
	url->host = part(arena, url->parts, CURLUPART_HOST, 0);
	url->port = part(arena, url->parts, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	if (!url->scheme || !url->host || !url->port || arena->has_failed)
		return ka_refuse(retfailure, step, "not a URL: it has no host");
	if (has_part(url->parts, CURLUPART_USER) || has_part(url->parts, CURLUPART_PASSWORD))
		return ka_refuse(retfailure, step, "a URL with a user name or password");
	url->is_plain = strcmp(url->scheme, "https") != 0;
	return 0;
}

static int check(struct ka_arena *arena, struct ka_url *url, bool can_be_plain, bool is_first,
		 enum ka_wire_step step, struct ka_failure *retfailure)
{
	if (take_apart(arena, url, step, retfailure) != 0)
		return -1;
	if (is_first && has_part(url->parts, CURLUPART_FRAGMENT))
		return ka_refuse(retfailure, step, "a URL with a fragment");
	curl_url_set(url->parts, CURLUPART_FRAGMENT, NULL, 0);
	return check_plain(url, can_be_plain, step, retfailure);
}

/* In *parts, which has the base or is empty. */
static int parse(CURLU *parts, const char *text, bool is_absolute, enum ka_wire_step step,
		 struct ka_failure *retfailure)
{
	CURLUcode code;

	if (!parts)
		return ka_refuse(retfailure, step, "out of memory");
	if (!is_printable(text))
		return ka_refuse(retfailure, step,
				 "a URL is printable ASCII: everything else is percent-encoded");
	if (check_scheme(text, is_absolute, step, retfailure) != 0)
		return -1;
	code = curl_url_set(parts, CURLUPART_URL, text, 0);
	if (code != CURLUE_OK)
		return ka_refuse(retfailure, step, "not a URL: %s", curl_url_strerror(code));
	return 0;
}

int ka_url_read(struct ka_arena *arena, const char *text, const struct ka_url *base,
		bool can_be_plain, enum ka_wire_step step, struct ka_url *ret_url,
		struct ka_failure *retfailure)
{
	struct ka_url url = {.parts = base ? curl_url_dup(base->parts) : curl_url()};

	if (parse(url.parts, text, !base, step, retfailure) != 0 ||
	    check(arena, &url, can_be_plain, !base, step, retfailure) != 0) {
		ka_url_clear(&url);
		return -1;
	}
	*ret_url = url;
	return 0;
}

bool ka_url_extend(const struct ka_url *url, const char *suffix)
{
	char path[KA_WIRE_LINE_MAX + 64], *old = NULL;
	bool result = false;

	if (curl_url_get(url->parts, CURLUPART_PATH, &old, 0) == CURLUE_OK &&
	    (size_t)snprintf(path, sizeof(path), "%s%s", old, suffix) < sizeof(path))
		result = curl_url_set(url->parts, CURLUPART_PATH, path, 0) == CURLUE_OK;
	curl_free(old);
	return result;
}

bool ka_url_is_same_origin(const struct ka_url *one, const struct ka_url *other)
{
	return strcmp(one->scheme, other->scheme) == 0 && strcasecmp(one->host, other->host) == 0 &&
	       strcmp(one->port, other->port) == 0;
}
