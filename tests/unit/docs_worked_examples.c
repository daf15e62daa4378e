/* Reads the tables of docs/worked-examples.md and computes every row again. A row that differs is
 * printed as it should be. */
#include "case.h"

#include "base/duration.h"
#include "base/number.h"
#include "base/text.h"

#include <stdlib.h>

enum { CELLS_MAX = 12, LINE_SIZE = 1024 };

struct table_row {
	char *cells[CELLS_MAX];
	size_t count;
};

static char *trim(char *text)
{
	size_t length;

	while (*text == ' ' || *text == '`')
		text++;
	length = strlen(text);
	while (length > 0 && strchr(" `\n", text[length - 1]))
		text[--length] = '\0';
	return text;
}

/* Cuts "| a | b |" into its cells. */
static struct table_row split(char *line)
{
	struct table_row row = {.count = 0};
	char *rest = line + 1, *cell;

	while (row.count < CELLS_MAX && (cell = strsep(&rest, "|")) && rest)
		row.cells[row.count++] = trim(cell);
	return row;
}

static int64_t number(const char *text)
{
	int64_t value = -1;

	if (!ka_parse_decimal(text, strlen(text), &value))
		fail_msg("'%s' is not a number", text);
	return value;
}

static int64_t duration(const char *text)
{
	int64_t seconds = -1;

	if (ka_parse_duration(text, strlen(text), &seconds) != KA_DURATION_OK)
		fail_msg("'%s' is not a duration", text);
	return seconds;
}

static unsigned tick_rate(const char *text)
{
	return strcmp(text, "unknown") == 0 ? KA_HZ_UNKNOWN : (unsigned)number(text);
}

static struct ka_settings settings_of(char *text)
{
	struct ka_settings settings;
	char *time = strsep(&text, "/"), *intvl = strsep(&text, "/");

	if (!intvl || !text)
		fail_msg("'%s' is not T/I/P", time);
	settings = (struct ka_settings){{number(time), number(intvl), number(text)}};
	return settings;
}

/* "350s", "60s ignored", "60s regenerated", "60s harmless" */
static void add_hop(struct test_case *c, char *text)
{
	struct ka_hop *hop = case_hop(c, duration(strsep(&text, " ")));

	if (!text)
		return;
	hop->breaks_connection = strcmp(text, "harmless") != 0;
	for (int i = 0; ka_probe_effect_words[i]; i++)
		if (strcmp(text, ka_probe_effect_words[i]) == 0)
			hop->probes = (enum ka_probe_effect)i;
}

static void add_margin(struct ka_margin *margin, char *value)
{
	size_t length = strlen(value);

	if (value[length - 1] == '%') {
		value[length - 1] = '\0';
		margin->has_percent = true;
		margin->percent = number(value);
	} else {
		margin->has_ms = true;
		margin->ms = duration(value) * 1000;
	}
}

static void add_seconds(bool *has, int64_t *seconds, const char *value)
{
	*has = true;
	*seconds = duration(value);
}

/* "detect-within 2m", "side client" and so on: the program's options without their dashes. */
static void add_goal(struct test_case *c, char *text)
{
	struct ka_goals *goals = &c->intent.goals;
	char *word = strsep(&text, " ");

	if (strcmp(word, "detect-within") == 0) {
		add_seconds(&goals->has_detect_within, &goals->detect_within_s, text);
	} else if (strcmp(word, "survive-outage") == 0) {
		add_seconds(&goals->has_survive_outage, &goals->survive_outage_s, text);
	} else if (strcmp(word, "min-time") == 0) {
		add_seconds(&goals->has_min_time, &goals->min_time_s, text);
	} else if (strcmp(word, "lost-probes") == 0) {
		goals->has_lost_probes = true;
		goals->lost_probes = number(text);
	} else if (strcmp(word, "margin") == 0) {
		add_margin(&goals->margin, text);
	} else if (strcmp(word, "hz") == 0) {
		c->intent.choose_hz = c->facts.hz = tick_rate(text);
	} else if (strcmp(word, "side") == 0) {
		c->intent.side = strcmp(text, "client") == 0 ? KA_SIDE_CLIENT : KA_SIDE_SERVER;
	} else {
		fail_msg("'%s' is not a goal", word);
	}
}

