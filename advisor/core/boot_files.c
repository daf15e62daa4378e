#include "core/boot_files.h"

#include "core/sysctl_pattern.h"

#include <stdlib.h>
#include <string.h>

enum { UNREAD = KA_BOOT_DIRECTORIES };

/* The rank of each directory, 0 first. */
static const unsigned char ranks[][KA_BOOT_DIRECTORIES] = {
	[KA_DIRS_ETC_FIRST] = {0, 1, 2, 3, 4, UNREAD, UNREAD},
	[KA_DIRS_RUN_FIRST] = {1, 0, 2, 3, 4, UNREAD, UNREAD},
	[KA_DIRS_ETC_ALONE] = {0, UNREAD, UNREAD, UNREAD, UNREAD, UNREAD, UNREAD},
	[KA_DIRS_RUN_AND_ETC] = {1, 0, UNREAD, UNREAD, UNREAD, UNREAD, UNREAD},
};

/* A plan while it is made. */
struct planning {
	struct ka_arena *arena;
	const struct ka_boot_facts *facts;
	const struct ka_loader *loader;
	const bool *matters;
	size_t *steps_left;
	struct ka_boot_item *sorted; /* files of directories, sorted by name or directory */
	size_t sorted_count;
	struct ka_boot_item *items;
	size_t count, capacity;
	const char *stopped;
};

static bool has_conf_ending(const char *name)
{
	size_t length = strlen(name);

	return length >= 5 && strcmp(name + length - 5, ".conf") == 0;
}

static bool is_link(const struct ka_boot_file *file)
{
	return file->target != NULL;
}

static bool is_special(const struct ka_boot_file *file)
{
	return file->type == KA_NODE_DIRECTORY || file->type == KA_NODE_FIFO ||
	       file->type == KA_NODE_SOCKET || file->type == KA_NODE_DEVICE;
}

/* Reading it never ends. */
static bool is_waited_for(const struct ka_boot_file *file)
{
	return file->type == KA_NODE_FIFO || file->type == KA_NODE_DEVICE;
}

/* Whether the loader takes the name for one of its files, whatever it holds. */
static bool counts(const struct ka_loader *loader, const struct ka_boot_file *file)
{
	if (file->type == KA_NODE_LOOP)
		return loader->loops == KA_LOOP_HIDES;
	return !is_special(file) || is_link(file) || loader->special_files == KA_SPECIAL_HIDES;
}

static bool matters(const struct planning *planning, const struct ka_boot_file *file)
{
	return planning->matters[file - planning->facts->files];
}

static const char *why_unread(const struct planning *planning, const struct ka_boot_file *file)
{
	const struct ka_loader *loader = planning->loader;

	if (!loader)
		return "nothing applies sysctl.d at boot";
	if (file->directory == KA_IN_RUN && !planning->facts->is_live)
		return "a boot begins with an empty /run";
	if (ranks[loader->directories][file->directory] == UNREAD ||
	    (file->directory == KA_IN_LIB && loader->lib_directory == KA_LIB_UNREAD))
		return !matters(planning, file)
			       ? ""
			       : ka_arena_printf(planning->arena, "%s does not read %s",
						 loader->name,
						 ka_boot_directory_paths[file->directory]);
	if (!has_conf_ending(file->name))
		return "the name of its file does not end in .conf";
	if (file->name[0] == '.' && loader->hidden_files == KA_HIDDEN_SKIPPED)
		return "its file is hidden by the dot in front of its name";
	return NULL;
}

static void add(struct planning *planning, struct ka_boot_item item)
{
	if (!matters(planning, item.file) && !is_waited_for(item.file))
		return;
	if (planning->count == planning->capacity) {
		size_t capacity = planning->capacity * 2 + planning->facts->file_count + 8;
		struct ka_boot_item *items =
			ka_arena_array(planning->arena, capacity, sizeof(*items));

		if (!items)
			return;
		if (planning->count > 0)
			memcpy(items, planning->items, planning->count * sizeof(*items));
		planning->items = items;
		planning->capacity = capacity;
	}
	planning->items[planning->count++] = item;
}

static void add_unread(struct planning *planning, const struct ka_boot_file *file,
		       const char *reason)
{
	add(planning,
	    (struct ka_boot_item){.file = file, .effect = KA_LINE_IGNORED, .reason = reason});
}

static int compare_by_name(const void *a, const void *b)
{
	const struct ka_boot_item *left = a, *right = b;
	int names = strcmp(left->file->name, right->file->name);

	return names ? names : (left->rank > right->rank) - (left->rank < right->rank);
}

static int compare_by_directory(const void *a, const void *b)
{
	const struct ka_boot_item *left = a, *right = b;

	if (left->rank != right->rank)
		return left->rank > right->rank ? 1 : -1;
	return strcmp(left->file->name, right->file->name);
}

/* ---- Names that are patterns -------------------------------------------------------------- */

/* Files that a name stands for, in the order in which glob(3) gives them. */
struct name_search {
	struct planning *planning;
	const struct ka_boot_item *item;
	bool is_found, is_over;
};

