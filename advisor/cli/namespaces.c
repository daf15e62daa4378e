#include "cli/namespaces.h"

#include "cli/checking.h"
#include "cli/print.h"
#include "cli/socket_look.h"
#include "cli/subject.h"
#include "edge/conntrack.h"
#include "edge/keepalive_socket.h"
#include "edge/netns.h"
#include "edge/tick.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMED_MAX = 3, EXIT_FINDINGS = 1, EXIT_SYSTEM = 4 };

/* Walking */

struct walk {
	struct ka_netns_list list;
	int own; /* the namespace to come back to; -1: not opened */
	bool is_away;
	int exit_code;
};

static int begin(struct walk *walk, const struct ka_options *options, struct ka_error *reterr)
{
	*walk = (struct walk){.own = -1};
	if (ka_netns_list_read(options->arena, options->deep, &walk->list, reterr) < 0)
		return -1;
	if (walk->list.refused > 0)
		ka_print_note("%zu process%s may not be looked at: network namespaces may be "
			      "missing",
			      walk->list.refused, walk->list.refused == 1 ? "" : "es");
	return ka_netns_open("/proc/thread-self/ns/net", &walk->own, reterr);
}

/* An ordinary user may not even enter the own namespace, but has not left it either. */
static int come_back(struct walk *walk, struct ka_error *reterr)
{
	if (walk->is_away && ka_netns_enter(walk->own, reterr) < 0)
		return -1;
	walk->is_away = false;
	return 0;
}

static int enter(struct walk *walk, const struct ka_netns_entry *entry, struct ka_error *reterr)
{
	int fd, result;

	if (entry->is_own)
		return come_back(walk, reterr);
	if (ka_netns_entry_open(entry, &fd, reterr) < 0)
		return -1;
	result = ka_netns_enter(fd, reterr);
	walk->is_away |= result == 0;
	close(fd);
	return result;
}

static void end(struct walk *walk)
{
	if (walk->own >= 0)
		close(walk->own);
}

static void count_exit(struct walk *walk, int exit_code)
{
	if (exit_code > walk->exit_code)
		walk->exit_code = exit_code;
}

/* One that has ended meanwhile is not there to be looked at. */
static bool has_ended(const struct ka_netns_entry *entry, const struct ka_error *error)
{
	return error->id == KA_E_NETNS_MISSING && (entry->pid > 0 || error->sys_errno == ENOENT);
}

static void fail_one(struct walk *walk, const struct ka_netns_entry *entry, struct ka_error *error)
{
	ka_error_prefix(error, "network namespace %s", entry->name);
	ka_print_error(error);
	count_exit(walk, EXIT_SYSTEM);
}

/* What goes wrong with this run goes wrong with every namespace. */
static bool is_fatal(const struct ka_error *error)
{
	return error->id == KA_E_OUTPUT || error->id == KA_E_MEMORY;
}

/* Calls visit for the namespace, whichever the thread is in. -1 when nothing may go on. */
static int do_one(struct walk *walk, const struct ka_netns_entry *entry, ka_netns_visit *visit,
		  void *context, struct ka_error *reterr)
{
	struct ka_error error;
	int result = visit(context, entry, &error);

	if (result >= 0) {
		count_exit(walk, result);
		return 0;
	}
	if (is_fatal(&error)) {
		*reterr = error;
		return -1;
	}
	fail_one(walk, entry, &error);
	return 0;
}

/* The same inside the namespace, where the thread then stays. */
static int visit_one(struct walk *walk, const struct ka_netns_entry *entry, ka_netns_visit *visit,
		     void *context, struct ka_error *reterr)
{
	struct ka_error error;

	if (enter(walk, entry, &error) == 0)
		return do_one(walk, entry, visit, context, reterr);
	if (!has_ended(entry, &error))
		fail_one(walk, entry, &error);
	return 0;
}

static int visit_all(struct walk *walk, ka_netns_visit *visit, void *context,
		     struct ka_error *reterr)
{
	for (size_t i = 0; i < walk->list.count; i++)
		if (visit_one(walk, &walk->list.entries[i], visit, context, reterr) < 0)
			return -1;
	return come_back(walk, reterr);
}

