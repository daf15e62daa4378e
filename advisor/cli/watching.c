#include "cli/watching.h"

#include "cli/print.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* The second screen (xterm, "alternate screen buffer"), without a cursor; and back. */
static const char enter_screen[] = "\033[?1049h\033[?25l", leave_screen[] = "\033[?25h\033[?1049l";
static const char home[] = "\033[H\033[J";

static size_t terminal_rows(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row < 2)
		return 24;
	return size.ws_row;
}

/* Cuts the text to so many lines. */
static void cut(struct ka_text *text, size_t rows)
{
	size_t length = 0;

	for (size_t row = 0; row < rows && length < text->length; row++) {
		const char *end = memchr(text->bytes + length, '\n', text->length - length);

		length = end ? (size_t)(end - text->bytes) + 1 : text->length;
	}
	text->length = length;
}

static int draw(const struct ka_options *options, ka_redraw *redraw, void *context,
		struct ka_error *reterr)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_options own = *options;
	struct ka_writer writer;
	int result;

	own.arena = &arena;
	writer = ka_make_writer(&own, NULL);
	ka_text_add(&writer.text, home);
	result = redraw(context, &own, &writer, reterr);
	if (result == 0 && (arena.has_failed || writer.text.has_failed))
		result = ka_fail_memory(reterr);
	if (result == 0) {
		cut(&writer.text, terminal_rows() - 1);
		result = ka_emit_to(&writer.text, NULL, STDOUT_FILENO, reterr);
	}
	ka_text_clear(&writer.text);
	ka_arena_clear(&arena);
	return result;
}

/* Whether somebody wants it to end. */
static bool wait_for_next(const sigset_t *signals, int64_t seconds)
{
	struct timespec wait = {.tv_sec = (time_t)seconds};
	int signal;

	do
		signal = sigtimedwait(signals, NULL, &wait);
	while (signal < 0 && errno == EINTR);
	return signal > 0 && signal != SIGWINCH;
}

static void switch_screen(const char *sequence)
{
	ssize_t ignored = write(STDOUT_FILENO, sequence, strlen(sequence));

	(void)ignored; /* the picture that follows says what is wrong */
}

int ka_watch(const struct ka_options *options, ka_redraw *redraw, void *context,
	     struct ka_error *reterr)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH};
	sigset_t signals, before;
	int result;

	if (!isatty(STDOUT_FILENO))
		return ka_fail(reterr, KA_E_NO_TERMINAL,
			       "--watch needs a terminal on standard output");
	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaddset(&signals, numbers[i]);
	sigprocmask(SIG_BLOCK, &signals, &before);
	switch_screen(enter_screen);
	do
		result = draw(options, redraw, context, reterr);
	while (result == 0 && !wait_for_next(&signals, options->watch_s));
	switch_screen(leave_screen);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return result;
}