/* False when the rest of what the name stands for is not read: fopen(3) has failed. */
static bool can_be_opened(const struct ka_boot_file *file)
{
	return file->type != KA_NODE_DANGLING && file->type != KA_NODE_LOOP &&
	       file->type != KA_NODE_SOCKET;
}

static void add_matching(void *context, const char *pattern)
{
	struct name_search *search = context;
	struct planning *planning = search->planning;

	for (size_t i = 0; i < planning->sorted_count; i++) {
		const struct ka_boot_item *item = &planning->sorted[i];
		size_t cost = 1 + strlen(pattern) * strlen(item->file->name) / 64;

		if (!ka_spend_steps(planning->steps_left, cost))
			return;
		if (item->rank != search->item->rank ||
		    !ka_one_name_matches(pattern, item->file->name))
			continue;
		search->is_found = true;
		if (search->is_over)
			return;
		search->is_over = !can_be_opened(item->file);
		add(planning,
		    (struct ka_boot_item){.file = item->file, .rank = item->rank, .is_read = true});
	}
}

static void add_read(struct planning *planning, const struct ka_boot_item *item)
{
	struct name_search search = {.planning = planning, .item = item};
	size_t before = planning->count;

	if (planning->loader->file_names == KA_NAME_IS_PATTERN &&
	    ka_is_name_pattern(item->file->name))
		ka_name_expand(item->file->name, planning->steps_left, add_matching, &search);
	if (!search.is_found) {
		add(planning,
		    (struct ka_boot_item){.file = item->file, .rank = item->rank, .is_read = true});
		return;
	}
	for (size_t i = before; i < planning->count; i++)
		if (planning->items[i].file == item->file)
			return;
	add_unread(planning, item->file, "the name of its file is a pattern that names others");
}

/* ---- Directories -------------------------------------------------------------------------- */

static struct ka_boot_item hidden_item(const struct planning *planning,
				       const struct ka_boot_file *file,
				       const struct ka_boot_file *by)
{
	struct ka_boot_item item = {.file = file, .effect = KA_LINE_MASKED};

	if (by->type == KA_NODE_REGULAR && by->length > 0) {
		item.effect = KA_LINE_SHADOWED;
		item.reason = ka_arena_printf(planning->arena,
					      "%s has the same name and is read "
					      "instead",
					      by->path);
	} else {
		item.reason = ka_arena_printf(
			planning->arena, "its file is hidden by %s, %s", by->path,
			by->type == KA_NODE_REGULAR ? "an empty file" : ka_node_words[by->type]);
	}
	return item;
}

/* All files of one name, from sorted[from] on, the first directory first. Returns where the next
 * name begins. */
static size_t add_name(struct planning *planning, size_t from)
{
	const struct ka_boot_file *taker = NULL;
	size_t at = from;

	for (; at < planning->sorted_count &&
	       strcmp(planning->sorted[at].file->name, planning->sorted[from].file->name) == 0;
	     at++) {
		const struct ka_boot_item *item = &planning->sorted[at];

		if (!item->is_read) {
			add(planning, *item);
		} else if (taker) {
			if (matters(planning, item->file))
				add(planning, hidden_item(planning, item->file, taker));
		} else if (counts(planning->loader, item->file)) {
			taker = item->file;
			add_read(planning, item);
		}
	}
	return at;
}

static void add_directories(struct planning *planning)
{
	bool by_name = !planning->loader || planning->loader->same_name == KA_SAME_NAME_HIDES;

	qsort(planning->sorted, planning->sorted_count, sizeof(*planning->sorted),
	      by_name ? compare_by_name : compare_by_directory);
	if (by_name) {
		for (size_t at = 0; at < planning->sorted_count;)
			at = add_name(planning, at);
		return;
	}
	for (size_t i = 0; i < planning->sorted_count; i++)
		if (!planning->sorted[i].is_read)
			add(planning, planning->sorted[i]);
		else if (counts(planning->loader, planning->sorted[i].file))
			add_read(planning, &planning->sorted[i]);
}

/* Sorts out the files of directories, each directory once. */
static int collect(struct planning *planning, struct ka_error *reterr)
{
	const struct ka_boot_facts *facts = planning->facts;

	planning->sorted =
		ka_arena_array(planning->arena, facts->file_count + 1, sizeof(*planning->sorted));
	if (!planning->sorted)
		return ka_fail_memory(reterr);
	for (size_t i = 0; i < facts->file_count; i++) {
		const struct ka_boot_file *file = &facts->files[i];
		struct ka_boot_item *item = &planning->sorted[planning->sorted_count];

		if (file->is_again || file->directory >= KA_SYSCTL_CONF)
			continue;
		item->file = file;
		item->reason = why_unread(planning, file);
		item->is_read = !item->reason;
		item->effect = KA_LINE_IGNORED;
		item->rank = item->is_read ? ranks[planning->loader->directories][file->directory]
					   : UNREAD;
		planning->sorted_count++;
	}
	return 0;
}

/* ---- /etc/sysctl.conf and the credential -------------------------------------------------- */

static const struct ka_boot_file *find_conf(const struct ka_boot_facts *facts)
{
	for (size_t i = 0; i < facts->file_count; i++)
		if (facts->files[i].directory == KA_SYSCTL_CONF)
			return &facts->files[i];
	return NULL;
}

