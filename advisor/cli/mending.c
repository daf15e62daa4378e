#include "cli/mending.h"

#include "cli/ending.h"
#include "cli/print.h"
#include "cli/time_window.h"
#include "edge/sock_diag.h"
#include "edge/socket_handle.h"
#include "out/mending.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
	BATCH_MAX = 128, /* connections whose descriptors are held at the same time */
	BATCH_MS = 20,   /* what is due within it goes together */
	OVER_MAX_MS = 10 * 1000,
	OVER_EACH_MS = 10,
};

/* One connection that is being mended. */
struct mend {
	const struct ka_seen_socket *seen;
	struct ka_connection before, after;
	enum ka_socket_verdict verdict;
	enum ka_mend_how how;
	enum ka_mend_result result;
	const char *why;
	int handle; /* -1: none */
};

struct mending {
	const struct ka_options *options;
	const struct ka_socket_judge *judge;
	struct ka_mend_request request;
	const char *netns;
	bool is_json;
	struct ka_text lines;
	struct ka_time_window window;
	bool is_prepared, cannot_prepare;
	struct ka_error no_window; /* why, with cannot_prepare */
	bool is_left_open;
	size_t counts[KA_MEND_RESULT_COUNT];
	sigset_t signals, mask_before;
	int signal; /* that ended it; 0: none */
};

static void settle(struct mend *mend, enum ka_mend_result result, const char *why)
{
	mend->result = result;
	mend->why = why;
}

static const char *errno_words(int error)
{
	switch (error) {
	case -EPERM:
	case -EACCES:
		return "not permitted (ptrace rules, yama)";
	case -ENOSYS:
		return "the kernel is too old (pidfd_getfd needs Linux 5.6)";
	case -EMFILE:
	case -ENFILE:
		return "too many open files";
	default:
		return "the socket cannot be changed";
	}
}

static void settle_errno(struct mend *mend, int error)
{
	if (error == -ESRCH || error == -EBADF || error == -ESTALE || error == -ENOENT)
		settle(mend, KA_MEND_GONE, "");
	else
		settle(mend, KA_MEND_REFUSED, errno_words(error));
}

/* One connection */

/* Looks at the connection as it is now, and at its own options. */
static bool look_again(const struct mending *mending, struct mend *mend)
{
	const struct ka_seen_socket *seen = mend->seen;
	struct ka_socket_judgement judgement;
	struct ka_socket_options options;
	int error = ka_sock_diag_again(&seen->connection, &mend->before);

	if (error == 0 && !seen->process) {
		settle(mend, KA_MEND_REFUSED, "its process is not known");
		return false;
	}
	if (error == 0)
		error = ka_socket_handle_open(seen->pid, seen->fd, seen->connection.inode,
					      seen->connection.cookie, &mend->handle);
	if (error == 0)
		error = ka_socket_handle_read(mend->handle, &options);
	if (error < 0) {
		settle_errno(mend, error);
		return false;
	}
	ka_socket_judge(mending->judge, &mend->before, &options, NULL, 0, &judgement);
	mend->verdict = judgement.verdict;
	mend->how = ka_mend_decide(mending->judge, &mending->request, &mend->before, &judgement,
				   &options, &mend->why);
	return true;
}

static void close_handle(struct mend *mend)
{
	if (mend->handle >= 0)
		close(mend->handle);
	mend->handle = -1;
}

static void act(const struct mending *mending, struct mend *mend)
{
	int error = mend->how == KA_MEND_PIN
			    ? ka_socket_handle_pin(mend->handle,
						   mending->judge->settings.value[KA_TIME])
			    : ka_socket_handle_toggle(mend->handle);

	if (error < 0)
		settle_errno(mend, error);
	else
		settle(mend, KA_MENDED, "");
}

/* Whether it is to be acted upon; otherwise it is settled. */
static bool prepare(const struct mending *mending, struct mend *mend)
{
	mend->handle = -1;
	mend->why = "";
	mend->before = mend->seen->connection;
	mend->verdict = mend->seen->judgement.verdict;
	if (look_again(mending, mend)) {
		if (mend->how == KA_MEND_NOTHING)
			settle(mend, KA_MEND_NEEDLESS, "");
		else if (mend->how == KA_MEND_CANNOT)
			settle(mend, KA_MEND_REFUSED, mend->why);
		else if (mending->options->dry_run)
			settle(mend, KA_MEND_PLANNED, "");
		else
			return true;
	}
	close_handle(mend);
	return false;
}

