/* sockets --rearm and --enable, apply --rearm: mends open connections, one by one, spread over
 * time, and says what became of each. */
#ifndef KA_CLI_MENDING_H
#define KA_CLI_MENDING_H

#include "cli/socket_look.h"
#include "out/writer.h"

/* Mends those of the sockets that the options ask for (or lists them: --dry-run), in the calling
 * thread's namespace, which JSON calls netns (NULL: the only one). KA_E_MENDING when one was
 * refused; the others are mended all the same. Lines are written to standard output as it
 * goes, in the format of the options (text, or a line of JSON for each). Where T has to be 1 for a
 * moment, the run takes the lock and the change is in the journal first. */
int ka_mend_sockets(const struct ka_options *options, const struct ka_socket_judge *judge,
		    const struct ka_seen_sockets *seen, const char *netns, struct ka_error *reterr);

#endif
