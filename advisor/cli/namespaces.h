/* --netns all: a command for each network namespace of the machine. */
#ifndef KA_CLI_NAMESPACES_H
#define KA_CLI_NAMESPACES_H

#include "cli/baselining.h"
#include "edge/netns_list.h"

/* check: the own namespace first, then the others by name. Returns the exit code, or -1. */
int ka_check_namespaces(struct ka_baselining *baselining, const struct ka_intent *intent,
			struct ka_error *reterr);

/* Does something in the namespace that the calling thread is in. Returns an exit code, or -1. */
typedef int ka_netns_visit(void *context, const struct ka_netns_entry *entry,
			   struct ka_error *reterr);

/* Calls visit for each namespace, inside it, the own one first; the calling thread is back in its
 * own afterwards. An error of visit, or of entering, is printed with the namespace's name and
 * counts as exit code 4; others go on. Returns the exit code: 4 beats 1 beats 0; or -1. */
int ka_each_namespace(const struct ka_options *options, ka_netns_visit *visit, void *context,
		      struct ka_error *reterr);

#endif