int ka_each_namespace(const struct ka_options *options, ka_netns_visit *visit, void *context,
		      struct ka_error *reterr)
{
	struct walk walk;
	int result = begin(&walk, options, reterr);

	if (result == 0)
		result = visit_all(&walk, visit, context, reterr);
	end(&walk);
	return result < 0 ? -1 : walk.exit_code;
}

/* Values of all */

/* What one look into a namespace tells; it is not entered again unless it has TCP sockets. */
struct valued {
	const struct ka_netns_entry *entry;
	struct ka_facts facts;
	bool has_tcp;
};

struct values {
	const struct ka_intent *intent;
	struct valued *items;
	size_t count;
	struct ka_conntrack host; /* what a container's connections pass, too */
	unsigned hz;
	int64_t today;
};

/* The namespace of the first process is the machine's. */
static void read_host(struct values *values)
{
	ka_conntrack_read(&values->host);
	if (values->host.is_present)
		values->host.does_nat = ka_conntrack_does_nat();
}

/* /proc/sys is read only where that may tell something: each look at it takes longer, the more
 * namespaces there are. */
static void read_more(const struct values *values, struct valued *one)
{
	struct ka_facts *facts = &one->facts;

	one->has_tcp = ka_netns_has_tcp();
	if (values->intent->goals.has_detect_within)
		ka_read_retries2(facts);
	if (!one->entry->is_container && one->has_tcp && ka_conntrack_is_busy()) {
		ka_conntrack_read(&facts->conntrack);
		ka_ask_about_nat(values->intent, facts);
	}
}

static int read_values(void *context, const struct ka_netns_entry *entry, struct ka_error *reterr)
{
	struct values *values = context;
	struct valued *one = &values->items[values->count];

	one->entry = entry;
	one->facts = (struct ka_facts){.kind = KA_SUBJECT_NETNS,
				       .name = entry->name,
				       .hz = values->hz,
				       .today = values->today};
	if (entry->pid == 1)
		read_host(values);
	if (ka_keepalive_socket_read(&one->facts.settings, reterr) < 0)
		return -1;
	read_more(values, one);
	values->count++;
	return 0;
}

static int compare_settings(const void *a, const void *b)
{
	const struct valued *one = a, *other = b;

	for (int key = 0; key < KA_KEY_COUNT; key++) {
		int64_t left = one->facts.settings.value[key],
			right = other->facts.settings.value[key];

		if (left != right)
			return left < right ? -1 : 1;
	}
	return strcmp(one->entry->name, other->entry->name);
}

/* Adds one to the row of its triple, which is the last, or a new one. */
static void add_neighbour(struct ka_arena *arena, struct ka_neighbour *rows, size_t *count,
			  const struct valued *one)
{
	struct ka_neighbour *row = *count > 0 ? &rows[*count - 1] : NULL;

	if (!row || !ka_settings_equal(&row->settings, &one->facts.settings)) {
		row = &rows[(*count)++];
		*row = (struct ka_neighbour){.settings = one->facts.settings, .names = ""};
	}
	if (row->count++ < NAMED_MAX)
		row->names = ka_arena_printf(arena, "%s%s%s", row->names, *row->names ? ", " : "",
					     one->entry->name);
}

/* The triples that differ from that of the own namespace. */
static int find_neighbours(struct ka_arena *arena, const struct values *values,
			   struct ka_facts *own, struct ka_error *reterr)
{
	struct valued *sorted = ka_arena_array(arena, values->count + 1, sizeof(*sorted));
	struct ka_neighbour *rows = ka_arena_array(arena, values->count + 1, sizeof(*rows));
	size_t count = 0;

	if (!sorted || !rows)
		return ka_fail_memory(reterr);
	memcpy(sorted, values->items, values->count * sizeof(*sorted));
	qsort(sorted, values->count, sizeof(*sorted), compare_settings);
	for (size_t i = 0; i < values->count; i++)
		if (!sorted[i].entry->is_own &&
		    !ka_settings_equal(&sorted[i].facts.settings, &own->settings))
			add_neighbour(arena, rows, &count, &sorted[i]);
	own->neighbours = rows;
	own->neighbour_count = count;
	return 0;
}

/* check */

