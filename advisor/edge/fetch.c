#include "edge/fetch.h"

#include "base/text.h"
#include "edge/fetch_answer.h"
#include "edge/fetch_process.h"
#include "helper/wire.h"

#include <string.h>

enum {
	GRACE_MS = 3000, /* the helper keeps its own time; this is for one that does not */
	HEAD_MAX = 8 * (KA_WIRE_LINE_MAX + 1),
};

static void add_line(struct ka_text *text, const char *key, const char *value)
{
	if (value)
		ka_text_printf(text, "%s %s\n", key, value);
}

static void write_request(struct ka_text *text, const struct ka_fetch_request *request)
{
	add_line(text, "url", request->url);
	for (size_t i = 0; i < request->header_count; i++)
		add_line(text, "header", request->headers[i]);
	add_line(text, "etag", request->etag);
	add_line(text, "last-modified", request->last_modified);
	add_line(text, "insecure-http", request->insecure_http ? "yes" : NULL);
	add_line(text, "signature", request->wants_signature ? "yes" : NULL);
	ka_text_add(text, "\n");
}

/* Says what was asked, which is cleared, and hears what is answered, arena-owned. */
static int talk(struct ka_arena *arena, const struct ka_fetch_program *program,
		const char *argument, struct ka_text *asked, size_t answer_max,
		const char **ret_answer, size_t *ret_length, struct ka_error *reterr)
{
	const struct ka_exchange exchange = {
		.helper = program->path,
		.argument = argument,
		.environment = program->environment,
		.request = asked,
		.answer_max = answer_max,
		.time_ms = KA_WIRE_TIME_S * 1000 + GRACE_MS,
		.on_wait = program->on_wait,
		.context = program->context,
	};
	int result = ka_fetch_exchange(arena, &exchange, ret_answer, ret_length, reterr);

	ka_text_clear(asked);
	return result;
}

int ka_fetch(struct ka_arena *arena, const struct ka_fetch_program *program,
	     const struct ka_fetch_request *request, struct ka_fetch_answer *ret_answer,
	     struct ka_error *reterr)
{
	struct ka_text asked = {0};
	const char *answer;
	size_t length;

	write_request(&asked, request);
	if (talk(arena, program, NULL, &asked, HEAD_MAX + KA_WIRE_BODY_MAX + KA_WIRE_SIGNATURE_MAX,
		 &answer, &length, reterr) < 0)
		return -1;
	return ka_fetch_read_answer(arena, request, answer, length, ret_answer, reterr);
}

bool ka_fetch_is_outage(const struct ka_error *error)
{
	static const char server_fault[] = "status: 5", too_many[] = "status: 429";

	if (error->id == KA_E_FETCH_STATUS)
		return strncmp(error->message, server_fault, sizeof(server_fault) - 1) == 0 ||
		       strncmp(error->message, too_many, sizeof(too_many) - 1) == 0;
	return error->id == KA_E_FETCH_RESOLVE || error->id == KA_E_FETCH_CONNECT ||
	       error->id == KA_E_FETCH_TIME;
}

int ka_fetch_verify(struct ka_arena *arena, const struct ka_fetch_program *program,
		    const struct ka_fetch_bytes *key, const struct ka_fetch_bytes *signature,
		    const struct ka_fetch_bytes *content, const char **ret_signer,
		    struct ka_error *reterr)
{
	struct ka_text asked = {0};
	const char *answer;
	size_t length;

	ka_text_printf(&asked, "key-length %zu\nsignature-length %zu\nlength %zu\n\n", key->length,
		       signature->length, content->length);
	ka_text_add_bytes(&asked, key->bytes, key->length);
	ka_text_add_bytes(&asked, signature->bytes, signature->length);
	ka_text_add_bytes(&asked, content->bytes, content->length);
	if (talk(arena, program, "--verify", &asked, KA_WIRE_LINE_MAX + 1, &answer, &length,
		 reterr) < 0)
		return -1;
	return ka_fetch_read_verdict(arena, answer, length, ret_signer, reterr);
}

int ka_fetch_resolve(struct ka_arena *arena, const struct ka_fetch_program *program,
		     const char *name, const char **ret_address, struct ka_error *reterr)
{
	struct ka_text asked = {0};
	const char *answer;
	size_t length;

	ka_text_printf(&asked, "name %s\n\n", name);
	if (talk(arena, program, "--resolve", &asked, KA_WIRE_LINE_MAX + 1, &answer, &length,
		 reterr) < 0)
		return -1;
	return ka_fetch_read_address(arena, answer, length, ret_address, reterr);
}
