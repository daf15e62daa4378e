#include "edge/boot_cmdline.h"

#include "core/setter_shell.h"
#include "edge/boot_defaults.h"
#include "edge/boot_grub.h"

#include <string.h>
#include <unistd.h>

enum { EXPANSIONS_MAX = 200, EXPANSION_DEPTH_MAX = 4, OPTIONS_MAX = 100 };

struct search {
	struct ka_tree *tree;
	struct ka_arena *arena;
	struct ka_setter_list *list;
	struct ka_grub grub;
	unsigned expansions;
	bool is_decided;
};

/* ---- What a line sets --------------------------------------------------------------------- */

/* One stretch of arguments. */
struct stretch {
	struct ka_setter_source *source;
	size_t from, to;
	enum ka_cmdline_syntax syntax;
};

static int add_stretch(struct search *search, const struct stretch *stretch, unsigned depth,
		       struct ka_error *reterr);

static int expand(struct search *search, const char *name, unsigned depth, struct ka_error *reterr)
{
	const struct ka_grub_variable *variable = ka_grub_variable_find(&search->grub, name);

	if (!variable || depth == EXPANSION_DEPTH_MAX || search->expansions == EXPANSIONS_MAX)
		return 0;
	search->expansions++;
	return add_stretch(search,
			   &(struct stretch){variable->source, variable->from, variable->to,
					     KA_CMDLINE_OF_GRUB},
			   depth + 1, reterr);
}

static int add_stretch(struct search *search, const struct stretch *stretch, unsigned depth,
		       struct ka_error *reterr)
{
	struct ka_hits hits = {.arena = search->arena};

	ka_cmdline_read(&hits, stretch->source->text, stretch->from, stretch->to, stretch->syntax);
	for (size_t i = 0; i < hits.count; i++) {
		const struct ka_hit *hit = &hits.items[i];
		int result = hit->kind == KA_HIT_VARIABLE
				     ? expand(search, hit->word, depth, reterr)
				     : ka_setter_list_add_hit(search->list, stretch->source, hit,
							      reterr);

		if (result < 0)
			return -1;
	}
	return 0;
}

/* Reads a file; *ret_source is NULL when there is none. */
static int open_source(struct search *search, const char *path,
		       struct ka_setter_source **ret_source, struct ka_error *reterr)
{
	struct ka_setter_source *source;
	struct ka_node node;

	*ret_source = NULL;
	if (ka_setter_read(search->tree, search->arena, path, &node, reterr) < 0)
		return -1;
	if (!node.bytes)
		return 0;
	source = ka_arena_alloc(search->arena, sizeof(*source));
	if (!source)
		return ka_fail_memory(reterr);
	*source = (struct ka_setter_source){
		.kind = KA_SET_BY_CMDLINE,
		.file = ka_arena_copy(search->arena, path, strlen(path)),
		.text = node.bytes,
		.length = node.length,
	};
	*ret_source = source;
	return 0;
}

/* ---- grub.cfg ----------------------------------------------------------------------------- */

static int read_grub(struct search *search, const char *directory, struct ka_error *reterr)
{
	struct ka_setter_source *config, *environment;

	if (open_source(search, ka_arena_printf(search->arena, "%s/grub.cfg", directory), &config,
			reterr) < 0 ||
	    open_source(search, ka_arena_printf(search->arena, "%s/grubenv", directory),
			&environment, reterr) < 0)
		return -1;
	if (config)
		ka_grub_read(&search->grub, config);
	if (environment)
		ka_grub_read_environment(&search->grub, environment);
	return 0;
}

/* Adds the default entry of the grub.cfg that was read, if it has one. */
static int decide_grub(struct search *search, struct ka_error *reterr)
{
	const struct ka_grub_entry *entry =
		ka_grub_choose(&search->grub, ka_grub_default(&search->grub));

	if (!entry)
		return 0;
	search->is_decided = true;
	return add_stretch(
		search,
		&(struct stretch){search->grub.config, entry->from, entry->to, KA_CMDLINE_OF_GRUB},
		0, reterr);
}

static int find_grub_of_firmware(struct search *search, struct ka_error *reterr)
{
	static const char EFI[] = "/boot/efi/EFI";
	struct ka_listing listing;
	int result = 0;

	if (ka_setter_list_directory(search->tree, search->arena, EFI, NULL, &listing, reterr) < 0)
		return -1;
	if (listing.fd >= 0)
		close(listing.fd);
	for (size_t i = 0; i < listing.count && !search->grub.entry_count && result == 0; i++)
		result = read_grub(
			search,
			ka_arena_printf(search->arena, "%s/%s", EFI, listing.entries[i].name),
			reterr);
	return result;
}