static void read_case(struct test_case *c, char *path, char *goals)
{
	char *piece;

	case_init(c);
	while ((piece = strsep(&path, "+")))
		add_hop(c, trim(piece));
	if (strcmp(goals, "-") == 0)
		return;
	while ((piece = strsep(&goals, ",")))
		add_goal(c, trim(piece));
}

static void add_ms(struct ka_text *line, int64_t ms)
{
	char text[KA_DURATION_TEXT];

	ka_text_printf(line, " %s |", ka_format_ms(text, ms));
}

static void add_triple(struct ka_text *line, const struct ka_settings *settings)
{
	ka_text_printf(line, " %" PRId64 "/%" PRId64 "/%" PRId64 " |", settings->value[KA_TIME],
		       settings->value[KA_INTVL], settings->value[KA_PROBES]);
}

/* | T/I/P | HZ | Nominal | Bound | Silence, no probe lost | Silence, one lost | */
static void compute_promise(struct ka_text *line, struct table_row *row)
{
	unsigned hz = tick_rate(row->cells[1]);
	struct ka_settings settings;

	ka_text_printf(line, "| %s | %s |", row->cells[0], row->cells[1]);
	settings = settings_of(row->cells[0]);
	ka_text_printf(line, " %" PRId64 " s |", ka_nominal_s(&settings));
	add_ms(line, ka_bound_ms(&settings, hz));
	add_ms(line, ka_silence_ms(&settings, 0, hz));
	add_ms(line, ka_silence_ms(&settings, 1, hz));
}

static void add_slack(struct ka_text *line, const struct ka_recommendation *recommendation)
{
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < recommendation->proof_count; i++) {
		const struct ka_proof *proof = &recommendation->proof[i];

		if (proof->constraint == KA_C_HOP && proof->right_ms - proof->left_ms < least)
			least = proof->right_ms - proof->left_ms;
	}
	if (least == INT64_MAX)
		ka_text_add(line, " - |");
	else
		add_ms(line, least);
}

static void add_yielded(struct ka_text *line, const struct ka_recommendation *recommendation)
{
	const char *separator = " ";

	for (int i = 0; i < KA_C_COUNT; i++)
		if (recommendation->yielded[i]) {
			ka_text_printf(line, "%s%s", separator, ka_constraint_words[i]);
			separator = ", ";
		}
	ka_text_add(line, separator[0] == ' ' ? " - |" : " |");
}

/* | Path | Goals | Present | Values | Change | Nominal | Bound at HZ 250 | Silence | Slack |
 * Yielded | */
static void compute_recommendation(struct ka_text *line, struct table_row *row)
{
	const struct ka_recommendation *r;
	struct test_case c;

	ka_text_printf(line, "| %s | %s | %s |", row->cells[0], row->cells[1], row->cells[2]);
	read_case(&c, row->cells[0], row->cells[1]);
	c.facts.settings = settings_of(row->cells[2]);
	r = &case_run(&c)->recommendation;
	if (c.analysis.has_recommendation) {
		add_triple(line, &r->settings);
		ka_text_printf(line, " %s | %" PRId64 " s |", r->change ? "yes" : "no",
			       r->nominal_s);
		add_ms(line, ka_bound_ms(&r->settings, 250));
		add_ms(line, ka_silence_ms(&r->settings, c.analysis.lost_probes, r->hz));
		add_slack(line, r);
		add_yielded(line, r);
	} else {
		ka_text_add(line, " none |");
	}
	case_end(&c);
}

