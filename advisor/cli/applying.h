/* What apply and rollback do, given what is wanted. Both return the exit code 0, or -1 with the
 * host as it was; what they say is in run->said, partly written already. */
#ifndef KA_CLI_APPLYING_H
#define KA_CLI_APPLYING_H

#include "cli/transacting.h"

struct ka_apply_request {
	struct ka_settings target;
	const char *purpose; /* one line: the words that named path and goals, or --set */
	const char *reasons; /* lines: the constraints that the values meet; "" */
	bool live_only, persist_only, dry_run;
	const char *drop_in; /* a name in KA_DROP_IN_DIRECTORY; NULL: KA_DROP_IN_NAME */
	bool *has_snippets;  /* how to have the values where no file counts was told, and is told
			      * once; NULL: it is told */
};

/* Makes the values so, running and at boot; of an image, at its boot. */
int ka_apply(struct ka_run *run, const struct ka_apply_request *request, struct ka_error *reterr);

struct ka_rollback_request {
	int id; /* 0: the newest transaction that is not undone */
	bool force, dry_run;
};

/* Makes everything as it was before the transaction. */
int ka_rollback(struct ka_run *run, const struct ka_rollback_request *request,
		struct ka_error *reterr);

#endif
