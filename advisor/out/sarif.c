#include "out/sarif.h"

#include "out/explain.h"
#include "out/json_value.h"
#include "out/spot.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA                                                                                     \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"                      \
	"sarif-schema-2.1.0.json"

enum {
	FAILURE_MARK = '!', /* begins the piece of a subject that could not be read */
	NOTIFICATIONS_MAX = 1 << 20,
};

/* ---- The program and its rules ------------------------------------------------------------ */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* The title as one word, as readers of SARIF expect a name: "AHopForgetsTheSession". */
static json_t *name_json(struct ka_arena *arena, const char *title)
{
	char *name = ka_arena_alloc(arena, strlen(title) + 1), *to = name;
	bool is_start = true;

	if (!name)
		return NULL;
	for (; *title; title++) {
		if (is_letter(*title))
			*to++ = is_start && *title >= 'a' ? (char)(*title - 'a' + 'A') : *title;
		is_start = *title == ' ' || *title == '_';
	}
	return json_string(name);
}

static json_t *help_json(const struct ka_rule *rule)
{
	struct ka_text plain = {0}, markdown = {0};
	json_t *help = NULL;

	ka_text_printf(&plain, "Why: %s\nWhat to do: %s\nSources:\n", rule->rationale,
		       rule->remedy);
	for (const char *const *source = rule->sources; *source; source++)
		ka_text_printf(&plain, "%s\n", *source);
	ka_rule_markdown(rule, &markdown);
	if (!plain.has_failed && !markdown.has_failed)
		help = json_pack("{s:s, s:s}", "text", plain.bytes, "markdown", markdown.bytes);
	ka_text_clear(&plain);
	ka_text_clear(&markdown);
	return help;
}

static json_t *rule_json(struct ka_arena *arena, const struct ka_rule *rule)
{
	/* The words that GitHub has for what is no matter of security. */
	static const char *const problem_words[] = {"recommendation", "warning", "error"};

	return json_pack("{s:s, s:o, s:{s:s}, s:{s:s}, s:o, s:{s:s}, s:{s:s, s:[s]}}", "id",
			 rule->id, "name", name_json(arena, rule->title), "shortDescription",
			 "text", rule->title, "fullDescription", "text", rule->when, "help",
			 help_json(rule), "defaultConfiguration", "level",
			 ka_severity_words[rule->severity], "properties", "problem.severity",
			 problem_words[rule->severity], "tags", "tcp-keepalive");
}

static json_t *tool_json(struct ka_arena *arena, const struct ka_rule *const *rules,
			 size_t rule_count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < rule_count; i++)
		ka_json_append(&list, rule_json(arena, rules[i]));
	return json_pack("{s:{s:s, s:s, s:s, s:o}}", "driver", "name", "kaadvise", "version",
			 KA_VERSION, "semanticVersion", KA_VERSION, "rules", list);
}

int ka_sarif_begin(const struct ka_rule *const *rules, size_t rule_count, struct ka_text *file,
		   struct ka_error *reterr)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	json_t *tool = tool_json(&arena, rules, rule_count);
	int result;

	ka_arena_clear(&arena);
	ka_text_add(file, "{\"$schema\":\"" SCHEMA "\",\"version\":\"2.1.0\",\"runs\":[{\"tool\":");
	result = ka_json_add(tool, file, reterr);
	/* Only columns in front of which there is ASCII are told, where both kinds are the same. */
	ka_text_add(file, ",\"columnKind\":\"utf16CodeUnits\",\"results\":[");
	return result == 0 && file->has_failed ? ka_fail_memory(reterr) : result;
}

/* ---- Results ------------------------------------------------------------------------------ */

struct run {
	const struct ka_report *report;
	const struct ka_rule *const *rules;
	size_t rule_count;
	struct ka_spots spots;
};

/* RFC 3986: what is not unreserved is encoded, byte by byte, whatever it means. */
static const char *uri_of(struct ka_arena *arena, const char *path, bool is_directory)
{
	const char *scheme = *path == '/' ? "file://" : "";
	char *uri = ka_arena_array(arena, strlen(path) + 4, 3), *to = uri;

	if (!uri)
		return "";
	strcpy(uri, scheme);
	to += strlen(scheme);
	for (; *path; path++) {
		if (is_letter(*path) || strchr("-._~/", *path))
			*to++ = *path;
		else
			to += sprintf(to, "%%%02X", (unsigned char)*path);
	}
	strcpy(to, is_directory && to[-1] != '/' ? "/" : "");
	return uri;
}

/* What SARIF would take for a placeholder or a link (3.11.5, 3.11.6) is only text here. */
static json_t *message_json(struct ka_arena *arena, const char *text)
{
	const char *from = ka_escape(arena, text);
	char *message = ka_arena_array(arena, strlen(from) + 1, 2), *to = message;

	if (!message)
		return NULL;
	for (; *from; from++) {
		if (strchr("{}", *from))
			*to++ = *from;
		else if (strchr("[]", *from))
			*to++ = '\\';
		*to++ = *from;
	}
	return json_pack("{s:s}", "text", message);
}

