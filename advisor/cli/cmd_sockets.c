#include "cli/commands.h"
#include "cli/mending.h"
#include "cli/namespaces.h"
#include "cli/print.h"
#include "cli/socket_look.h"
#include "cli/subject.h"
#include "cli/watching.h"
#include "out/socket.h"

#include <errno.h>
#include <unistd.h>

enum { WORST_SHOWN = 20, PROGRAMS_SHOWN = 10, PENDING_MAX = 64 * 1024 /* bytes */ };

struct output {
	enum ka_format format;
	const char *file; /* NULL: standard output */
	int fd;
	struct ka_text lines; /* not written yet */
};

/* One run: the outputs, and what all namespaces are judged by. */
struct showing {
	const struct ka_options *options;
	const struct ka_intent *intent;
	struct output outputs[KA_OUTPUTS_MAX];
	size_t output_count;
	const char *netns;              /* the present one, of several; NULL: the only one */
	struct ka_socket_owners owners; /* of several: all there are */
	bool has_owners;
	struct ka_socket_judge judge;
};

static int open_outputs(struct showing *showing, struct ka_error *reterr)
{
	const struct ka_options *options = showing->options;

	if (options->output_count == 0) {
		showing->outputs[0] =
			(struct output){.format = KA_FORMAT_TEXT, .fd = STDOUT_FILENO};
		showing->output_count = 1;
		return 0;
	}
	for (size_t i = 0; i < options->output_count; i++) {
		const struct ka_output_request *request = &options->outputs[i];
		int fd = request->file ? ka_create(request->file, reterr) : STDOUT_FILENO;

		if (fd < 0)
			return -1;
		showing->outputs[showing->output_count++] =
			(struct output){.format = request->format, .file = request->file, .fd = fd};
	}
	return 0;
}

static int flush(struct output *output, struct ka_error *reterr)
{
	int result = ka_emit_to(&output->lines, output->file, output->fd, reterr);

	output->lines.length = 0;
	return result;
}

/* Returns result, or -1 when what was shown did not get out. */
static int close_outputs(struct showing *showing, int result, struct ka_error *reterr)
{
	for (size_t i = 0; i < showing->output_count; i++) {
		struct output *output = &showing->outputs[i];

		if (result >= 0 && output->lines.length > 0)
			result = flush(output, reterr);
		ka_text_clear(&output->lines);
		if (output->file && close(output->fd) < 0 && result >= 0)
			result = ka_fail_sys(reterr, KA_E_OUTPUT, errno, "cannot write %s",
					     output->file);
	}
	return result;
}

static struct ka_socket_view view_of(const struct showing *showing,
				     const struct ka_seen_socket *seen)
{
	return (struct ka_socket_view){
		.netns = showing->netns,
		.connection = &seen->connection,
		.judgement = &seen->judgement,
		.judge = &showing->judge,
		.has_owner = seen->process,
		.owner = ka_seen_owner(seen),
		.fd = seen->fd,
		.options = seen->options,
	};
}

static int add_line(const struct showing *showing, struct output *output,
		    const struct ka_seen_socket *seen, struct ka_error *reterr)
{
	struct ka_socket_view view = view_of(showing, seen);

	ka_json_socket(&output->lines, &view);
	if (output->lines.length < PENDING_MAX && !output->lines.has_failed)
		return 0;
	return flush(output, reterr);
}

static int write_json(const struct showing *showing, struct output *output,
		      const struct ka_seen_sockets *seen, struct ka_error *reterr)
{
	for (size_t i = 0; i < seen->count; i++)
		if (add_line(showing, output, &seen->items[i], reterr) < 0)
			return -1;
	return 0;
}

static void write_table(const struct showing *showing, struct ka_writer *writer,
			const struct ka_seen_sockets *seen)
{
	size_t count = seen->count;
	struct ka_socket_view *views;

	if (!showing->options->all && count > WORST_SHOWN)
		count = WORST_SHOWN;
	views = ka_arena_array(writer->arena, count + 1, sizeof(*views));
	if (!views)
		return;
	for (size_t i = 0; i < count; i++)
		views[i] = view_of(showing, &seen->items[i]);
	ka_text_socket_table(writer, views, count, seen->count);
}

static void write_text(const struct showing *showing, struct ka_writer *writer,
		       const struct ka_seen_sockets *seen)
{
	if (showing->netns)
		ka_heading(writer, "Network namespace %s",
			   ka_escape(writer->arena, showing->netns));
	ka_text_socket_summary(writer, &seen->summary, PROGRAMS_SHOWN);
	write_table(showing, writer, seen);
}

static int write_one(const struct showing *showing, struct output *output,
		     const struct ka_seen_sockets *seen, struct ka_error *reterr)
{
	struct ka_writer writer;
	int result;

	if (output->format == KA_FORMAT_JSON)
		return write_json(showing, output, seen, reterr);
	writer = ka_make_writer(showing->options, output->file);
	write_text(showing, &writer, seen);
	result = showing->options->arena->has_failed
			 ? ka_fail_memory(reterr)
			 : ka_emit_to(&writer.text, output->file, output->fd, reterr);
	ka_text_clear(&writer.text);
	return result;
}

/* What could not be seen, for those who read JSON; the text says it itself. */
static void say_unseen(const struct ka_seen_sockets *seen)
{
	if (seen->summary.refused > 0)
		ka_print_note("%zu processes may not be looked at: whose connections these are is "
			      "not told",
			      seen->summary.refused);
	if (seen->options_refused > 0)
		ka_print_note("%zu sockets may not be asked (--deep needs what ptrace needs)",
			      seen->options_refused);
	if (seen->is_interrupted)
		ka_print_note("the connections changed while they were read: some may be missing, "
			      "or be there twice");
}

