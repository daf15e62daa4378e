/* The images of check: those of --root, then those of --root-list, each looked at once, by several
 * threads if asked, and reported in order. Memory is bounded by the images under way. */
#ifndef KA_CLI_ROOTS_H
#define KA_CLI_ROOTS_H

#include "cli/baselining.h"
#include "core/facts.h"

/* Checks all of them, by the options of baselining, on the path of intent. The exit code: 4 when
 * one could not be read (which is printed, and the others go on), else 1 when one fails, else 0. -1
 * when the list cannot be read (KA_E_ROOT_LIST) or nothing can be written. */
int ka_check_roots(struct ka_baselining *baselining, const struct ka_intent *intent,
		   struct ka_error *reterr);

#endif