struct checking {
	struct ka_baselining *baselining;
	const struct ka_intent *intent;
	struct ka_reporter reporter;
	struct values values;
	size_t at; /* the number of the present one in values */
};

static int write_one(struct checking *checking, const struct ka_options *options,
		     const struct ka_facts *facts, struct ka_error *reterr)
{
	const struct ka_text_context context = {.path_words = options->path_words.bytes,
						.subject_words = ""};
	struct ka_rendering rendering = {0};
	struct ka_checked checked;
	int result;

	if (ka_check_facts(options->arena, facts, checking->intent, checking->baselining, &checked,
			   reterr) < 0 ||
	    ka_render(&checking->reporter, options->arena, &checked.report, &context, &rendering,
		      reterr) < 0)
		return -1;
	result = ka_reporter_write(&checking->reporter, &rendering, reterr);
	ka_rendering_clear(&rendering);
	if (result < 0)
		return -1;
	return checked.report.has_failed ? EXIT_FINDINGS : 0;
}

/* Whose processes have the connections is not looked for: each time it would be a walk through
 * all processes of the machine. */
static void look_at_sockets(struct checking *checking, const struct ka_options *options,
			    struct ka_facts *facts)
{
	struct ka_options own = *options;

	own.no_owners = true;
	own.observe_s = 0;
	ka_look_for_check(&own, checking->intent, facts);
}

static int check_own(struct checking *checking, const struct ka_options *options,
		     struct ka_facts *facts, struct ka_error *reterr)
{
	if (ka_read_facts(options, facts, reterr) < 0)
		return -1;
	ka_ask_about_nat(checking->intent, facts);
	return find_neighbours(options->arena, &checking->values, facts, reterr);
}

/* The thread is in the namespace where it has TCP sockets, and in any other where not. */
static int check_one(void *context, const struct ka_netns_entry *entry, struct ka_error *reterr)
{
	struct checking *checking = context;
	struct valued *valued = &checking->values.items[checking->at];
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_options options = *checking->baselining->options;
	int result = 0;

	options.arena = &arena;
	if (entry->is_container) {
		valued->facts.conntrack = checking->values.host;
		valued->facts.conntrack_is_of_host = true;
	}
	if (entry->is_own)
		result = check_own(checking, &options, &valued->facts, reterr);
	if (result == 0) {
		if (valued->has_tcp)
			look_at_sockets(checking, &options, &valued->facts);
		result = write_one(checking, &options, &valued->facts, reterr);
	}
	ka_arena_clear(&arena);
	return result;
}

static int check_all(struct walk *walk, struct checking *checking, struct ka_error *reterr)
{
	for (size_t i = 0; i < checking->values.count; i++) {
		const struct valued *one = &checking->values.items[i];
		int result;

		checking->at = i;
		result = (one->has_tcp ? visit_one : do_one)(walk, one->entry, check_one, checking,
							     reterr);
		if (result < 0)
			return -1;
	}
	if (come_back(walk, reterr) < 0)
		return -1;
	return ka_reporter_end(&checking->reporter, reterr);
}

static int check_listed(struct walk *walk, struct checking *checking, struct ka_arena *arena,
			struct ka_error *reterr)
{
	checking->values.items =
		ka_arena_array(arena, walk->list.count + 1, sizeof(*checking->values.items));
	if (!checking->values.items)
		return ka_fail_memory(reterr);
	if (visit_all(walk, read_values, &checking->values, reterr) < 0)
		return -1;
	return check_all(walk, checking, reterr);
}

int ka_check_namespaces(struct ka_baselining *baselining, const struct ka_intent *intent,
			struct ka_error *reterr)
{
	const struct ka_options *options = baselining->options;
	struct checking checking = {
		.baselining = baselining,
		.intent = intent,
		.reporter = ka_reporter_make(options, true),
		.values = {.intent = intent, .hz = ka_tick_hz(), .today = ka_now_s() / 86400}};
	struct walk walk;
	int result = begin(&walk, options, reterr);

	if (result == 0)
		result = check_listed(&walk, &checking, options->arena, reterr);
	if (result < 0)
		ka_reporter_abandon(&checking.reporter);
	end(&walk);
	return result < 0 ? -1 : walk.exit_code;
}
