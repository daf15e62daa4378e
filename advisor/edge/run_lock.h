/* One run at a time. The locks are taken without waiting; they last until *ret_fd is closed or the
 * process ends, however it ends. KA_E_LOCK when another run has it, KA_E_PERMISSION, or
 * KA_E_JOURNAL for any other failure. */
#ifndef KA_EDGE_RUN_LOCK_H
#define KA_EDGE_RUN_LOCK_H

#include "edge/tree.h"

/* Takes the lock of the state directory, which is made if need be. */
int ka_run_lock_take(const struct ka_tree *tree, const char *state_directory, int *ret_fd,
		     struct ka_error *reterr);

/* Takes the lock of the root itself: it needs no file, so it leaves none behind. */
int ka_run_lock_take_root(const struct ka_tree *tree, int *ret_fd, struct ka_error *reterr);

#endif
