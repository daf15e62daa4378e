/* grub.cfg: its entries, its variables, and which entry is the default. */
#ifndef KA_EDGE_BOOT_GRUB_H
#define KA_EDGE_BOOT_GRUB_H

#include "edge/boot_setter_list.h"

/* One variable: `set name=value`, or a line of grubenv. */
struct ka_grub_variable {
	const char *name;
	struct ka_setter_source *source;
	size_t from, to; /* where its value stands */
};

/* One menu entry that starts a Linux kernel. */
struct ka_grub_entry {
	const char *title, *id; /* "" where it has none */
	const char *number;     /* as `set default` counts: "0", "1>2" */
	size_t from, to;        /* the arguments of its linux line */
};

enum { KA_GRUB_VARIABLES_MAX = 200, KA_GRUB_ENTRIES_MAX = 500, KA_GRUB_SOURCES_MAX = 4 };

struct ka_grub {
	struct ka_arena *arena;
	struct ka_grub_variable variables[KA_GRUB_VARIABLES_MAX];
	size_t variable_count;
	struct ka_grub_entry *entries; /* KA_GRUB_ENTRIES_MAX of them fit */
	size_t entry_count;
	struct ka_setter_source *config; /* of the entries; NULL: none was read */
	bool has_blscfg;                 /* the loader entries are part of its menu */
};

/* Reads the text of a grub.cfg. */
void ka_grub_read(struct ka_grub *grub, struct ka_setter_source *config);

/* Reads the lines of an environment block. */
void ka_grub_read_environment(struct ka_grub *grub, struct ka_setter_source *environment);

/* The variable of that name, the last one set; NULL: there is none. */
const struct ka_grub_variable *ka_grub_variable_find(const struct ka_grub *grub, const char *name);

/* What `set default` names, grubenv looked up; "" when it is not told. Arena-owned. */
const char *ka_grub_default(const struct ka_grub *grub);

/* The entry that boots by default: the one that wanted names, else the first one; never one for
 * rescue. NULL: there is none. */
const struct ka_grub_entry *ka_grub_choose(const struct ka_grub *grub, const char *wanted);

/* Whether words of a title, an id or a file name say that it is no ordinary boot. */
bool ka_is_rescue(const char *words);

#endif