/* After the change: the same socket, and how its timer is now. */
static void verify(struct mend *mend)
{
	int error;

	close_handle(mend);
	if (mend->result != KA_MENDED)
		return;
	error = ka_sock_diag_again(&mend->before, &mend->after);
	if (error < 0)
		settle_errno(mend, error);
}

/* A batch */

static bool make_window(struct mending *mending)
{
	if (mending->is_prepared || mending->cannot_prepare)
		return mending->is_prepared;
	mending->is_prepared = ka_time_window_prepare(&mending->window, mending->options,
						      &mending->no_window) == 0;
	mending->cannot_prepare = !mending->is_prepared;
	return mending->is_prepared;
}

static void act_at_one(const struct mending *mending, struct mend *batch, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (batch[i].handle >= 0 && batch[i].how == KA_MEND_TOGGLE_AT_ONE)
			act(mending, &batch[i]);
}

static void refuse_at_one(struct mending *mending, struct mend *batch, size_t count,
			  const struct ka_error *error)
{
	const char *why =
		ka_arena_printf(mending->options->arena,
				"tcp_keepalive_time cannot be 1 for a moment: %s", error->message);

	for (size_t i = 0; i < count; i++)
		if (batch[i].handle >= 0 && batch[i].how == KA_MEND_TOGGLE_AT_ONE)
			settle(&batch[i], KA_MEND_REFUSED, why);
}

/* Toggles those that need it while T is 1. -1 when T could not be put back. */
static int mend_at_one(struct mending *mending, struct mend *batch, size_t count,
		       struct ka_error *reterr)
{
	struct ka_error error = {0};

	if (!make_window(mending)) {
		refuse_at_one(mending, batch, count, &mending->no_window);
		return 0;
	}
	if (ka_time_window_open(&mending->window, &error) == 0)
		act_at_one(mending, batch, count);
	else
		refuse_at_one(mending, batch, count, &error);
	mending->is_left_open = ka_time_window_close(&mending->window, reterr) < 0;
	return mending->is_left_open ? -1 : 0;
}

static int say(struct mending *mending, struct mend *mend, struct ka_error *reterr)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_mending_view view = {
		.result = mend->result,
		.how = mend->how,
		.why = mend->why,
		.netns = mending->netns,
		.verdict = mend->verdict,
		.before = &mend->before,
		.after = mend->result == KA_MENDED ? &mend->after : NULL,
		.owner = ka_seen_owner(mend->seen),
		.fd = mend->seen->fd,
	};
	struct ka_writer writer;
	int result = 0;

	mending->counts[mend->result]++;
	if (mending->is_json) {
		result = ka_json_mending(&arena, &view, &mending->lines, reterr);
		ka_text_add(&mending->lines, "\n");
	} else {
		writer = ka_make_writer(mending->options, NULL);
		writer.arena = &arena;
		ka_text_mending(&writer, &view);
		ka_text_add_bytes(&mending->lines, writer.text.bytes, writer.text.length);
		ka_text_clear(&writer.text);
	}
	ka_arena_clear(&arena);
	return result;
}

static int flush(struct mending *mending, struct ka_error *reterr)
{
	int result = ka_emit_to(&mending->lines, NULL, STDOUT_FILENO, reterr);

	mending->lines.length = 0;
	return result;
}

static int mend_batch(struct mending *mending, struct mend *batch, size_t count,
		      struct ka_error *reterr)
{
	bool needs_window = false;
	int result = 0;

	for (size_t i = 0; i < count; i++) {
		if (!prepare(mending, &batch[i]))
			continue;
		if (batch[i].how == KA_MEND_TOGGLE_AT_ONE)
			needs_window = true;
		else
			act(mending, &batch[i]);
	}
	if (needs_window)
		result = mend_at_one(mending, batch, count, reterr);
	for (size_t i = 0; i < count; i++) {
		struct ka_error unsaid;

		verify(&batch[i]);
		if (say(mending, &batch[i], &unsaid) < 0 && result == 0) {
			*reterr = unsaid;
			result = -1;
		}
	}
	return result < 0 ? -1 : flush(mending, reterr);
}

/* Over time */

