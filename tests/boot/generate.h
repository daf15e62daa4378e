/* Hostile trees of sysctl.d. The same seed makes the same tree. */
#ifndef KA_BOOT_GENERATE_H
#define KA_BOOT_GENERATE_H

#include "base/text.h"
#include "core/sysctls.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { ITEMS_MAX = 96, ROWS_MAX = 160 };

enum item_kind { ITEM_FILE, ITEM_LINK, ITEM_DIRECTORY, ITEM_FIFO, ITEM_SOCKET };

/* One thing to make below a root. No part of path but the last is a link. */
struct item {
	enum item_kind kind;
	char *path;           /* "/etc/sysctl.d/50-base.conf" */
	struct ka_text bytes; /* of a file; of a link, where it leads */
};

struct tree {
	uint64_t seed;
	struct item items[ITEMS_MAX];
	size_t count;
	bool has_row[ROWS_MAX];  /* which rules it was made to show, by the index of the row */
	bool may_wait;           /* it has a FIFO or an endless device that a loader may read */
	struct ka_settings base; /* before the loader runs */
};

/* The rules of the loaders that the trees show. */
size_t generate_row_count(void);
const char *generate_row_name(size_t row);

/* Makes the tree of this seed, which shows the rule seed % generate_row_count() and a few others.
 * hz limits the numbers that the kernel takes. */
void tree_generate(uint64_t seed, unsigned hz, struct tree *ret_tree);
void tree_clear(struct tree *tree);

/* Prints everything that the tree consists of, escaped, long lines cut. */
void tree_print(const struct tree *tree, FILE *out);

#endif
