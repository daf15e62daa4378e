/* measure --listen. */
#ifndef KA_CLI_LISTENING_H
#define KA_CLI_LISTENING_H

#include "cli/options.h"

/* Serves until SIGINT, SIGTERM or SIGHUP. Says on standard error where it listens, and at the end
 * what there was. KA_E_TARGET, KA_E_MEASURE. */
int ka_listen(const struct ka_options *options, struct ka_error *reterr);

#endif
