#include "out/junit.h"

#include "out/spot.h"

#include <string.h>

/* One suite under construction. */
struct suite {
	const struct ka_report *report;
	struct ka_spots spots;
	struct ka_text *text;
	int fail_on;
};

/* What has a meaning in XML. The last two are printable, but XML 1.0 has no place for them. */
static const struct entity {
	const char *bytes, *instead;
} entities[] = {
	{"&", "&amp;"},
	{"<", "&lt;"},
	{">", "&gt;"},
	{"\"", "&quot;"},
	{"\xef\xbf\xbe", "\\xef\\xbf\\xbe"},
	{"\xef\xbf\xbf", "\\xef\\xbf\\xbf"},
};

static const struct entity *entity_at(const char *text)
{
	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
		if (strncmp(text, entities[i].bytes, strlen(entities[i].bytes)) == 0)
			return &entities[i];
	return NULL;
}

/* Adds text from outside, for an attribute or between tags. */
static void add_xml(struct ka_text *text, const char *string)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	const char *from = ka_escape(&arena, string);

	while (*from) {
		const struct entity *entity = entity_at(from);
		size_t plain = entity ? 0 : 1 + strcspn(from + 1, "&<>\"\xef");

		ka_text_add_bytes(text, from, plain);
		ka_text_add(text, entity ? entity->instead : "");
		from += entity ? strlen(entity->bytes) : plain;
	}
	text->has_failed |= arena.has_failed;
	ka_arena_clear(&arena);
}

/* Adds ` name="value"`. */
static void add_attribute(struct ka_text *text, const char *name, const char *value)
{
	ka_text_printf(text, " %s=\"", name);
	add_xml(text, value);
	ka_text_add(text, "\"");
}

static void start_suite(struct ka_text *text, const char *name, size_t tests, size_t failures,
			size_t errors)
{
	ka_text_add(text, "<testsuite");
	add_attribute(text, "name", name);
	ka_text_printf(text, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\">\n",
		       tests, failures, errors);
}

void ka_junit_begin(struct ka_text *text)
{
	ka_text_add(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			  "<testsuites name=\"kaadvise\">\n");
}

void ka_junit_end(struct ka_text *text)
{
	ka_text_add(text, "</testsuites>\n");
}

/* "img/etc/sysctl.conf:3:29: ". */
static void add_place(struct ka_text *text, const struct ka_spot *spot)
{
	add_xml(text, spot->path);
	if (spot->line > 0)
		ka_text_printf(text, ":%u", spot->line);
	if (spot->column > 0)
		ka_text_printf(text, ":%u", spot->column);
	ka_text_add(text, ": ");
}

static void add_finding(const struct suite *suite, const struct ka_finding *finding)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_text *text = suite->text;
	struct ka_spot spot;

	ka_text_printf(text, "%s: ", ka_severity_words[finding->severity]);
	if (ka_spot_find(&suite->spots, &arena, finding, &spot))
		add_place(text, &spot);
	add_xml(text, finding->message);
	ka_text_add(text, "\n  -&gt; ");
	add_xml(text, finding->remedy ? finding->remedy : finding->rule->remedy);
	ka_text_add(text, "\n");
	text->has_failed |= arena.has_failed;
	ka_arena_clear(&arena);
}

/* What became of one rule. */
struct tally {
	size_t failures, others;
	const struct ka_finding *gravest; /* of the failures */
};

static bool is_failure(const struct suite *suite, const struct ka_finding *finding)
{
	return (int)finding->severity >= suite->fail_on;
}

static struct tally count(const struct suite *suite, const struct ka_rule *rule)
{
	struct tally tally = {0};

	for (size_t i = 0; i < suite->report->findings->count; i++) {
		const struct ka_finding *finding = &suite->report->findings->items[i];

		if (finding->rule != rule)
			continue;
		if (!is_failure(suite, finding)) {
			tally.others++;
			continue;
		}
		tally.failures++;
		if (!tally.gravest || finding->severity > tally.gravest->severity)
			tally.gravest = finding;
	}
	return tally;
}

/* The rule's findings: those that fail the test case, or the others. */
static void add_findings(const struct suite *suite, const struct ka_rule *rule, bool failures)
{
	for (size_t i = 0; i < suite->report->findings->count; i++) {
		const struct ka_finding *finding = &suite->report->findings->items[i];

		if (finding->rule == rule && is_failure(suite, finding) == failures)
			add_finding(suite, finding);
	}
}

/* One element, however many findings: readers differ in whether they take a second one. */
static void add_failure(const struct suite *suite, const struct ka_rule *rule,
			const struct tally *tally)
{
	struct ka_text *text = suite->text;

	ka_text_add(text, "<failure");
	add_attribute(text, "type", ka_severity_words[tally->gravest->severity]);
	add_attribute(text, "message", tally->gravest->message);
	ka_text_add(text, ">");
	add_findings(suite, rule, true);
	ka_text_add(text, "</failure>\n");
}

static void start_case(struct ka_text *text, const char *subject, const char *id, const char *title)
{
	ka_text_add(text, "<testcase");
	add_attribute(text, "classname", subject);
	ka_text_printf(text, " name=\"%s: ", id);
	add_xml(text, title);
	ka_text_add(text, "\">");
}

static void add_case(const struct suite *suite, const struct ka_rule *rule)
{
	struct tally tally = count(suite, rule);

	start_case(suite->text, suite->report->analysis->facts->name, rule->id, rule->title);
	if (tally.failures > 0)
		add_failure(suite, rule, &tally);
	if (tally.others > 0) {
		ka_text_add(suite->text, "<system-out>");
		add_findings(suite, rule, false);
		ka_text_add(suite->text, "</system-out>\n");
	}
	ka_text_add(suite->text, "</testcase>\n");
}

void ka_junit_subject(const struct ka_report *report, const struct ka_rule *const *rules,
		      size_t rule_count, int fail_on, struct ka_text *text)
{
	const struct ka_facts *facts = report->analysis->facts;
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct suite suite = {report, ka_spots_make(&arena, facts), text, fail_on};
	size_t failed = 0;

	for (size_t i = 0; i < rule_count; i++)
		failed += count(&suite, rules[i]).failures > 0;
	start_suite(text, facts->name, rule_count, failed, 0);
	for (size_t i = 0; i < rule_count; i++)
		add_case(&suite, rules[i]);
	ka_text_add(text, "</testsuite>\n");
	text->has_failed |= arena.has_failed;
	ka_arena_clear(&arena);
}

void ka_junit_failure(const char *subject, const struct ka_error *error, struct ka_text *text)
{
	const struct ka_error_info *info = ka_error_info(error->id);
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_spot spot = {.path = ka_spot_path(&arena, subject, error->file),
			       .line = error->line};

	start_suite(text, subject, 1, 0, 1);
	start_case(text, subject, info->id, info->title);
	ka_text_add(text, "<error");
	add_attribute(text, "type", info->id);
	add_attribute(text, "message", error->message);
	ka_text_add(text, ">");
	add_place(text, &spot);
	add_xml(text, error->message);
	ka_text_add(text, "</error></testcase>\n</testsuite>\n");
	text->has_failed |= arena.has_failed;
	ka_arena_clear(&arena);
}
