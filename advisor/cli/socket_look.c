#include "cli/socket_look.h"

#include "cli/print.h"
#include "edge/keepalive_socket.h"
#include "edge/sock_diag.h"
#include "edge/socket_handle.h"
#include "edge/tick.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	HIDDEN_MAX = 4096, /* connections that are looked at again */
	HIDDEN_WAIT_MS = 200,
	ITEMS_MAX = 8 * 1000 * 1000,
	ITEMS_FIRST = 64,
};

struct ka_socket_owner_words ka_seen_owner(const struct ka_seen_socket *seen)
{
	const struct ka_process *process = seen->process;

	if (!process)
		return (struct ka_socket_owner_words){-1, "", "", ""};
	return (struct ka_socket_owner_words){process->pid, process->command, process->names.unit,
					      process->names.container};
}

/* Judging one */

/* What is being looked at, and what was seen of it before, sorted by cookie. */
struct looking {
	const struct ka_look *look;
	struct ka_seen_sockets *seen;
	struct ka_connection *before;
	size_t before_count;
	int64_t observed_ms; /* since then */
};

static int compare_cookies(const void *a, const void *b)
{
	const struct ka_connection *one = a, *other = b;

	return one->cookie < other->cookie ? -1 : one->cookie > other->cookie;
}

static void judge_one(const struct looking *looking, struct ka_seen_socket *one)
{
	const struct ka_options *options = looking->look->options;
	struct ka_socket_judgement *judgement = &one->judgement;
	const struct ka_connection *before = NULL;
	struct ka_socket_owner_words owner;

	if (looking->before_count > 0)
		before = bsearch(&one->connection, looking->before, looking->before_count,
				 sizeof(*before), compare_cookies);
	ka_socket_judge(looking->look->judge, &one->connection, one->options, before,
			looking->observed_ms, judgement);
	if (options->filter_count == 0)
		return;
	owner = ka_seen_owner(one);
	if (!ka_socket_filters_exclude(options->filters, options->filter_count, &one->connection,
				       &owner))
		return;
	judgement->verdict = KA_V_EXEMPT;
	judgement->reason = KA_WHY_EXCLUDED;
}

/* Whether its process and verdict are asked for. */
static bool is_selected(const struct ka_look *look, const struct ka_seen_socket *seen)
{
	const struct ka_options *options = look->options;
	struct ka_socket_owner_words owner = ka_seen_owner(seen);

	return options->filter_count == 0 ||
	       (ka_socket_filters_select_owner(options->filters, options->filter_count,
					       seen->process ? &owner : NULL) &&
		ka_socket_filters_select_verdict(options->filters, options->filter_count,
						 seen->judgement.verdict));
}

static void count_one(struct ka_seen_sockets *seen, const struct ka_seen_socket *one)
{
	struct ka_socket_owner_words owner = ka_seen_owner(one);

	ka_socket_summary_add(&seen->summary, &one->connection, &one->judgement, owner.command,
			      *owner.container ? owner.container : owner.unit, one->options);
}

static bool is_hidden(const struct ka_seen_socket *seen)
{
	return seen->judgement.verdict == KA_V_UNKNOWN && seen->judgement.reason != KA_WHY_NOT_TOLD;
}

static void wait_ms(int64_t milliseconds)
{
	struct timespec left = {.tv_sec = milliseconds / 1000,
				.tv_nsec = milliseconds % 1000 * 1000000};

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
		;
}

/* Looks at one again whose keepalive timer was hidden. */
static void look_again(const struct looking *looking, struct ka_seen_socket *one)
{
	struct ka_connection now;

	if (ka_sock_diag_again(&one->connection, &now) < 0)
		return;
	one->connection = now;
	judge_one(looking, one);
}

static uint32_t states_of(const struct ka_look *look)
{
	bool has_state = false;

	for (size_t i = 0; i < look->options->filter_count; i++)
		has_state |= look->options->filters[i].kind == KA_FILTER_STATE;
	/* Listening sockets tell which connections came in. */
	return has_state ? KA_STATES_ALL
			 : KA_STATES_ALL & ~(1u << KA_TCP_TIME_WAIT | 1u << KA_TCP_SYN_RECV |
					     1u << KA_TCP_CLOSE);
}

static bool is_meant(const struct ka_look *look, const struct ka_connection *connection)
{
	return ka_socket_filters_select(look->options->filters, look->options->filter_count,
					connection);
}

/* Streaming */

struct stream {
	struct looking looking;
	ka_socket_visit *visit;
	void *context;
	struct ka_seen_socket *hidden;
	size_t hidden_count;
};

