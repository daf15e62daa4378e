#include "helper/request.h"

#include "base/number.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

enum key_kind { KEY_TEXT, KEY_FLAG, KEY_HEADER };

static const struct request_key {
	const char *name;
	enum key_kind kind;
	size_t offset; /* of the member, unless it is a header */
} request_keys[] = {
	{"url", KEY_TEXT, offsetof(struct ka_request, url)},
	{"etag", KEY_TEXT, offsetof(struct ka_request, etag)},
	{"last-modified", KEY_TEXT, offsetof(struct ka_request, last_modified)},
	{"insecure-http", KEY_FLAG, offsetof(struct ka_request, insecure_http)},
	{"signature", KEY_FLAG, offsetof(struct ka_request, wants_signature)},
	{"header", KEY_HEADER, 0},
};

static const struct length_key {
	const char *name;
	size_t offset; /* of the length */
	int64_t max;
} length_keys[] = {
	{"key-length", offsetof(struct ka_verify_request, key.length), KA_WIRE_SIGNATURE_MAX},
	{"signature-length", offsetof(struct ka_verify_request, signature.length),
	 KA_WIRE_SIGNATURE_MAX},
	{"length", offsetof(struct ka_verify_request, content.length), KA_WIRE_BODY_MAX},
};

enum { REQUEST_KEYS = sizeof(request_keys) / sizeof(request_keys[0]) };
enum { LENGTH_KEYS = sizeof(length_keys) / sizeof(length_keys[0]) };

static const char *const reserved_headers[] = KA_WIRE_RESERVED_HEADERS;

enum { RESERVED_HEADERS = sizeof(reserved_headers) / sizeof(reserved_headers[0]) };

struct line {
	const char *key, *value; /* value is "" where the line has no blank */
	size_t key_length, value_length;
};

static bool is_printable(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return true;
}

/* Takes the line at *at, which it moves behind it. -1 where the line is not one of ours. */
static int next_line(const char **at, const char *end, struct line *ret_line,
		     struct ka_failure *retfailure)
{
	const char *newline = memchr(*at, '\n', (size_t)(end - *at));
	size_t length = newline ? (size_t)(newline - *at) : 0;
	const char *blank;

	if (!newline)
		return ka_refuse(retfailure, KA_STEP_REQUEST, "the request is cut short");
	if (length > KA_WIRE_LINE_MAX)
		return ka_refuse(retfailure, KA_STEP_REQUEST,
				 "a line of the request is longer than %d bytes", KA_WIRE_LINE_MAX);
	if (!is_printable(*at, length))
		return ka_refuse(retfailure, KA_STEP_REQUEST,
				 "the request holds bytes that are not printable ASCII");
	blank = memchr(*at, ' ', length);
	*ret_line = (struct line){.key = *at, .key_length = length, .value = ""};
	if (blank) {
		ret_line->key_length = (size_t)(blank - *at);
		ret_line->value = blank + 1;
		ret_line->value_length = length - ret_line->key_length - 1;
	}
	*at = newline + 1;
	return 0;
}

static bool is_key(const struct line *line, const char *name)
{
	return line->key_length == strlen(name) && memcmp(line->key, name, line->key_length) == 0;
}

static bool is_token(const char *text, size_t length)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < length; i++)
		if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'A' && text[i] <= 'Z') ||
		      (text[i] >= 'a' && text[i] <= 'z') || strchr(marks, text[i])))
			return false;
	return length > 0;
}

static bool is_reserved(const char *header, size_t length)
{
	for (size_t i = 0; i < RESERVED_HEADERS; i++)
		if (strlen(reserved_headers[i]) == length &&
		    strncasecmp(reserved_headers[i], header, length) == 0)
			return true;
	return false;
}

/* Messages never repeat a header: it may be a secret. */
static int take_header(const char *header, struct ka_request *request,
		       struct ka_failure *retfailure)
{
	size_t name = strcspn(header, ":");

	if (request->header_count == KA_WIRE_HEADERS_MAX)
		return ka_refuse(retfailure, KA_STEP_REQUEST, "more than %d headers",
				 KA_WIRE_HEADERS_MAX);
	if (!is_token(header, name) || header[name] != ':' ||
	    header[name + 1 + strspn(header + name + 1, " ")] == '\0')
		return ka_refuse(retfailure, KA_STEP_REQUEST, "a header is not NAME: VALUE");
	if (is_reserved(header, name))
		return ka_refuse(retfailure, KA_STEP_REQUEST, "the header %.*s cannot be given",
				 (int)name, header);
	request->headers[request->header_count++] = header;
	return 0;
}

static int take_flag(const char *value, bool *flag, struct ka_failure *retfailure)
{
	if (*flag || strcmp(value, "yes") != 0)
		return ka_refuse(retfailure, KA_STEP_REQUEST,
				 "a word of the request is not a single yes");
	*flag = true;
	return 0;
}