static int find_grub(struct search *search, struct ka_error *reterr)
{
	static const char *const directories[] = {"/boot/grub2", "/boot/grub"};

	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		if (!search->grub.entry_count && !search->grub.has_blscfg &&
		    read_grub(search, directories[i], reterr) < 0)
			return -1;
	if (!search->grub.entry_count && !search->grub.has_blscfg &&
	    find_grub_of_firmware(search, reterr) < 0)
		return -1;
	return search->grub.has_blscfg ? 0 : decide_grub(search, reterr);
}

/* ---- Loader entries ----------------------------------------------------------------------- */

static bool is_conf(const char *name)
{
	return ka_has_suffix(name, ".conf");
}

/* Reads the line at text[*at..length) as a word and what follows it, and moves on. */
struct keyed_line {
	size_t key, key_end, value, end;
};

static struct keyed_line next_line(const char *text, size_t *at, size_t length)
{
	struct keyed_line line;
	const char *end = memchr(text + *at, '\n', length - *at);

	line.end = end ? (size_t)(end - text) : length;
	line.key = *at;
	while (line.key < line.end && strchr(" \t\r", text[line.key]))
		line.key++;
	line.key_end = line.key;
	while (line.key_end < line.end && !strchr(" \t\r", text[line.key_end]))
		line.key_end++;
	line.value = line.key_end;
	while (line.value < line.end && strchr(" \t\r", text[line.value]))
		line.value++;
	*at = line.end + 1;
	return line;
}

static bool is_key(const char *text, const struct keyed_line *line, const char *key)
{
	return line->key_end - line->key == strlen(key) &&
	       strncasecmp(text + line->key, key, strlen(key)) == 0;
}

static const char *copy_value(struct search *search, const char *text,
			      const struct keyed_line *line)
{
	size_t end = line->end;

	while (end > line->value && strchr(" \t\r", text[end - 1]))
		end--;
	return ka_arena_copy(search->arena, text + line->value, end - line->value);
}

/* The value of the last line with this key; "" when there is none. */
static const char *find_value(struct search *search, const struct ka_setter_source *source,
			      const char *key)
{
	const char *value = "";

	for (size_t at = 0; at < source->length;) {
		struct keyed_line line = next_line(source->text, &at, source->length);

		if (is_key(source->text, &line, key))
			value = copy_value(search, source->text, &line);
	}
	return value;
}

static int add_options(struct search *search, struct ka_setter_source *source,
		       struct ka_error *reterr)
{
	for (size_t at = 0; at < source->length;) {
		struct keyed_line line = next_line(source->text, &at, source->length);
		struct stretch options = {source, line.value, line.end, KA_CMDLINE_OF_KERNEL};

		if (is_key(source->text, &line, "options") &&
		    add_stretch(search, &options, 0, reterr) < 0)
			return -1;
	}
	return 0;
}

/* Whether wanted, which may have wildcards, names an entry's file. */
static bool is_wanted(const char *wanted, const char *name)
{
	size_t length = strlen(name) - strlen(".conf"), prefix = strcspn(wanted, "*");

	if (wanted[prefix] == '*')
		return prefix > 0 && strncmp(name, wanted, prefix) == 0;
	return strcmp(wanted, name) == 0 ||
	       (strlen(wanted) == length && memcmp(wanted, name, length) == 0);
}

static int choose_entry(struct search *search, const char *directory,
			const struct ka_listing *listing, const char *wanted,
			struct ka_setter_source **ret_chosen, struct ka_error *reterr)
{
	const char *chosen = NULL;

	for (size_t i = 0; i < listing->count; i++) {
		const char *name = listing->entries[i].name;
		struct ka_setter_source *source;
		const char *path;

		if (ka_is_rescue(name))
			continue;
		if (chosen && (is_wanted(wanted, chosen) ||
			       (!is_wanted(wanted, name) && strverscmp(name, chosen) < 0)))
			continue;
		path = ka_arena_printf(search->arena, "%s/%s", directory, name);
		if (open_source(search, path, &source, reterr) < 0)
			return -1;
		if (!source || ka_is_rescue(find_value(search, source, "title")))
			continue;
		chosen = name;
		*ret_chosen = source;
	}
	return 0;
}

static int find_entries_in(struct search *search, const char *loader, struct ka_error *reterr)
{
	const char *directory = ka_arena_printf(search->arena, "%s/entries", loader);
	const char *wanted = ka_grub_default(&search->grub);
	struct ka_setter_source *config = NULL, *chosen = NULL;
	struct ka_listing listing;

	if (ka_setter_list_directory(search->tree, search->arena, directory, is_conf, &listing,
				     reterr) < 0)
		return -1;
	if (listing.fd < 0)
		return 0;
	close(listing.fd);
	if (open_source(search, ka_arena_printf(search->arena, "%s/loader.conf", loader), &config,
			reterr) < 0)
		return -1;
	if (!*wanted && config)
		wanted = find_value(search, config, "default");
	if (choose_entry(search, directory, &listing, wanted, &chosen, reterr) < 0)
		return -1;
	search->is_decided = chosen != NULL;
	return chosen ? add_options(search, chosen, reterr) : 0;
}

