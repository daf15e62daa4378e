#include "edge/fetch_answer.h"

#include "base/number.h"
#include "helper/wire.h"

#include <string.h>

enum {
	MESSAGE_MAX = 400,  /* bytes of an error message */
	KEY_ID_LENGTH = 16, /* hexadecimal digits */
};

/* What has not been parsed yet of an answer. */
struct rest {
	const char *at;
	size_t length;
};

/* A line of an answer: its first word, and the rest of it. */
struct line {
	const char *key;
	const char *value;
};

static int fail_garbled(struct ka_error *reterr)
{
	return ka_fail(reterr, KA_E_FETCH_CONTENT,
		       "content: kaadvise-fetch answers what cannot be understood");
}

static const enum ka_error_id step_errors[KA_STEP_COUNT] = {
	[KA_STEP_REQUEST] = KA_E_PROFILE_URL,
	[KA_STEP_SANDBOX] = KA_E_FETCH_PROGRAM,
	[KA_STEP_RESOLVE] = KA_E_FETCH_RESOLVE,
	[KA_STEP_CONNECT] = KA_E_FETCH_CONNECT,
	[KA_STEP_TLS] = KA_E_FETCH_TLS,
	[KA_STEP_REDIRECT] = KA_E_FETCH_REDIRECT,
	[KA_STEP_STATUS] = KA_E_FETCH_STATUS,
	[KA_STEP_SIZE] = KA_E_FETCH_SIZE,
	[KA_STEP_TIME] = KA_E_FETCH_TIME,
	[KA_STEP_CONTENT] = KA_E_FETCH_CONTENT,
	[KA_STEP_SIGNATURE] = KA_E_FETCH_SIGNATURE,
	[KA_STEP_KEY] = KA_E_FETCH_FILE,
};

