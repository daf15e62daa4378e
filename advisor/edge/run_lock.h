/* One run at a time. */
#ifndef KA_EDGE_RUN_LOCK_H
#define KA_EDGE_RUN_LOCK_H

#include "base/error.h"

/* Takes the lock of the state directory, which is made if need be, without waiting. It lasts until
 * *ret_fd is closed or the process ends, however it ends. KA_E_LOCK when another run has it,
 * KA_E_PERMISSION, or KA_E_JOURNAL for any other failure. */
int ka_run_lock_take(const char *state_directory, int *ret_fd, struct ka_error *reterr);

#endif