static int find_entries(struct search *search, struct ka_error *reterr)
{
	static const char *const loaders[] = {"/boot/loader", "/efi/loader", "/boot/efi/loader"};

	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]) && !search->is_decided; i++)
		if (find_entries_in(search, loaders[i], reterr) < 0)
			return -1;
	/* Its menu may have entries of its own besides. */
	return search->is_decided || !search->grub.has_blscfg ? 0 : decide_grub(search, reterr);
}

/* ---- extlinux and cmdline.txt ------------------------------------------------------------- */

/* The label that boots: the one of `default`, else the first; "" when there is none. */
static const char *choose_label(struct search *search, const struct ka_setter_source *source)
{
	const char *wanted = find_value(search, source, "default"), *first = "";

	for (size_t at = 0; at < source->length;) {
		struct keyed_line line = next_line(source->text, &at, source->length);
		const char *label;

		if (!is_key(source->text, &line, "label"))
			continue;
		label = copy_value(search, source->text, &line);
		if (strcmp(label, wanted) == 0)
			return label;
		if (!*first && !ka_is_rescue(label))
			first = label;
	}
	return first;
}

static int read_extlinux(struct search *search, struct ka_setter_source *source,
			 struct ka_error *reterr)
{
	const char *label = choose_label(search, source), *current = "";

	for (size_t at = 0; at < source->length && *label;) {
		struct keyed_line line = next_line(source->text, &at, source->length);
		struct stretch arguments = {source, line.value, line.end, KA_CMDLINE_OF_KERNEL};

		if (is_key(source->text, &line, "label"))
			current = copy_value(search, source->text, &line);
		if (!is_key(source->text, &line, "append") || strcmp(current, label) != 0)
			continue;
		search->is_decided = true;
		if (add_stretch(search, &arguments, 0, reterr) < 0)
			return -1;
	}
	return 0;
}

static int find_extlinux(struct search *search, struct ka_error *reterr)
{
	static const char *const paths[] = {"/boot/extlinux/extlinux.conf",
					    "/boot/syslinux/syslinux.cfg"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && !search->is_decided; i++) {
		struct ka_setter_source *source;

		if (open_source(search, paths[i], &source, reterr) < 0 ||
		    (source && read_extlinux(search, source, reterr) < 0))
			return -1;
	}
	return 0;
}

/* Files that are a command line: the first of them decides. */
static int find_plain(struct search *search, const char *const *paths, struct ka_error *reterr)
{
	for (; *paths && !search->is_decided; paths++) {
		struct ka_setter_source *source;
		struct stretch all = {.syntax = KA_CMDLINE_OF_KERNEL};

		if (open_source(search, *paths, &source, reterr) < 0)
			return -1;
		if (!source)
			continue;
		search->is_decided = true;
		all.source = source;
		all.to = source->length;
		if (add_stretch(search, &all, 0, reterr) < 0)
			return -1;
	}
	return 0;
}

/* ---- Their order -------------------------------------------------------------------------- */

static int find_boot_entries(struct search *search, struct ka_error *reterr)
{
	static const char *const plain[] = {"/boot/firmware/cmdline.txt", "/boot/cmdline.txt",
					    NULL};

	if (find_grub(search, reterr) < 0)
		return -1;
	if (!search->is_decided && find_entries(search, reterr) < 0)
		return -1;
	if (!search->is_decided && find_extlinux(search, reterr) < 0)
		return -1;
	return search->is_decided ? 0 : find_plain(search, plain, reterr);
}

static int find_sources(struct search *search, struct ka_error *reterr)
{
	static const char *const of_host[] = {"/proc/cmdline", NULL};
	static const char *const plain[] = {"/etc/kernel/cmdline", "/usr/lib/kernel/cmdline", NULL};

	if (search->tree->is_host && find_plain(search, of_host, reterr) < 0)
		return -1;
	if (search->is_decided)
		return 0;
	if (ka_boot_defaults_find(search->tree, search->list, reterr) < 0)
		return -1;
	return find_plain(search, plain, reterr);
}

int ka_boot_cmdline_find(struct ka_tree *tree, struct ka_setter_list *list, struct ka_error *reterr)
{
	struct search search = {.tree = tree, .arena = list->arena, .list = list};

	search.grub.arena = list->arena;
	if (find_boot_entries(&search, reterr) < 0)
		return -1;
	if (!search.is_decided && find_sources(&search, reterr) < 0)
		return -1;
	return list->arena->has_failed ? ka_fail_memory(reterr) : 0;
}
