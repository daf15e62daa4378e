/* All profiles that have an id: the site's own, and the built-in ones that these do not hide. */
#ifndef KA_CLI_PROFILE_LIBRARY_H
#define KA_CLI_PROFILE_LIBRARY_H

#include "cli/options.h"
#include "cli/profile_source.h"

enum { KA_SITE_PROFILES_MAX = 500 }; /* entries of KA_SITE_PROFILES */

struct ka_profile_library {
	const struct ka_sourced_profile *profiles; /* sorted by id; arena-owned */
	size_t count;
	/* What could not be read was told on standard error, and stands for nothing built-in: the
	 * exit code for it. 0: everything was read. */
	int exit_code;
};

/* A profile of the site has the id by which it is found, that of its file's name. -1 only for lack
 * of memory. */
int ka_profile_library_read(const struct ka_options *options,
			    struct ka_profile_library *ret_library, struct ka_error *reterr);

#endif
