#include "core/analysis.h"

#include "core/unsatisfiable.h"

const char *const ka_constraint_words[] = {"hop",         "detect_within", "survive_outage",
					   "lost_probes", "min_time",      NULL};
const char *const ka_outcome_words[] = {"none", "survives", "ignored", "fails", NULL};

static int64_t stated_margin_ms(const struct ka_margin *stated, int64_t idle_s)
{
	int64_t share_ms = stated->has_percent ? idle_s * 10 * stated->percent : 0;

	return stated->has_ms && stated->ms > share_ms ? stated->ms : share_ms;
}

int64_t ka_judging_margin_ms(const struct ka_margin *stated, int64_t idle_s)
{
	if (stated->has_percent || stated->has_ms)
		return stated_margin_ms(stated, idle_s);
	return 1000;
}

int64_t ka_choosing_margin_ms(const struct ka_margin *stated, int64_t idle_s)
{
	int64_t tenth_ms = idle_s * 100;

	if (stated->has_percent || stated->has_ms)
		return stated_margin_ms(stated, idle_s);
	if (tenth_ms < 1000)
		return 1000;
	return tenth_ms < 30000 ? tenth_ms : 30000;
}

static int64_t divide_up(int64_t dividend, int64_t divisor)
{
	return (dividend + divisor - 1) / divisor;
}

int64_t ka_idle_enough_s(const struct ka_margin *stated, int64_t silence_ms)
{
	int64_t fixed_ms = stated->has_ms ? stated->ms : 0;
	int64_t by_time_s, by_share_s;

	if (!stated->has_ms && !stated->has_percent)
		fixed_ms = ka_judging_margin_ms(stated, 0);
	by_time_s = divide_up(silence_ms + fixed_ms, 1000);
	by_share_s = stated->has_percent ? divide_up(silence_ms, 10 * (100 - stated->percent)) : 0;
	return by_time_s > by_share_s ? by_time_s : by_share_s;
}

/* Whether the server, or a client that closes by itself, ends idle HTTP connections with a FIN
 * that passes this hop while it still knows the session. */
static bool closes_first(const struct ka_intent *intent, size_t at)
{
	const struct ka_http *http = &intent->http;
	const struct ka_hop *hop = &intent->path.hops[at];
	int64_t from_server_s = hop->has_backend_idle ? hop->backend_idle_s : hop->idle_s;
	int64_t from_client_s = hop->idle_s;

	if (http->has_server && ka_path_reaches(&intent->path, at, KA_SIDE_SERVER) &&
	    http->server_s * 1000 + ka_judging_margin_ms(&intent->goals.margin, from_server_s) <=
		    from_server_s * 1000)
		return true;
	return http->has_client && http->client_closes == KA_CLOSES_ACTIVE &&
	       ka_path_reaches(&intent->path, at, KA_SIDE_CLIENT) &&
	       http->client_s * 1000 + ka_judging_margin_ms(&intent->goals.margin, from_client_s) <=
		       from_client_s * 1000;
}

static struct ka_hop_verdict judge_hop(const struct ka_analysis *analysis, size_t at)
{
	const struct ka_facts *facts = analysis->facts;
	const struct ka_intent *intent = analysis->intent;
	const struct ka_hop *hop = &intent->path.hops[at];
	struct ka_hop_verdict verdict = {
		.is_reached = ka_path_reaches(&intent->path, at, intent->side),
		.closes_first = closes_first(intent, at),
		.idle_s = ka_path_idle_s(&intent->path, at, intent->side),
	};

	verdict.margin_ms = ka_judging_margin_ms(&intent->goals.margin, verdict.idle_s);
	verdict.is_judged = verdict.is_reached && hop->probes != KA_IGNORED;
	verdict.constrains = verdict.is_judged && hop->breaks_connection &&
			     !(intent->http.only && verdict.closes_first);
	if (!verdict.is_judged)
		return verdict;
	verdict.silence0_ms = ka_silence_ms(&facts->settings, 0, facts->hz);
	verdict.silence_ms = ka_silence_ms(&facts->settings, analysis->lost_probes, facts->hz);
	verdict.nominal_silence_s = ka_nominal_silence_s(&facts->settings, analysis->lost_probes);
	verdict.survives_loss_ms = ka_survives_loss_ms(&facts->settings, verdict.idle_s, facts->hz);
	verdict.ok = !hop->breaks_connection ||
		     (analysis->works &&
		      verdict.silence_ms + verdict.margin_ms <= verdict.idle_s * 1000);
	return verdict;
}

/* The least of W - margin over the hops that constrain. */
static int64_t silence_limit_ms(const struct ka_analysis *analysis,
				int64_t (*margin_ms)(const struct ka_margin *, int64_t))
{
	const struct ka_intent *intent = analysis->intent;
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < intent->path.count; i++) {
		int64_t idle_s = analysis->hops[i].idle_s;
		int64_t limit = idle_s * 1000 - margin_ms(&intent->goals.margin, idle_s);

		if (analysis->hops[i].constrains && limit < least)
			least = limit;
	}
	return least;
}

