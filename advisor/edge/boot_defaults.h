/* /etc/default/grub: what the next update of grub.cfg puts on the kernel's command line. */
#ifndef KA_EDGE_BOOT_DEFAULTS_H
#define KA_EDGE_BOOT_DEFAULTS_H

#include "edge/boot_setter_list.h"

/* Adds the settings of GRUB_CMDLINE_LINUX and then of GRUB_CMDLINE_LINUX_DEFAULT, as the shell that
 * sources /etc/default/grub and /etc/default/grub.d would leave them: a later assignment replaces
 * an earlier one unless it has += or names the variable itself. KA_E_BOOT_READ, KA_E_BOOT_LIMIT. */
int ka_boot_defaults_find(struct ka_tree *tree, struct ka_setter_list *list,
			  struct ka_error *reterr);

#endif
