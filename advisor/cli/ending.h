/* The signals that ask to end, as a descriptor to be polled. */
#ifndef KA_CLI_ENDING_H
#define KA_CLI_ENDING_H

#include "base/error.h"

#include <signal.h>

/* SIGINT, SIGTERM and SIGHUP; but what is ignored stays so (nohup(1)). */
void ka_ending_signals(sigset_t *ret_signals);

/* They are held back from now on and make the descriptor readable. Returns it, or -1 with
 * KA_E_MEASURE. */
int ka_ending_open(sigset_t *ret_before, struct ka_error *reterr);

/* Closes it; those that came are forgotten. */
void ka_ending_close(int fd, const sigset_t *before);

#endif
