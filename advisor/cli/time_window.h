/* Moments in which net.ipv4.tcp_keepalive_time of the calling thread's namespace is 1, so that a
 * timer armed then fires at once. The journal knows the value before from first to last. */
#ifndef KA_CLI_TIME_WINDOW_H
#define KA_CLI_TIME_WINDOW_H

#include "cli/transacting.h"

struct ka_time_window {
	struct ka_run run;
	struct ka_transaction record;
	bool is_recorded;
};
#define KA_TIME_WINDOW_NONE ((struct ka_time_window){.run = KA_RUN_NONE})

/* Takes the lock, undoes what a dead run has left, and writes the record. Changes nothing yet.
 * Errors of ka_run_begin, or KA_E_PERMISSION and others of ka_procsys_probe_write. */
int ka_time_window_prepare(struct ka_time_window *window, const struct ka_options *options,
			   struct ka_error *reterr);

/* Sets T to 1. KA_E_CHANGED_SINCE when it is not any more what it was: somebody else changes it. */
int ka_time_window_open(struct ka_time_window *window, struct ka_error *reterr);

/* Sets T to what it was. A value other than 1 is somebody else's, and stays. KA_E_PUT_BACK. */
int ka_time_window_close(struct ka_time_window *window, struct ka_error *reterr);

/* Gives up the lock, and marks the record as put back if all is closed. Returns result. */
int ka_time_window_end(struct ka_time_window *window, bool is_closed, int result,
		       struct ka_error *reterr);

#endif