static int take_text(const char *value, const char **text, struct ka_failure *retfailure)
{
	if (*text)
		return ka_refuse(retfailure, KA_STEP_REQUEST, "a key is given twice");
	*text = value;
	return 0;
}

static int take_key(const struct request_key *key, const char *value, struct ka_request *request,
		    struct ka_failure *retfailure)
{
	char *member = (char *)request + key->offset;

	switch (key->kind) {
	case KEY_TEXT:
		return take_text(value, (const char **)(void *)member, retfailure);
	case KEY_FLAG:
		return take_flag(value, (bool *)(void *)member, retfailure);
	default:
		return take_header(value, request, retfailure);
	}
}

static int take_line(struct ka_arena *arena, const struct line *line, struct ka_request *request,
		     struct ka_failure *retfailure)
{
	const char *value = ka_arena_copy(arena, line->value, line->value_length);

	if (line->value_length == 0 || arena->has_failed)
		return ka_refuse(retfailure, KA_STEP_REQUEST, "a line of the request has no value");
	for (size_t i = 0; i < REQUEST_KEYS; i++)
		if (is_key(line, request_keys[i].name))
			return take_key(&request_keys[i], value, request, retfailure);
	return ka_refuse(retfailure, KA_STEP_REQUEST, "an unknown key in the request");
}

static int after_end(const char *at, const char *end, struct ka_failure *retfailure)
{
	if (at != end)
		return ka_refuse(retfailure, KA_STEP_REQUEST, "something follows the request");
	return 0;
}

int ka_request_parse(struct ka_arena *arena, const char *bytes, size_t length,
		     struct ka_request *ret_request, struct ka_failure *retfailure)
{
	const char *at = bytes, *end = bytes + length;
	struct ka_request request = {0};
	struct line line;

	for (;;) {
		if (next_line(&at, end, &line, retfailure) != 0)
			return -1;
		if (line.key_length == 0 && line.value_length == 0)
			break;
		if (take_line(arena, &line, &request, retfailure) != 0)
			return -1;
	}
	if (after_end(at, end, retfailure) != 0)
		return -1;
	if (!request.url)
		return ka_refuse(retfailure, KA_STEP_REQUEST, "the request names no URL");
	*ret_request = request;
	return 0;
}

/* Letters, digits, hyphens, dots, and the underscore that some networks use. */
static bool is_host_name(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'A' && text[i] <= 'Z') ||
		      (text[i] >= 'a' && text[i] <= 'z') || strchr("-._", text[i])))
			return false;
	return length > 0 && length <= KA_WIRE_NAME_MAX && text[0] != '-';
}

int ka_resolve_request_parse(struct ka_arena *arena, const char *bytes, size_t length,
			     const char **ret_name, struct ka_failure *retfailure)
{
	const char *at = bytes, *end = bytes + length;
	struct line line, last;

	if (next_line(&at, end, &line, retfailure) != 0 ||
	    next_line(&at, end, &last, retfailure) != 0 || after_end(at, end, retfailure) != 0)
		return -1;
	if (!is_key(&line, "name") || last.key_length > 0 || last.value_length > 0 ||
	    !is_host_name(line.value, line.value_length))
		return ka_refuse(retfailure, KA_STEP_REQUEST, "the request names no host");
	*ret_name = ka_arena_copy(arena, line.value, line.value_length);
	return 0;
}

static int take_length(const struct line *line, struct ka_verify_request *request, unsigned *seen,
		       struct ka_failure *retfailure)
{
	int64_t value;

	for (size_t i = 0; i < LENGTH_KEYS; i++) {
		const struct length_key *key = &length_keys[i];

		if (!is_key(line, key->name) || (*seen & (1u << i)))
			continue;
		if (!ka_parse_decimal(line->value, line->value_length, &value) || value > key->max)
			return ka_refuse(retfailure, KA_STEP_REQUEST, "%s is not a number up to %d",
					 key->name, (int)key->max);
		memcpy((char *)request + key->offset, &(size_t){(size_t)value}, sizeof(size_t));
		*seen |= 1u << i;
		return 0;
	}
	return ka_refuse(retfailure, KA_STEP_REQUEST,
			 "an unknown key in the request, or one twice");
}

int ka_verify_request_parse(const char *bytes, size_t length, struct ka_verify_request *ret_request,
			    struct ka_failure *retfailure)
{
	const char *at = bytes, *end = bytes + length;
	struct ka_verify_request request = {0};
	unsigned seen = 0;
	struct line line;

	for (;;) {
		if (next_line(&at, end, &line, retfailure) != 0)
			return -1;
		if (line.key_length == 0 && line.value_length == 0)
			break;
		if (take_length(&line, &request, &seen, retfailure) != 0)
			return -1;
	}
	if (after_end(at, end, retfailure) != 0)
		return -1;
	if (seen != (1u << LENGTH_KEYS) - 1)
		return ka_refuse(retfailure, KA_STEP_REQUEST, "the request lacks a length");
	*ret_request = request;
	return 0;
}