static bool is_bad(const struct ka_socket_summary *summary)
{
	const size_t *counts = summary->total.counts;

	return counts[KA_V_LATE] + counts[KA_V_BARE] + counts[KA_V_FORGOTTEN] > 0;
}

static int stream_line(void *context, const struct ka_seen_socket *seen, struct ka_error *reterr)
{
	struct showing *showing = context;

	return add_line(showing, &showing->outputs[0], seen, reterr);
}

/* Lines can be written as they come: one output, nothing to be found out first. */
static bool can_stream(const struct showing *showing)
{
	const struct ka_options *options = showing->options;

	return options->no_owners && options->observe_s == 0 && showing->output_count == 1 &&
	       showing->outputs[0].format == KA_FORMAT_JSON;
}

static bool shows_text(const struct showing *showing)
{
	for (size_t i = 0; i < showing->output_count; i++)
		if (showing->outputs[i].format == KA_FORMAT_TEXT)
			return true;
	return false;
}

static int show_seen(struct showing *showing, struct ka_seen_sockets *seen, struct ka_error *reterr)
{
	/* For programs the order is that of the kernel, as it is when lines are streamed. */
	if (shows_text(showing))
		ka_seen_sockets_sort(seen);
	for (size_t i = 0; i < showing->output_count; i++)
		if (write_one(showing, &showing->outputs[i], seen, reterr) < 0)
			return -1;
	return 0;
}

/* Looks, and shows or mends. */
static int look_and_act(struct showing *showing, const struct ka_look *look,
			struct ka_error *reterr)
{
	const struct ka_options *options = showing->options;
	bool mends = options->rearm || options->enable;
	struct ka_seen_sockets seen;
	int result;

	if (can_stream(showing) && !mends)
		result = ka_stream_sockets(look, stream_line, showing, &seen, reterr);
	else
		result = ka_look_at_sockets(look, &seen, reterr);
	if (result < 0)
		return -1;
	say_unseen(&seen);
	if (mends)
		result = ka_mend_sockets(options, &showing->judge, &seen, showing->netns, reterr);
	else if (!can_stream(showing))
		result = show_seen(showing, &seen, reterr);
	if (result >= 0 && !mends)
		result = is_bad(&seen.summary) ? 1 : 0;
	ka_seen_sockets_clear(&seen);
	return result;
}

static int make_judge(struct showing *showing, struct ka_error *reterr)
{
	return ka_socket_judge_here(showing->options, showing->intent, &showing->judge, reterr);
}

static struct ka_look look_of(const struct showing *showing)
{
	const struct ka_options *options = showing->options;

	return (struct ka_look){.options = options,
				.judge = &showing->judge,
				.owners = options->no_owners ? KA_OWNERS_NONE : KA_OWNERS_ALL,
				.wants_options = options->deep,
				.found = showing->has_owners ? &showing->owners : NULL,
				.observe_s = options->observe_s};
}

static int show(struct showing *showing, struct ka_error *reterr)
{
	struct ka_look look = look_of(showing);

	if (make_judge(showing, reterr) < 0)
		return -1;
	return look_and_act(showing, &look, reterr);
}

/* One look at all processes answers for all namespaces. */
static int find_all_owners(struct showing *showing, struct ka_error *reterr)
{
	if (showing->has_owners || showing->options->no_owners)
		return 0;
	showing->owners.takes_all = true;
	if (ka_owners_search(&showing->owners, reterr) < 0)
		return -1;
	showing->has_owners = true;
	return 0;
}

static int show_in_arena(struct showing *showing, struct ka_error *reterr)
{
	const struct ka_options *options = showing->options;
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_options own = *options;
	int result;

	own.arena = &arena;
	showing->options = &own;
	result = show(showing, reterr);
	showing->options = options;
	ka_arena_clear(&arena);
	return result;
}

static int show_namespace(void *context, const struct ka_netns_entry *entry,
			  struct ka_error *reterr)
{
	struct showing *showing = context;

	/* A dump walks through the sockets of the whole machine. */
	if (!ka_netns_has_tcp())
		return 0;
	showing->netns = entry->name;
	if (find_all_owners(showing, reterr) < 0)
		return -1;
	return show_in_arena(showing, reterr);
}

static int redraw(void *context, const struct ka_options *options, struct ka_writer *writer,
		  struct ka_error *reterr)
{
	struct showing showing = *(const struct showing *)context;
	struct ka_look look;
	struct ka_seen_sockets seen;

	showing.options = options;
	if (make_judge(&showing, reterr) < 0)
		return -1;
	look = look_of(&showing);
	if (ka_look_at_sockets(&look, &seen, reterr) < 0)
		return -1;
	ka_seen_sockets_sort(&seen);
	write_text(&showing, writer, &seen);
	ka_seen_sockets_clear(&seen);
	return 0;
}

static int run(struct showing *showing, struct ka_error *reterr)
{
	if (showing->options->all_netns)
		return ka_each_namespace(showing->options, show_namespace, showing, reterr);
	if (ka_enter_netns(showing->options, reterr) < 0)
		return -1;
	if (showing->options->watch_s > 0)
		return ka_watch(showing->options, redraw, showing, reterr);
	return show(showing, reterr);
}

int ka_cmd_sockets(const struct ka_options *options, struct ka_error *reterr)
{
	struct ka_intent intent;
	struct showing showing = {.options = options, .intent = &intent};
	int result;

	if (ka_read_intent(options, &intent, reterr) < 0)
		return -1;
	result = open_outputs(&showing, reterr);
	if (result == 0)
		result = run(&showing, reterr);
	ka_owners_clear(&showing.owners);
	return close_outputs(&showing, result, reterr);
}