/* Stated goals only, this host's tick rate: what present values must meet to be kept. */
static struct ka_problem keeping_problem(const struct ka_analysis *analysis)
{
	const struct ka_goals *goals = &analysis->intent->goals;

	return (struct ka_problem){
		.hz = analysis->facts->hz,
		.silence_ms = silence_limit_ms(analysis, ka_judging_margin_ms),
		.lost = analysis->lost_probes,
		.has_detect = goals->has_detect_within,
		.detect_ms = goals->detect_within_s * 1000,
		.outage_s = goals->has_survive_outage ? goals->survive_outage_s : 0,
		.min_time_s = goals->has_min_time ? goals->min_time_s : 1,
	};
}

int64_t ka_default_outage_s(const struct ka_goals *goals)
{
	int64_t third = goals->detect_within_s / 3;

	return goals->has_detect_within && third < KA_DEFAULT_OUTAGE_S ? third
								       : KA_DEFAULT_OUTAGE_S;
}

static struct ka_problem choosing_problem(const struct ka_analysis *analysis)
{
	const struct ka_goals *goals = &analysis->intent->goals;
	struct ka_problem problem = keeping_problem(analysis);

	problem.hz = analysis->intent->choose_hz;
	problem.silence_ms = silence_limit_ms(analysis, ka_choosing_margin_ms);
	problem.has_detect = true;
	if (!goals->has_detect_within)
		problem.detect_ms = INT64_C(1000) * KA_DEFAULT_DETECT_S;
	if (!goals->has_survive_outage)
		problem.outage_s = ka_default_outage_s(goals);
	if (!goals->has_min_time)
		problem.min_time_s = KA_DEFAULT_MIN_TIME_S;
	return problem;
}

/* Takes the next default out of the problem, in the order in which they yield. */
static bool yield_next(const struct ka_goals *goals, struct ka_problem *problem,
		       bool yielded[KA_C_COUNT])
{
	if (!goals->has_detect_within && !yielded[KA_C_DETECT_WITHIN]) {
		problem->has_detect = false;
		return yielded[KA_C_DETECT_WITHIN] = true;
	}
	if (!goals->has_min_time && !yielded[KA_C_MIN_TIME]) {
		problem->min_time_s = 1;
		return yielded[KA_C_MIN_TIME] = true;
	}
	if (!goals->has_survive_outage && !yielded[KA_C_SURVIVE_OUTAGE]) {
		problem->outage_s = 0;
		return yielded[KA_C_SURVIVE_OUTAGE] = true;
	}
	return false;
}

static bool choose(const struct ka_goals *goals, struct ka_problem *problem,
		   bool yielded[KA_C_COUNT], struct ka_settings *ret_settings)
{
	while (!ka_solve(problem, ret_settings))
		if (!yield_next(goals, problem, yielded))
			return false;
	return true;
}

static void prove(struct ka_proof *proof, size_t *count, enum ka_constraint constraint, size_t hop,
		  int64_t left_ms, int64_t right_ms)
{
	proof[(*count)++] = (struct ka_proof){constraint, hop, left_ms, right_ms};
}

/* Each constraint that the values were held to, with both sides. */
static int write_proof(struct ka_arena *arena, const struct ka_analysis *analysis,
		       const struct ka_problem *problem, struct ka_recommendation *recommendation)
{
	const struct ka_settings *s = &recommendation->settings;
	const struct ka_margin *margin = &analysis->intent->goals.margin;
	int64_t intvl_ms = s->value[KA_INTVL] * 1000, probes = s->value[KA_PROBES];
	int64_t silence_ms = ka_silence_ms(s, problem->lost, problem->hz);
	size_t count = 0, hops = analysis->intent->path.count;
	struct ka_proof *proof = ka_arena_array(arena, hops + KA_C_COUNT, sizeof(*proof));

	if (!proof)
		return -1;
	for (size_t i = 0; i < hops; i++) {
		int64_t idle_s = analysis->hops[i].idle_s;
		int64_t margin_ms = recommendation->change ? ka_choosing_margin_ms(margin, idle_s)
							   : ka_judging_margin_ms(margin, idle_s);

		if (analysis->hops[i].constrains)
			prove(proof, &count, KA_C_HOP, i, silence_ms + margin_ms, idle_s * 1000);
	}
	if (problem->has_detect)
		prove(proof, &count, KA_C_DETECT_WITHIN, 0, recommendation->bound_ms,
		      problem->detect_ms);
	if (problem->outage_s > 0)
		prove(proof, &count, KA_C_SURVIVE_OUTAGE, 0, problem->outage_s * 1000,
		      (probes - 1) * intvl_ms);
	prove(proof, &count, KA_C_LOST_PROBES, 0, (problem->lost + 1) * intvl_ms,
	      probes * intvl_ms);
	if (problem->min_time_s > 1)
		prove(proof, &count, KA_C_MIN_TIME, 0, problem->min_time_s * 1000,
		      s->value[KA_TIME] * 1000);
	recommendation->proof = proof;
	recommendation->proof_count = count;
	return 0;
}

