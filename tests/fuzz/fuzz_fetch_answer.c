/* What kaadvise-fetch answers, read by kaadvise. The first byte says what was asked: 4 to verify,
 * 8 a host's address, else a download, with 1 for a signature and 2 for a condition. */
#include "edge/fetch_answer.h"
#include "helper/wire.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define require(condition) ((condition) ? (void)0 : abort())

static void check_failure(const struct ka_error *error)
{
	require(error->id == KA_E_PROFILE_URL || error->id >= KA_E_FETCH_PROGRAM);
	require(error->id <= KA_E_FETCH_CONTENT && error->id != KA_E_FETCH_DIGEST);
	require(strchr(error->message, ':') && !strchr(error->message, '\n'));
	(void)ka_fetch_is_outage(error);
}

static void check_value(const char *value)
{
	if (!value)
		return;
	require(strlen(value) > 0 && strlen(value) <= KA_WIRE_LINE_MAX);
	for (; *value; value++)
		require(*value >= ' ' && *value <= '~');
}

static void check_answer(const struct ka_fetch_request *request,
			 const struct ka_fetch_answer *answer, const char *text, size_t size)
{
	size_t length = answer->length + answer->signature_length;

	check_value(answer->etag);
	check_value(answer->last_modified);
	require(answer->length <= KA_WIRE_BODY_MAX);
	require(answer->signature_length <= KA_WIRE_SIGNATURE_MAX);
	require(answer->bytes + length == text + size && length < size);
	require(!answer->is_unchanged || (request->etag && length == 0));
	require((answer->signature != NULL) == (request->wants_signature && !answer->is_unchanged));
}

static void try_download(struct ka_arena *arena, uint8_t asked, const char *text, size_t size)
{
	const struct ka_fetch_request request = {
		.url = "https://h/p",
		.etag = asked & 2 ? "e" : NULL,
		.wants_signature = asked & 1,
	};
	struct ka_fetch_answer answer;
	struct ka_error error = {.id = KA_E_NONE};

	if (ka_fetch_read_answer(arena, &request, text, size, &answer, &error) == 0)
		check_answer(&request, &answer, text, size);
	else
		check_failure(&error);
}

static void try_verdict(struct ka_arena *arena, const char *text, size_t size)
{
	struct ka_error error = {.id = KA_E_NONE};
	const char *signer;

	if (ka_fetch_read_verdict(arena, text, size, &signer, &error) == 0)
		require(strlen(signer) == 16 &&
			strspn(signer, "0123456789ABCDEFabcdef") == strlen(signer));
	else
		check_failure(&error);
}

static void try_address(struct ka_arena *arena, const char *text, size_t size)
{
	struct ka_error error = {.id = KA_E_NONE};
	const char *address;

	if (ka_fetch_read_address(arena, text, size, &address, &error) == 0)
		check_value(address);
	else
		check_failure(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);

	if (size > 0 && data[0] & 4)
		try_verdict(&arena, (const char *)data + 1, size - 1);
	else if (size > 0 && data[0] & 8)
		try_address(&arena, (const char *)data + 1, size - 1);
	else if (size > 0)
		try_download(&arena, data[0], (const char *)data + 1, size - 1);
	ka_arena_clear(&arena);
	return 0;
}
