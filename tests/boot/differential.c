/* differential [--count N] [--first SEED] [--usr DIR] [--systemd VERSION] [--procps VERSION]
 * [--show]
 *
 * Runs the real systemd-sysctl and the real `sysctl --system` over N generated trees of sysctl.d,
 * in namespaces of its own, and compares the value of each key, and the line that set it, with what
 * the resolver says. Then it changes every toggle of the two loaders: some tree must notice. */
#include "edge/sysctld.h"
#include "edge/tick.h"

#include "proof.h"
#include "toggles.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 5, TREES_PER_ROW = 5 };

struct plan {
	uint64_t count, first;
	const char *usr, *version[PROGRAM_COUNT];
	bool shows;
};

struct run {
	const struct plan *plan;
	struct ka_named_loader storage[PROGRAM_COUNT];
	const struct ka_loader *loaders[PROGRAM_COUNT];
	unsigned hz;
	struct sample *samples;
	size_t sample_count;
	unsigned per_row[ROWS_MAX];
	unsigned wrong, waits, equals, set;
};

/* ---- One tree ------------------------------------------------------------------------------- */

static void read_tree(struct run *run, const struct tree *tree, struct sample *ret_sample)
{
	struct ka_error error = {0};
	struct ka_tree root;

	*ret_sample = (struct sample){.seed = tree->seed, .base = tree->base};
	ret_sample->arena = ka_arena_make(KA_ARENA_CAP);
	ret_sample->facts.is_live = true;
	ret_sample->facts.kernel.hz = run->hz;
	ret_sample->facts.kernel.has_u8_probes = true;
	if (ka_tree_open(SANDBOX_ROOT, &root, &error) != 0 ||
	    ka_sysctld_read(&root, &ret_sample->arena, &ret_sample->facts.files,
			    &ret_sample->facts.file_count, &error) != 0) {
		tree_print(tree, stdout);
		printf("WRONG: the tree is not read: %s\n", error.message);
		exit(1);
	}
	ka_tree_close(&root);
}

static void print_source(const struct ka_boot_line *source)
{
	if (source)
		printf("%s:%u:%u (%u wide)", source->file, source->line, source->column,
		       source->width);
	else
		printf("no line");
}

static void report(struct run *run, const struct tree *tree, enum program program,
		   const struct ka_boot_outcome *outcome, const char *what)
{
	const struct answer *answer = &run->samples[run->sample_count].answers[program];

	if (run->wrong++ >= SHOWN_MAX)
		return;
	printf("\nWRONG: %s: %s\n", run->loaders[program]->name, what);
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		printf("  %s: resolved %" PRId64 ", real %" PRId64 ", from ", ka_sysctls[key].word,
		       outcome->values.value[key], answer->values.value[key]);
		print_source(outcome->source[key]);
		printf("\n");
	}
	printf("  resolved to %s, really %s\n", outcome->stopped ? outcome->stopped : "end",
	       answer->waits ? "waits" : "ends");
	if (answer->said)
		printf("  it says: %s\n", answer->said);
	tree_print(tree, stdout);
}

static bool is_right(const struct answer *answer, const struct ka_boot_outcome *outcome)
{
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		if (outcome->is_indeterminate[key])
			return false;
	}
	return ka_settings_equal(&answer->values, &outcome->values) &&
	       answer->waits == (outcome->stopped != NULL);
}

/* Once they are proven, the lines that the resolver named are the ones of the real loader. */
static void keep_origins(struct run *run, struct sample *sample, struct answer *answer,
			 const struct ka_boot_outcome *outcome)
{
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		const struct ka_boot_line *source = outcome->source[key];

		if (!source)
			continue;
		run->set++;
		answer->origins[key].line = source->line;
		answer->origins[key].file =
			ka_arena_copy(&sample->arena, source->file, strlen(source->file));
	}
}

static void compare(struct run *run, const struct tree *tree, enum program program)
{
	struct sample *sample = &run->samples[run->sample_count];
	struct answer *answer = &sample->answers[program];
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_boot_outcome outcome = sample_predict(&arena, sample, run->loaders[program]);
	struct ka_text said = {0};
	enum run_end end = sandbox_run(program, tree, &tree->base, &answer->values, &said);
	enum proof proof;

	answer->said = ka_arena_copy(&sample->arena, said.length ? said.bytes : "", said.length);
	ka_text_clear(&said);
	answer->waits = end == RUN_WAITS;
	run->waits += answer->waits;
	if (end == RUN_FAILED || !is_right(answer, &outcome)) {
		report(run, tree, program, &outcome, "another value");
		ka_arena_clear(&arena);
		return;
	}
	proof = proof_of_origins(program, tree, &outcome);
	run->equals += proof == PROOF_HOLDS_FOR_EQUALS;
	if (proof == PROOF_FAILS)
		report(run, tree, program, &outcome, "another line");
	if (sample_find_false_claim(sample, program, &outcome))
		report(run, tree, program, &outcome, "no complaint of a line without `=`");
	keep_origins(run, sample, answer, &outcome);
	ka_arena_clear(&arena);
}

