/* What systemd-sysctl.service of a root does when it boots. */
#ifndef KA_EDGE_BOOT_SERVICE_H
#define KA_EDGE_BOOT_SERVICE_H

#include "edge/tree.h"

enum ka_service_calls {
	KA_SERVICE_ABSENT,
	KA_SERVICE_CALLS_NOTHING, /* masked, or left without a command */
	KA_SERVICE_CALLS_SYSTEMD, /* systemd-sysctl, as it should */
	KA_SERVICE_CALLS_SYSCTL,  /* sysctl --system, -p */
	KA_SERVICE_CALLS_OTHER,   /* something of which nothing is known */
};

struct ka_service {
	enum ka_service_calls calls;
	/* What makes it other than KA_SERVICE_CALLS_SYSTEMD, half a sentence that names the file;
	 * else NULL. Arena-owned, holds bytes from outside. */
	const char *reason;
};

/* Looks at the unit in the directories of units, the first that has it wins, and at its drop-ins.
 * What a distribution's own unit calls is known, so only those above it are read. KA_E_BOOT_READ,
 * KA_E_BOOT_LIMIT. */
int ka_boot_service_look(struct ka_tree *tree, struct ka_arena *arena,
			 struct ka_service *ret_service, struct ka_error *reterr);

#endif
