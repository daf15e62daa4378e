/* What kaadvise-fetch reads from its standard input: a request for a download, or with a first
 * byte of 1 one to verify, of 2 one for a host's address. */
#include "helper/request.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define require(condition) ((condition) ? (void)0 : abort())

static void check_line(const char *text)
{
	require(strlen(text) > 0 && strlen(text) <= KA_WIRE_LINE_MAX);
	for (; *text; text++)
		require(*text >= 0x20 && *text <= 0x7e);
}

static void check_request(const struct ka_request *request)
{
	check_line(request->url);
	require(request->header_count <= KA_WIRE_HEADERS_MAX);
	for (size_t i = 0; i < request->header_count; i++) {
		check_line(request->headers[i]);
		require(strchr(request->headers[i], ':') > request->headers[i]);
	}
	if (request->etag)
		check_line(request->etag);
	if (request->last_modified)
		check_line(request->last_modified);
}

static void check_failure(const struct ka_failure *failure)
{
	require(failure->step == KA_STEP_REQUEST);
	check_line(failure->message);
}

static void try_download(const char *text, size_t size)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_request request;
	struct ka_failure failure;

	if (ka_request_parse(&arena, text, size, &request, &failure) == 0)
		check_request(&request);
	else
		check_failure(&failure);
	ka_arena_clear(&arena);
}

static void try_verify(const char *text, size_t size)
{
	struct ka_verify_request request;
	struct ka_failure failure;

	if (ka_verify_request_parse(text, size, &request, &failure) != 0) {
		check_failure(&failure);
		return;
	}
	require(request.key.length <= KA_WIRE_SIGNATURE_MAX);
	require(request.signature.length <= KA_WIRE_SIGNATURE_MAX);
	require(request.content.length <= KA_WIRE_BODY_MAX);
}

static void try_resolve(const char *text, size_t size)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_failure failure;
	const char *name;

	if (ka_resolve_request_parse(&arena, text, size, &name, &failure) == 0)
		require(strlen(name) > 0 && strlen(name) <= KA_WIRE_NAME_MAX &&
			!strpbrk(name, " /:%@"));
	else
		check_failure(&failure);
	ka_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0 && data[0] == 1)
		try_verify((const char *)data + 1, size - 1);
	else if (size > 0 && data[0] == 2)
		try_resolve((const char *)data + 1, size - 1);
	else
		try_download((const char *)data, size);
	return 0;
}