/* "error STEP MESSAGE" of the helper as an error of ours. */
static int fail_as_told(const char *told, struct ka_error *reterr)
{
	static const char *const steps[] = KA_WIRE_STEPS;
	size_t length = strcspn(told, " ");

	for (size_t i = 0; i < KA_STEP_COUNT && told[length] == ' '; i++)
		if (strlen(steps[i]) == length && memcmp(steps[i], told, length) == 0)
			return ka_fail(reterr, step_errors[i], "%s: %.*s", steps[i], MESSAGE_MAX,
				       told + length + 1);
	return fail_garbled(reterr);
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* Takes the next line; NULL-terminated in the arena. False where none ends here. */
static bool take_line(struct ka_arena *arena, struct rest *rest, struct line *ret_line)
{
	const char *end = memchr(rest->at, '\n', rest->length);
	size_t length = end ? (size_t)(end - rest->at) : 0;
	char *blank;
	char *text;

	if (!end || length > KA_WIRE_LINE_MAX || memchr(rest->at, '\0', length))
		return false;
	text = ka_arena_alloc(arena, length + 1);
	if (!text)
		return false;
	memcpy(text, rest->at, length);
	rest->at += length + 1;
	rest->length -= length + 1;
	*ret_line = (struct line){text, ""};
	blank = strchr(text, ' ');
	if (blank) {
		*blank = '\0';
		ret_line->value = blank + 1;
	}
	return true;
}

enum key { STATUS, ETAG, LAST_MODIFIED, LENGTH, SIGNATURE_LENGTH, KEY_COUNT };

/* Reads the lines of a head, each key once. */
static int read_head(struct ka_arena *arena, struct rest *rest, const char *values[KEY_COUNT],
		     struct ka_error *reterr)
{
	static const char *const keys[KEY_COUNT] = {"status", "etag", "last-modified", "length",
						    "signature-length"};
	struct line line = {"a head without an end", ""};

	while (take_line(arena, rest, &line) && *line.key) {
		size_t key = 0;

		if (strcmp(line.key, "error") == 0)
			return rest->length == 0 ? fail_as_told(line.value, reterr)
						 : fail_garbled(reterr);
		while (key < KEY_COUNT && strcmp(keys[key], line.key) != 0)
			key++;
		if (key == KEY_COUNT || values[key] || !*line.value || !is_printable(line.value))
			return fail_garbled(reterr);
		values[key] = line.value;
	}
	if (arena->has_failed)
		return ka_fail_memory(reterr);
	return *line.key ? fail_garbled(reterr) : 0;
}

/* A length of at most max; absent: 0. -1 when it is no number. */
static int64_t length_of(const char *value, int64_t max)
{
	int64_t length = 0;

	if (value && (!ka_parse_decimal(value, strlen(value), &length) || length > max))
		return -1;
	return length;
}

/* Whether the head is one that the request can have. */
static bool is_due(const struct ka_fetch_request *request, const char *const values[KEY_COUNT],
		   bool is_unchanged)
{
	bool may_be_unchanged = request->etag || request->last_modified;
	bool has_signature = request->wants_signature && !is_unchanged;

	return (is_unchanged ? may_be_unchanged : strcmp(values[STATUS], "200") == 0) &&
	       (values[SIGNATURE_LENGTH] != NULL) == has_signature;
}

int ka_fetch_read_answer(struct ka_arena *arena, const struct ka_fetch_request *request,
			 const char *text, size_t text_length, struct ka_fetch_answer *ret_answer,
			 struct ka_error *reterr)
{
	const char *values[KEY_COUNT] = {NULL};
	struct rest rest = {text, text_length};
	int64_t length, signature_length;
	bool is_unchanged;

	if (read_head(arena, &rest, values, reterr) < 0)
		return -1;
	if (!values[STATUS] || !values[LENGTH])
		return fail_garbled(reterr);
	is_unchanged = strcmp(values[STATUS], "304") == 0;
	length = length_of(values[LENGTH], is_unchanged ? 0 : KA_WIRE_BODY_MAX);
	signature_length = length_of(values[SIGNATURE_LENGTH], KA_WIRE_SIGNATURE_MAX);
	if (length < 0 || signature_length < 0 || !is_due(request, values, is_unchanged) ||
	    rest.length != (size_t)(length + signature_length))
		return fail_garbled(reterr);
	*ret_answer = (struct ka_fetch_answer){
		.is_unchanged = is_unchanged,
		.bytes = rest.at,
		.length = (size_t)length,
		.signature = values[SIGNATURE_LENGTH] ? rest.at + length : NULL,
		.signature_length = (size_t)signature_length,
		.etag = values[ETAG],
		.last_modified = values[LAST_MODIFIED],
	};
	return 0;
}

int ka_fetch_read_verdict(struct ka_arena *arena, const char *text, size_t text_length,
			  const char **ret_signer, struct ka_error *reterr)
{
	struct rest rest = {text, text_length};
	struct line line;
	size_t length;

	if (!take_line(arena, &rest, &line) || rest.length > 0)
		return arena->has_failed ? ka_fail_memory(reterr) : fail_garbled(reterr);
	if (strcmp(line.key, "error") == 0)
		return fail_as_told(line.value, reterr);
	length = strspn(line.value, "0123456789ABCDEFabcdef");
	if (strcmp(line.key, "verified") != 0 || length != KEY_ID_LENGTH ||
	    (line.value[length] != ' ' && line.value[length] != '\0'))
		return fail_garbled(reterr);
	*ret_signer = ka_arena_copy(arena, line.value, length);
	return arena->has_failed ? ka_fail_memory(reterr) : 0;
}

int ka_fetch_read_address(struct ka_arena *arena, const char *text, size_t text_length,
			  const char **ret_address, struct ka_error *reterr)
{
	struct rest rest = {text, text_length};
	struct line line;

	if (!take_line(arena, &rest, &line) || rest.length > 0)
		return arena->has_failed ? ka_fail_memory(reterr) : fail_garbled(reterr);
	if (strcmp(line.key, "error") == 0)
		return fail_as_told(line.value, reterr);
	if (strcmp(line.key, "address") != 0 || !*line.value || !is_printable(line.value))
		return fail_garbled(reterr);
	*ret_address = line.value;
	return 0;
}
