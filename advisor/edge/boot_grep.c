#include "edge/boot_grep.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_executable(const struct ka_tree *tree, const char *path)
{
	int fd = ka_tree_open_file(tree, path);
	struct stat status;
	bool result;

	if (fd < 0)
		return false;
	result = fstat(fd, &status) == 0 && (status.st_mode & 0111) != 0;
	close(fd);
	return result;
}

/* A call that applies a file: what the file sets, at the place of the call. */
static int add_settings_of(struct ka_grep *grep, const struct ka_setter *call, const char *path,
			   struct ka_error *reterr)
{
	struct ka_hits hits = {.arena = &grep->scratch};
	struct ka_node node;

	if (ka_tree_read(grep->tree, &grep->scratch, path, KA_SETTER_FILE_MAX, &node) < 0 ||
	    !node.bytes)
		return 0;
	ka_setter_text_read(&hits, node.bytes, node.length, KA_SYNTAX_SETTINGS);
	for (size_t i = 0; i < hits.count; i++) {
		struct ka_setter setter = *call;

		setter.has_key = hits.items[i].kind == KA_HIT_VALUE;
		setter.key = hits.items[i].key;
		setter.value = setter.has_key
				       ? ka_arena_copy(grep->list->arena, hits.items[i].value,
						       strlen(hits.items[i].value))
				       : NULL;
		if (ka_setter_list_add(grep->list, &setter, reterr) < 0)
			return -1;
	}
	return 0;
}

static int add_hits(struct ka_grep *grep, struct ka_setter_source *source,
		    const struct ka_hits *hits, struct ka_error *reterr)
{
	for (size_t i = 0; i < hits->count; i++) {
		const struct ka_hit *hit = &hits->items[i];
		struct ka_setter setter = ka_setter_of_hit(grep->list->arena, source, hit);
		int result = hit->kind == KA_HIT_FILE
				     ? add_settings_of(grep, &setter, hit->word, reterr)
				     : ka_setter_list_add(grep->list, &setter, reterr);

		if (result < 0)
			return -1;
	}
	return 0;
}

static bool ends_in(const char *path, const char *const *names)
{
	const char *slash = strrchr(path, '/');

	for (; names && *names; names++)
		if (strcmp(slash ? slash + 1 : path, *names) == 0)
			return true;
	return false;
}

static bool counts(struct ka_grep *grep, const struct ka_grep_file *file)
{
	return (!file->needs_permission || is_executable(grep->tree, file->path)) &&
	       (!file->counts || file->counts(grep, file));
}

/* User data of a cloud may be a script. */
static enum ka_setter_syntax syntax_of(const struct ka_grep_file *file, const struct ka_node *node)
{
	return file->syntax == KA_SYNTAX_CLOUD_CONFIG && strncmp(node->bytes, "#!", 2) == 0
		       ? KA_SYNTAX_SCRIPT
		       : file->syntax;
}

static int read_node(struct ka_grep *grep, const struct ka_grep_file *file,
		     const struct ka_node *node, struct ka_error *reterr)
{
	struct ka_setter_source source = {.kind = file->kind, .text = node->bytes};
	struct ka_hits hits = {.arena = &grep->scratch};

	if (!node->bytes || !ka_setter_text_is_candidate(node->bytes, node->length) ||
	    /* A program. */
	    (node->length > 4 && memcmp(node->bytes, "\177ELF", 4) == 0) ||
	    (node->target && ends_in(node->target, file->never)))
		return 0;
	ka_setter_text_read(&hits, node->bytes, node->length, syntax_of(file, node));
	if (hits.count == 0 || !counts(grep, file))
		return 0;
	source.length = node->length;
	source.file = ka_arena_copy(grep->list->arena, file->path, strlen(file->path));
	return add_hits(grep, &source, &hits, reterr);
}

int ka_grep_node(struct ka_grep *grep, const struct ka_grep_file *file, int error,
		 const struct ka_node *node, struct ka_error *reterr)
{
	int result = 0;

	if (error < 0)
		grep->skipped++;
	else
		result = read_node(grep, file, node, reterr);
	if (result == 0 && (error == -ENOMEM || grep->scratch.has_failed))
		result = ka_fail_memory(reterr);
	ka_arena_clear(&grep->scratch);
	return result;
}

int ka_grep_file(struct ka_grep *grep, const struct ka_grep_file *file, struct ka_error *reterr)
{
	struct ka_node node = {0};
	int error = ka_tree_read(grep->tree, &grep->scratch, file->path, KA_SETTER_FILE_MAX, &node);

	return ka_grep_node(grep, file, error, &node, reterr);
}

int ka_grep_entry(struct ka_grep *grep, const struct ka_grep_file *file, const char *directory,
		  const struct ka_listing *listing, const struct ka_entry *entry,
		  struct ka_error *reterr)
{
	struct ka_node node = {0};
	int error;

	if (grep->files_left == 0) {
		grep->skipped++;
		return 0;
	}
	grep->files_left--;
	error = ka_tree_read_entry(grep->tree, &grep->scratch, directory, listing, entry,
				   KA_SETTER_FILE_MAX, &node);
	return ka_grep_node(grep, file, error, &node, reterr);
}
