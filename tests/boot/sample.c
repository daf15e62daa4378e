#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ka_boot_outcome sample_predict(struct ka_arena *arena, const struct sample *sample,
				      const struct ka_loader *loader)
{
	struct ka_boot_outcome outcome;
	struct ka_error error = {0};

	if (ka_boot_run_loader(arena, &sample->facts, loader, &sample->base, &outcome, &error) !=
	    0) {
		fprintf(stderr, "seed %llu: %s\n", (unsigned long long)sample->seed, error.message);
		exit(1);
	}
	return outcome;
}

static bool is_origin(const struct origin *origin, const struct ka_boot_line *source)
{
	if (!origin->file || !source)
		return !origin->file && !source;
	return origin->line == source->line && strcmp(origin->file, source->file) == 0;
}

bool sample_differs(const struct sample *sample, enum program program,
		    const struct ka_boot_outcome *outcome)
{
	const struct answer *answer = &sample->answers[program];

	if (answer->waits != (outcome->stopped != NULL))
		return true;
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		if (outcome->is_indeterminate[key] ||
		    outcome->values.value[key] != answer->values.value[key] ||
		    !is_origin(&answer->origins[key], outcome->source[key]))
			return true;
	}
	return false;
}