static void try_tree(struct run *run, uint64_t seed)
{
	struct sample *sample = &run->samples[run->sample_count];
	struct tree tree;

	tree_generate(seed, run->hz ? run->hz : 1000, &tree);
	if (run->plan->shows)
		tree_print(&tree, stdout);
	sandbox_lay_out(&tree);
	read_tree(run, &tree, sample);
	for (int program = 0; program < PROGRAM_COUNT; program++) {
		if (program > 0)
			sandbox_lay_out(&tree);
		compare(run, &tree, (enum program)program);
	}
	for (size_t row = 0; row < generate_row_count(); row++)
		run->per_row[row] += tree.has_row[row];
	run->sample_count++;
	tree_clear(&tree);
}

/* ---- The whole ------------------------------------------------------------------------------ */

static void count_rows(struct run *run)
{
	for (size_t row = 0; row < generate_row_count(); row++) {
		bool is_enough = run->per_row[row] >= TREES_PER_ROW || run->plan->count < 500;

		printf("%5u trees show: %s%s\n", run->per_row[row], generate_row_name(row),
		       is_enough ? "" : ": WRONG, too few");
		run->wrong += !is_enough;
	}
}

static void check_toggles(struct run *run)
{
	for (int program = 0; program < PROGRAM_COUNT; program++)
		run->wrong += toggles_check((enum program)program, run->loaders[program],
					    run->samples, run->sample_count);
}

static int skip(const char *reason)
{
	printf("skipped: %s\n", reason);
	return 77;
}

/* The loaders by their versions: 0, or 77 where the programs are others. */
static int find_loaders(struct run *run)
{
	static const char *const words[PROGRAM_COUNT] = {"systemd", "procps"};
	static const char *const said[PROGRAM_COUNT] = {"systemd %s", "sysctl from procps-ng %s"};

	for (int program = 0; program < PROGRAM_COUNT; program++) {
		const char *wanted = run->plan->version[program];
		struct ka_loader_version version;
		char line[256], expected[256], word[64];
		struct ka_error error;
		bool has_version;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(expected, sizeof(expected), said[program], wanted);
#pragma GCC diagnostic pop
		if (!sandbox_version((enum program)program, line, sizeof(line)))
			return skip("the loaders are not installed");
		if (strncmp(line, expected, strlen(expected)) != 0) {
			printf("this is '%s', not %s\n", line, wanted);
			return skip("the loaders are of another version");
		}
		snprintf(word, sizeof(word), "%s-%s", words[program], wanted);
		if (ka_loader_parse(word, &version, &has_version, &error) != 0)
			return skip(error.message);
		run->loaders[program] = ka_loader_for(&version, &run->storage[program]);
	}
	return 0;
}

static void read_words(int count, char **words, struct plan *plan)
{
	for (int i = 1; i < count; i++) {
		const char *value = i + 1 < count ? words[i + 1] : "";

		if (strcmp(words[i], "--show") == 0)
			plan->shows = true;
		else if (strcmp(words[i], "--count") == 0)
			plan->count = strtoull(value, NULL, 10), i++;
		else if (strcmp(words[i], "--first") == 0)
			plan->first = strtoull(value, NULL, 10), i++;
		else if (strcmp(words[i], "--usr") == 0)
			plan->usr = value, i++;
		else if (strcmp(words[i], "--systemd") == 0)
			plan->version[PROGRAM_SYSTEMD] = value, i++;
		else if (strcmp(words[i], "--procps") == 0)
			plan->version[PROGRAM_PROCPS] = value, i++;
		else
			exit(2);
	}
}

static int finish(struct run *run)
{
	count_rows(run);
	if (run->wrong == 0 && run->plan->count >= 500)
		check_toggles(run);
	printf("%zu trees: %u values of %zu set by files, %u runs that never end, "
	       "%u with a winner among equal lines, %u wrong\n",
	       run->sample_count, run->set, run->sample_count * PROGRAM_COUNT * KA_KEY_COUNT,
	       run->waits, run->equals, run->wrong);
	for (size_t i = 0; i < run->sample_count; i++)
		ka_arena_clear(&run->samples[i].arena);
	free(run->samples);
	return run->wrong > 0;
}

int main(int count, char **words)
{
	struct plan plan = {.count = 500, .usr = "/usr", .version = {"252", "4.0.2"}};
	struct run run = {.plan = &plan, .hz = ka_tick_hz()};
	const char *reason;
	int status;

	read_words(count, words, &plan);
	if (!sandbox_open(plan.usr, &reason))
		return skip(reason);
	status = find_loaders(&run);
	if (status != 0)
		return status;
	run.samples = calloc(plan.count + 1, sizeof(run.samples[0]));
	for (uint64_t i = 0; i < plan.count && run.samples; i++)
		try_tree(&run, plan.first + i);
	return finish(&run);
}