/* | Path | Goals | Relax any one of these | */
static void compute_conflict(struct ka_text *line, struct table_row *row)
{
	struct test_case c;

	ka_text_printf(line, "| %s | %s |", row->cells[0], row->cells[1]);
	read_case(&c, row->cells[0], row->cells[1]);
	case_run(&c);
	for (size_t i = 0; i < c.analysis.conflict_count; i++) {
		const struct ka_conflict *conflict = &c.analysis.conflicts[i];

		ka_text_printf(line, "%s %s", i > 0 ? "," : "", conflict->key);
		if (conflict->constraint == KA_C_HOP)
			ka_text_printf(line, " of hop %zu", conflict->hop + 1);
		if (conflict->has_value)
			ka_text_printf(line, " to %" PRId64, conflict->value);
		else
			ka_text_add(line, " (does not help alone)");
	}
	ka_text_add(line, c.analysis.is_unsatisfiable ? " |" : " satisfiable |");
	case_end(&c);
}

typedef void compute_fn(struct ka_text *line, struct table_row *row);

static const struct {
	const char *second_head, *last_head;
	size_t cells, inputs;
	compute_fn *compute;
} tables[] = {
	{"HZ", "Silence, one lost", 6, 2, compute_promise},
	{"Goals", "Yielded", 10, 3, compute_recommendation},
	{"Goals", "Relax any one of these", 3, 2, compute_conflict},
};

static const size_t table_count = sizeof(tables) / sizeof(tables[0]);

static size_t table_with_head(const struct table_row *row)
{
	size_t at = 0;

	while (at < table_count && (row->count != tables[at].cells ||
				    strcmp(row->cells[1], tables[at].second_head) != 0 ||
				    strcmp(row->cells[row->count - 1], tables[at].last_head) != 0))
		at++;
	return at;
}

/* Whether the line says what is computed from its first cells. */
static bool is_right(size_t table, const char *original)
{
	char inputs[LINE_SIZE], outputs[LINE_SIZE];
	struct table_row row, written;
	struct ka_text line = {0};
	bool right = true;

	snprintf(inputs, sizeof(inputs), "%s", original);
	row = split(inputs);
	tables[table].compute(&line, &row);
	if (line.length >= sizeof(outputs))
		fail_msg("row too long: %s", line.bytes);
	memcpy(outputs, line.bytes, line.length + 1);
	row = split(outputs);
	snprintf(inputs, sizeof(inputs), "%s", original);
	written = split(inputs);
	for (size_t i = 0; i < row.count; i++)
		right = right && i < written.count && strcmp(row.cells[i], written.cells[i]) == 0;
	right = right && row.count == written.count;
	if (!right)
		print_error("written:  %scomputed: %s\n", original, line.bytes);
	ka_text_clear(&line);
	return right;
}

static void every_row_is_computed_again(void **state)
{
	FILE *file = fopen(KA_WORKED_EXAMPLES, "re");
	size_t rows[3] = {0}, wrong = 0, table = table_count;
	char line[LINE_SIZE];

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		char copy[LINE_SIZE];
		struct table_row row;

		if (line[0] != '|') {
			table = table_count;
			continue;
		}
		memcpy(copy, line, sizeof(copy));
		row = split(copy);
		if (table == table_count) {
			table = table_with_head(&row);
			if (table == table_count)
				fail_msg("a table with an unknown head: %s", line);
		} else if (row.cells[0][0] != '-') {
			rows[table]++;
			wrong += !is_right(table, line);
		}
	}
	fclose(file);
	print_message("%zu worked examples: %zu promises, %zu recommendations, %zu conflicts\n",
		      rows[0] + rows[1] + rows[2], rows[0], rows[1], rows[2]);
	assert_int_equal(wrong, 0);
	for (size_t i = 0; i < table_count; i++)
		assert_int_at_least(rows[i], 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_row_is_computed_again)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