static json_t *region_json(struct ka_arena *arena, const struct ka_spot *spot)
{
	json_t *region = json_pack("{s:I}", "startLine", (json_int_t)spot->line);

	if (spot->column > 0)
		ka_json_set(&region, "startColumn", json_integer(spot->column));
	if (spot->text)
		ka_json_set(&region, "snippet",
			    json_pack("{s:o}", "text", ka_json_text(arena, spot->text)));
	return region;
}

static json_t *location_json(struct ka_arena *arena, const struct ka_spot *spot, bool is_directory)
{
	json_t *physical = json_pack("{s:{s:s}}", "artifactLocation", "uri",
				     uri_of(arena, spot->path, is_directory));

	if (spot->line > 0)
		ka_json_set(&physical, "region", region_json(arena, spot));
	return json_pack("{s:o}", "physicalLocation", physical);
}

/* Readers of SARIF want a place in every result, and GitHub refuses a file without: an image has
 * at least its own directory. */
static json_t *locations_json(struct ka_arena *arena, const struct run *run,
			      const struct ka_finding *finding)
{
	const struct ka_facts *facts = run->report->analysis->facts;
	json_t *locations = json_array();
	struct ka_spot spot = {0};

	if (ka_spot_find(&run->spots, arena, finding, &spot)) {
		ka_json_append(&locations, location_json(arena, &spot, false));
	} else if (facts->kind == KA_SUBJECT_ROOT) {
		spot.path = ka_spot_path(arena, facts->name, "");
		ka_json_append(&locations, location_json(arena, &spot, true));
	}
	return locations;
}

/* FNV-1a: fingerprints tell findings apart, they protect nothing. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	do
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	while (*text++);
	return hash;
}

/* The same from run to run, and when lines move. */
static uint64_t fingerprint(const char *subject, const struct ka_finding *finding)
{
	uint64_t hash = hash_text(UINT64_C(0xcbf29ce484222325), finding->rule->id);

	hash = hash_text(hash, subject);
	hash = hash_text(hash, finding->location.file ? finding->location.file : "");
	for (size_t i = 0; i < finding->data_count; i++)
		if (finding->data[i].text)
			hash = hash_text(hash_text(hash, finding->data[i].key),
					 finding->data[i].text);
	return hash;
}

/* A finding's fingerprint, and its number among those with the same one. */
struct print {
	uint64_t hash;
	size_t index;
	unsigned number;
};

static int by_hash(const void *a, const void *b)
{
	const struct print *left = a, *right = b;

	if (left->hash != right->hash)
		return left->hash < right->hash ? -1 : 1;
	return left->index < right->index ? -1 : 1;
}

static int by_index(const void *a, const void *b)
{
	const struct print *left = a, *right = b;

	return left->index < right->index ? -1 : 1;
}

/* Of each finding, in their order; NULL without memory. */
static const struct print *make_prints(struct ka_arena *arena, const struct ka_report *report)
{
	size_t count = report->findings->count;
	struct print *prints = ka_arena_array(arena, count + 1, sizeof(*prints));

	if (!prints)
		return NULL;
	for (size_t i = 0; i < count; i++)
		prints[i] = (struct print){
			fingerprint(report->analysis->facts->name, &report->findings->items[i]), i,
			1};
	qsort(prints, count, sizeof(*prints), by_hash);
	for (size_t i = 1; i < count; i++)
		if (prints[i].hash == prints[i - 1].hash)
			prints[i].number = prints[i - 1].number + 1;
	qsort(prints, count, sizeof(*prints), by_index);
	return prints;
}

static json_t *properties_json(struct ka_arena *arena, const struct ka_facts *facts,
			       const struct ka_finding *finding)
{
	const char *remedy = finding->remedy ? finding->remedy : finding->rule->remedy;

	return json_pack("{s:{s:s, s:o}, s:o, s:o}", "subject", "kind",
			 ka_subject_words[facts->kind], "name", ka_json_text(arena, facts->name),
			 "remedy", ka_json_text(arena, remedy), "data",
			 ka_json_data(arena, finding));
}

static json_t *result_json(struct ka_arena *arena, const struct run *run,
			   const struct ka_finding *finding, const struct print *print)
{
	const struct ka_facts *facts = run->report->analysis->facts;
	const char *hash = ka_arena_printf(arena, "%016" PRIx64 ":%u", print->hash, print->number);
	size_t rule = 0;

	while (rule < run->rule_count && run->rules[rule] != finding->rule)
		rule++;
	/* GitHub looks at the second fingerprint, which it would make from the line's text. */
	return json_pack("{s:s, s:I, s:s, s:o, s:o, s:{s:s, s:s}, s:o}", "ruleId",
			 finding->rule->id, "ruleIndex", (json_int_t)rule, "level",
			 ka_severity_words[finding->severity], "message",
			 message_json(arena, finding->message), "locations",
			 locations_json(arena, run, finding), "partialFingerprints", "kaadvise/v1",
			 hash, "primaryLocationLineHash", hash, "properties",
			 properties_json(arena, facts, finding));
}

