#include "core/unsatisfiable.h"

#include "base/duration.h"

/* What a hop with this idle timeout allows: W - margin. */
static int64_t limit_ms(const struct ka_analysis *analysis, int64_t idle_s)
{
	return idle_s * 1000 - ka_choosing_margin_ms(&analysis->intent->goals.margin, idle_s);
}

/* Of several hops only the tightest matters: what satisfies it satisfies all, because the silence
 * is the same for every hop. */
static size_t tightest_hop(const struct ka_analysis *analysis)
{
	size_t tightest = analysis->intent->path.count;
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < analysis->intent->path.count; i++) {
		int64_t limit = limit_ms(analysis, analysis->hops[i].idle_s);

		if (analysis->hops[i].constrains && limit < least) {
			least = limit;
			tightest = i;
		}
	}
	return tightest;
}

/* The problem with only the constraints of the set (bits by enum ka_constraint). */
static struct ka_problem restrict_to(const struct ka_problem *problem, unsigned set,
				     bool lost_stated)
{
	struct ka_problem only = *problem;

	if (!(set & 1u << KA_C_HOP))
		only.silence_ms = INT64_MAX;
	if (!(set & 1u << KA_C_DETECT_WITHIN))
		only.has_detect = false;
	if (!(set & 1u << KA_C_SURVIVE_OUTAGE))
		only.outage_s = 0;
	if (lost_stated && !(set & 1u << KA_C_LOST_PROBES))
		only.lost = 0;
	if (!(set & 1u << KA_C_MIN_TIME))
		only.min_time_s = 1;
	return only;
}

static unsigned stated_set(const struct ka_analysis *analysis, size_t hop)
{
	const struct ka_goals *goals = &analysis->intent->goals;

	return (unsigned)(hop < analysis->intent->path.count) << KA_C_HOP |
	       (unsigned)goals->has_detect_within << KA_C_DETECT_WITHIN |
	       (unsigned)goals->has_survive_outage << KA_C_SURVIVE_OUTAGE |
	       (unsigned)goals->has_lost_probes << KA_C_LOST_PROBES |
	       (unsigned)goals->has_min_time << KA_C_MIN_TIME;
}

/* The smallest subset of stated that no values satisfy. */
static unsigned smallest_conflict(const struct ka_problem *problem, unsigned stated,
				  bool lost_stated)
{
	unsigned best = stated;

	for (unsigned set = 1; set < 1u << KA_C_COUNT; set++) {
		struct ka_problem only;

		if ((set & ~stated) != 0 || __builtin_popcount(set) >= __builtin_popcount(best))
			continue;
		only = restrict_to(problem, set, lost_stated);
		if (!ka_is_solvable(&only))
			best = set;
	}
	return best;
}

/* What a constraint's value does to the problem, and where to look for one that helps: the search
 * goes from bad (the present value) towards good. */
struct relaxation {
	const char *key;
	int64_t bad, good;
};

static struct relaxation relaxation_of(const struct ka_analysis *analysis,
				       enum ka_constraint constraint, size_t hop)
{
	const struct ka_goals *goals = &analysis->intent->goals;

	switch (constraint) {
	case KA_C_HOP:
		return (struct relaxation){"idle_timeout_s", analysis->hops[hop].idle_s,
					   KA_DURATION_MAX_S};
	case KA_C_DETECT_WITHIN:
		return (struct relaxation){"detect_within_s", goals->detect_within_s,
					   KA_DURATION_MAX_S};
	case KA_C_SURVIVE_OUTAGE:
		return (struct relaxation){"survive_outage_s", goals->survive_outage_s, 0};
	case KA_C_LOST_PROBES:
		return (struct relaxation){"lost_probes", goals->lost_probes, 0};
	default:
		return (struct relaxation){"min_time_s", goals->min_time_s, 1};
	}
}

static bool is_solvable_with(const struct ka_analysis *analysis, const struct ka_problem *problem,
			     enum ka_constraint constraint, size_t hop, int64_t value)
{
	struct ka_problem changed = *problem;

	switch (constraint) {
	case KA_C_HOP:
		changed.silence_ms = limit_ms(analysis, value);
		for (size_t i = 0; i < analysis->intent->path.count; i++) {
			int64_t limit = limit_ms(analysis, analysis->hops[i].idle_s);

			if (i != hop && analysis->hops[i].constrains && limit < changed.silence_ms)
				changed.silence_ms = limit;
		}
		break;
	case KA_C_DETECT_WITHIN:
		changed.detect_ms = value * 1000;
		break;
	case KA_C_SURVIVE_OUTAGE:
		changed.outage_s = value;
		break;
	case KA_C_LOST_PROBES:
		changed.lost = value;
		break;
	default:
		changed.min_time_s = value;
	}
	return ka_is_solvable(&changed);
}

static struct ka_conflict relax(const struct ka_analysis *analysis,
				const struct ka_problem *problem, enum ka_constraint constraint,
				size_t hop)
{
	struct relaxation range = relaxation_of(analysis, constraint, hop);
	struct ka_conflict conflict = {.constraint = constraint, .hop = hop, .key = range.key};
	int64_t bad = range.bad, good = range.good;

	if (!is_solvable_with(analysis, problem, constraint, hop, good))
		return conflict;
	while (good - bad > 1 || bad - good > 1) {
		int64_t middle = bad + (good - bad) / 2;

		if (is_solvable_with(analysis, problem, constraint, hop, middle))
			good = middle;
		else
			bad = middle;
	}
	conflict.has_value = true;
	conflict.value = good;
	return conflict;
}

int ka_explain_conflict(struct ka_arena *arena, struct ka_analysis *analysis,
			const struct ka_problem *problem)
{
	size_t hop = tightest_hop(analysis);
	unsigned set = smallest_conflict(problem, stated_set(analysis, hop),
					 analysis->intent->goals.has_lost_probes);
	struct ka_conflict *conflicts = ka_arena_array(arena, KA_C_COUNT, sizeof(*conflicts));

	if (!conflicts)
		return -1;
	for (unsigned c = 0; c < KA_C_COUNT; c++)
		if (set & 1u << c)
			conflicts[analysis->conflict_count++] =
				relax(analysis, problem, (enum ka_constraint)c, hop);
	analysis->conflicts = conflicts;
	return 0;
}
