/* A minisign key, a signature and the content, one behind the other: two bytes each say how long
 * the first two are. */
#include "helper/minisign.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define require(condition) ((condition) ? (void)0 : abort())

/* A copy of its own, so that reading beyond it is noticed. */
static struct ka_bytes take(const uint8_t **data, size_t *size, size_t length)
{
	struct ka_bytes taken = {.length = length < *size ? length : *size};
	char *bytes = malloc(taken.length > 0 ? taken.length : 1);

	require(bytes);
	memcpy(bytes, *data, taken.length);
	taken.bytes = bytes;
	*data += taken.length;
	*size -= taken.length;
	return taken;
}

static void check(const struct ka_verify_request *request)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_signer signer;
	struct ka_failure failure;

	if (ka_minisign_verify(&arena, request, &signer, &failure) == 0) {
		require(strlen(signer.key_id) == KA_MINISIGN_ID_LENGTH);
		require(strlen(signer.trusted_comment) < request->signature.length);
	} else {
		require(failure.step == KA_STEP_KEY || failure.step == KA_STEP_SIGNATURE);
		require(strlen(failure.message) > 0);
	}
	ka_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ka_verify_request request;
	size_t key, signature;

	if (size < 4)
		return 0;
	key = (size_t)data[0] << 8 | data[1];
	signature = (size_t)data[2] << 8 | data[3];
	data += 4;
	size -= 4;
	request.key = take(&data, &size, key % (KA_WIRE_SIGNATURE_MAX + 1));
	request.signature = take(&data, &size, signature % (KA_WIRE_SIGNATURE_MAX + 1));
	request.content = take(&data, &size, KA_WIRE_BODY_MAX);
	check(&request);
	free((char *)(uintptr_t)request.key.bytes);
	free((char *)(uintptr_t)request.signature.bytes);
	free((char *)(uintptr_t)request.content.bytes);
	return 0;
}
