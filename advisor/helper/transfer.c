#include "helper/transfer.h"

#include "helper/transfer_failure.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEADERS_MAX = 64 * 1024 }; /* bytes, of one answer */

struct exchange {
	const struct ka_client *client;
	const struct ka_url *url;
	char *body; /* max bytes */
	size_t length, max, header_bytes;
	char reason[KA_REASON_MAX];
	char buffer[CURL_ERROR_SIZE];
	bool is_too_large, has_headers, is_elsewhere;
};

int64_t ka_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Counted as it comes: what was announced proves nothing. */
static size_t take_body(char *bytes, size_t size, size_t count, void *data)
{
	struct exchange *exchange = data;
	size_t length = size * count;

	if (length > exchange->max - exchange->length) {
		exchange->is_too_large = true;
		return 0;
	}
	memcpy(exchange->body + exchange->length, bytes, length);
	exchange->length += length;
	return length;
}

/* "HTTP/1.1 404 Not Found": what follows the version. */
static void take_status_line(struct exchange *exchange, const char *line, size_t length)
{
	const char *blank = memchr(line, ' ', length);
	size_t size;

	if (!blank)
		return;
	size = length - (size_t)(blank + 1 - line);
	while (size > 0 && strchr("\r\n ", blank[size]))
		size--;
	snprintf(exchange->reason, sizeof(exchange->reason), "%.*s", (int)size, blank + 1);
}

/* Whether the body is wanted: only that of a 200 which is not too large by its own account. */
static bool goes_on(struct exchange *exchange)
{
	CURL *easy = exchange->client->easy;
	curl_off_t announced = -1;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 100 && status < 200 && status != 101)
		return true;
	exchange->has_headers = true;
	curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
	exchange->is_too_large = status == 200 && announced > (curl_off_t)exchange->max;
	return (status == 200 && !exchange->is_too_large) || status == 304;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *data)
{
	struct exchange *exchange = data;
	size_t length = size * count;

	exchange->header_bytes += length;
	if (exchange->header_bytes > HEADERS_MAX)
		return 0;
	if (length > 5 && strncasecmp(bytes, "HTTP/", 5) == 0)
		take_status_line(exchange, bytes, length);
	else if (length <= 2 && !goes_on(exchange))
		return 0;
	return length;
}

static bool is_loopback(const struct curl_sockaddr *address)
{
	const struct sockaddr_in6 *six = (const void *)&address->addr;
	const struct sockaddr_in *four = (const void *)&address->addr;

	if (address->family == AF_INET)
		return ntohl(four->sin_addr.s_addr) >> 24 == 127;
	return address->family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

/* A name proves nothing about the address that http:// goes to. */
static curl_socket_t open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct exchange *exchange = data;

	(void)purpose;
	if (exchange->url->is_plain && !is_loopback(address)) {
		exchange->is_elsewhere = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Nobody is left to answer to: no use in going on. */
static int watch_listener(void *data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct exchange *exchange = data;
	struct pollfd listener = {.fd = exchange->client->listener};

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return poll(&listener, 1, 0) > 0 && (listener.revents & (POLLERR | POLLNVAL)) != 0;
}

static CURLcode set_trust(CURL *easy, const struct ka_trust *trust)
{
	struct curl_blob blob = {.data = trust->bundle.bytes,
				 .len = trust->bundle.length,
				 .flags = CURL_BLOB_NOCOPY};

	if (!trust->is_named)
		return CURLE_OK;
	curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, NULL);
	curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
	/* The proxy's may be missing: without it a proxy by https:// is not trusted. */
	curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO_BLOB, &blob);
	return curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
}

/* What must hold for every exchange; the first refusal is kept. */
static CURLcode set_rules(CURL *easy, bool is_plain)
{
	const char *scheme = is_plain ? "http" : "https";
	CURLcode codes[] = {
		curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, scheme),
		curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, scheme),
		curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L),
		curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L),
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L),
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L),
		curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2),
		curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1),
		curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED),
		curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE),
		curl_easy_setopt(easy, CURLOPT_USERAGENT, "kaadvise/" KA_VERSION),
		curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L),
		curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L),
		/* A resolver that does not answer must not hold up the end. */
		curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L),
		curl_easy_setopt(easy, CURLOPT_NOPROXY, is_plain ? "*" : NULL),
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i] != CURLE_OK)
			return codes[i];
	return CURLE_OK;
}

static void set_callbacks(CURL *easy, struct exchange *exchange)
{
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, watch_listener);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, exchange);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->buffer);
}

/* Prepares the handle anew; connections that it holds stay. */
static CURLcode prepare(struct exchange *exchange, const struct curl_slist *headers,
			int64_t left_ms)
{
	CURL *easy = exchange->client->easy;
	CURLcode code;

	curl_easy_reset(easy);
	set_callbacks(easy, exchange);
	code = set_rules(easy, exchange->url->is_plain);
	if (code == CURLE_OK)
		code = set_trust(easy, exchange->client->trust);
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_CURLU, exchange->url->parts);
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)left_ms);
	return code;
}

