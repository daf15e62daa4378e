/* KA501 to KA505: what the fixtures of tests/golden cannot make. */
#include "core/rule.h"
#include "core/socket_summary.h"
#include "rules/socket_rule.h"
#include "socket_case.h"

struct sockets_case {
	struct test_case base;
	struct ka_socket_summary summary;
	struct ka_findings findings;
};

static void init(struct sockets_case *c, int64_t idle_s)
{
	struct ka_socket_judge judge = judge_of(idle_s, 300, 10, 9);

	judge.hop_name = "nlb";
	case_init(&c->base);
	c->base.facts.settings = judge.settings;
	c->findings = (struct ka_findings){.arena = &c->base.arena};
	ka_socket_summary_init(&c->summary, &c->base.arena, &judge);
	c->base.facts.sockets = &c->summary;
}

static void add(struct sockets_case *c, const struct ka_connection *connection, const char *program,
		const char *unit, const struct ka_socket_options *options)
{
	struct ka_socket_judgement judgement;

	ka_socket_judge(&c->summary.judge, connection, options, connection, 1, &judgement);
	ka_socket_summary_add(&c->summary, connection, &judgement, program, unit, options);
}

static void run(struct sockets_case *c)
{
	ka_socket_summary_sort(&c->summary);
	ka_rules_check(case_run(&c->base), &c->findings);
}

/* The n-th finding of the rule, from 0; NULL: there are not that many. */
static const struct ka_finding *found(const struct sockets_case *c, const char *id, int n)
{
	for (size_t i = 0; i < c->findings.count; i++)
		if (strcmp(c->findings.items[i].rule->id, id) == 0 && n-- == 0)
			return &c->findings.items[i];
	return NULL;
}

#define assert_finding(finding, grave, text)                                                       \
	do {                                                                                       \
		const struct ka_finding *ka_finding_ = (finding);                                  \
		assert_non_null(ka_finding_);                                                      \
		assert_string_equal(ka_finding_->message, text);                                   \
		assert_int_equal(ka_finding_->severity, grave);                                    \
	} while (0)

static void safe_connections_are_no_finding(void **state)
{
	struct ka_connection safe = armed(0, 300000), local = unarmed(0);
	struct sockets_case c;

	(void)state;
	init(&c, 350);
	local.peer.address[0] = 127;
	add(&c, &safe, "a", "", NULL);
	add(&c, &local, "a", "", NULL);
	run(&c);
	for (size_t i = 0; i < c.findings.count; i++)
		assert_true(c.findings.items[i].rule->id[2] != '5');
	case_end(&c.base);
}

static void connections_without_keepalive_are_told_by_program(void **state)
{
	struct ka_connection fresh = unarmed(1000), idle = unarmed(180000);
	struct sockets_case c;

	(void)state;
	init(&c, 350);
	fresh.is_inbound = true;
	add(&c, &fresh, "nginx", "nginx.service", NULL);
	add(&c, &fresh, "nginx", "nginx.service", NULL);
	add(&c, &idle, "curl", "", NULL);
	idle.peer.port = 80;
	idle.ack_received_ms = 1;
	add(&c, &idle, "", "", NULL);
	run(&c);
	assert_finding(found(&c, "KA502", 0), KA_NOTE,
		       "2 connections of nginx (nginx.service) that came in to port 40000 without "
		       "SO_KEEPALIVE: the sysctls do nothing for them.");
	assert_finding(found(&c, "KA502", 1), KA_NOTE,
		       "1 connection to port 80 (of a program that is not known) without "
		       "SO_KEEPALIVE: the sysctls do nothing for it.");
	assert_finding(found(&c, "KA502", 2), KA_WARNING,
		       "1 connection of curl to port 443 without SO_KEEPALIVE, idle for up to "
		       "180 s: nlb forgets after 350 s.");
	assert_null(found(&c, "KA502", 3));
	assert_string_equal(ka_finding_text(found(&c, "KA502", 0), "unit"), "nginx.service");
	case_end(&c.base);
}

static void many_programs_end_in_one_finding(void **state)
{
	struct ka_connection bare = unarmed(1000);
	struct sockets_case c;

	(void)state;
	init(&c, 0);
	for (uint16_t port = 1; port <= 20; port++) {
		bare.peer.port = port;
		bare.ack_received_ms = port;
		add(&c, &bare, "scan", "", NULL);
	}
	run(&c);
	assert_finding(found(&c, "KA502", KA_GROUPS_NAMED), KA_NOTE,
		       "12 connections of 12 other programs or ports without SO_KEEPALIVE: the "
		       "sysctls do nothing for them.");
	assert_null(found(&c, "KA502", KA_GROUPS_NAMED + 1));
	case_end(&c.base);
}

