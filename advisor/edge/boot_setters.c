#include "edge/boot_setters.h"

#include "edge/boot_cmdline.h"
#include "edge/boot_scripts.h"
#include "edge/boot_tuned.h"

/* What is looked through by heuristics has limits of its own: it must never be what keeps the files
 * that decide from being read. */
static int grep_others(struct ka_grep *grep, const struct ka_boot_units *units,
		       struct ka_error *reterr)
{
	struct ka_tree limits = *grep->tree;
	int result;

	grep->tree->bytes_left = KA_GREP_BYTES_MAX;
	grep->tree->entries_left = KA_GREP_ENTRIES_MAX;
	result = ka_boot_scripts_grep(grep, reterr);
	if (result == 0)
		result = ka_boot_units_grep(grep, units, reterr);
	grep->tree->bytes_left = limits.bytes_left;
	grep->tree->entries_left = limits.entries_left;
	grep->tree->steps_left = limits.steps_left;
	return result;
}

static int find_all(struct ka_grep *grep, struct ka_tuned *ret_tuned, struct ka_error *reterr)
{
	struct ka_boot_units units;

	if (ka_boot_cmdline_find(grep->tree, grep->list, reterr) < 0 ||
	    ka_boot_units_find(grep->tree, grep->list->arena, &units, reterr) < 0 ||
	    ka_boot_tuned_find(grep, &units, ret_tuned, reterr) < 0)
		return -1;
	return grep_others(grep, &units, reterr);
}

int ka_boot_setters_find(struct ka_tree *tree, struct ka_arena *arena, struct ka_tuned *ret_tuned,
			 const struct ka_setter **ret_setters, size_t *ret_count,
			 struct ka_error *reterr)
{
	struct ka_setter_list list = {.arena = arena};
	struct ka_grep grep = {.tree = tree,
			       .list = &list,
			       .scratch = ka_arena_make(KA_ARENA_CAP),
			       .files_left = KA_GREP_FILES_MAX};
	struct ka_tuned tuned;
	int result = find_all(&grep, &tuned, reterr);

	ka_arena_clear(&grep.scratch);
	if (result < 0)
		return -1;
	if (arena->has_failed)
		return ka_fail_memory(reterr);
	*ret_tuned = tuned;
	*ret_setters = list.items;
	*ret_count = list.count;
	return 0;
}
