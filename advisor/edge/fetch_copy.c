#include "edge/fetch_copy.h"

#include "base/number.h"
#include "edge/digest.h"
#include "helper/wire.h"

#include <inttypes.h>
#include <string.h>

/* The first line: this word, a blank, and the digest of all that follows the line. */
#define FIRST_WORD "kaadvise-cache-1"

enum {
	FIRST_LINE = sizeof(FIRST_WORD) + KA_SHA256_TEXT, /* with the line's end */
};

_Static_assert(KA_COPY_MAX >= FIRST_LINE + 6 * (KA_WIRE_LINE_MAX + 1) + KA_WIRE_BODY_MAX +
				      KA_WIRE_SIGNATURE_MAX,
	       "every copy that is written can be read");

enum key { CONFIRMED, ETAG, LAST_MODIFIED, LENGTH, SIGNATURE_LENGTH, KEY_COUNT };
static const char *const keys[KEY_COUNT] = {"confirmed", "etag", "last-modified", "length",
					    "signature-length"};

/* Cuts the head's lines out of text in place; the position behind it, or NULL. */
static char *cut_head(char *text, const char *values[KEY_COUNT])
{
	char *end;

	for (; (end = strchr(text, '\n')) != NULL; text = end + 1) {
		size_t key = 0, length;

		if (end == text)
			return text + 1;
		*end = '\0';
		length = strcspn(text, " ");
		while (key < KEY_COUNT &&
		       (strlen(keys[key]) != length || memcmp(keys[key], text, length) != 0))
			key++;
		if (key == KEY_COUNT || values[key] || text[length] == '\0')
			return NULL;
		values[key] = text + length + 1;
	}
	return NULL;
}

static bool read_number(const char *text, int64_t max, int64_t *ret_number)
{
	return text && ka_parse_decimal(text, strlen(text), ret_number) && *ret_number <= max;
}

/* Takes apart what stands behind the first line. */
static bool parse_rest(struct ka_arena *arena, char *text, size_t length,
		       struct ka_cached *ret_cached)
{
	const char *values[KEY_COUNT] = {NULL};
	int64_t confirmed_s, body, signature = 0;
	char digest[KA_SHA256_TEXT];
	const char *at = cut_head(text, values);

	if (!at || !read_number(values[CONFIRMED], INT64_MAX, &confirmed_s) ||
	    !read_number(values[LENGTH], KA_WIRE_BODY_MAX, &body) ||
	    (values[SIGNATURE_LENGTH] &&
	     !read_number(values[SIGNATURE_LENGTH], KA_WIRE_SIGNATURE_MAX, &signature)) ||
	    (size_t)(at - text) + (size_t)(body + signature) != length)
		return false;
	*ret_cached = (struct ka_cached){
		.confirmed_s = confirmed_s,
		.etag = values[ETAG],
		.last_modified = values[LAST_MODIFIED],
		.bytes = at,
		.length = (size_t)body,
		.signature = values[SIGNATURE_LENGTH] ? at + body : NULL,
		.signature_length = (size_t)signature,
		.sha256 = ka_arena_copy(arena, ka_sha256(digest, at, (size_t)body),
					KA_SHA256_TEXT - 1),
	};
	return true;
}

static bool has_right_digest(const char *text, size_t length)
{
	char digest[KA_SHA256_TEXT];

	return length > FIRST_LINE && strncmp(text, FIRST_WORD " ", sizeof(FIRST_WORD)) == 0 &&
	       text[FIRST_LINE - 1] == '\n' &&
	       memcmp(ka_sha256(digest, text + FIRST_LINE, length - FIRST_LINE),
		      text + sizeof(FIRST_WORD), KA_SHA256_TEXT - 1) == 0;
}

bool ka_copy_parse(struct ka_arena *arena, char *text, size_t length, struct ka_cached *ret_cached)
{
	return has_right_digest(text, length) &&
	       parse_rest(arena, text + FIRST_LINE, length - FIRST_LINE, ret_cached);
}

static void add_line(struct ka_text *text, const char *key, const char *value)
{
	if (value)
		ka_text_printf(text, "%s %s\n", key, value);
}

/* All but the first line. */
static void add_rest(struct ka_text *text, const struct ka_cached *cached)
{
	ka_text_printf(text, "%s %" PRId64 "\n", keys[CONFIRMED], cached->confirmed_s);
	add_line(text, keys[ETAG], cached->etag);
	add_line(text, keys[LAST_MODIFIED], cached->last_modified);
	ka_text_printf(text, "%s %zu\n", keys[LENGTH], cached->length);
	if (cached->signature)
		ka_text_printf(text, "%s %zu\n", keys[SIGNATURE_LENGTH], cached->signature_length);
	ka_text_add(text, "\n");
	ka_text_add_bytes(text, cached->bytes, cached->length);
	if (cached->signature)
		ka_text_add_bytes(text, cached->signature, cached->signature_length);
}

void ka_copy_write(struct ka_text *text, const struct ka_cached *cached)
{
	struct ka_text rest = {0};
	char digest[KA_SHA256_TEXT];

	add_rest(&rest, cached);
	text->has_failed |= rest.has_failed;
	if (!rest.has_failed) {
		ka_text_printf(text, FIRST_WORD " %s\n",
			       ka_sha256(digest, rest.bytes, rest.length));
		ka_text_add_bytes(text, rest.bytes, rest.length);
	}
	ka_text_clear(&rest);
}
