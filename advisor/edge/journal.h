/* The journal: one file of JSON for each transaction, in DIRECTORY/journal/NNNNNN.json. */
#ifndef KA_EDGE_JOURNAL_H
#define KA_EDGE_JOURNAL_H

#include "base/arena.h"
#include "base/error.h"
#include "core/transaction.h"

enum {
	KA_JOURNAL_MAX = 20000,              /* transactions */
	KA_JOURNAL_RECORD_MAX = 1024 * 1024, /* bytes of one */
};

/* Reads all transactions, by ascending id; a journal that is not there is empty. Read strictly: a
 * damaged record is KA_E_JOURNAL and names the file. Needs no lock: a record is replaced as a
 * whole. Arena-owned. */
int ka_journal_read(struct ka_arena *arena, const char *state_directory,
		    const struct ka_transaction **ret_list, size_t *ret_count,
		    struct ka_error *reterr);

/* Writes one record, or replaces it; the state directory must be there. On failure, KA_E_JOURNAL,
 * the record is as it was before, or, when it was begun but not made to last, as it was to be. A
 * record of another state than KA_BEGUN need not last: should it be lost with the power, then the
 * next run finds the transaction begun, and undoes or finishes it. */
int ka_journal_write(const char *state_directory, const struct ka_transaction *transaction,
		     struct ka_error *reterr);

/* Removes the record of a transaction that could not be begun, as far as that is possible. */
void ka_journal_forget(const char *state_directory, int id);

/* Removes what a run that was killed may have left. KA_E_JOURNAL. */
int ka_journal_clean(const char *state_directory, struct ka_error *reterr);

#endif
