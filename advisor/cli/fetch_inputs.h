/* What a download needs of this machine: the helper, its environment, the files of --header-file
 * and --verify-key, and where downloads are kept. */
#ifndef KA_CLI_FETCH_INPUTS_H
#define KA_CLI_FETCH_INPUTS_H

#include "cli/options.h"
#include "edge/fetch.h"

struct ka_fetch_inputs {
	struct ka_fetch_program program; /* path NULL until ka_fetch_find_helper */
	const char *cache;               /* the directory; NULL: nothing is kept */
	const char **headers;
	size_t header_count;
	struct ka_fetch_bytes key; /* bytes NULL: no signature is asked for */
};

/* Arena-owned. KA_E_FETCH_FILE for a file that cannot be used; no header's value is in a
 * message. */
int ka_fetch_inputs_read(const struct ka_options *options, struct ka_fetch_inputs *ret_inputs,
			 struct ka_error *reterr);

/* Finds the helper, beside this program, as in a build tree, or where it is installed, unless it
 * was found before: a copy that needs neither server nor signature needs no helper. It must be
 * root's or of the owner of this program. KA_E_FETCH_PROGRAM names the places. */
int ka_fetch_find_helper(struct ka_arena *arena, struct ka_fetch_program *program,
			 struct ka_error *reterr);

#endif
