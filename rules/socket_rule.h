/* What the rules about open connections share: one finding for each program and port, but not
 * without end. */
#ifndef KA_RULES_SOCKET_RULE_H
#define KA_RULES_SOCKET_RULE_H

#include "core/rule.h"
#include "core/socket_summary.h"

enum { KA_GROUPS_NAMED = 8 };

/* Of a group, how many of its connections a rule is about. */
typedef size_t ka_group_count(const struct ka_socket_group *group);

/* Adds the finding about one group. */
typedef void ka_group_find(const struct ka_rule *rule, const struct ka_analysis *analysis,
			   const struct ka_socket_group *group, const char *whose,
			   struct ka_findings *findings);

/* Calls find for the groups that the rule is about, the worst first, and when they are more than
 * KA_GROUPS_NAMED for the others as one. whose says which connections: "of nginx (nginx.service)
 * that came in to port 80". */
void ka_check_groups(const struct ka_rule *rule, const struct ka_analysis *analysis,
		     ka_group_count *count, ka_group_find *find, struct ka_findings *findings);

/* Adds program, unit and port, where there are any, and so many connections. */
void ka_add_group(struct ka_finding *finding, const struct ka_socket_group *group, size_t count);

/* "1 connection", "12 connections": for people. */
const char *ka_connections(struct ka_arena *arena, size_t count);

#endif
