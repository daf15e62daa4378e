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

/* What became of one rule, or of all. */
struct tally {
	size_t failures, waived, others;
	const struct ka_finding *gravest; /* of the failures */
	const struct ka_finding *excused; /* the first waived one */
};

static void start_suite(struct ka_text *text, const char *name, size_t tests, size_t errors,
			const struct tally *tally)
{
	ka_text_add(text, "<testsuite");
	add_attribute(text, "name", name);
	ka_text_printf(text, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n",
		       tests, tally->failures, errors, tally->waived);
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

/* What to do, or why nothing. */
static const char *consequence(struct ka_arena *arena, const struct ka_finding *finding)
{
	const char *remedy = finding->remedy ? finding->remedy : finding->rule->remedy;

	if (finding->waiver)
		return ka_waiver_words(arena, finding->waiver);
	return ka_arena_printf(arena, "-> %s", remedy);
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
	ka_text_add(text, "\n  ");
	add_xml(text, consequence(&arena, finding));
	ka_text_add(text, "\n");
	text->has_failed |= arena.has_failed;
	ka_arena_clear(&arena);
}

enum outcome { FAILURE, WAIVED, OTHER };

static enum outcome outcome_of(const struct suite *suite, const struct ka_finding *finding)
{
	if (finding->waiver)
		return WAIVED;
	return (int)finding->severity >= suite->fail_on ? FAILURE : OTHER;
}

static void tally_finding(struct tally *tally, enum outcome outcome,
			  const struct ka_finding *finding)
{
	if (outcome == OTHER)
		tally->others++;
	if (outcome == WAIVED && tally->waived++ == 0)
		tally->excused = finding;
	if (outcome != FAILURE)
		return;
	tally->failures++;
	if (!tally->gravest || finding->severity > tally->gravest->severity)
		tally->gravest = finding;
}

static struct tally count(const struct suite *suite, const struct ka_rule *rule)
{
	struct tally tally = {0};

	for (size_t i = 0; i < suite->report->findings->count; i++) {
		const struct ka_finding *finding = &suite->report->findings->items[i];

		if (finding->rule == rule)
			tally_finding(&tally, outcome_of(suite, finding), finding);
	}
	return tally;
}

/* The rule's findings with this outcome. */
static void add_findings(const struct suite *suite, const struct ka_rule *rule,
			 enum outcome outcome)
{
	for (size_t i = 0; i < suite->report->findings->count; i++) {
		const struct ka_finding *finding = &suite->report->findings->items[i];

		if (finding->rule == rule && outcome_of(suite, finding) == outcome)
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
	add_findings(suite, rule, FAILURE);
	ka_text_add(text, "</failure>\n");
}

/* A test case that only waivers keep from failing counts as not run. */
static void add_skipped(const struct suite *suite, const struct ka_rule *rule,
			const struct tally *tally)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_text *text = suite->text;

	ka_text_add(text, "<skipped");
	add_attribute(text, "message", ka_waiver_words(&arena, tally->excused->waiver));
	ka_text_add(text, ">");
	add_findings(suite, rule, WAIVED);
	ka_text_add(text, "</skipped>\n");
	text->has_failed |= arena.has_failed;
	ka_arena_clear(&arena);
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
	bool is_skipped = tally.failures == 0 && tally.waived > 0;

	start_case(suite->text, suite->report->analysis->facts->name, rule->id, rule->title);
	if (tally.failures > 0)
		add_failure(suite, rule, &tally);
	else if (is_skipped)
		add_skipped(suite, rule, &tally);
	if (tally.others > 0 || (tally.waived > 0 && !is_skipped)) {
		ka_text_add(suite->text, "<system-out>");
		if (!is_skipped)
			add_findings(suite, rule, WAIVED);
		add_findings(suite, rule, OTHER);
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
	struct tally cases = {0};

	for (size_t i = 0; i < rule_count; i++) {
		struct tally tally = count(&suite, rules[i]);

		cases.failures += tally.failures > 0;
		cases.waived += tally.failures == 0 && tally.waived > 0;
	}
	start_suite(text, facts->name, rule_count, 0, &cases);
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

	start_suite(text, subject, 1, 1, &(const struct tally){0});
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
