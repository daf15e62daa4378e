#include "rules/socket_rule.h"

const char *ka_connections(struct ka_arena *arena, size_t count)
{
	return ka_arena_printf(arena, "%zu connection%s", count, count == 1 ? "" : "s");
}

void ka_add_group(struct ka_finding *finding, const struct ka_socket_group *group, size_t count)
{
	if (*group->program)
		ka_add_text(finding, "program", group->program);
	if (*group->unit)
		ka_add_text(finding, "unit", group->unit);
	if (group->port)
		ka_add_number(finding, "port", group->port);
	ka_add_number(finding, "connections", (int64_t)count);
}

static const char *whose(struct ka_arena *arena, const struct ka_socket_group *group)
{
	const char *way = group->is_inbound ? "that came in to" : "to";

	if (!*group->program)
		return ka_arena_printf(arena, "%s port %u (of a program that is not known)", way,
				       group->port);
	if (!*group->unit)
		return ka_arena_printf(arena, "of %s %s port %u", group->program, way, group->port);
	return ka_arena_printf(arena, "of %s (%s) %s port %u", group->program, group->unit, way,
			       group->port);
}

static void add_up(struct ka_socket_group *sum, const struct ka_socket_group *group)
{
	for (int verdict = 0; verdict < KA_V_COUNT; verdict++)
		sum->counts[verdict] += group->counts[verdict];
	sum->off += group->off;
	if (group->off_idle_ms > sum->off_idle_ms)
		sum->off_idle_ms = group->off_idle_ms;
	sum->old_timers += group->old_timers;
	sum->pinned += group->pinned;
	sum->pinned_unsafe += group->pinned_unsafe;
}

void ka_check_groups(const struct ka_rule *rule, const struct ka_analysis *analysis,
		     ka_group_count *count, ka_group_find *find, struct ka_findings *findings)
{
	const struct ka_socket_summary *summary = analysis->facts->sockets;
	struct ka_socket_group others = {.program = "", .unit = ""};
	size_t named = 0, other_groups = 0;

	for (size_t i = 0; summary && i < summary->group_count; i++) {
		const struct ka_socket_group *group = &summary->groups[i];

		if (count(group) == 0)
			continue;
		if (named++ < KA_GROUPS_NAMED) {
			find(rule, analysis, group, whose(findings->arena, group), findings);
			continue;
		}
		add_up(&others, group);
		other_groups++;
	}
	if (other_groups > 0)
		find(rule, analysis, &others,
		     ka_arena_printf(findings->arena, "of %zu other programs or ports",
				     other_groups),
		     findings);
}