static void old_timers_are_told(void **state)
{
	struct ka_connection old = armed(0, 7100000);
	struct sockets_case c;

	(void)state;
	init(&c, 350);
	add(&c, &old, "a", "", NULL);
	run(&c);
	assert_finding(found(&c, "KA503", 0), KA_NOTE,
		       "1 connection: the timer was armed for longer than the values in force ask "
		       "for, and fires in up to 7100 s.");
	case_end(&c.base);
}

static void what_is_forgotten_is_certain_only_when_observed(void **state)
{
	struct ka_connection lost = armed(400000, 6800000);
	struct ka_socket_judgement judgement;
	struct sockets_case c;

	(void)state;
	init(&c, 350);
	ka_socket_judge(&c.summary.judge, &lost, NULL, NULL, 0, &judgement);
	ka_socket_summary_add(&c.summary, &lost, &judgement, "a", "", NULL);
	run(&c);
	assert_finding(found(&c, "KA504", 0), KA_NOTE,
		       "1 connection: idle for us for longer than nlb remembers (350 s), unless "
		       "the peer is the one that probes.");
	case_end(&c.base);
	init(&c, 350);
	add(&c, &lost, "a", "", NULL);
	run(&c);
	assert_finding(found(&c, "KA504", 0), KA_WARNING,
		       "1 connection: idle for us for longer than nlb remembers (350 s); nothing "
		       "at all arrived while they were observed.");
	case_end(&c.base);
}

static void pinned_values_are_told(void **state)
{
	struct ka_connection short_one = armed(0, 60000), long_one = armed(0, 600000);
	struct ka_socket_options fine = {true, {{60, 10, 9}}, 0},
				 unsafe = {true, {{600, 10, 9}}, 0};
	struct sockets_case c;

	(void)state;
	init(&c, 350);
	add(&c, &short_one, "a", "a.service", &fine);
	add(&c, &long_one, "b", "", &unsafe);
	run(&c);
	assert_finding(found(&c, "KA505", 0), KA_WARNING,
		       "1 connection of b to port 443 with keepalive values of the program's own, "
		       "of which 1 probe too late.");
	assert_finding(found(&c, "KA505", 1), KA_NOTE,
		       "1 connection of a (a.service) to port 443 with keepalive values of the "
		       "program's own: the sysctls do not move them.");
	case_end(&c.base);
}

static void many_programs_that_pin_end_in_one_finding(void **state)
{
	struct ka_connection one = armed(0, 60000);
	struct ka_socket_options own = {true, {{60, 10, 9}}, 0};
	struct sockets_case c;

	(void)state;
	init(&c, 350);
	for (uint16_t port = 1; port <= 10; port++) {
		one.peer.port = port;
		add(&c, &one, "", "", &own);
	}
	run(&c);
	assert_finding(found(&c, "KA505", KA_GROUPS_NAMED), KA_NOTE,
		       "2 connections of 2 other programs or ports with keepalive values of the "
		       "program's own: the sysctls do not move them.");
	case_end(&c.base);
}

static void other_namespaces_are_told_once_for_each_triple(void **state)
{
	static const struct ka_neighbour rows[] = {
		{{{7200, 75, 9}}, 1, "web"},
		{{{60, 10, 6}}, 5, "a, b, c"},
	};
	struct sockets_case c;

	(void)state;
	init(&c, 350);
	c.base.facts.neighbours = rows;
	c.base.facts.neighbour_count = 2;
	run(&c);
	assert_finding(found(&c, "KA501", 0), KA_NOTE,
		       "1 other network namespace has 7200/75/9, not 300/10/9 "
		       "(time/intvl/probes): web.");
	assert_finding(found(&c, "KA501", 1), KA_NOTE,
		       "5 other network namespaces have 60/10/6, not 300/10/9 "
		       "(time/intvl/probes): a, b, c, ...");
	case_end(&c.base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(safe_connections_are_no_finding),
		cmocka_unit_test(connections_without_keepalive_are_told_by_program),
		cmocka_unit_test(many_programs_end_in_one_finding),
		cmocka_unit_test(old_timers_are_told),
		cmocka_unit_test(what_is_forgotten_is_certain_only_when_observed),
		cmocka_unit_test(pinned_values_are_told),
		cmocka_unit_test(many_programs_that_pin_end_in_one_finding),
		cmocka_unit_test(other_namespaces_are_told_once_for_each_triple),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