/* Readers leave out a result that has an accepted suppression. */
static void add_suppression(struct ka_arena *arena, const struct ka_finding *finding,
			    json_t **result)
{
	if (!finding->waiver)
		return;
	ka_json_set(result, "suppressions",
		    json_pack("[{s:s, s:s, s:o}]", "kind", "external", "status", "accepted",
			      "justification",
			      ka_json_text(arena, ka_waiver_words(arena, finding->waiver))));
}

/* What came of a document that was made with the arena, which is released. */
static int add_document(json_t *document, struct ka_arena *arena, struct ka_text *text,
			struct ka_error *reterr)
{
	if (arena->has_failed) {
		json_decref(document);
		document = NULL;
	}
	ka_arena_clear(arena);
	return ka_json_add(document, text, reterr);
}

static int add_results(const struct run *run, const struct print *prints, struct ka_text *piece,
		       struct ka_error *reterr)
{
	for (size_t i = 0; i < run->report->findings->count; i++) {
		const struct ka_finding *finding = &run->report->findings->items[i];
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		json_t *result = result_json(&arena, run, finding, &prints[i]);

		add_suppression(&arena, finding, &result);
		ka_text_add(piece, i == 0 ? "\n" : ",\n");
		if (add_document(result, &arena, piece, reterr) < 0)
			return -1;
	}
	return 0;
}

int ka_sarif_subject(const struct ka_report *report, const struct ka_rule *const *rules,
		     size_t rule_count, struct ka_text *piece, struct ka_error *reterr)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct run run = {report, rules, rule_count,
			  ka_spots_make(&arena, report->analysis->facts)};
	const struct print *prints = make_prints(&arena, report);
	int result;

	if (arena.has_failed)
		result = ka_fail_memory(reterr);
	else
		result = add_results(&run, prints, piece, reterr);
	ka_arena_clear(&arena);
	return result;
}

/* ---- Subjects that could not be read ------------------------------------------------------ */

int ka_sarif_failure(const char *subject, const struct ka_error *error, struct ka_text *piece,
		     struct ka_error *reterr)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_spot spot = {.path = ka_spot_path(&arena, subject, error->file),
			       .line = error->line};
	const char *message = ka_arena_printf(&arena, "%s: %s", subject, error->message);
	json_t *notification =
		json_pack("{s:s, s:{s:s}, s:o, s:[o]}", "level", "error", "descriptor", "id",
			  ka_error_info(error->id)->id, "message", message_json(&arena, message),
			  "locations", location_json(&arena, &spot, !error->file[0]));

	ka_text_add_bytes(piece, &(const char){FAILURE_MARK}, 1);
	return add_document(notification, &arena, piece, reterr);
}

/* ---- The file ----------------------------------------------------------------------------- */

static void keep(struct ka_sarif *sarif, const char *notification, size_t length)
{
	sarif->failures++;
	if (sarif->notifications.length + length > NOTIFICATIONS_MAX) {
		sarif->unnamed++;
		return;
	}
	ka_text_add(&sarif->notifications, sarif->notifications.length > 0 ? ",\n" : "\n");
	ka_text_add_bytes(&sarif->notifications, notification, length);
}

void ka_sarif_join(struct ka_sarif *sarif, const struct ka_text *piece, struct ka_text *file)
{
	if (piece->has_failed)
		file->has_failed = true;
	if (piece->length == 0)
		return;
	if (*piece->bytes == FAILURE_MARK) {
		keep(sarif, piece->bytes + 1, piece->length - 1);
		return;
	}
	if (sarif->has_results)
		ka_text_add(file, ",");
	ka_text_add_bytes(file, piece->bytes, piece->length);
	sarif->has_results = true;
}

void ka_sarif_end(struct ka_sarif *sarif, struct ka_text *file)
{
	const struct ka_text *notifications = &sarif->notifications;

	ka_text_printf(file,
		       "\n],\"invocations\":[{\"executionSuccessful\":%s,"
		       "\"toolExecutionNotifications\":[",
		       sarif->failures == 0 ? "true" : "false");
	if (notifications->length > 0)
		ka_text_add_bytes(file, notifications->bytes, notifications->length);
	if (sarif->unnamed > 0)
		ka_text_printf(file,
			       ",\n{\"level\":\"error\",\"message\":{\"text\":\"%zu more subjects "
			       "could not be read.\"}}",
			       sarif->unnamed);
	ka_text_add(file, "]}]}]}\n");
	file->has_failed |= notifications->has_failed;
	ka_text_clear(&sarif->notifications);
	*sarif = (struct ka_sarif){0};
}
