/* tuned's active profile: which sysctls it sets at boot. */
#ifndef KA_EDGE_BOOT_TUNED_H
#define KA_EDGE_BOOT_TUNED_H

#include "edge/boot_units.h"

/* Adds what the profile sets, in the order in which tuned writes it, and the calls of sysctl in its
 * scripts. Includes, variables, replace, drop, enabled and priority are followed as tuned 2.20
 * does; the directories of profiles are those of 2.24 where one of them is there. A value may
 * begin with < or >: tuned then sets it only where it lowers or raises the one before. It is not
 * known, has_key is false, when it holds a function (`${f:exec:...}`: nothing is run), or stands in
 * a unit that only some processors or kernels have.
 *
 * is_active is false too where tuned would give up: a profile that is not there, or is malformed.
 * Where tuned chooses the profile itself (mode auto), the one of the last time is taken.
 * reapplies is true only when the profile has a unit of type sysctl, since that does it.
 * KA_E_BOOT_READ, KA_E_BOOT_LIMIT. */
int ka_boot_tuned_find(struct ka_grep *grep, const struct ka_boot_units *units,
		       struct ka_tuned *ret_tuned, struct ka_error *reterr);

#endif
