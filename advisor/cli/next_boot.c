#include "cli/next_boot.h"

#include "edge/boot_kernel.h"
#include "edge/boot_loader.h"
#include "edge/boot_setters.h"
#include "edge/sysctld.h"

/* Facts, and the rows that they point to. */
struct next_boot {
	struct ka_boot_facts facts;
	struct ka_boot boot;
	struct ka_named_loader loader, other;
};

static int find_loader(const struct ka_options *options, struct ka_arena *arena,
		       struct ka_tree *tree, struct next_boot *next, struct ka_error *reterr)
{
	const struct ka_loader_version *wanted = options->loader_word ? &options->loader : NULL;
	struct ka_found_loader found;

	if (ka_boot_loader_find(tree, arena, wanted, options->loader_has_version, &found, reterr) <
	    0)
		return -1;
	if (found.runs)
		next->facts.loader = ka_loader_for(&found.version, &next->loader);
	if (found.has_other)
		next->facts.other = ka_loader_for(&found.other, &next->other);
	next->facts.loader_source = found.source;
	return 0;
}

static int find_all(const struct ka_options *options, struct ka_arena *arena, struct ka_tree *tree,
		    struct next_boot *next, struct ka_error *reterr)
{
	struct ka_boot_facts *facts = &next->facts;

	if (find_loader(options, arena, tree, next, reterr) < 0 ||
	    ka_boot_kernel_find(tree, arena, &facts->kernel, &facts->has_initramfs, reterr) < 0 ||
	    ka_sysctld_read(tree, arena, &facts->files, &facts->file_count, reterr) < 0 ||
	    ka_boot_setters_find(tree, arena, &facts->tuned, &facts->setters, &facts->setter_count,
				 reterr) < 0)
		return -1;
	return 0;
}

int ka_next_boot_of(const struct ka_options *options, struct ka_arena *arena, struct ka_tree *tree,
		    const struct ka_boot **ret_boot, struct ka_error *reterr)
{
	struct next_boot *next = ka_arena_alloc(arena, sizeof(*next));
	int result;

	if (!next)
		return ka_fail_memory(reterr);
	next->facts.is_live = tree->is_host;
	ka_tree_remember(tree, arena);
	result = find_all(options, arena, tree, next, reterr);
	ka_tree_forget(tree);
	if (result < 0 || ka_boot_resolve(arena, &next->facts, &next->boot, reterr) < 0)
		return -1;
	*ret_boot = &next->boot;
	return 0;
}

int ka_next_boot_read(const struct ka_options *options, struct ka_arena *arena, const char *root,
		      const struct ka_boot **ret_boot, struct ka_error *reterr)
{
	struct ka_tree tree;
	int result;

	if (ka_tree_open(root, &tree, reterr) < 0)
		return -1;
	result = ka_next_boot_of(options, arena, &tree, ret_boot, reterr);
	ka_tree_close(&tree);
	return result;
}