static bool is_same_file(const struct ka_boot_file *link, const struct ka_boot_file *conf)
{
	return link->target && (strcmp(link->target, conf->path) == 0 ||
				(conf->target && strcmp(link->target, conf->target) == 0));
}

/* A link to it in a directory is read: that is where its lines count. */
static bool is_read_by_link(const struct planning *planning, const struct ka_boot_file *conf)
{
	for (size_t i = 0; i < planning->count; i++)
		if (planning->items[i].is_read && is_same_file(planning->items[i].file, conf))
			return true;
	return false;
}

static void add_conf(struct planning *planning, const struct ka_boot_file *conf)
{
	const struct ka_loader *loader = planning->loader;

	if (!conf || conf->type != KA_NODE_REGULAR)
		return;
	if (loader && loader->sysctl_conf != KA_CONF_NEVER)
		add(planning, (struct ka_boot_item){.file = conf, .is_read = true});
	else if (!loader)
		add_unread(planning, conf, why_unread(planning, conf));
	else if (!is_read_by_link(planning, conf))
		add_unread(planning, conf,
			   ka_arena_printf(planning->arena,
					   "%s does not read %s, and no link in "
					   "sysctl.d leads to it",
					   loader->name, conf->path));
}

static const char *why_credential_unread(const struct planning *planning,
					 const struct ka_boot_file *file,
					 const struct ka_boot_file *taker)
{
	if (!planning->loader)
		return why_unread(planning, file);
	if (planning->loader->credential == KA_CREDENTIAL_UNREAD)
		return ka_arena_printf(planning->arena, "%s takes no settings from credentials",
				       planning->loader->name);
	if (strncmp(file->path, "/run/", 5) == 0 && !planning->facts->is_live)
		return "a boot begins with an empty /run";
	return taker ? ka_arena_printf(planning->arena, "%s comes first", taker->path) : NULL;
}

/* Of several stores the first that has it. */
static void add_credentials(struct planning *planning)
{
	const struct ka_boot_file *taker = NULL;

	for (size_t i = 0; i < planning->facts->file_count; i++) {
		const struct ka_boot_file *file = &planning->facts->files[i];
		const char *reason;

		if (file->directory != KA_CREDENTIAL || file->type != KA_NODE_REGULAR)
			continue;
		reason = why_credential_unread(planning, file, taker);
		if (reason) {
			add_unread(planning, file, reason);
			continue;
		}
		taker = file;
		add(planning, (struct ka_boot_item){.file = file, .is_read = true});
	}
}

/* ---- What ends it early ------------------------------------------------------------------- */

static void give_up(struct planning *planning, size_t from, const char *reason)
{
	for (size_t i = from; i < planning->count; i++) {
		if (!planning->items[i].is_read)
			continue;
		planning->items[i].is_read = false;
		planning->items[i].effect = KA_LINE_IGNORED;
		planning->items[i].reason = reason;
	}
}

static void stop_at_what_is_waited_for(struct planning *planning)
{
	for (size_t i = 0; i < planning->count; i++) {
		const struct ka_boot_file *file = planning->items[i].file;

		if (!planning->items[i].is_read || !is_waited_for(file))
			continue;
		planning->stopped = ka_arena_printf(planning->arena, "%s waits for ever for %s, %s",
						    planning->loader->name, file->path,
						    ka_node_words[file->type]);
		give_up(planning, planning->loader->waiting == KA_WAIT_KEEPS_EARLIER ? i : 0,
			planning->stopped);
		return;
	}
}

static bool exists(const struct ka_boot_file *file)
{
	return file && file->type != KA_NODE_ABSENT && file->type != KA_NODE_DANGLING &&
	       file->type != KA_NODE_LOOP;
}

int ka_boot_plan_make(struct ka_arena *arena, const struct ka_boot_facts *facts,
		      const struct ka_loader *loader, const bool *matters_of, size_t *steps_left,
		      struct ka_boot_plan *ret_plan, struct ka_error *reterr)
{
	struct planning planning = {.arena = arena,
				    .facts = facts,
				    .loader = loader,
				    .matters = matters_of,
				    .steps_left = steps_left};
	const struct ka_boot_file *conf = find_conf(facts);
	bool is_conf_first = loader && loader->sysctl_conf == KA_CONF_FIRST_OR_NOTHING;

	if (collect(&planning, reterr) < 0)
		return -1;
	if (is_conf_first)
		add_conf(&planning, conf);
	add_directories(&planning);
	if (!is_conf_first)
		add_conf(&planning, conf);
	add_credentials(&planning);
	stop_at_what_is_waited_for(&planning);
	if (is_conf_first && !exists(conf)) {
		planning.stopped = "there is no /etc/sysctl.conf, and without it OpenRC applies "
				   "nothing";
		give_up(&planning, 0, planning.stopped);
	}
	if (arena->has_failed)
		return ka_fail_memory(reterr);
	*ret_plan = (struct ka_boot_plan){planning.items, planning.count, planning.stopped};
	return 0;
}
