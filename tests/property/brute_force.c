/* brute_force [--count N] [--last-stage N] [--thorough N] [--seed S]
 *
 * Compares the program's recommendations with an exhaustive search of its own on N random inputs,
 * and on more until N of them needed the last stage of the search. Exit code 1 when a property is
 * violated. */
#include "brute_force.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct plan {
	uint64_t count, last_stage, thorough, seed;
};

struct tally {
	uint64_t kept, stage[5], unsatisfiable, hz_known, last_stage_hz_known;
	unsigned violated;
};

enum { SHOWN_MAX = 5 };

static void count_answer(struct tally *tally, const struct input *input,
			 const struct answer *answer)
{
	bool is_known = input->choose_hz != UNKNOWN_HZ;

	if (!answer->is_satisfiable)
		tally->unsatisfiable++;
	else if (answer->stage == 0)
		tally->kept++;
	tally->stage[answer->stage]++;
	tally->hz_known += is_known;
	tally->last_stage_hz_known += is_known && answer->stage == 4;
}

static void run_random(const struct plan *plan, struct tally *tally)
{
	uint64_t state = plan->seed;

	for (uint64_t i = 0; i < plan->count && tally->violated < SHOWN_MAX; i++) {
		struct answer answer;
		struct input input;

		random_input(&state, &input);
		tally->violated += check_input(&input, false, &answer);
		count_answer(tally, &input, &answer);
	}
}

static void run_last_stage(const struct plan *plan, struct tally *tally)
{
	uint64_t state = ~plan->seed, tries = 0;

	while (tally->stage[4] < plan->last_stage && tally->violated < SHOWN_MAX) {
		bool is_thorough = tally->stage[4] < plan->thorough;
		struct answer answer;
		struct input input;

		random_hard_input(&state, &input);
		model_answer(&input, false, &answer);
		if (++tries > 100 * plan->last_stage) {
			printf("violated: too few inputs reach the last stage\n");
			tally->violated++;
		}
		if (answer.stage != 4)
			continue;
		tally->violated += check_input(&input, is_thorough, &answer);
		count_answer(tally, &input, &answer);
	}
}

static uint64_t number(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 10);

	if (*text < '0' || *text > '9' || *end) {
		fprintf(stderr, "brute_force: '%s' is not a number\n", text);
		exit(2);
	}
	return value;
}

static struct plan parse(int argc, char **argv)
{
	struct plan plan = {.count = 10000, .last_stage = 60, .thorough = 1, .seed = 1};
	const struct {
		const char *name;
		uint64_t *value;
	} options[] = {{"--count", &plan.count},
		       {"--last-stage", &plan.last_stage},
		       {"--thorough", &plan.thorough},
		       {"--seed", &plan.seed}};

	for (int i = 1; i < argc; i += 2) {
		size_t at = 0;

		while (at < 4 && strcmp(argv[i], options[at].name) != 0)
			at++;
		if (at == 4 || i + 1 == argc) {
			fprintf(stderr, "usage: brute_force [--count N] [--last-stage N] "
					"[--thorough N] [--seed S]\n");
			exit(2);
		}
		*options[at].value = number(argv[i + 1]);
	}
	return plan;
}

int main(int argc, char **argv)
{
	struct plan plan = parse(argc, argv);
	struct tally random = {.violated = 0}, last = {.violated = 0};

	run_random(&plan, &random);
	printf("%" PRIu64 " random inputs (seed %" PRIu64 "): %" PRIu64
	       " kept, stages 1 to 4: %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 ", %" PRIu64
	       " unsatisfiable; tick rate known in %" PRIu64 "\n",
	       plan.count, plan.seed, random.kept, random.stage[1], random.stage[2],
	       random.stage[3], random.stage[4], random.unsatisfiable, random.hz_known);
	run_last_stage(&plan, &last);
	printf("%" PRIu64 " inputs that reach the last stage, tick rate known in %" PRIu64 "\n",
	       last.stage[4], last.last_stage_hz_known);
	printf("%u violations\n", random.violated + last.violated);
	return random.violated + last.violated > 0;
}
