/* What the generator's rows are made with. */
#ifndef KA_BOOT_MAKER_H
#define KA_BOOT_MAKER_H

#include "boot/generate.h"

enum { FRESH_MAX = 4 };

struct maker {
	struct tree *tree;
	uint64_t random;
	unsigned hz;
	unsigned made[KA_KEY_COUNT]; /* numbers handed out so far */
	const char *linked[8][2];    /* directories that are links, and where they lead */
	size_t linked_count;
	bool changes_bytes; /* when all is made, bytes are changed at random */
};

/* A rule, and how to make a tree show it: a line of one of the templates (template.c), which end
 * with NULL, or what add() does. */
struct row {
	const char *name;
	const char *const *templates;
	void (*add)(struct maker *maker);
	bool is_rare; /* slow, or it hides everything else: not mixed into other rows' trees */
};
extern const struct row line_rows[], value_rows[], file_rows[];
extern const size_t line_row_count, value_row_count, file_row_count;

/* The five directories, the one that counts most first. */
extern const char *const maker_directories[5];

/* A number below count, which is not 0. */
unsigned maker_pick(struct maker *maker, unsigned count);
bool maker_chance(struct maker *maker, unsigned percent);
enum ka_key maker_key(struct maker *maker);

/* A number that the kernel takes for this key and that no other line has: 20 to 250. */
unsigned maker_fresh(struct maker *maker, enum ka_key key);

/* The item at a path; NULL: there is none. */
struct item *maker_find(const struct maker *maker, const char *path);

/* Adds an item; an item that stands there already is replaced. */
struct item *maker_add(struct maker *maker, enum item_kind kind, const char *path,
		       const char *bytes);

/* The file at path, made when it is not there; NULL when something else is there. */
struct item *maker_file(struct maker *maker, const char *path);

/* A path in some directory with some name, both drawn from few. The text is the tree's. */
const char *maker_path(struct maker *maker, char buffer[static 256]);

/* Adds a line made from a template for this key to a file: at its end or between lines. */
void maker_line(struct maker *maker, struct item *file, enum ka_key key, const char *line);

/* Adds a line that sets a key to a fresh number to the file at path. */
void maker_set(struct maker *maker, const char *path, enum ka_key key);

/* Writes template to text, see template.c. */
void template_write(struct maker *maker, enum ka_key key, const char *template,
		    struct ka_text *text);

#endif
