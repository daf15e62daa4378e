/* Asks the program. The only file here that knows its headers. */
#include "brute_force.h"

#include "core/analysis.h"
#include "core/rule.h"

#include <stdio.h>
#include <stdlib.h>

static struct ka_problem problem_of(const struct limits *limits)
{
	return (struct ka_problem){
		.hz = limits->hz,
		.silence_ms = limits->has_silence ? limits->silence_ms : INT64_MAX,
		.lost = limits->lost,
		.has_detect = limits->has_detect,
		.detect_ms = limits->detect_ms,
		.outage_s = limits->outage_s,
		.min_time_s = limits->min_time_s,
	};
}

static struct ka_settings settings_of(const struct triple *values)
{
	return (struct ka_settings){{values->time, values->intvl, values->probes}};
}

static struct triple triple_of(const struct ka_settings *settings)
{
	return (struct triple){settings->value[KA_TIME], settings->value[KA_INTVL],
			       settings->value[KA_PROBES]};
}

bool advisor_holds(const struct limits *limits, const struct triple *values)
{
	struct ka_problem problem = problem_of(limits);
	struct ka_settings settings = settings_of(values);

	return ka_problem_holds(&problem, &settings);
}

bool advisor_is_satisfiable(const struct limits *limits)
{
	struct ka_problem problem = problem_of(limits);

	return ka_is_solvable(&problem);
}

bool advisor_chooses(const struct limits *limits, struct triple *ret_values)
{
	struct ka_problem problem = problem_of(limits);
	struct ka_settings settings;

	if (!ka_solve(&problem, &settings))
		return false;
	*ret_values = triple_of(&settings);
	return true;
}

struct question {
	struct ka_arena arena;
	struct ka_hop hops[HOPS_MAX];
	struct ka_facts facts;
	struct ka_intent intent;
	struct ka_analysis analysis;
};

static struct ka_hop hop_of(const struct hop *hop)
{
	static const enum ka_probe_effect effects[] = {
		[PASSES] = KA_REFRESHES,
		[PASSES_PERHAPS] = KA_UNKNOWN,
		[ANSWERS_AND_SENDS] = KA_REGENERATED,
		[SWALLOWS] = KA_IGNORED,
	};

	return (struct ka_hop){
		.name = "hop",
		.layer = hop->effect == SWALLOWS ? 7 : 4,
		.idle_s = hop->idle_s,
		.probes = effects[hop->effect],
		.breaks_connection = hop->breaks,
		.has_backend_idle = hop->backend_s != NOT_STATED,
		.backend_idle_s = hop->backend_s,
	};
}

static struct ka_goals goals_of(const struct input *input)
{
	return (struct ka_goals){
		.has_detect_within = input->detect_s != NOT_STATED,
		.has_survive_outage = input->outage_s != NOT_STATED,
		.has_lost_probes = input->lost != NOT_STATED,
		.has_min_time = input->min_time_s != NOT_STATED,
		.detect_within_s = input->detect_s,
		.survive_outage_s = input->outage_s,
		.lost_probes = input->lost,
		.min_time_s = input->min_time_s,
		.margin = {.has_percent = input->margin_percent != NOT_STATED,
			   .has_ms = input->margin_ms != NOT_STATED,
			   .percent = input->margin_percent,
			   .ms = input->margin_ms},
	};
}

static struct ka_http http_of(const struct input *input)
{
	return (struct ka_http){
		.has_server = input->http_server_s != NOT_STATED,
		.has_client = input->http_client_s != NOT_STATED,
		.server_s = input->http_server_s,
		.client_s = input->http_client_s,
		.client_closes = input->client_closes ? KA_CLOSES_ACTIVE : KA_CLOSES_UNSTATED,
		.only = input->http_only,
	};
}

static void ask(struct question *question, const struct input *input)
{
	static const enum ka_side sides[] = {
		[SIDE_BOTH] = KA_SIDE_BOTH,
		[SIDE_CLIENT] = KA_SIDE_CLIENT,
		[SIDE_SERVER] = KA_SIDE_SERVER,
	};

	*question = (struct question){
		.arena = ka_arena_make(KA_ARENA_CAP),
		.facts = {.kind = KA_SUBJECT_SETTINGS,
			  .name = "settings",
			  .settings = settings_of(&input->present),
			  .hz = input->hz},
		.intent = {.has_path = true,
			   .path = {question->hops, input->hop_count},
			   .side = sides[input->side],
			   .http = http_of(input),
			   .goals = goals_of(input),
			   .choose_hz = input->choose_hz},
	};
	for (size_t i = 0; i < input->hop_count; i++)
		question->hops[i] = hop_of(&input->hops[i]);
	if (ka_analyse(&question->arena, &question->facts, &question->intent, &question->analysis,
		       NULL) < 0) {
		fprintf(stderr, "no memory\n");
		exit(1);
	}
}

/* Both enumerations name the same five constraints. */
static enum constraint constraint_of(enum ka_constraint constraint)
{
	static const enum constraint names[] = {
		[KA_C_HOP] = HOP,
		[KA_C_DETECT_WITHIN] = DETECT,
		[KA_C_SURVIVE_OUTAGE] = OUTAGE,
		[KA_C_LOST_PROBES] = LOST,
		[KA_C_MIN_TIME] = MIN_TIME,
	};

	return names[constraint];
}

static void copy_recommendation(const struct ka_recommendation *from, struct answer *answer)
{
	answer->is_satisfiable = true;
	answer->change = from->change;
	answer->chosen = triple_of(&from->settings);
	answer->nominal_s = from->nominal_s;
	answer->bound_ms = from->bound_ms;
	for (int i = 0; i < KA_C_COUNT; i++)
		answer->yielded[constraint_of((enum ka_constraint)i)] = from->yielded[i];
	for (size_t i = 0; i < from->proof_count && i < PROOFS_MAX; i++)
		answer->proofs[answer->proof_count++] =
			(struct proof){constraint_of(from->proof[i].constraint), from->proof[i].hop,
				       from->proof[i].left_ms, from->proof[i].right_ms};
}

void advisor_answer(const struct input *input, struct answer *ret_answer)
{
	struct question question;
	const struct ka_analysis *analysis = &question.analysis;

	ask(&question, input);
	*ret_answer = (struct answer){.is_satisfiable = false};
	if (analysis->has_recommendation)
		copy_recommendation(&analysis->recommendation, ret_answer);
	for (size_t i = 0; analysis->is_unsatisfiable && i < analysis->conflict_count; i++)
		ret_answer->conflicts[ret_answer->conflict_count++] = (struct conflict){
			constraint_of(analysis->conflicts[i].constraint),
			analysis->conflicts[i].hop, analysis->conflicts[i].has_value,
			analysis->conflicts[i].value};
	ka_arena_clear(&question.arena);
}

size_t advisor_findings(const struct input *input, int ret_ids[FINDINGS_MAX])
{
	struct question question;
	struct ka_findings findings = {.arena = &question.arena};
	size_t count = 0;

	ask(&question, input);
	ka_rules_check(&question.analysis, &findings);
	for (; count < findings.count && count < FINDINGS_MAX; count++)
		ret_ids[count] = atoi(findings.items[count].rule->id + 2);
	ka_arena_clear(&question.arena);
	return count;
}