static int finish_recommendation(struct ka_arena *arena, struct ka_analysis *analysis,
				 const struct ka_problem *problem,
				 const struct ka_settings *settings, bool change)
{
	struct ka_recommendation *recommendation = &analysis->recommendation;

	recommendation->change = change;
	recommendation->settings = *settings;
	recommendation->hz = problem->hz;
	recommendation->nominal_s = ka_nominal_s(settings);
	recommendation->bound_ms = ka_bound_ms(settings, problem->hz);
	analysis->has_recommendation = true;
	return write_proof(arena, analysis, problem, recommendation);
}

static int recommend(struct ka_arena *arena, struct ka_analysis *analysis)
{
	const struct ka_settings *present = &analysis->facts->settings;
	struct ka_problem problem = keeping_problem(analysis);
	struct ka_settings chosen;

	if (ka_problem_holds(&problem, present))
		return finish_recommendation(arena, analysis, &problem, present, false);
	problem = choosing_problem(analysis);
	if (choose(&analysis->intent->goals, &problem, analysis->recommendation.yielded, &chosen))
		return finish_recommendation(arena, analysis, &problem, &chosen,
					     !ka_settings_equal(&chosen, present));
	analysis->is_unsatisfiable = true;
	return ka_explain_conflict(arena, analysis, &problem);
}

/* A default that had to give way to the path when values were chosen is no measure for them. */
static void settle_judged_goals(struct ka_analysis *analysis)
{
	const struct ka_goals *goals = &analysis->intent->goals;
	const int64_t *value = analysis->facts->settings.value;
	bool yielded[KA_C_COUNT] = {false};
	struct ka_problem problem;
	struct ka_settings chosen;

	if (!analysis->intent->has_path ||
	    ((goals->has_min_time || value[KA_TIME] >= analysis->min_time_s) &&
	     (goals->has_survive_outage ||
	      (value[KA_PROBES] - 1) * value[KA_INTVL] >= analysis->outage_s)))
		return;
	problem = choosing_problem(analysis);
	choose(goals, &problem, yielded, &chosen);
	if (yielded[KA_C_MIN_TIME])
		analysis->min_time_s = 1;
	if (yielded[KA_C_SURVIVE_OUTAGE])
		analysis->outage_s = 0;
}

int ka_judge(struct ka_arena *arena, const struct ka_facts *facts, const struct ka_intent *intent,
	     struct ka_analysis *ret_analysis, struct ka_error *reterr)
{
	const struct ka_goals *goals = &intent->goals;
	struct ka_analysis analysis = {
		.facts = facts,
		.intent = intent,
		.works = ka_settings_work(&facts->settings),
		.nominal_s = ka_nominal_s(&facts->settings),
		.bound_ms = ka_bound_ms(&facts->settings, facts->hz),
		.lost_probes = goals->has_lost_probes ? goals->lost_probes : KA_DEFAULT_LOST_PROBES,
		.min_time_s = goals->has_min_time ? goals->min_time_s : KA_DEFAULT_MIN_TIME_S,
		.outage_s = goals->has_survive_outage ? goals->survive_outage_s
						      : ka_default_outage_s(goals),
	};
	struct ka_hop_verdict *hops = ka_arena_array(arena, intent->path.count + 1, sizeof(*hops));

	if (!hops)
		return ka_fail_memory(reterr);
	analysis.hops = hops;
	for (size_t i = 0; i < intent->path.count; i++)
		hops[i] = judge_hop(&analysis, i);
	*ret_analysis = analysis;
	return 0;
}

int ka_analyse(struct ka_arena *arena, const struct ka_facts *facts, const struct ka_intent *intent,
	       struct ka_analysis *ret_analysis, struct ka_error *reterr)
{
	struct ka_analysis analysis;

	if (ka_judge(arena, facts, intent, &analysis, reterr) < 0)
		return -1;
	settle_judged_goals(&analysis);
	if (intent->has_path && recommend(arena, &analysis) < 0)
		return ka_fail_memory(reterr);
	*ret_analysis = analysis;
	return 0;
}

enum ka_outcome ka_hop_outcome(const struct ka_analysis *analysis, size_t at)
{
	const struct ka_hop *hop = &analysis->intent->path.hops[at];
	const struct ka_hop_verdict *verdict = &analysis->hops[at];

	if (!hop->breaks_connection || verdict->closes_first)
		return KA_OUTCOME_SURVIVES;
	if (hop->probes == KA_IGNORED)
		return KA_OUTCOME_IGNORED;
	if (!verdict->is_reached)
		return KA_OUTCOME_NONE;
	return verdict->ok ? KA_OUTCOME_SURVIVES : KA_OUTCOME_FAILS;
}

bool ka_has_work(const struct ka_analysis *analysis)
{
	const struct ka_goals *goals = &analysis->intent->goals;

	if (goals->has_detect_within || goals->has_survive_outage || goals->has_lost_probes ||
	    goals->has_min_time)
		return true;
	for (size_t i = 0; i < analysis->intent->path.count; i++)
		if (analysis->hops[i].constrains)
			return true;
	return false;
}
