#include "core/boot_files.h"

#include "core/boot_reader.h"
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
	const struct ka_boot_index *index;
	const struct ka_loader *loader;
	size_t *steps_left;
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
	return planning->index->matters[file - planning->facts->files];
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
		size_t capacity = planning->capacity ? planning->capacity * 2 : 8;
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

/* ---- Names that are patterns -------------------------------------------------------------- */

/* Files that a name stands for, in the order in which glob(3) gives them. */
struct name_search {
	struct planning *planning;
	const struct ka_boot_file *file;
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

	for (size_t i = 0; i < planning->index->sorted_count && !search->is_over; i++) {
		const struct ka_boot_file *file = planning->index->sorted[i];
		size_t cost = 1 + strlen(pattern) * strlen(file->name) / 64;

		if (!ka_spend_steps(planning->steps_left, cost))
			return;
		if (file->directory != search->file->directory ||
		    !ka_one_name_matches(pattern, file->name))
			continue;
		search->is_found = true;
		search->is_over = !can_be_opened(file);
		add(planning, (struct ka_boot_item){.file = file, .is_read = true});
	}
}

static void add_read(struct planning *planning, const struct ka_boot_file *file)
{
	struct name_search search = {.planning = planning, .file = file};
	size_t before = planning->count;

	if (planning->loader->file_names == KA_NAME_IS_PATTERN && ka_is_name_pattern(file->name))
		ka_name_expand(file->name, planning->steps_left, add_matching, &search);
	if (!search.is_found) {
		add(planning, (struct ka_boot_item){.file = file, .is_read = true});
		return;
	}
	for (size_t i = before; i < planning->count; i++)
		if (planning->items[i].file == file)
			return;
	add_unread(planning, file, "the name of its file is a pattern that names others");
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

static unsigned rank_of(const struct planning *planning, const struct ka_boot_file *file)
{
	return planning->loader ? ranks[planning->loader->directories][file->directory] : UNREAD;
}

/* A file and those of its name that stand in directories before it. */
static void add_file(struct planning *planning, const struct ka_boot_file *file,
		     const struct ka_boot_file **taker)
{
	const char *reason = why_unread(planning, file);

	if (reason)
		add_unread(planning, file, reason);
	else if (*taker && matters(planning, file))
		add(planning, hidden_item(planning, file, *taker));
	else if (!*taker && counts(planning->loader, file))
		add_read(planning, *taker = file);
}

/* All files of one name, count of them, the first directory first. */
static void add_name(struct planning *planning, const struct ka_boot_file *const *files,
		     size_t count)
{
	const struct ka_boot_file *taker = NULL;

	for (unsigned rank = 0; rank <= UNREAD; rank++)
		for (size_t i = 0; i < count; i++)
			if (rank_of(planning, files[i]) == rank)
				add_file(planning, files[i], &taker);
}

static void add_by_name(struct planning *planning)
{
	const struct ka_boot_index *index = planning->index;
	size_t from = 0;

	for (size_t i = 1; i <= index->sorted_count; i++) {
		if (i < index->sorted_count &&
		    strcmp(index->sorted[i]->name, index->sorted[from]->name) == 0)
			continue;
		add_name(planning, index->sorted + from, i - from);
		from = i;
	}
}

static void add_by_directory(struct planning *planning)
{
	for (unsigned rank = 0; rank <= UNREAD; rank++)
		for (size_t i = 0; i < planning->index->sorted_count; i++) {
			const struct ka_boot_file *taker = NULL;

			if (rank_of(planning, planning->index->sorted[i]) == rank)
				add_file(planning, planning->index->sorted[i], &taker);
		}
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

static int compare_names(const void *a, const void *b)
{
	const struct ka_boot_file *left = *(const struct ka_boot_file *const *)a;
	const struct ka_boot_file *right = *(const struct ka_boot_file *const *)b;

	return strcmp(left->name, right->name);
}

static void look_at_bytes(const struct ka_boot_facts *facts, bool *matters_of, bool *ret_is_idle)
{
	*ret_is_idle = true;
	for (size_t i = 0; i < facts->file_count; i++) {
		const struct ka_boot_file *file = &facts->files[i];

		matters_of[i] = file->type == KA_NODE_REGULAR &&
				ka_bytes_may_matter(file->bytes, file->length);
		if (matters_of[i] || is_waited_for(file))
			*ret_is_idle = false;
	}
}

int ka_boot_index_make(struct ka_arena *arena, const struct ka_boot_facts *facts,
		       struct ka_boot_index *ret_index, struct ka_error *reterr)
{
	bool *matters_of = ka_arena_array(arena, facts->file_count + 1, sizeof(*matters_of));
	struct ka_boot_index index = {.matters = matters_of};

	if (!matters_of)
		return ka_fail_memory(reterr);
	look_at_bytes(facts, matters_of, &index.is_idle);
	if (!index.is_idle) {
		index.sorted = ka_arena_array(arena, facts->file_count + 1, sizeof(*index.sorted));
		if (!index.sorted)
			return ka_fail_memory(reterr);
		for (size_t i = 0; i < facts->file_count; i++)
			if (!facts->files[i].is_again && facts->files[i].directory < KA_SYSCTL_CONF)
				index.sorted[index.sorted_count++] = &facts->files[i];
		qsort(index.sorted, index.sorted_count, sizeof(*index.sorted), compare_names);
	}
	*ret_index = index;
	return 0;
}

int ka_boot_plan_make(struct ka_arena *arena, const struct ka_boot_facts *facts,
		      const struct ka_boot_index *index, const struct ka_loader *loader,
		      size_t *steps_left, struct ka_boot_plan *ret_plan, struct ka_error *reterr)
{
	struct planning planning = {.arena = arena,
				    .facts = facts,
				    .index = index,
				    .loader = loader,
				    .steps_left = steps_left};
	const struct ka_boot_file *conf = find_conf(facts);
	bool is_conf_first = loader && loader->sysctl_conf == KA_CONF_FIRST_OR_NOTHING;

	if (is_conf_first)
		add_conf(&planning, conf);
	if (!loader || loader->same_name == KA_SAME_NAME_HIDES)
		add_by_name(&planning);
	else
		add_by_directory(&planning);
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
