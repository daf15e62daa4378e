/* A report about an image whose names are as bad as names can be, for the formats that other
 * programs read. */
#ifndef KA_UNIT_REPORT_CASE_H
#define KA_UNIT_REPORT_CASE_H

#include "case.h"

#include "core/report.h"

/* Everything that has a meaning somewhere, a control character, and a byte that is no UTF-8. */
#define HOSTILE "a\"b<c>&d'e%f,g:h\ni\r\033[31m]]>{0}[x](y)\xff\xef\xbf\xbf"
#define HOSTILE_FILE "/etc/sysctl.d/50-" HOSTILE ".conf"

static const char *const case_sources[] = {"tcp(7)", NULL};
static const struct ka_rule case_rules[] = {
	{.id = "KA901",
	 .title = "a rule's first_title",
	 .severity = KA_WARNING,
	 .when = "Always.",
	 .rationale = "It is so.",
	 .remedy = "Do <this>.",
	 .sources = case_sources},
	{.id = "KA902",
	 .title = "another \"title\"",
	 .severity = KA_NOTE,
	 .when = "Often.",
	 .rationale = "It may be so.",
	 .remedy = "Do that.",
	 .sources = case_sources},
	{.id = "KA903",
	 .title = "a title that nothing fires",
	 .severity = KA_ERROR_SEVERITY,
	 .when = "Never.",
	 .rationale = "It is not so.",
	 .remedy = "Do nothing.",
	 .sources = case_sources},
};
enum { CASE_RULES = 3 };
static const struct ka_rule *const case_rule_list[] = {&case_rules[0], &case_rules[1],
						       &case_rules[2]};

struct report_case {
	struct test_case base;
	struct ka_boot_line lines[3];
	struct ka_setter setter;
	struct ka_boot_facts boot_facts;
	struct ka_boot boot;
	struct ka_findings findings;
	struct ka_report report;
};

static void report_case_boot(struct report_case *c)
{
	c->lines[0] = (struct ka_boot_line){.file = "/etc/sysctl.conf",
					    .line = 3,
					    .text = "\tnet.ipv4.tcp_keepalive_time = 7200"};
	c->lines[1] = (struct ka_boot_line){
		.file = HOSTILE_FILE, .line = 3, .text = "\xc3\xa4 = 1 " HOSTILE};
	c->lines[2] =
		(struct ka_boot_line){.file = "/etc/sysctl.conf", .line = 1, .text = "# net.ipv4"};
	c->setter = (struct ka_setter){.file = "/etc/rc.local", .line = 2, .text = "sysctl -w x"};
	c->boot_facts = (struct ka_boot_facts){.setters = &c->setter, .setter_count = 1};
	c->boot = (struct ka_boot){.facts = &c->boot_facts};
	c->boot.main.lines = c->lines;
	c->boot.main.line_count = 2;
	c->boot.other.source[KA_TIME] = &c->lines[2];
	c->base.facts.boot = &c->boot;
}

/* An image without findings. */
__attribute__((unused)) static void report_case_init(struct report_case *c, const char *root)
{
	*c = (struct report_case){0};
	case_init(&c->base);
	c->base.facts.kind = KA_SUBJECT_ROOT;
	c->base.facts.name = root;
	report_case_boot(c);
	c->findings = (struct ka_findings){.arena = &c->base.arena};
	c->report = (struct ka_report){.analysis = case_run(&c->base), .findings = &c->findings};
}

__attribute__((unused)) static struct ka_finding *
report_case_find(struct report_case *c, int rule, enum ka_severity severity, const char *message)
{
	return ka_find(&c->findings, &case_rules[rule], severity, "%s", message);
}

static const struct ka_waiver case_waiver = {
	.rule = "KA901", .reason = "a reason of <ours> " HOSTILE, .until = "2027-01-31"};

/* A finding that is waived, at a place in a file of ours. */
__attribute__((unused)) static struct ka_finding *
report_case_waived(struct report_case *c, int rule, enum ka_severity severity, const char *message)
{
	struct ka_finding *finding = report_case_find(c, rule, severity, message);

	finding->waiver = &case_waiver;
	finding->is_ours = true;
	finding->location = (struct ka_location){"./site/../config.yaml", 3, 5};
	return finding;
}

__attribute__((unused)) static void report_case_end(struct report_case *c)
{
	case_end(&c->base);
}

#endif
