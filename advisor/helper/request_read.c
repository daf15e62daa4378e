#include "helper/request.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* More lines than a request can have are no request. */
enum { HEAD_MAX = (KA_WIRE_HEADERS_MAX + 6) * (KA_WIRE_LINE_MAX + 1) };
enum { INPUT_MAX = HEAD_MAX + 2 * KA_WIRE_SIGNATURE_MAX + KA_WIRE_BODY_MAX };

struct input {
	char *bytes; /* INPUT_MAX */
	size_t length;
};

/* Reads more; -1 at the end of the input, and where there is no room. */
static int read_more(struct input *input, int fd, struct ka_failure *retfailure)
{
	ssize_t got;

	if (input->length == INPUT_MAX)
		return ka_refuse(retfailure, KA_STEP_REQUEST, "the request is too long");
	do
		got = read(fd, input->bytes + input->length, INPUT_MAX - input->length);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return ka_refuse(retfailure, KA_STEP_REQUEST, "the request is cut short");
	input->length += (size_t)got;
	return 0;
}

/* The bytes up to and with the empty line; 0 where it has not come yet. */
static size_t head_length(const struct input *input)
{
	const char *end;

	if (input->length > 0 && input->bytes[0] == '\n')
		return 1;
	end = memmem(input->bytes, input->length, "\n\n", 2);
	return end ? (size_t)(end - input->bytes) + 2 : 0;
}

static int read_head(struct ka_arena *arena, int fd, struct input *ret_input, size_t *ret_length,
		     struct ka_failure *retfailure)
{
	*ret_input = (struct input){.bytes = ka_arena_alloc(arena, INPUT_MAX)};
	if (!ret_input->bytes)
		return ka_refuse(retfailure, KA_STEP_REQUEST, "out of memory");
	while ((*ret_length = head_length(ret_input)) == 0) {
		if (ret_input->length > HEAD_MAX)
			return ka_refuse(retfailure, KA_STEP_REQUEST, "the request is too long");
		if (read_more(ret_input, fd, retfailure) != 0)
			return -1;
	}
	return 0;
}

int ka_request_read(struct ka_arena *arena, int fd, struct ka_request *ret_request,
		    struct ka_failure *retfailure)
{
	struct input input;
	size_t head;

	if (read_head(arena, fd, &input, &head, retfailure) != 0)
		return -1;
	return ka_request_parse(arena, input.bytes, input.length, ret_request, retfailure);
}

int ka_resolve_request_read(struct ka_arena *arena, int fd, const char **ret_name,
			    struct ka_failure *retfailure)
{
	struct input input;
	size_t head;

	if (read_head(arena, fd, &input, &head, retfailure) != 0)
		return -1;
	return ka_resolve_request_parse(arena, input.bytes, input.length, ret_name, retfailure);
}

int ka_verify_request_read(struct ka_arena *arena, int fd, struct ka_verify_request *ret_request,
			   struct ka_failure *retfailure)
{
	struct ka_verify_request request;
	struct input input;
	size_t head, total;

	if (read_head(arena, fd, &input, &head, retfailure) != 0 ||
	    ka_verify_request_parse(input.bytes, head, &request, retfailure) != 0)
		return -1;
	total = head + request.key.length + request.signature.length + request.content.length;
	while (input.length < total)
		if (read_more(&input, fd, retfailure) != 0)
			return -1;
	if (input.length > total)
		return ka_refuse(retfailure, KA_STEP_REQUEST, "something follows the request");
	request.key.bytes = input.bytes + head;
	request.signature.bytes = request.key.bytes + request.key.length;
	request.content.bytes = request.signature.bytes + request.signature.length;
	*ret_request = request;
	return 0;
}
