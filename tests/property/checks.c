/* What must be true of the program's answers. */
#include "brute_force.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 2, 3))) static unsigned report(const struct input *input,
							     const char *format, ...)
{
	va_list args;

	printf("violated: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	print_input(input);
	return 1;
}

static bool is_same(const struct triple *a, const struct triple *b)
{
	return a->time == b->time && a->intvl == b->intvl && a->probes == b->probes;
}

#define TRIPLE "%" PRId64 "/%" PRId64 "/%" PRId64
#define VALUES(triple) (triple).time, (triple).intvl, (triple).probes

/* The solver alone, on the limits that the input comes down to. */
static unsigned check_limits(const struct input *input, const struct limits *limits,
			     bool is_thorough)
{
	struct triple mine, theirs;
	bool they_have = advisor_chooses(limits, &theirs);
	bool i_have = model_is_satisfiable(limits);

	if (they_have != i_have || advisor_is_satisfiable(limits) != i_have)
		return report(input, "solver: satisfiable is %d", i_have);
	if (model_choose(limits, is_thorough, &mine) == 0)
		return i_have ? report(input, "search finds nothing") : 0;
	if (!model_holds(limits, &theirs) || !advisor_holds(limits, &mine))
		return report(input, "solver: " TRIPLE " breaks a limit", VALUES(theirs));
	if (!is_same(&mine, &theirs))
		return report(input, "solver: " TRIPLE ", but " TRIPLE " is better", VALUES(theirs),
			      VALUES(mine));
	return 0;
}

/* Values around the answer hold for both sides or for none. */
static unsigned check_neighbours(const struct input *input, const struct limits *limits,
				 const struct triple *values)
{
	for (int i = 0; i < 27; i++) {
		struct triple near = {values->time + i % 3 - 1, values->intvl + i / 3 % 3 - 1,
				      values->probes + i / 9 - 1};

		if (advisor_holds(limits, &near) != model_holds(limits, &near))
			return report(input, "whether " TRIPLE " holds", VALUES(near));
	}
	return 0;
}

/* Both sides of one proof line, where the words say what they are. */
static bool is_right(const struct input *input, const struct limits *limits,
		     const struct triple *values, bool is_kept, const struct proof *proof)
{
	int64_t idle_s;

	switch (proof->constraint) {
	case HOP:
		if (proof->hop >= input->hop_count || !hop_constrains(input, proof->hop))
			return false;
		idle_s = hop_idle_s(input, proof->hop);
		return proof->right_ms == idle_s * 1000 &&
		       proof->left_ms == model_silence_ms(values, limits->lost, limits->hz) +
						 (is_kept ? keeping_margin_ms(input, idle_s)
							  : choosing_margin_ms(input, idle_s));
	case DETECT:
		return limits->has_detect && proof->right_ms == limits->detect_ms &&
		       proof->left_ms == model_bound_ms(values, limits->hz);
	case OUTAGE:
		return proof->left_ms == limits->outage_s * 1000 &&
		       proof->right_ms == (values->probes - 1) * values->intvl * 1000;
	case LOST:
		return true; /* in units of its own */
	default:
		return proof->left_ms == limits->min_time_s * 1000 &&
		       proof->right_ms == values->time * 1000;
	}
}

static size_t count_proofs(const struct answer *answer, enum constraint constraint)
{
	size_t count = 0;

	for (size_t i = 0; i < answer->proof_count; i++)
		count += answer->proofs[i].constraint == constraint;
	return count;
}

/* Every constraint in force is proved once, and each proof is right. */
static unsigned check_proof(const struct input *input, const struct limits *limits,
			    const struct answer *theirs, bool is_kept)
{
	size_t hops = 0;

	for (size_t i = 0; i < input->hop_count; i++)
		hops += hop_constrains(input, i);
	if (count_proofs(theirs, HOP) != hops ||
	    count_proofs(theirs, DETECT) != (size_t)limits->has_detect ||
	    count_proofs(theirs, OUTAGE) != (size_t)(limits->outage_s > 0) ||
	    count_proofs(theirs, LOST) != 1 ||
	    count_proofs(theirs, MIN_TIME) != (size_t)(limits->min_time_s > 1))
		return report(input, "a constraint without a proof, or one too many");
	for (size_t i = 0; i < theirs->proof_count; i++) {
		const struct proof *proof = &theirs->proofs[i];

		if (proof->left_ms > proof->right_ms ||
		    !is_right(input, limits, &theirs->chosen, is_kept, proof))
			return report(input, "proof %zu: %" PRId64 " <= %" PRId64 " ms", i,
				      proof->left_ms, proof->right_ms);
	}
	return 0;
}

static unsigned check_recommendation(const struct input *input, const struct answer *mine,
				     const struct answer *theirs)
{
	bool is_kept = mine->stage == 0;
	struct limits limits =
		is_kept ? limits_to_keep(input) : limits_to_choose(input, mine->yielded);

	if (!is_same(&mine->chosen, &theirs->chosen))
		return report(input, "recommends " TRIPLE " instead of " TRIPLE,
			      VALUES(theirs->chosen), VALUES(mine->chosen));
	if (theirs->change != mine->change)
		return report(input, "change is %d for " TRIPLE, theirs->change,
			      VALUES(theirs->chosen));
	for (int i = 0; i < CONSTRAINT_COUNT; i++)
		if (theirs->yielded[i] != mine->yielded[i])
			return report(input, "whether constraint %d yielded", i);
	if (theirs->bound_ms != model_bound_ms(&theirs->chosen, limits.hz) ||
	    theirs->nominal_s != theirs->chosen.time + theirs->chosen.intvl * theirs->chosen.probes)
		return report(input, "nominal or bound of " TRIPLE, VALUES(theirs->chosen));
	return check_proof(input, &limits, theirs, is_kept);
}

/* Whether a finding of this number may be left once the recommendation is in force. */
static bool may_stay(int id, bool is_kept)
{
	if (id == 201 || id == 202 || id == 203 || id == 206 || id == 210)
		return false;
	/* Notes on values that were kept because no constraint forbids them. */
	return is_kept || (id > 199 && id != 207);
}

/* Whether values that were chosen for any rate must hold at this one. */
static bool is_common_rate(unsigned hz)
{
	return hz == UNKNOWN_HZ || hz == 100 || hz == 200 || hz == 250 || hz == 300 || hz == 500 ||
	       hz == 1000;
}

/* A host that follows the advice is told to keep it, and is not complained about. */
static unsigned check_afterwards(const struct input *input, const struct answer *theirs,
				 bool is_kept)
{
	struct input after = *input;
	struct answer again;
	int ids[FINDINGS_MAX];
	size_t count;

	after.present = theirs->chosen;
	if (!is_kept && input->choose_hz != UNKNOWN_HZ)
		after.hz = input->choose_hz;
	else if (!is_kept && !is_common_rate(input->hz))
		return 0;
	advisor_answer(&after, &again);
	if (again.change || !is_same(&again.chosen, &theirs->chosen))
		return report(&after, "the advice is not kept");
	count = advisor_findings(&after, ids);
	for (size_t i = 0; i < count; i++)
		if (!may_stay(ids[i], is_kept))
			return report(&after, "KA%d after following the advice", ids[i]);
	return 0;
}

/* A set of stated goals and hops, as a problem of its own. */
struct stated_set {
	bool hops[HOPS_MAX], goals[CONSTRAINT_COUNT];
};

static struct limits limits_of_set(const struct input *input, const struct stated_set *set)
{
	struct input only = *input;
	const bool yielded[CONSTRAINT_COUNT] = {true, true, true, true, true};
	struct limits limits;

	for (size_t i = 0; i < input->hop_count; i++)
		only.hops[i].breaks = input->hops[i].breaks && set->hops[i];
	only.outage_s = set->goals[OUTAGE] ? input->outage_s : NOT_STATED;
	only.min_time_s = set->goals[MIN_TIME] ? input->min_time_s : NOT_STATED;
	limits = limits_to_choose(&only, yielded);
	limits.has_detect = set->goals[DETECT];
	if (input->lost != NOT_STATED && !set->goals[LOST])
		limits.lost = 0;
	return limits;
}

static struct stated_set everything_stated(const struct input *input)
{
	struct stated_set all = {.goals = {[DETECT] = input->detect_s != NOT_STATED,
					   [OUTAGE] = input->outage_s != NOT_STATED,
					   [LOST] = input->lost != NOT_STATED,
					   [MIN_TIME] = input->min_time_s != NOT_STATED}};

	for (size_t i = 0; i < input->hop_count; i++)
		all.hops[i] = hop_constrains(input, i);
	return all;
}

static bool *member(struct stated_set *set, size_t at)
{
	return at < HOPS_MAX ? &set->hops[at] : &set->goals[at - HOPS_MAX];
}

/* Whether some set of fewer than size stated members cannot be satisfied. */
static bool has_smaller_conflict(const struct input *input, size_t size)
{
	struct stated_set all = everything_stated(input);

	for (unsigned bits = 0; bits < 1u << (HOPS_MAX + CONSTRAINT_COUNT); bits++) {
		struct stated_set set = {.hops = {false}};
		struct limits limits;
		size_t count = 0, stated = 0;

		for (size_t at = 0; at < HOPS_MAX + CONSTRAINT_COUNT; at++)
			if (bits & 1u << at) {
				count++;
				stated += *member(&all, at);
				*member(&set, at) = true;
			}
		if (stated != count || count >= size)
			continue;
		limits = limits_of_set(input, &set);
		if (!model_is_satisfiable(&limits))
			return true;
	}
	return false;
}

/* The whole problem with one member set to another value. */
static bool is_satisfiable_with(const struct input *input, const struct conflict *conflict,
				int64_t value)
{
	struct input changed = *input;
	struct stated_set all = everything_stated(input);
	struct limits limits;

	switch (conflict->constraint) {
	case HOP:
		changed.hops[conflict->hop].idle_s = value;
		changed.hops[conflict->hop].backend_s = NOT_STATED;
		changed.http_only = false;
		break;
	case DETECT:
		changed.detect_s = value;
		break;
	case OUTAGE:
		changed.outage_s = value;
		break;
	case LOST:
		changed.lost = value;
		break;
	default:
		changed.min_time_s = value;
	}
	/* Excused hops stay excused. */
	for (size_t i = 0; i < input->hop_count; i++)
		changed.hops[i].breaks = all.hops[i];
	limits = limits_of_set(&changed, &all);
	return model_is_satisfiable(&limits);
}

/* The value helps and the next stricter one does not; where there is none, not even the loosest
 * helps. */
static unsigned check_relaxation(const struct input *input, const struct conflict *conflict)
{
	const int64_t year_s = (int64_t)366 * 86400;
	bool grows = conflict->constraint == HOP || conflict->constraint == DETECT;
	int64_t loosest = grows ? year_s : conflict->constraint == MIN_TIME ? 1 : 0;

	if (!conflict->has_value)
		return is_satisfiable_with(input, conflict, loosest)
			       ? report(input, "constraint %d could be relaxed",
					(int)conflict->constraint)
			       : 0;
	if (!is_satisfiable_with(input, conflict, conflict->value))
		return report(input, "constraint %d: %" PRId64 " does not help",
			      (int)conflict->constraint, conflict->value);
	if (is_satisfiable_with(input, conflict, conflict->value + (grows ? -1 : 1)))
		return report(input, "constraint %d: %" PRId64 " is more than needed",
			      (int)conflict->constraint, conflict->value);
	return 0;
}

static unsigned check_conflict(const struct input *input, const struct answer *theirs)
{
	struct stated_set all = everything_stated(input), set = {.hops = {false}};
	struct limits limits;

	for (size_t i = 0; i < theirs->conflict_count; i++) {
		const struct conflict *conflict = &theirs->conflicts[i];
		size_t at = conflict->constraint == HOP ? conflict->hop
							: HOPS_MAX + (size_t)conflict->constraint;

		if (!*member(&all, at) || *member(&set, at))
			return report(input, "a conflict that nobody stated");
		*member(&set, at) = true;
	}
	limits = limits_of_set(input, &set);
	if (theirs->conflict_count == 0 || model_is_satisfiable(&limits))
		return report(input, "the conflict is none");
	if (has_smaller_conflict(input, theirs->conflict_count))
		return report(input, "there is a smaller conflict");
	for (size_t i = 0; i < theirs->conflict_count; i++)
		if (check_relaxation(input, &theirs->conflicts[i]) > 0)
			return 1;
	return 0;
}

unsigned check_input(const struct input *input, bool is_thorough, struct answer *ret_answer)
{
	const bool none[CONSTRAINT_COUNT] = {false};
	struct limits to_keep = limits_to_keep(input), to_choose = limits_to_choose(input, none);
	struct answer *mine = ret_answer, theirs;
	unsigned violated;

	model_answer(input, is_thorough, mine);
	advisor_answer(input, &theirs);
	violated = check_limits(input, &to_choose, is_thorough) +
		   check_neighbours(input, &to_keep, &input->present) +
		   check_neighbours(input, &to_choose, &mine->chosen);
	if (mine->is_satisfiable != theirs.is_satisfiable)
		return violated + report(input, "satisfiable is %d", mine->is_satisfiable);
	if (!mine->is_satisfiable)
		return violated + check_conflict(input, &theirs);
	return violated + check_recommendation(input, mine, &theirs) +
	       check_afterwards(input, &theirs, mine->stage == 0);
}
