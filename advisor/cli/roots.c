#include "cli/roots.h"

#include "cli/checking.h"
#include "cli/print.h"
#include "cli/subject.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS_PER_JOB = 4, PATH_LENGTH_MAX = 4096 };

/* One image: taken from the list, looked at, written, and then the next one's. */
struct slot {
	char *root;
	struct ka_rendering rendering;
	struct ka_error error; /* of an image that could not be read */
	int exit_code;         /* 0, 1, 4; -1: not done yet, or error is one of the run */
	bool is_done, is_fatal;
};

/* Everything that the threads share. Images are numbered in their order: taken ones are below
 * taken, written ones below written. */
struct queue {
	const struct ka_options *options;
	const struct ka_intent *intent;
	struct ka_baselining *baselining;
	struct ka_reporter *reporter;
	int64_t today;
	FILE *list; /* NULL: none, or at its end */
	char *line;
	size_t line_size, line_number;
	size_t roots_taken; /* of --root */
	struct slot *slots;
	size_t slot_count, taken, written;
	bool is_over; /* nothing more is to be taken */
	bool has_threads;
	struct ka_error error; /* that ended the list */
	bool has_error;
	bool has_failed; /* to write, or without memory */
	bool shows_progress;
	time_t shown_s;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
};

static int fail_list(struct queue *queue, const char *what)
{
	queue->has_error = true;
	return ka_fail_at(&queue->error, KA_E_ROOT_LIST, queue->options->root_list,
			  (unsigned)queue->line_number, 0, "%s", what);
}

/* The next line that names an image, NULL at the end. */
static const char *next_line(struct queue *queue)
{
	while (queue->list) {
		ssize_t length = getline(&queue->line, &queue->line_size, queue->list);

		queue->line_number++;
		if (length < 0 && ferror(queue->list))
			fail_list(queue, strerror(errno));
		if (length < 0)
			return NULL;
		while (length > 0 && strchr("\n\r", queue->line[length - 1]))
			queue->line[--length] = '\0';
		if (strlen(queue->line) != (size_t)length || length >= PATH_LENGTH_MAX) {
			fail_list(queue, "a directory's name found that is too long or has a NUL: "
					 "expected one directory a line");
			return NULL;
		}
		if (length > 0)
			return queue->line;
	}
	return NULL;
}

/* Takes the next image into its slot; NULL when there is none left. */
static struct slot *take(struct queue *queue)
{
	const char *root = NULL;
	struct slot *slot = &queue->slots[queue->taken % queue->slot_count];

	if (queue->is_over)
		return NULL;
	if (queue->roots_taken < queue->options->root_count)
		root = queue->options->roots[queue->roots_taken++];
	else
		root = next_line(queue);
	*slot = (struct slot){.exit_code = -1};
	slot->root = root ? strdup(root) : NULL;
	if (root && !slot->root) {
		queue->has_error = true;
		ka_fail_memory(&queue->error);
	}
	queue->is_over = !slot->root;
	queue->taken += slot->root != NULL;
	return slot->root ? slot : NULL;
}

static int render_root(const struct queue *queue, struct ka_arena *arena, struct slot *slot)
{
	struct ka_text_context context = {.path_words = queue->options->path_words.bytes,
					  .can_apply = true};
	struct ka_checked *checked = ka_arena_alloc(arena, sizeof(*checked));
	struct ka_facts facts;

	if (!checked)
		return ka_fail_memory(&slot->error);
	context.subject_words =
		ka_arena_printf(arena, "--root %s ", ka_shell_word(arena, slot->root));
	if (ka_read_root_facts(queue->options, arena, slot->root, queue->today, &facts,
			       &slot->error) < 0 ||
	    ka_check_facts(arena, &facts, queue->intent, queue->baselining, checked, &slot->error) <
		    0 ||
	    ka_render(queue->reporter, arena, &checked->report, &context, &slot->rendering,
		      &slot->error) < 0)
		return -1;
	return checked->report.has_failed ? 1 : 0;
}

/* Looks at one image. No lock is held: the slot is this thread's until it is done. */
static void look(const struct queue *queue, struct slot *slot)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_error error;

	slot->exit_code = render_root(queue, &arena, slot);
	ka_arena_clear(&arena);
	if (slot->exit_code >= 0)
		return;
	error = slot->error;
	slot->exit_code = ka_error_info(error.id)->exit_code;
	slot->is_fatal = ka_render_failure(queue->reporter, slot->root, &error, &slot->rendering,
					   &slot->error) < 0;
}

/* How far it is, once a second, where results do not show it. */
static void show_progress(struct queue *queue)
{
	struct timespec now;

	if (!queue->shows_progress || clock_gettime(CLOCK_MONOTONIC, &now) < 0 ||
	    now.tv_sec == queue->shown_s)
		return;
	if (queue->shown_s > 0)
		fprintf(stderr, "\r\033[Kkaadvise: %zu images", queue->written);
	queue->shown_s = now.tv_sec;
}

static void hide_progress(const struct queue *queue)
{
	if (queue->shows_progress)
		fputs("\r\033[K", stderr);
}

/* Makes the slot free for the next image. */
static void discard(struct queue *queue, struct slot *slot)
{
	ka_rendering_clear(&slot->rendering);
	free(slot->root);
	*slot = (struct slot){0};
	queue->written++;
}

