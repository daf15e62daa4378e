/* The address of a host, by the system's resolver. */
#ifndef KA_HELPER_RESOLVE_H
#define KA_HELPER_RESOLVE_H

#include "base/arena.h"
#include "helper/failure.h"

/* The first address for TCP, in the order of getaddrinfo(3) (RFC 6724), numeric and arena-owned.
 * -1 with KA_STEP_RESOLVE. */
int ka_resolve(struct ka_arena *arena, const char *name, const char **ret_address,
	       struct ka_failure *retfailure);

#endif
