/* profiles fetch. */
#ifndef KA_CLI_PROFILE_FETCH_H
#define KA_CLI_PROFILE_FETCH_H

#include "cli/options.h"

/* Downloads and checks the profile at url, keeps it for later runs, and writes url with the pin of
 * what came, in the formats asked for. Errors of ka_profile_source. */
int ka_profile_fetch(const struct ka_options *options, const char *url, struct ka_error *reterr);

#endif