/* Writes the image that is next in order, and says what was wrong with it. */
static int finish(struct queue *queue, struct slot *slot, int *exit_code, struct ka_error *reterr)
{
	int result;

	if (slot->is_fatal) {
		*reterr = slot->error;
		result = -1;
	} else {
		if (slot->exit_code > 1) {
			ka_error_name_root(&slot->error, slot->root);
			hide_progress(queue);
			ka_print_error(&slot->error);
		}
		result = ka_reporter_write(queue->reporter, &slot->rendering, reterr);
	}
	*exit_code = slot->exit_code > *exit_code ? slot->exit_code : *exit_code;
	discard(queue, slot);
	show_progress(queue);
	return result;
}

static void *work(void *argument)
{
	struct queue *queue = argument;
	struct slot *slot = NULL;

	pthread_mutex_lock(&queue->mutex);
	for (;;) {

		while (!queue->is_over && queue->taken - queue->written == queue->slot_count)
			pthread_cond_wait(&queue->changed, &queue->mutex);
		slot = take(queue);
		if (!slot)
			break;
		pthread_mutex_unlock(&queue->mutex);
		look(queue, slot);
		pthread_mutex_lock(&queue->mutex);
		slot->is_done = true;
		pthread_cond_broadcast(&queue->changed);
	}
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->mutex);
	return NULL;
}

/* Writes what the threads have looked at, in order, until everything taken is written. */
static int drain(struct queue *queue, int *exit_code, struct ka_error *reterr)
{
	int result = 0;

	pthread_mutex_lock(&queue->mutex);
	while (!queue->is_over || queue->written < queue->taken) {
		struct slot *slot = &queue->slots[queue->written % queue->slot_count];

		if (queue->written == queue->taken || !slot->is_done) {
			pthread_cond_wait(&queue->changed, &queue->mutex);
			continue;
		}
		/* The slot is freed for the threads, so this is done under the lock; only a slow
		 * reader of our output holds them up. */
		if (result < 0)
			discard(queue, slot);
		else
			result = finish(queue, slot, exit_code, reterr);
		queue->is_over |= result < 0;
		pthread_cond_broadcast(&queue->changed);
	}
	pthread_mutex_unlock(&queue->mutex);
	return result;
}

static int run_threads(struct queue *queue, int *exit_code, struct ka_error *reterr)
{
	pthread_t threads[KA_JOBS_MAX];
	unsigned count = 0;
	int result;

	while (count < queue->options->jobs &&
	       pthread_create(&threads[count], NULL, work, queue) == 0)
		count++;
	if (count == 0)
		return ka_fail_sys(reterr, KA_E_MEMORY, errno, "cannot start a thread");
	result = drain(queue, exit_code, reterr);
	while (count > 0)
		pthread_join(threads[--count], NULL);
	return result;
}

static int run_alone(struct queue *queue, int *exit_code, struct ka_error *reterr)
{
	for (;;) {
		struct slot *slot = take(queue);

		if (!slot)
			return 0;
		look(queue, slot);
		if (finish(queue, slot, exit_code, reterr) < 0)
			return -1;
	}
}

static int open_list(struct queue *queue, struct ka_error *reterr)
{
	const char *name = queue->options->root_list;

	if (!name)
		return 0;
	queue->list = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	if (!queue->list)
		return ka_fail_sys(reterr, KA_E_ROOT_LIST, errno, "cannot read %s", name);
	return 0;
}

static int run_queue(struct queue *queue, struct ka_error *reterr)
{
	int exit_code = 0, result;

	result = queue->options->jobs > 1 ? run_threads(queue, &exit_code, reterr)
					  : run_alone(queue, &exit_code, reterr);
	hide_progress(queue);
	queue->has_failed = result < 0;
	if (result == 0 && queue->has_error) {
		*reterr = queue->error;
		result = -1;
	}
	/* A list that ends with an error leaves what was reported before complete. */
	if (!queue->has_failed && ka_reporter_end(queue->reporter, reterr) < 0)
		queue->has_failed = true;
	if (queue->has_failed)
		ka_reporter_abandon(queue->reporter);
	return result < 0 || queue->has_failed ? -1 : exit_code;
}

int ka_check_roots(struct ka_baselining *baselining, const struct ka_intent *intent,
		   struct ka_error *reterr)
{
	const struct ka_options *options = baselining->options;
	bool is_one = options->root_count == 1 && !options->root_list;
	struct ka_reporter reporter = ka_reporter_make(options, !is_one);
	struct queue queue = {.options = options,
			      .intent = intent,
			      .baselining = baselining,
			      .reporter = &reporter,
			      .today = ka_now_s() / 86400,
			      .shows_progress = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO),
			      .slot_count = (size_t)options->jobs * SLOTS_PER_JOB,
			      .mutex = PTHREAD_MUTEX_INITIALIZER,
			      .changed = PTHREAD_COND_INITIALIZER};
	int result;

	if (open_list(&queue, reterr) < 0)
		return -1;
	queue.slots = calloc(queue.slot_count, sizeof(*queue.slots));
	result = queue.slots ? run_queue(&queue, reterr) : ka_fail_memory(reterr);
	free(queue.slots);
	free(queue.line);
	if (queue.list && queue.list != stdin)
		fclose(queue.list);
	return result;
}
