/* `profiles list`: the library, filtered, as a table or as JSON Lines. */
#ifndef KA_CLI_PROFILE_LIST_H
#define KA_CLI_PROFILE_LIST_H

#include "cli/options.h"

/* Lists the profiles in which every one of the words is found. Returns the exit code, or -1 with
 * KA_E_OUTPUT or KA_E_MEMORY. */
int ka_profile_list(const struct ka_options *options, const char *const *words, size_t word_count,
		    struct ka_error *reterr);

#endif