static int pass_on(struct stream *stream, const struct ka_seen_socket *one, struct ka_error *reterr)
{
	if (!is_selected(stream->looking.look, one))
		return 0;
	count_one(stream->looking.seen, one);
	return stream->visit(stream->context, one, reterr);
}

static int stream_one(void *context, const struct ka_connection *connection,
		      struct ka_error *reterr)
{
	struct stream *stream = context;
	struct ka_seen_socket one;

	if (!is_meant(stream->looking.look, connection))
		return 0;
	one.connection = *connection;
	one.pid = one.fd = 0;
	one.process = NULL;
	one.options = NULL;
	judge_one(&stream->looking, &one);
	if (is_hidden(&one) && stream->hidden_count < HIDDEN_MAX) {
		stream->hidden[stream->hidden_count++] = one;
		return 0;
	}
	return pass_on(stream, &one, reterr);
}

static int pass_hidden(struct stream *stream, struct ka_error *reterr)
{
	if (stream->hidden_count > 0)
		wait_ms(HIDDEN_WAIT_MS);
	for (size_t i = 0; i < stream->hidden_count; i++) {
		look_again(&stream->looking, &stream->hidden[i]);
		if (pass_on(stream, &stream->hidden[i], reterr) < 0)
			return -1;
	}
	return 0;
}

int ka_stream_sockets(const struct ka_look *look, ka_socket_visit *visit, void *context,
		      struct ka_seen_sockets *ret_seen, struct ka_error *reterr)
{
	struct stream stream = {
		.looking = {.look = look, .seen = ret_seen}, .visit = visit, .context = context};
	int result;

	*ret_seen = (struct ka_seen_sockets){0};
	ka_socket_summary_init(&ret_seen->summary, look->options->arena, look->judge);
	stream.hidden = malloc(HIDDEN_MAX * sizeof(*stream.hidden));
	if (!stream.hidden)
		return ka_fail_memory(reterr);
	result = ka_sock_diag_dump(states_of(look), stream_one, &stream, &ret_seen->is_interrupted,
				   reterr);
	if (result == 0)
		result = pass_hidden(&stream, reterr);
	free(stream.hidden);
	ka_socket_summary_sort(&ret_seen->summary);
	return result;
}

/* Collecting */

static int grow(struct ka_seen_sockets *seen, struct ka_error *reterr)
{
	size_t capacity = seen->capacity ? seen->capacity * 2 : ITEMS_FIRST;
	struct ka_seen_socket *items;

	if (capacity > ITEMS_MAX)
		return ka_fail(reterr, KA_E_MEMORY,
			       "more than %d connections: choose some by --port or --address, or "
			       "use -f json --no-owners",
			       ITEMS_MAX / 2);
	items = realloc(seen->items, capacity * sizeof(*items));
	if (!items)
		return ka_fail_memory(reterr);
	seen->items = items;
	seen->capacity = capacity;
	return 0;
}

static int collect_one(void *context, const struct ka_connection *connection,
		       struct ka_error *reterr)
{
	const struct looking *looking = context;
	struct ka_seen_sockets *seen = looking->seen;
	struct ka_seen_socket *one;

	if (!is_meant(looking->look, connection))
		return 0;
	if (seen->count == seen->capacity && grow(seen, reterr) < 0)
		return -1;
	one = &seen->items[seen->count++];
	one->connection = *connection;
	one->pid = one->fd = 0;
	one->process = NULL;
	one->options = NULL;
	judge_one(looking, one);
	return 0;
}

static int collect(struct looking *looking, struct ka_error *reterr)
{
	looking->seen->count = 0;
	return ka_sock_diag_dump(states_of(looking->look), collect_one, looking,
				 &looking->seen->is_interrupted, reterr);
}

static void look_at_hidden(const struct looking *looking)
{
	struct ka_seen_sockets *seen = looking->seen;
	size_t looked = 0;

	for (size_t i = 0; i < seen->count && looked < HIDDEN_MAX; i++) {
		if (!is_hidden(&seen->items[i]))
			continue;
		if (looked++ == 0)
			wait_ms(HIDDEN_WAIT_MS);
		look_again(looking, &seen->items[i]);
	}
}

/* Looking twice */

