/* Files of other programs that may set the values at boot: tmpfiles.d, udev rules, scripts, cron,
 * ufw, cloud-init. */
#ifndef KA_EDGE_BOOT_SCRIPTS_H
#define KA_EDGE_BOOT_SCRIPTS_H

#include "edge/boot_grep.h"

/* Adds their hits, in the order of the table of places. -1 only without memory or beyond
 * KA_SETTERS_MAX. */
int ka_boot_scripts_grep(struct ka_grep *grep, struct ka_error *reterr);

#endif