static int64_t now_ms(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* False when a signal came that ends the run. */
static bool wait_ms(struct mending *mending, int64_t milliseconds)
{
	int64_t until = now_ms() + (milliseconds > 0 ? milliseconds : 0);

	do {
		int64_t left = until - now_ms();
		struct timespec wait = {0};

		if (left > 0)
			wait = (struct timespec){.tv_sec = left / 1000,
						 .tv_nsec = left % 1000 * 1000000};
		mending->signal = sigtimedwait(&mending->signals, NULL, &wait);
	} while (mending->signal < 0 && errno == EINTR);
	if (mending->signal < 0)
		mending->signal = 0;
	return mending->signal == 0;
}

/* How many from number at on are due together. */
static size_t batch_size(size_t at, size_t count, int64_t over_ms)
{
	int64_t until = ka_mend_due_ms(at, count, over_ms) + BATCH_MS;
	size_t size = 1;

	while (size < BATCH_MAX && at + size < count &&
	       ka_mend_due_ms(at + size, count, over_ms) <= until)
		size++;
	return size;
}

static int64_t over_ms(const struct mending *mending, size_t count)
{
	int64_t usual = (int64_t)count * OVER_EACH_MS;

	if (mending->options->dry_run)
		return 0;
	if (mending->options->has_over)
		return mending->options->over_s * 1000;
	return usual < OVER_MAX_MS ? usual : OVER_MAX_MS;
}

static int mend_all(struct mending *mending, struct mend *mends, size_t count,
		    struct ka_error *reterr)
{
	int64_t over = over_ms(mending, count), began = now_ms();

	for (size_t at = 0; at < count;) {
		size_t size = batch_size(at, count, over);

		if (!wait_ms(mending, began + ka_mend_due_ms(at, count, over) - now_ms()))
			return 0;
		if (mend_batch(mending, &mends[at], size, reterr) < 0)
			return -1;
		at += size;
	}
	return 0;
}

/* All */

static bool is_wanted(const struct mending *mending, const struct ka_seen_socket *seen)
{
	return ka_mend_is_wanted(mending->judge, &mending->request, &seen->connection,
				 &seen->judgement);
}

static struct mend *choose(const struct mending *mending, const struct ka_seen_sockets *seen,
			   size_t *ret_count)
{
	struct mend *mends = calloc(seen->count + 1, sizeof(*mends));
	size_t count = 0;

	for (size_t i = 0; mends && i < seen->count; i++)
		if (is_wanted(mending, &seen->items[i]))
			mends[count++].seen = &seen->items[i];
	*ret_count = count;
	return mends;
}

static int say_total(struct mending *mending, size_t count, struct ka_error *reterr)
{
	const size_t *counts = mending->counts;
	const char *verb = mending->options->dry_run ? "would be mended" : "mended";
	size_t done = counts[KA_MENDED] + counts[KA_MEND_PLANNED], said = 0;

	for (int result = 0; result < KA_MEND_RESULT_COUNT; result++)
		said += counts[result];
	if (!mending->is_json) {
		ka_text_printf(&mending->lines,
			       "%zu of %zu %s, %zu gone, %zu in no need, %zu refused%s\n", done,
			       count, verb, counts[KA_MEND_GONE], counts[KA_MEND_NEEDLESS],
			       counts[KA_MEND_REFUSED], said < count ? "; stopped" : "");
		if (flush(mending, reterr) < 0)
			return -1;
	}
	if (counts[KA_MEND_REFUSED] > 0)
		return ka_fail(reterr, KA_E_MENDING, "%zu of %zu connections were not mended",
			       counts[KA_MEND_REFUSED], count);
	return 0;
}

/* Ctrl-C and a shutdown are heeded between batches only. */
static void hold_signals(struct mending *mending)
{
	ka_ending_signals(&mending->signals);
	sigprocmask(SIG_BLOCK, &mending->signals, &mending->mask_before);
}

static void release_signals(const struct mending *mending)
{
	sigprocmask(SIG_SETMASK, &mending->mask_before, NULL);
	if (mending->signal > 0)
		raise(mending->signal);
}

static int run(struct mending *mending, const struct ka_seen_sockets *seen, struct ka_error *reterr)
{
	size_t count;
	struct mend *mends = choose(mending, seen, &count);
	int result;

	if (!mends)
		return ka_fail_memory(reterr);
	result = mend_all(mending, mends, count, reterr);
	result = ka_time_window_end(&mending->window, !mending->is_left_open, result, reterr);
	if (result == 0)
		result = say_total(mending, count, reterr);
	free(mends);
	return result;
}

int ka_mend_sockets(const struct ka_options *options, const struct ka_socket_judge *judge,
		    const struct ka_seen_sockets *seen, const char *netns, struct ka_error *reterr)
{
	struct mending mending = {
		.options = options,
		.judge = judge,
		.request = {options->rearm, options->enable, options->pin},
		.netns = netns,
		.is_json =
			options->output_count > 0 && options->outputs[0].format == KA_FORMAT_JSON,
		.window = KA_TIME_WINDOW_NONE,
	};
	int result;

	hold_signals(&mending);
	result = run(&mending, seen, reterr);
	ka_text_clear(&mending.lines);
	release_signals(&mending);
	return result;
}
