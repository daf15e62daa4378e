#include "edge/baseline.h"

#include "core/facts.h"
#include "core/finding.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char SCHEMA[] = "kaadvise.baseline/1";

static void free_json(json_t **json)
{
	json_decref(*json);
}

#define OWNED_JSON __attribute__((cleanup(free_json))) json_t *

int ka_baseline_compare(const struct ka_baseline_entry *a, const struct ka_baseline_entry *b)
{
	int order = strcmp(a->subject, b->subject);

	if (order == 0)
		order = strcmp(a->rule, b->rule);
	if (order == 0)
		order = strcmp(a->about, b->about);
	return order ? order : strcmp(a->severity, b->severity);
}

/* Reading */

/* A file that is being read. */
struct reading {
	struct ka_arena *arena;
	const char *name;
	struct ka_error *error;
};

static int fail(const struct reading *reading, const char *where, const char *what)
{
	return ka_fail_at(reading->error, KA_E_BASELINE, reading->name, 0, 0, "%s: %s", where,
			  what);
}

/* What jansson did not like about the values. */
static int fail_values(const struct reading *reading, const char *where, const json_error_t *error)
{
	if (json_error_code(error) == json_error_out_of_memory)
		return ka_fail_memory(reading->error);
	return fail(reading, where, error->text);
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

/* "host", "root PATH" */
static bool is_subject(const char *text)
{
	const char *const alone[] = {ka_subject_words[KA_SUBJECT_HOST],
				     ka_subject_words[KA_SUBJECT_SETTINGS], NULL};
	size_t length = strcspn(text, " ");

	if (text[length] == '\0' || text[length + 1] == '\0')
		return is_one_of(text, alone);
	return (length == 4 && strncmp(text, ka_subject_words[KA_SUBJECT_ROOT], length) == 0) ||
	       (length == 5 && strncmp(text, ka_subject_words[KA_SUBJECT_NETNS], length) == 0);
}

static bool is_rule(const char *text)
{
	return strncmp(text, "KA", 2) == 0 && strspn(text + 2, "0123456789") == 3 &&
	       text[5] == '\0';
}

/* What is wrong with an entry; NULL: nothing. */
static const char *fault_of(struct ka_arena *arena, const struct ka_baseline_entry *entry,
			    json_int_t count)
{
	if (!is_subject(entry->subject))
		return "subject: expected host, settings, root DIR or netns NAME";
	if (!is_rule(entry->rule))
		return "rule: expected the id of a rule";
	if (!is_one_of(entry->severity, ka_severity_words))
		return "severity: expected note, warning or error";
	if (count < 1 || count > KA_BASELINE_TIMES_MAX)
		return "count: expected 1 to 1000000";
	if (strcmp(ka_escape(arena, entry->subject), entry->subject) != 0 ||
	    strcmp(ka_escape(arena, entry->about), entry->about) != 0)
		return "expected text without control characters";
	return NULL;
}

static const char *copy(struct ka_arena *arena, const char *text)
{
	return ka_arena_copy(arena, text, strlen(text));
}

static int read_entry(const struct reading *reading, json_t *object, size_t at,
		      struct ka_baseline_entry *entry)
{
	struct ka_arena *arena = reading->arena;
	const char *where = ka_arena_printf(arena, "finding %zu", at + 1), *fault;
	json_error_t error;
	json_int_t count;

	if (json_unpack_ex(object, &error, JSON_STRICT, "{s:s, s:s, s:s, s:s, s:I}", "subject",
			   &entry->subject, "rule", &entry->rule, "severity", &entry->severity,
			   "about", &entry->about, "count", &count) < 0)
		return fail_values(reading, where, &error);
	fault = fault_of(arena, entry, count);
	if (fault)
		return fail(reading, where, fault);
	entry->subject = copy(arena, entry->subject);
	entry->rule = copy(arena, entry->rule);
	entry->severity = copy(arena, entry->severity);
	entry->about = copy(arena, entry->about);
	entry->count = (size_t)count;
	return 0;
}

static int by_order(const void *a, const void *b)
{
	return ka_baseline_compare(a, b);
}

/* Puts them in order, in which none may stand twice. */
static int sort(const struct reading *reading, struct ka_baseline_entry *entries, size_t count)
{
	qsort(entries, count, sizeof(*entries), by_order);
	for (size_t i = 1; i < count; i++)
		if (ka_baseline_compare(&entries[i - 1], &entries[i]) == 0)
			return fail(reading, "a finding stands twice",
				    ka_arena_printf(reading->arena, "%s of %s", entries[i].rule,
						    entries[i].subject));
	return 0;
}

static int read_entries(const struct reading *reading, const json_t *list,
			struct ka_baseline_entry **ret_entries)
{
	size_t count = json_array_size(list);
	struct ka_baseline_entry *entries;

	if (count > KA_BASELINE_ENTRIES_MAX)
		return fail(reading, "findings",
			    ka_arena_printf(reading->arena, "found %zu, expected at most %d", count,
					    KA_BASELINE_ENTRIES_MAX));
	entries = ka_arena_array(reading->arena, count + 1, sizeof(*entries));
	if (!entries)
		return ka_fail_memory(reading->error);
	for (size_t i = 0; i < count; i++)
		if (read_entry(reading, json_array_get(list, i), i, &entries[i]) < 0)
			return -1;
	*ret_entries = entries;
	return sort(reading, entries, count);
}

static int fail_syntax(const struct reading *reading, const json_error_t *error)
{
	if (json_error_code(error) == json_error_out_of_memory)
		return ka_fail_memory(reading->error);
	return ka_fail_at(reading->error, KA_E_BASELINE, reading->name,
			  error->line > 0 ? (unsigned)error->line : 0,
			  error->column > 0 ? (unsigned)error->column : 0, "%s", error->text);
}

int ka_baseline_parse(struct ka_arena *arena, const char *bytes, size_t length, const char *name,
		      struct ka_baseline_entry **ret_entries, size_t *ret_count,
		      struct ka_error *reterr)
{
	const struct reading reading = {arena, name, reterr};
	struct ka_baseline_entry *entries = NULL;
	json_error_t error;
	const char *schema;
	json_t *list;

	OWNED_JSON root = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		return fail_syntax(&reading, &error);
	if (json_unpack_ex(root, &error, JSON_STRICT, "{s:s, s:o}", "schema", &schema, "findings",
			   &list) < 0)
		return fail_values(&reading, "no baseline", &error);
	if (strcmp(schema, SCHEMA) != 0 || !json_is_array(list))
		return fail(&reading, "no baseline", "expected the schema kaadvise.baseline/1");
	if (read_entries(&reading, list, &entries) < 0)
		return -1;
	if (arena->has_failed)
		return ka_fail_memory(reterr);
	*ret_entries = entries;
	*ret_count = json_array_size(list);
	return 0;
}

/* Writing */

static int add_bytes(const char *bytes, size_t length, void *text)
{
	ka_text_add_bytes(text, bytes, length);
	return 0;
}

static bool add_entry(const struct ka_baseline_entry *entry, struct ka_text *text)
{
	OWNED_JSON object = json_pack("{s:s, s:s, s:s, s:s, s:I}", "subject", entry->subject,
				      "rule", entry->rule, "severity", entry->severity, "about",
				      entry->about, "count", (json_int_t)entry->count);

	return object && json_dump_callback(object, add_bytes, text, 0) == 0;
}

int ka_baseline_format(const struct ka_baseline_entry *entries, size_t count, struct ka_text *text,
		       struct ka_error *reterr)
{
	bool is_whole = true;

	ka_text_printf(text, "{\"schema\": \"%s\", \"findings\": [", SCHEMA);
	for (size_t i = 0; i < count && is_whole; i++) {
		ka_text_add(text, i ? ",\n" : "\n");
		is_whole = add_entry(&entries[i], text);
	}
	ka_text_add(text, "\n]}\n");
	if (!is_whole || text->has_failed)
		return ka_fail_memory(reterr);
	if (count > KA_BASELINE_ENTRIES_MAX || text->length > KA_BASELINE_SIZE_MAX)
		return ka_fail(reterr, KA_E_BASELINE,
			       "found %zu findings in %zu bytes, expected at most %d in %d: write "
			       "several baselines",
			       count, text->length, KA_BASELINE_ENTRIES_MAX, KA_BASELINE_SIZE_MAX);
	return 0;
}
