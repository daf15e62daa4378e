/* The kernel's command line at the next boot. */
#ifndef KA_EDGE_BOOT_CMDLINE_H
#define KA_EDGE_BOOT_CMDLINE_H

#include "edge/boot_setter_list.h"

/* Adds its settings, in their order: the kernel writes one after the other, so the last that it
 * accepts is the value before sysctl.d. The first of these that says anything decides:
 *
 * 1. the boot entries: the default one of grub.cfg, of the loader entries (read also when grub.cfg
 *    says blscfg), of extlinux.conf, or cmdline.txt. The default is what `set default`, grubenv's
 *    saved_entry or the loader's `default` names; else the first of grub.cfg, the highest version
 *    of the loader entries. Entries for rescue or recovery never are;
 * 2. on the running host /proc/cmdline, where its entries cannot be read or there are none;
 * 3. what the next update would make entries from: /etc/default/grub and its grub.d, then
 *    /etc/kernel/cmdline or /usr/lib/kernel/cmdline.
 *
 * KA_E_BOOT_READ, KA_E_BOOT_LIMIT. */
int ka_boot_cmdline_find(struct ka_tree *tree, struct ka_setter_list *list,
			 struct ka_error *reterr);

#endif
