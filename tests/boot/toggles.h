/* Whether the trees tell each setting of each toggle from the right one. */
#ifndef KA_BOOT_TOGGLES_H
#define KA_BOOT_TOGGLES_H

#include "boot/sample.h"

/* Changes each toggle of the program's loader to each other setting, resolves all samples, and
 * prints how many differ then from what the program does. Returns the number of settings that none
 * notices. */
unsigned toggles_check(enum program program, const struct ka_loader *loader,
		       const struct sample *samples, size_t count);

#endif
