/* A tree that both real loaders have been through, and what they made of it. */
#ifndef KA_BOOT_SAMPLE_H
#define KA_BOOT_SAMPLE_H

#include "base/arena.h"
#include "boot/sandbox.h"
#include "core/boot.h"

/* Where a value comes from; file NULL: it is the one from before. */
struct origin {
	const char *file; /* arena-owned */
	unsigned line;
};

struct answer {
	bool waits; /* it never ends */
	struct ka_settings values;
	struct origin origins[KA_KEY_COUNT];
	const char *said; /* on standard error; arena-owned */
};

struct sample {
	uint64_t seed;
	struct ka_arena arena;
	struct ka_boot_facts facts;
	struct ka_settings base;
	struct answer answers[PROGRAM_COUNT];
};

/* What the resolver says that loader does. Aborts without memory. */
struct ka_boot_outcome sample_predict(struct ka_arena *arena, const struct sample *sample,
				      const struct ka_loader *loader);

/* The first line that the resolver says is no assignment to the loader, of which that did not
 * complain; NULL: there is none. */
const struct ka_boot_line *sample_find_false_claim(const struct sample *sample,
						   enum program program,
						   const struct ka_boot_outcome *outcome);

/* Whether the prediction is another one than what the program does. */
bool sample_differs(const struct sample *sample, enum program program,
		    const struct ka_boot_outcome *outcome);

#endif