/* The value of a header of the answer; NULL where it is missing, longer than max or unprintable. */
static const char *header_value(const struct exchange *exchange, const char *name, size_t max)
{
	struct curl_header *header;

	if (curl_easy_header(exchange->client->easy, name, 0, CURLH_HEADER, -1, &header) !=
		    CURLHE_OK ||
	    strlen(header->value) == 0 || strlen(header->value) > max)
		return NULL;
	for (const char *at = header->value; *at; at++)
		if (*at < 0x20 || *at > 0x7e)
			return NULL;
	return ka_arena_copy(exchange->client->arena, header->value, strlen(header->value));
}

/* Otherwise the end of the connection is that of the content, and libcurl asks TLS for no proof
 * that the server meant it: whoever cuts the connection cuts the content. */
static bool says_its_length(const struct exchange *exchange)
{
	const char *coding = header_value(exchange, "Transfer-Encoding", KA_REASON_MAX);
	curl_off_t announced = -1;

	curl_easy_getinfo(exchange->client->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
	return announced >= 0 || (coding && strcasecmp(coding, "chunked") == 0);
}

static int check_content(const struct exchange *exchange, struct ka_failure *retfailure)
{
	const char *encoding = header_value(exchange, "Content-Encoding", KA_REASON_MAX);

	if (encoding && strcasecmp(encoding, "identity") != 0)
		return ka_refuse(retfailure, KA_STEP_CONTENT,
				 "the server sent it as %s, which was not asked for", encoding);
	if (!says_its_length(exchange))
		return ka_refuse(
			retfailure, KA_STEP_CONTENT,
			"the server does not say how long it is, so a cut would go unnoticed");
	return 0;
}

/* What ended the exchange, unless it went well. */
static int judge(const struct exchange *exchange, CURLcode code, long status,
		 struct ka_failure *retfailure)
{
	const struct ka_transfer_end end = {code, exchange->buffer, exchange->has_headers,
					    exchange->length};

	/* The status says more than how the rest went. */
	if (exchange->has_headers && status != 200)
		return 0;
	if (exchange->is_too_large)
		return ka_refuse(retfailure, KA_STEP_SIZE, "larger than %zu bytes", exchange->max);
	if (exchange->header_bytes > HEADERS_MAX)
		return ka_refuse(retfailure, KA_STEP_SIZE, "headers larger than %d bytes",
				 HEADERS_MAX);
	if (code == CURLE_OK)
		return check_content(exchange, retfailure);
	if (exchange->is_elsewhere)
		return ka_refuse(retfailure, KA_STEP_REQUEST,
				 "http: is allowed to a loopback address only");
	ka_transfer_failure(exchange->client->easy, exchange->url, &end, retfailure);
	return -1;
}

static void fill_reply(const struct exchange *exchange, long status, struct ka_reply *ret_reply)
{
	*ret_reply = (struct ka_reply){
		.status = status,
		.bytes = exchange->body,
		.length = exchange->length,
		.location = header_value(exchange, "Location", KA_WIRE_LINE_MAX),
		.etag = header_value(exchange, "ETag", KA_VALIDATOR_MAX),
		.last_modified = header_value(exchange, "Last-Modified", KA_VALIDATOR_MAX),
	};
	memcpy(ret_reply->reason, exchange->reason, sizeof(ret_reply->reason));
}

int ka_transfer(const struct ka_client *client, const struct ka_url *url,
		const struct curl_slist *headers, size_t max, struct ka_reply *ret_reply,
		struct ka_failure *retfailure)
{
	struct exchange exchange = {.client = client, .url = url, .max = max};
	int64_t left_ms = client->deadline_ms - ka_now_ms();
	CURLcode code;
	long status = 0;

	exchange.body = ka_arena_alloc(client->arena, max);
	if (!exchange.body)
		return ka_refuse(retfailure, KA_STEP_CONTENT, "out of memory");
	if (left_ms <= 0)
		return ka_refuse(retfailure, KA_STEP_TIME, "not finished within %d s",
				 KA_WIRE_TIME_S);
	code = prepare(&exchange, headers, left_ms);
	if (code == CURLE_OK)
		code = curl_easy_perform(client->easy);
	curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
	if (judge(&exchange, code, status, retfailure) != 0)
		return -1;
	fill_reply(&exchange, status, ret_reply);
	return 0;
}

int ka_client_open(struct ka_client *client, struct ka_failure *retfailure)
{
	client->easy = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_easy_init() : NULL;
	if (!client->easy)
		return ka_refuse(retfailure, KA_STEP_CONTENT, "libcurl does not start");
	return 0;
}

void ka_client_close(struct ka_client *client)
{
	curl_easy_cleanup(client->easy);
	client->easy = NULL;
}
