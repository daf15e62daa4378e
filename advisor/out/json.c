#include "out/json.h"

#include "base/number.h"
#include "out/json_boot.h"
#include "out/json_value.h"

static json_t *profiles_json(struct ka_arena *arena, const struct ka_intent *intent)
{
	json_t *list = json_array();

	for (size_t i = 0; i < intent->profile_count; i++) {
		const struct ka_profile *profile = intent->profiles[i];

		ka_json_append(&list,
			       json_pack("{s:o, s:o, s:o}", "id", ka_json_text(arena, profile->id),
					 "origin", ka_json_text(arena, profile->origin), "sha256",
					 ka_json_text(arena, profile->sha256)));
	}
	return list;
}

static json_t *number_or_null(bool has, int64_t number)
{
	return has ? json_integer(number) : json_null();
}

static json_t *hop_json(struct ka_arena *arena, const struct ka_hop *hop,
			const struct ka_hop_verdict *verdict)
{
	bool is_judged = verdict->is_judged;

	return json_pack("{s:o, s:i, s:I, s:s, s:b, s:o, s:o, s:o, s:o}", "name",
			 ka_json_text(arena, hop->name), "layer", hop->layer, "idle_timeout_s",
			 (json_int_t)verdict->idle_s, "keepalive",
			 ka_probe_effect_words[hop->probes], "reached", verdict->is_reached,
			 "silence_ms", number_or_null(is_judged, verdict->silence_ms), "margin_ms",
			 number_or_null(is_judged, verdict->margin_ms), "survives_loss_ms",
			 number_or_null(is_judged, verdict->survives_loss_ms), "ok",
			 is_judged ? json_boolean(verdict->ok) : json_null());
}

static json_t *path_json(struct ka_arena *arena, const struct ka_analysis *analysis)
{
	const struct ka_intent *intent = analysis->intent;
	json_t *hops;

	if (!intent->has_path)
		return json_null();
	hops = json_array();
	for (size_t i = 0; i < intent->path.count; i++)
		ka_json_append(&hops, hop_json(arena, &intent->path.hops[i], &analysis->hops[i]));
	return json_pack("{s:o, s:o}", "profiles", profiles_json(arena, intent), "hops", hops);
}

static json_t *location_json(struct ka_arena *arena, const struct ka_location *location)
{
	if (!location->file)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "file", ka_json_text(arena, location->file), "line",
			 number_or_null(location->line > 0, location->line), "column",
			 number_or_null(location->column > 0, location->column));
}

static json_t *waiver_json(struct ka_arena *arena, const struct ka_waiver *waiver)
{
	if (!waiver)
		return json_null();
	return json_pack("{s:o, s:s?}", "reason", ka_json_text(arena, waiver->reason), "until",
			 waiver->until);
}

static json_t *findings_json(struct ka_arena *arena, const struct ka_findings *findings)
{
	json_t *list = json_array();

	for (size_t i = 0; i < findings->count; i++) {
		const struct ka_finding *finding = &findings->items[i];

		ka_json_append(&list, json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "rule",
						finding->rule->id, "severity",
						ka_severity_words[finding->severity], "title",
						finding->rule->title, "message",
						ka_json_text(arena, finding->message), "location",
						location_json(arena, &finding->location), "data",
						ka_json_data(arena, finding), "waiver",
						waiver_json(arena, finding->waiver)));
	}
	return list;
}

static const char *constraint_name(struct ka_arena *arena, enum ka_constraint constraint,
				   size_t hop)
{
	if (constraint == KA_C_HOP)
		return ka_arena_printf(arena, "hop:%zu", hop + 1);
	return ka_constraint_words[constraint];
}

static json_t *proof_json(struct ka_arena *arena, const struct ka_recommendation *recommendation)
{
	json_t *list = json_array();

	for (size_t i = 0; i < recommendation->proof_count; i++) {
		const struct ka_proof *proof = &recommendation->proof[i];

		ka_json_append(&list,
			       json_pack("{s:s, s:I, s:I, s:I}", "constraint",
					 constraint_name(arena, proof->constraint, proof->hop),
					 "left_ms", (json_int_t)proof->left_ms, "right_ms",
					 (json_int_t)proof->right_ms, "slack_ms",
					 (json_int_t)(proof->right_ms - proof->left_ms)));
	}
	return list;
}

