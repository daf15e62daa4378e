#include "core/socket_summary.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 2 * KA_SOCKET_GROUPS_MAX, FIRST = 16 };

void ka_socket_summary_init(struct ka_socket_summary *ret_summary, struct ka_arena *arena,
			    const struct ka_socket_judge *judge)
{
	*ret_summary = (struct ka_socket_summary){
		.arena = arena, .judge = *judge, .total = {.program = "", .unit = ""}};
}

/* FNV-1a */
static uint32_t hash_bytes(uint32_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return (hash ^ 0xff) * 16777619u;
}

static bool is_group(const struct ka_socket_group *group, const struct ka_socket_group *key)
{
	return group->port == key->port && group->is_inbound == key->is_inbound &&
	       strcmp(group->program, key->program) == 0 && strcmp(group->unit, key->unit) == 0;
}

/* The slot of the group: 1 + its index, or 0 where it would stand. */
static uint32_t *slot_of(const struct ka_socket_summary *summary, const struct ka_socket_group *key)
{
	uint32_t hash = hash_bytes(hash_bytes(2166136261u, key->program), key->unit);
	size_t at = ((hash ^ key->port) * 2654435761u + key->is_inbound) % SLOTS;

	while (summary->slots[at] && !is_group(&summary->groups[summary->slots[at] - 1], key))
		at = (at + 1) % SLOTS;
	return &summary->slots[at];
}

/* The groups are doubled when they are full: at powers of two. */
static bool make_room(struct ka_socket_summary *summary)
{
	size_t count = summary->group_count;
	struct ka_socket_group *groups;

	if (count != 0 && (count < FIRST || (count & (count - 1)) != 0))
		return true;
	groups = ka_arena_array(summary->arena, count ? 2 * count : FIRST, sizeof(*groups));
	if (!groups)
		return false;
	if (count > 0)
		memcpy(groups, summary->groups, count * sizeof(*groups));
	summary->groups = groups;
	return true;
}

static struct ka_socket_group *add_group(struct ka_socket_summary *summary, uint32_t *slot,
					 const struct ka_socket_group *key)
{
	struct ka_socket_group *group;

	if (!make_room(summary))
		return NULL;
	group = &summary->groups[summary->group_count++];
	*slot = (uint32_t)summary->group_count;
	*group = *key;
	group->program = ka_arena_copy(summary->arena, key->program, strlen(key->program));
	group->unit = ka_arena_copy(summary->arena, key->unit, strlen(key->unit));
	return group;
}

/* NULL without memory. */
static struct ka_socket_group *group_of(struct ka_socket_summary *summary,
					const struct ka_socket_group *key)
{
	static const struct ka_socket_group others = {.program = "", .unit = ""};
	uint32_t *slot;

	if (!summary->slots)
		summary->slots = ka_arena_array(summary->arena, SLOTS, sizeof(*summary->slots));
	if (!summary->slots)
		return NULL;
	slot = slot_of(summary, key);
	if (*slot)
		return &summary->groups[*slot - 1];
	if (summary->group_count < KA_SOCKET_GROUPS_MAX - 1)
		return add_group(summary, slot, key);
	slot = slot_of(summary, &others);
	return *slot ? &summary->groups[*slot - 1] : add_group(summary, slot, &others);
}

static void count_into(struct ka_socket_group *group, const struct ka_socket_summary *summary,
		       const struct ka_socket_judgement *judgement,
		       const struct ka_socket_options *options)
{
	group->counts[judgement->verdict]++;
	if (judgement->verdict == KA_V_EXEMPT)
		return;
	if (judgement->keepalive == KA_NO) {
		group->off++;
		if (judgement->idle_ms > group->off_idle_ms)
			group->off_idle_ms = judgement->idle_ms;
	}
	group->old_timers += judgement->is_old_timer;
	if (options && options->keepalive &&
	    !ka_settings_equal(&options->settings, &summary->judge.settings)) {
		group->pinned++;
		group->pinned_unsafe +=
			judgement->verdict == KA_V_LATE && judgement->reason == KA_WHY_PINNED;
	}
}

static void count_totals(struct ka_socket_summary *summary, const struct ka_connection *connection,
			 const struct ka_socket_judgement *judgement, const char *program)
{
	enum ka_socket_verdict verdict = judgement->verdict;

	if (judgement->is_old_timer && verdict != KA_V_EXEMPT &&
	    connection->timer_ms > summary->old_timer_ms)
		summary->old_timer_ms = connection->timer_ms;
	summary->silent += verdict == KA_V_FORGOTTEN && judgement->is_silent;
	summary->without_owner +=
		summary->has_owners && !*program && verdict != KA_V_EXEMPT && verdict != KA_V_SAFE;
}

void ka_socket_summary_add(struct ka_socket_summary *summary,
			   const struct ka_connection *connection,
			   const struct ka_socket_judgement *judgement, const char *program,
			   const char *unit, const struct ka_socket_options *options)
{
	struct ka_socket_group key = {.program = program,
				      .unit = unit,
				      .port = ka_service_port(connection),
				      .is_inbound = connection->is_inbound};
	struct ka_socket_group *group;

	summary->states[connection->state]++;
	if (connection->state != KA_TCP_ESTABLISHED)
		return;
	count_totals(summary, connection, judgement, program);
	count_into(&summary->total, summary, judgement, options);
	group = group_of(summary, &key);
	if (group)
		count_into(group, summary, judgement, options);
}

/* By the worst verdict in which they differ; then in an order that is always the same. */
static int compare_groups(const void *a, const void *b)
{
	const struct ka_socket_group *one = a, *other = b;
	int order;

	for (int verdict = 0; verdict < KA_V_COUNT; verdict++)
		if (one->counts[verdict] != other->counts[verdict])
			return one->counts[verdict] > other->counts[verdict] ? -1 : 1;
	order = strcmp(one->program, other->program);
	if (order == 0)
		order = strcmp(one->unit, other->unit);
	if (order == 0)
		order = one->port - other->port;
	return order ? order : one->is_inbound - other->is_inbound;
}

void ka_socket_summary_sort(struct ka_socket_summary *summary)
{
	if (summary->group_count > 0)
		qsort(summary->groups, summary->group_count, sizeof(*summary->groups),
		      compare_groups);
	summary->slots = NULL;
}
