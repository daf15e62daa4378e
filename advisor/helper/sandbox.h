/* Gives up everything that the rest of the program does not need, before it hears a stranger. */
#ifndef KA_HELPER_SANDBOX_H
#define KA_HELPER_SANDBOX_H

#include "helper/failure.h"

enum ka_sandbox_mode {
	KA_SANDBOX_DOWNLOAD, /* reads what resolver and TLS need, opens connections */
	KA_SANDBOX_VERIFY,   /* no file, no socket: no new descriptor at all */
};

enum { KA_NOBODY = 65534 }; /* user and group; by number, so that nobody is asked for a name */

/* Closes every descriptor but the first three (a missing one becomes /dev/null), empties the
 * environment but for the proxies', ignores what writing to nobody would raise. */
void ka_process_clean(void);

/* Afterwards: not root, no capabilities, no way to gain any, limited resources, no writing, and,
 * with Landlock, no reading beyond what the mode needs. For the whole process: call it before any
 * thread starts. -1 with KA_STEP_SANDBOX: end the program. */
int ka_sandbox_enter(enum ka_sandbox_mode mode, struct ka_failure *retfailure);

/* Its parts, in their order. */
int ka_privileges_drop(struct ka_failure *retfailure);
int ka_landlock_enter(enum ka_sandbox_mode mode, struct ka_failure *retfailure);

#endif
