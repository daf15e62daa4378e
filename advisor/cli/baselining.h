/* check with --baseline and --write-baseline: what was found before, what is gone, and what is to
 * be written. */
#ifndef KA_CLI_BASELINING_H
#define KA_CLI_BASELINING_H

#include "cli/options.h"
#include "core/facts.h"
#include "core/finding.h"
#include "edge/baseline.h"

#include <pthread.h>

struct ka_baselining {
	const struct ka_options *options;
	struct ka_arena arena;  /* of everything here; under the mutex once subjects are checked */
	struct ka_waiver known; /* what marks findings that are in the baseline */
	const struct ka_baseline_entry *entries; /* of --baseline, in their order */
	size_t entry_count;
	size_t *seen;                    /* for each entry: how many of it were found */
	bool *is_looked_at;              /* for each entry: its subject was checked */
	struct ka_baseline_entry *found; /* for --write-baseline */
	size_t found_count, found_capacity;
	pthread_mutex_t mutex;
};

/* Reads the baseline of --baseline, if there is one. KA_E_BASELINE, with file and place. */
int ka_baselining_begin(struct ka_baselining *ret_baselining, const struct ka_options *options,
			struct ka_error *reterr);

/* Marks those findings of a subject that are in the baseline, and remembers all that no waiver
 * excuses. Safe in any thread; the order of subjects does not matter. KA_E_MEMORY. */
int ka_baselining_take(struct ka_baselining *baselining, const struct ka_facts *facts,
		       struct ka_findings *findings, struct ka_error *reterr);

/* Tells which findings of the baseline are gone, and writes the file of --write-baseline, unless
 * result is a failure or says that a subject could not be read. Frees, and returns result or -1
 * with KA_E_OUTPUT, KA_E_BASELINE or KA_E_MEMORY. */
int ka_baselining_end(struct ka_baselining *baselining, int result, struct ka_error *reterr);

#endif
