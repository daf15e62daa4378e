/* A kept copy of any bytes, as they are and behind the right digest: what is accepted is written
 * again as the same. */
#include "edge/digest.h"
#include "edge/fetch_copy.h"
#include "helper/wire.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define require(condition) ((condition) ? (void)0 : abort())

static bool parse(struct ka_arena *arena, const char *text, size_t length,
		  struct ka_cached *ret_cached)
{
	char *copy = ka_arena_alloc(arena, length + 1);

	require(copy);
	if (length > 0)
		memcpy(copy, text, length);
	return ka_copy_parse(arena, copy, length, ret_cached);
}

static bool same_line(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void check_copy(struct ka_arena *arena, const struct ka_cached *cached)
{
	char digest[KA_SHA256_TEXT];
	struct ka_text text = {0};
	struct ka_cached again;

	require(cached->confirmed_s >= 0);
	require(cached->length <= KA_WIRE_BODY_MAX);
	require(cached->signature_length <= KA_WIRE_SIGNATURE_MAX);
	require(strcmp(cached->sha256, ka_sha256(digest, cached->bytes, cached->length)) == 0);
	ka_copy_write(&text, cached);
	require(parse(arena, text.bytes, text.length, &again));
	require(again.confirmed_s == cached->confirmed_s);
	require(same_line(again.etag, cached->etag));
	require(same_line(again.last_modified, cached->last_modified));
	require(again.length == cached->length);
	require(memcmp(again.bytes, cached->bytes, again.length) == 0);
	require((again.signature != NULL) == (cached->signature != NULL));
	require(again.signature_length == cached->signature_length);
	if (again.signature)
		require(memcmp(again.signature, cached->signature, again.signature_length) == 0);
	ka_text_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_text text = {0};
	char digest[KA_SHA256_TEXT];
	struct ka_cached cached;

	if (parse(&arena, (const char *)data, size, &cached))
		check_copy(&arena, &cached);
	ka_text_printf(&text, "kaadvise-cache-1 %s\n", ka_sha256(digest, data, size));
	if (size > 0)
		ka_text_add_bytes(&text, (const char *)data, size);
	if (parse(&arena, text.bytes, text.length, &cached))
		check_copy(&arena, &cached);
	ka_text_clear(&text);
	ka_arena_clear(&arena);
	return 0;
}
