#include "cli/print.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void ka_print_error(const struct ka_error *error)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	const char *message = ka_escape(&arena, error->message);
	const char *place = "kaadvise";

	if (error->file[0]) {
		place = ka_escape(&arena, error->file);
		if (error->line && error->column)
			place = ka_arena_printf(&arena, "%s:%u:%u", place, error->line,
						error->column);
		else if (error->line)
			place = ka_arena_printf(&arena, "%s:%u", place, error->line);
	}
	fprintf(stderr, "%s: error: %s [%s]\n", place, message, ka_error_info(error->id)->id);
	ka_arena_clear(&arena);
}

void ka_print_errors(const struct ka_errors *errors, struct ka_error *ret_last)
{
	for (size_t i = 0; i + 1 < errors->count; i++)
		ka_print_error(&errors->list[i]);
	*ret_last = errors->list[errors->count - 1];
	if (errors->omitted > 0)
		ka_print_note("%s: and %zu more errors", ret_last->file, errors->omitted);
}

void ka_error_name_root(struct ka_error *error, const char *root)
{
	char file[sizeof(error->file)];
	size_t length = strlen(root);

	while (length > 0 && root[length - 1] == '/')
		length--;
	if (error->id == KA_E_ROOT)
		return; /* it says so itself */
	if (!error->file[0]) {
		ka_error_prefix(error, "%s", root);
		return;
	}
	if (snprintf(file, sizeof(file), "%.*s%s", (int)length, root, error->file) < 0)
		return;
	memcpy(error->file, file, sizeof(file));
}

void ka_print_note(const char *format, ...)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	va_list args;

	va_start(args, format);
	fprintf(stderr, "kaadvise: %s\n",
		ka_escape(&arena, ka_arena_vprintf(&arena, format, args)));
	va_end(args);
	ka_arena_clear(&arena);
}

static bool wants_color(const struct ka_options *options, bool is_terminal)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (options->color != KA_COLOR_AUTO)
		return options->color == KA_COLOR_ALWAYS;
	return is_terminal && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

struct ka_writer ka_make_writer(const struct ka_options *options, const char *file)
{
	struct ka_writer writer = {.arena = options->arena, .width = KA_WIDTH_MAX};
	struct winsize size;
	/* Asking for the size tells whether it is a terminal, in one call. */
	bool is_terminal = !file && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;

	if (is_terminal && size.ws_col >= KA_WIDTH_MIN && size.ws_col < KA_WIDTH_MAX)
		writer.width = size.ws_col;
	else if (is_terminal && size.ws_col > 0 && size.ws_col < KA_WIDTH_MIN)
		writer.width = KA_WIDTH_MIN;
	writer.use_color = wants_color(options, is_terminal);
	return writer;
}

static int write_all(int fd, const struct ka_text *text)
{
	size_t at = 0;

	while (at < text->length) {
		ssize_t written = write(fd, text->bytes + at, text->length - at);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		at += (size_t)written;
	}
	return 0;
}

int ka_create(const char *file, struct ka_error *reterr)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);

	if (fd < 0)
		return ka_fail_sys(reterr, KA_E_OUTPUT, errno, "cannot create %s", file);
	return fd;
}

int ka_emit_to(const struct ka_text *text, const char *file, int fd, struct ka_error *reterr)
{
	if (text->has_failed)
		return ka_fail_memory(reterr);
	if (write_all(fd, text) < 0)
		return ka_fail_sys(reterr, KA_E_OUTPUT, errno, "cannot write %s",
				   file ? file : "standard output");
	return 0;
}

int ka_emit(const struct ka_text *text, const char *file, struct ka_error *reterr)
{
	int fd = STDOUT_FILENO, result;

	if (text->has_failed)
		return ka_fail_memory(reterr);
	if (file && (fd = ka_create(file, reterr)) < 0)
		return -1;
	result = ka_emit_to(text, file, fd, reterr);
	if (file && close(fd) < 0 && result == 0)
		result = ka_fail_sys(reterr, KA_E_OUTPUT, errno, "cannot write %s", file);
	return result;
}
