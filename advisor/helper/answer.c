#include "helper/answer.h"

#include "base/text.h"

#include <errno.h>
#include <unistd.h>

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return -1;
		bytes += written;
		length -= (size_t)written;
	}
	return 0;
}

static int send_text(int fd, struct ka_text *text)
{
	int result = text->has_failed ? -1 : write_all(fd, text->bytes, text->length);

	ka_text_clear(text);
	return result;
}

int ka_answer_download(int fd, const struct ka_download *download)
{
	struct ka_text text = {0};

	ka_text_printf(&text, "status %d\n", download->is_unchanged ? 304 : 200);
	if (download->etag)
		ka_text_printf(&text, "etag %s\n", download->etag);
	if (download->last_modified)
		ka_text_printf(&text, "last-modified %s\n", download->last_modified);
	ka_text_printf(&text, "length %zu\n", download->length);
	if (download->signature)
		ka_text_printf(&text, "signature-length %zu\n", download->signature_length);
	ka_text_add(&text, "\n");
	if (download->length > 0)
		ka_text_add_bytes(&text, download->bytes, download->length);
	if (download->signature)
		ka_text_add_bytes(&text, download->signature, download->signature_length);
	return send_text(fd, &text);
}

/* A line of ours never gets longer than the other side reads. */
static int send_line(int fd, const char *line)
{
	struct ka_text text = {0};

	ka_text_printf(&text, "%.*s\n", KA_WIRE_LINE_MAX, line);
	return send_text(fd, &text);
}

int ka_answer_verified(struct ka_arena *arena, int fd, const char *key_id, const char *comment)
{
	return send_line(
		fd, ka_arena_printf(arena, "verified %s %s", key_id, ka_escape(arena, comment)));
}

int ka_answer_address(struct ka_arena *arena, int fd, const char *address)
{
	return send_line(fd, ka_arena_printf(arena, "address %s", address));
}

int ka_answer_failure(struct ka_arena *arena, int fd, const struct ka_failure *failure)
{
	static const char *const steps[] = KA_WIRE_STEPS;

	return send_line(fd, ka_arena_printf(arena, "error %s %s", steps[failure->step],
					     ka_escape(arena, failure->message)));
}
