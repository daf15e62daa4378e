/* The transaction: everything is changed, or nothing is, also when the run dies in between. */
#ifndef KA_CLI_TRANSACTING_H
#define KA_CLI_TRANSACTING_H

#include "cli/options.h"
#include "core/transaction.h"
#include "out/writer.h"

#define KA_STATE_DIRECTORY "/var/lib/kaadvise"
#define KA_STATE_AT_TOP "/.kaadvise" /* of an image without /var/lib */
#define KA_DROP_IN_DIRECTORY "/etc/sysctl.d"
#define KA_DROP_IN_NAME "90-kaadvise.conf"

struct ka_tree;

/* A run that may change things: this host, in the namespace that the calling thread is in, or the
 * files of an image. */
struct ka_run {
	const struct ka_options *options;
	struct ka_arena *arena;
	struct ka_writer said; /* for standard output */
	const char *root;      /* the word of --root; NULL: this host */
	struct ka_tree *tree;  /* the files: those of the root, or the host's own */
	const char *state;     /* the directory of lock and journal, as seen inside the tree */
	struct ka_place here;
	const char *netns_words; /* for commands that are suggested: "" or " --netns NAME" */
	int64_t now_s;
	int lock;         /* -1: not taken */
	bool has_changed; /* something was changed, so saying so must not fail the run */
	const struct ka_transaction *list; /* the journal */
	size_t count;
};

/* A run that was not begun: ka_run_end does nothing with it. */
#define KA_RUN_NONE ((struct ka_run){.lock = -1})

/* Tells where the run is, and opens its files. KA_E_ROOT among others. */
int ka_run_init(struct ka_run *ret_run, const struct ka_options *options, struct ka_error *reterr);

/* Ends a run: writes what is left to be said, removes the empty directories of an image's journal,
 * gives up the lock, frees, and returns result. What was changed stays changed when it cannot be
 * said: a failure to write is then printed, and is no failure of the run. */
int ka_run_end(struct ka_run *run, int result, struct ka_error *reterr);

/* Writes what was said so far to standard output. */
int ka_run_emit(struct ka_run *run, struct ka_error *reterr);

/* Reads the journal into run->list. */
int ka_run_read_journal(struct ka_run *run, struct ka_error *reterr);

/* The first transaction of this place whose run died, or is still under way; NULL: none. */
const struct ka_transaction *ka_run_unfinished(const struct ka_run *run);

/* Says, for a dry run, that the next run would undo or finish it first. */
void ka_run_say_unfinished(struct ka_run *run);

/* Takes the lock, reads the journal, and undoes the applies and finishes the rollbacks of this
 * place whose run died; what was done is said. A value that is neither the old nor the new one was
 * set by somebody else since, and is left alone. *ret_count says how many there were. */
int ka_run_begin(struct ka_run *run, size_t *ret_count, struct ka_error *reterr);

/* Whether the steps from one condition to the other would be permitted: opens each key that
 * changes for writing. */
int ka_run_probe(const struct ka_run *run, const struct ka_transaction *transaction,
		 struct ka_error *reterr);

/* Carries the transaction out: journal, file, its resolution, values, reading back, journal. id,
 * date, place and state are filled in. On failure everything has been put back; KA_E_PUT_BACK
 * where that failed too, and then the next run does it. The lock must be held. An image keeps no
 * journal: the record goes when the transaction is over. */
int ka_run_transact(struct ka_run *run, struct ka_transaction *transaction,
		    struct ka_error *reterr);

/* For a change that its caller carries out and takes back: writes it down as begun, so that the
 * next run puts everything back should this one die; and that all is put back. The lock must be
 * held. */
int ka_run_record(struct ka_run *run, struct ka_transaction *transaction, struct ka_error *reterr);
int ka_run_record_put_back(struct ka_run *run, struct ka_transaction *transaction,
			   struct ka_error *reterr);

#endif
