/* Which line set a value: what a real loader does once another value stands there tells. */
#ifndef KA_BOOT_PROOF_H
#define KA_BOOT_PROOF_H

#include "boot/sample.h"

enum proof {
	PROOF_HOLDS,
	PROOF_HOLDS_FOR_EQUALS, /* of several lines with this value, one of them */
	PROOF_FAILS,
};

/* Writes other values where the outcome says that each key's winner stands, runs the program with
 * other values before it, and looks whether it follows. The tree must have been laid out anew
 * before; afterwards its files are changed. */
enum proof proof_of_origins(enum program program, const struct tree *tree,
			    const struct ka_boot_outcome *outcome);

#endif
