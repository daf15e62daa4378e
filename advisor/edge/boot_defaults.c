#include "edge/boot_defaults.h"

#include "core/setter_shell.h"

#include <string.h>
#include <unistd.h>

enum { VARIABLE_COUNT = 2, VALUES_MAX = 200 };
/* In the order in which grub-mkconfig puts them on the command line. */
static const char *const names[VARIABLE_COUNT] = {"GRUB_CMDLINE_LINUX",
						  "GRUB_CMDLINE_LINUX_DEFAULT"};

struct defaults {
	struct ka_arena *arena;
	struct ka_setter_list values[VARIABLE_COUNT];
};

static int find_name(const char *name, size_t length)
{
	for (int i = 0; i < VARIABLE_COUNT; i++)
		if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
			return i;
	return -1;
}

/* A list that is about to be replaced may be taken over; other->items is then shared. */
static int append(struct ka_setter_list *list, const struct ka_setter_list *other, bool is_last_use,
		  struct ka_error *reterr)
{
	if (list->count == 0 && is_last_use) {
		*list = *other;
		return 0;
	}
	/* Doubling itself over and over must end. */
	for (size_t i = 0; i < other->count && list->count < VALUES_MAX; i++)
		if (ka_setter_list_add(list, &other->items[i], reterr) < 0)
			return -1;
	return 0;
}

/* The value of an assignment, text[from..to). */
static int assign(struct defaults *defaults, struct ka_setter_source *source, int variable,
		  bool is_added, size_t from, size_t to, struct ka_error *reterr)
{
	struct ka_setter_list values = {.arena = defaults->arena};
	struct ka_hits hits = {.arena = defaults->arena};

	if (is_added && append(&values, &defaults->values[variable], true, reterr) < 0)
		return -1;
	ka_cmdline_read(&hits, source->text, from, to, KA_CMDLINE_OF_GRUB);
	for (size_t i = 0; i < hits.count; i++) {
		const struct ka_hit *hit = &hits.items[i];
		int other =
			hit->kind == KA_HIT_VARIABLE ? find_name(hit->word, strlen(hit->word)) : -1;

		if (other >= 0) {
			if (append(&values, &defaults->values[other], other == variable, reterr) <
			    0)
				return -1;
		} else if (hit->kind == KA_HIT_VALUE &&
			   ka_setter_list_add_hit(&values, source, hit, reterr) < 0) {
			return -1;
		}
	}
	defaults->values[variable] = values;
	return 0;
}

/* Reads a word at *at, an assignment or not, and moves behind it. */
static int read_word(struct defaults *defaults, struct ka_setter_source *source, size_t *at,
		     struct ka_error *reterr)
{
	const char *text = source->text, *equals;
	struct ka_word word = ka_word_read(defaults->arena, text, at, source->length);
	size_t from, to = word.to, length;
	bool is_added;
	int variable;

	equals = memchr(text + word.from, '=', word.to - word.from);
	if (!equals || equals == text + word.from)
		return 0;
	length = (size_t)(equals - text) - word.from;
	is_added = equals[-1] == '+';
	variable = find_name(text + word.from, length - (is_added ? 1 : 0));
	if (variable < 0)
		return 0;
	from = (size_t)(equals - text) + 1;
	if (to - from >= 2 && strchr("\"'", text[from]) && text[to - 1] == text[from]) {
		from++;
		to--;
	}
	return assign(defaults, source, variable, is_added, from, to, reterr);
}

static int read_text(struct defaults *defaults, struct ka_setter_source *source,
		     struct ka_error *reterr)
{
	for (size_t at = 0; at < source->length;) {
		size_t start = at;
		const char *end;

		if (source->text[at] == '#') {
			end = memchr(source->text + at, '\n', source->length - at);
			at = end ? (size_t)(end - source->text) : source->length;
		} else if (read_word(defaults, source, &at, reterr) < 0) {
			return -1;
		}
		at += at == start;
	}
	return 0;
}

static int read_path(struct defaults *defaults, struct ka_tree *tree, const char *path,
		     struct ka_error *reterr)
{
	struct ka_setter_source source = {.kind = KA_SET_BY_CMDLINE, .file = path};
	struct ka_node node;

	if (ka_setter_read(tree, defaults->arena, path, &node, reterr) < 0)
		return -1;
	source.text = node.bytes;
	source.length = node.bytes ? node.length : 0;
	return read_text(defaults, &source, reterr);
}

static bool is_cfg(const char *name)
{
	return ka_has_suffix(name, ".cfg");
}

static int read_directory(struct defaults *defaults, struct ka_tree *tree, struct ka_error *reterr)
{
	static const char DIRECTORY[] = "/etc/default/grub.d";
	struct ka_listing listing;
	int result = 0;

	if (ka_setter_list_directory(tree, defaults->arena, DIRECTORY, is_cfg, &listing, reterr) <
	    0)
		return -1;
	if (listing.fd >= 0)
		close(listing.fd);
	for (size_t i = 0; i < listing.count && result == 0; i++)
		result = read_path(defaults, tree,
				   ka_arena_printf(defaults->arena, "%s/%s", DIRECTORY,
						   listing.entries[i].name),
				   reterr);
	return result;
}

int ka_boot_defaults_find(struct ka_tree *tree, struct ka_setter_list *list,
			  struct ka_error *reterr)
{
	struct defaults defaults = {.arena = list->arena};

	for (int i = 0; i < VARIABLE_COUNT; i++)
		defaults.values[i].arena = list->arena;
	if (read_path(&defaults, tree, "/etc/default/grub", reterr) < 0 ||
	    read_directory(&defaults, tree, reterr) < 0)
		return -1;
	for (int i = 0; i < VARIABLE_COUNT; i++)
		if (append(list, &defaults.values[i], false, reterr) < 0)
			return -1;
	return 0;
}
