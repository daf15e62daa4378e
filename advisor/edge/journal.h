/* The journal: one file of JSON for each transaction, in DIRECTORY/journal/NNNNNN.json of a root.
 * Nothing outside of the root is reached, and no symbolic link below the state directory is
 * followed. */
#ifndef KA_EDGE_JOURNAL_H
#define KA_EDGE_JOURNAL_H

#include "core/transaction.h"
#include "edge/tree.h"

enum {
	KA_JOURNAL_MAX = 20000,                  /* transactions */
	KA_JOURNAL_RECORD_MAX = 1024 * 1024,     /* bytes of one */
	KA_JOURNAL_BYTES_MAX = 64 * 1024 * 1024, /* of all */
};

/* Reads all transactions, by ascending id; a journal that is not there is empty. Read strictly: a
 * damaged record is KA_E_JOURNAL and names the file. Needs no lock: a record is replaced as a
 * whole. Arena-owned. */
int ka_journal_read(struct ka_arena *arena, const struct ka_tree *tree, const char *state_directory,
		    const struct ka_transaction **ret_list, size_t *ret_count,
		    struct ka_error *reterr);

/* Writes one record, or replaces it; the state directory is made if need be, but not its parent.
 * On failure, KA_E_JOURNAL, the record is as it was before, or, when it was begun but not made to
 * last, as it was to be. A record of another state than KA_BEGUN need not last: should it be lost
 * with the power, then the next run finds the transaction begun, and undoes or finishes it. */
int ka_journal_write(const struct ka_tree *tree, const char *state_directory,
		     const struct ka_transaction *transaction, struct ka_error *reterr);

/* Removes a record. KA_E_JOURNAL when it stays. */
int ka_journal_remove(const struct ka_tree *tree, const char *state_directory, int id,
		      struct ka_error *reterr);

/* Removes what a run that was killed may have left. KA_E_JOURNAL. */
int ka_journal_clean(const struct ka_tree *tree, const char *state_directory,
		     struct ka_error *reterr);

/* Whether the state directory is there. */
bool ka_journal_has_directory(const struct ka_tree *tree, const char *state_directory);

/* Removes the journal's directory and then the state directory, each if it is empty. KA_E_JOURNAL
 * when one that is empty stays. */
int ka_journal_tidy(const struct ka_tree *tree, const char *state_directory,
		    struct ka_error *reterr);

#endif