static int64_t now_ms(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int remember(struct looking *looking, struct ka_error *reterr)
{
	size_t count = looking->seen->count;

	looking->before = calloc(count + 1, sizeof(*looking->before));
	if (!looking->before)
		return ka_fail_memory(reterr);
	for (size_t i = 0; i < count; i++)
		looking->before[i] = looking->seen->items[i].connection;
	qsort(looking->before, count, sizeof(*looking->before), compare_cookies);
	looking->before_count = count;
	return 0;
}

static int observe(struct looking *looking, struct ka_error *reterr)
{
	int64_t observe_s = looking->look->observe_s, began_ms = now_ms();

	if (remember(looking, reterr) < 0)
		return -1;
	if (isatty(STDERR_FILENO))
		ka_print_note("looking again in %lld s", (long long)observe_s);
	wait_ms(observe_s * 1000);
	looking->observed_ms = now_ms() - began_ms;
	looking->seen->summary.observed_ms = looking->observed_ms;
	return collect(looking, reterr);
}

/* Owners */

/* Processes that were read already, by pid; arena-owned. */
struct processes {
	struct ka_arena *arena;
	const struct ka_process **slots;
	size_t capacity, count;
};

static size_t slot_of(const struct processes *processes, int pid)
{
	size_t at = ((uint64_t)pid * 0x9e3779b97f4a7c15u >> 32) & (processes->capacity - 1);

	while (processes->slots[at] && processes->slots[at]->pid != pid)
		at = (at + 1) & (processes->capacity - 1);
	return at;
}

static bool make_room(struct processes *processes)
{
	struct processes larger = {.arena = processes->arena,
				   .capacity = processes->capacity ? processes->capacity * 2 : 256,
				   .count = processes->count};

	if (processes->count * 2 < processes->capacity)
		return true;
	larger.slots =
		ka_arena_array(larger.arena, larger.capacity, sizeof(const struct ka_process *));
	if (!larger.slots)
		return false;
	for (size_t i = 0; i < processes->capacity; i++)
		if (processes->slots[i])
			larger.slots[slot_of(&larger, processes->slots[i]->pid)] =
				processes->slots[i];
	*processes = larger;
	return true;
}

/* NULL when it is gone, or without memory. */
static const struct ka_process *process_of(struct processes *processes, int pid)
{
	struct ka_process *process;
	size_t at;

	if (!make_room(processes))
		return NULL;
	at = slot_of(processes, pid);
	if (processes->slots[at])
		return processes->slots[at];
	process = ka_arena_alloc(processes->arena, sizeof(*process));
	if (!process || !ka_process_read(pid, process))
		return NULL;
	processes->slots[at] = process;
	processes->count++;
	return process;
}

static bool needs_owner(const struct ka_look *look, const struct ka_seen_socket *one)
{
	const struct ka_socket_judgement *judgement = &one->judgement;

	return look->owners == KA_OWNERS_ALL ||
	       (judgement->verdict != KA_V_EXEMPT && judgement->verdict != KA_V_SAFE &&
		one->connection.state == KA_TCP_ESTABLISHED);
}

static void name_owners(const struct ka_look *look, const struct ka_socket_owners *owners,
			struct ka_seen_sockets *seen)
{
	struct processes processes = {.arena = look->options->arena};

	for (size_t i = 0; i < seen->count; i++) {
		struct ka_seen_socket *one = &seen->items[i];
		const struct ka_socket_owner *owner = ka_owners_get(owners, one->connection.inode);

		if (!owner)
			continue;
		one->process = process_of(&processes, owner->pid);
		one->pid = one->process ? owner->pid : 0;
		one->fd = one->process ? owner->fd : 0;
	}
}

static int find_owners(const struct ka_look *look, struct ka_seen_sockets *seen,
		       struct ka_error *reterr)
{
	struct ka_socket_owners owners = {0};
	int result = 0;

	if (look->found) {
		name_owners(look, look->found, seen);
		seen->summary.refused = look->found->refused;
		return 0;
	}
	for (size_t i = 0; result == 0 && i < seen->count; i++)
		if (needs_owner(look, &seen->items[i]))
			result = ka_owners_add(&owners, seen->items[i].connection.inode, reterr);
	if (result == 0 && owners.count > 0)
		result = ka_owners_search(&owners, reterr);
	if (result == 0)
		name_owners(look, &owners, seen);
	seen->summary.refused = owners.refused;
	ka_owners_clear(&owners);
	return result;
}

/* Asks the socket itself. */
static void ask(const struct ka_look *look, struct ka_seen_sockets *seen,
		struct ka_seen_socket *one)
{
	struct ka_socket_options *options;
	int handle;

	if (!one->process)
		return;
	if (ka_socket_handle_open(one->pid, one->fd, one->connection.inode, one->connection.cookie,
				  &handle) < 0) {
		seen->options_refused++;
		return;
	}
	options = ka_arena_alloc(look->options->arena, sizeof(*options));
	if (options && ka_socket_handle_read(handle, options) == 0)
		one->options = options;
	close(handle);
}

/* What only the process or the socket tells is known now: judges anew. */
static void judge_knowing(const struct looking *looking)
{
	struct ka_seen_sockets *seen = looking->seen;

	for (size_t i = 0; i < seen->count; i++) {
		if (looking->look->wants_options)
			ask(looking->look, seen, &seen->items[i]);
		judge_one(looking, &seen->items[i]);
	}
}

static void select_and_count(const struct ka_look *look, struct ka_seen_sockets *seen)
{
	size_t kept = 0;

	for (size_t i = 0; i < seen->count; i++) {
		struct ka_seen_socket *one = &seen->items[i];

		if (!is_selected(look, one))
			continue;
		count_one(seen, one);
		if (kept != i)
			seen->items[kept] = *one;
		kept++;
	}
	seen->count = kept;
	ka_socket_summary_sort(&seen->summary);
}

static int look_at_all(struct looking *looking, struct ka_error *reterr)
{
	const struct ka_look *look = looking->look;
	const struct ka_options *options = look->options;

	if (collect(looking, reterr) < 0 || (look->observe_s > 0 && observe(looking, reterr) < 0))
		return -1;
	if (!look->is_hasty)
		look_at_hidden(looking);
	if (look->owners != KA_OWNERS_NONE && find_owners(look, looking->seen, reterr) < 0)
		return -1;
	if (look->wants_options ||
	    ka_socket_filters_need_owner(options->filters, options->filter_count))
		judge_knowing(looking);
	select_and_count(look, looking->seen);
	return options->arena->has_failed ? ka_fail_memory(reterr) : 0;
}

int ka_look_at_sockets(const struct ka_look *look, struct ka_seen_sockets *ret_seen,
		       struct ka_error *reterr)
{
	struct looking looking = {.look = look, .seen = ret_seen};
	int result;

	*ret_seen = (struct ka_seen_sockets){0};
	ka_socket_summary_init(&ret_seen->summary, look->options->arena, look->judge);
	ret_seen->summary.has_owners = look->owners != KA_OWNERS_NONE;
	ret_seen->summary.has_options = look->wants_options;
	result = look_at_all(&looking, reterr);
	free(looking.before);
	if (result < 0)
		ka_seen_sockets_clear(ret_seen);
	return result;
}

void ka_seen_sockets_clear(struct ka_seen_sockets *seen)
{
	free(seen->items);
	seen->items = NULL;
	seen->count = seen->capacity = 0;
}

/* Within a verdict: what the hop forgets first, then what was idle for longest. */
static int compare_badness(const void *a, const void *b)
{
	const struct ka_socket_judgement *one = &((const struct ka_seen_socket *)a)->judgement;
	const struct ka_socket_judgement *other = &((const struct ka_seen_socket *)b)->judgement;

	if (one->verdict != other->verdict)
		return one->verdict < other->verdict ? -1 : 1;
	if (one->left_ms != other->left_ms)
		return one->left_ms < other->left_ms ? -1 : 1;
	return one->idle_ms > other->idle_ms ? -1 : one->idle_ms < other->idle_ms;
}

void ka_seen_sockets_sort(struct ka_seen_sockets *seen)
{
	if (seen->count > 0)
		qsort(seen->items, seen->count, sizeof(*seen->items), compare_badness);
}

/* For others */

void ka_look_for_check(const struct ka_options *options, const struct ka_intent *intent,
		       struct ka_facts *facts)
{
	struct ka_seen_sockets *seen = ka_arena_alloc(options->arena, sizeof(*seen));
	struct ka_socket_judge judge;
	struct ka_look look = {.options = options,
			       .judge = &judge,
			       .owners = options->deep ? KA_OWNERS_ALL : KA_OWNERS_NEEDED,
			       .wants_options = options->deep,
			       .observe_s = options->observe_s,
			       .is_hasty = true};
	struct ka_analysis analysis;
	struct ka_error error;

	if (options->no_sockets || options->has_settings || !seen)
		return;
	if (options->no_owners)
		look.owners = KA_OWNERS_NONE;
	if (ka_judge(options->arena, facts, intent, &analysis, &error) < 0)
		return;
	ka_socket_judge_init(&judge, &analysis, false);
	if (ka_look_at_sockets(&look, seen, &error) < 0) {
		ka_print_note("the connections that are open are not judged: %s", error.message);
		return;
	}
	ka_seen_sockets_clear(seen);
	facts->sockets = &seen->summary;
}

int ka_socket_judge_here(const struct ka_options *options, const struct ka_intent *intent,
			 struct ka_socket_judge *ret_judge, struct ka_error *reterr)
{
	struct ka_facts facts = {.kind = KA_SUBJECT_NETNS, .name = "", .hz = ka_tick_hz()};
	struct ka_analysis analysis;

	if (ka_keepalive_socket_read(&facts.settings, reterr) < 0 ||
	    ka_judge(options->arena, &facts, intent, &analysis, reterr) < 0)
		return -1;
	ka_socket_judge_init(ret_judge, &analysis, options->loopback);
	return 0;
}