static json_t *recommendation_json(struct ka_arena *arena, const struct ka_analysis *analysis)
{
	const struct ka_recommendation *recommendation = &analysis->recommendation;
	const int64_t *value = recommendation->settings.value;
	json_t *yielded;

	if (!analysis->has_recommendation)
		return json_null();
	yielded = json_array();
	for (int c = 0; c < KA_C_COUNT; c++)
		if (recommendation->yielded[c])
			ka_json_append(&yielded, json_string(ka_constraint_words[c]));
	return json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "change",
			 recommendation->change, "time_s", (json_int_t)value[KA_TIME], "intvl_s",
			 (json_int_t)value[KA_INTVL], "probes", (json_int_t)value[KA_PROBES],
			 "nominal_s", (json_int_t)recommendation->nominal_s, "bound_ms",
			 (json_int_t)recommendation->bound_ms, "yielded", yielded, "proof",
			 proof_json(arena, recommendation));
}

static json_t *conflicts_json(struct ka_arena *arena, const struct ka_analysis *analysis)
{
	json_t *list;

	if (!analysis->is_unsatisfiable)
		return json_null();
	list = json_array();
	for (size_t i = 0; i < analysis->conflict_count; i++) {
		const struct ka_conflict *conflict = &analysis->conflicts[i];

		ka_json_append(
			&list,
			json_pack("{s:s, s:{s:s, s:o}}", "constraint",
				  constraint_name(arena, conflict->constraint, conflict->hop),
				  "relax", "key", conflict->key, "value",
				  number_or_null(conflict->has_value, conflict->value)));
	}
	return list;
}

static json_t *report_json(struct ka_arena *arena, const struct ka_report *report)
{
	const struct ka_analysis *analysis = report->analysis;
	const struct ka_facts *facts = analysis->facts;

	return json_pack(
		"{s:s, s:s, s:{s:s, s:o}, s:o, s:o, s:{s:I, s:I}, s:o, s:o, s:o, s:o, s:o, s:s}",
		"schema", "kaadvise.report/1", "version", KA_VERSION, "subject", "kind",
		ka_subject_words[facts->kind], "name", ka_json_text(arena, facts->name), "hz",
		number_or_null(facts->hz != KA_HZ_UNKNOWN, facts->hz), "settings",
		ka_json_settings(&facts->settings), "detection", "nominal_s",
		(json_int_t)analysis->nominal_s, "bound_ms", (json_int_t)analysis->bound_ms, "path",
		path_json(arena, analysis), "findings", findings_json(arena, report->findings),
		"recommendation", recommendation_json(arena, analysis), "unsatisfiable",
		conflicts_json(arena, analysis), "boot", ka_json_boot(arena, facts->boot),
		"verdict", report->has_failed ? "fail" : "pass");
}

static int add_line(json_t *document, struct ka_text *text, struct ka_error *reterr)
{
	int result = ka_json_add(document, text, reterr);

	ka_text_add(text, "\n");
	return result == 0 && text->has_failed ? ka_fail_memory(reterr) : result;
}

int ka_json_report(const struct ka_report *report, struct ka_text *text, struct ka_error *reterr)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	json_t *document = report_json(&arena, report);

	if (arena.has_failed) {
		json_decref(document);
		document = NULL;
	}
	ka_arena_clear(&arena);
	return add_line(document, text, reterr);
}

int ka_json_row(const struct ka_json_member *members, size_t count, struct ka_text *text,
		struct ka_error *reterr)
{
	json_t *row = json_object();

	for (size_t i = 0; i < count; i++) {
		const struct ka_json_member *member = &members[i];
		int64_t number;
		json_t *value = json_null();

		if (!member->is_number && member->value)
			value = json_string(member->value);
		else if (member->value && ka_parse_integer(member->value, &number))
			value = json_integer(number);
		ka_json_set(&row, member->key, value);
	}
	return add_line(row, text, reterr);
}
