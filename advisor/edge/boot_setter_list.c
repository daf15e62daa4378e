#include "edge/boot_setter_list.h"

#include <errno.h>
#include <string.h>

enum { TEXT_MAX = 1024 };

int ka_setter_list_add(struct ka_setter_list *list, const struct ka_setter *setter,
		       struct ka_error *reterr)
{
	if (list->count == KA_SETTERS_MAX)
		return ka_fail_at(reterr, KA_E_BOOT_LIMIT, setter->file, setter->line,
				  setter->column, "more than %d lines that set these values",
				  KA_SETTERS_MAX);
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 16;
		struct ka_setter *items = ka_arena_array(list->arena, capacity, sizeof(*items));

		if (!items)
			return ka_fail_memory(reterr);
		if (list->count > 0)
			memcpy(items, list->items, list->count * sizeof(*items));
		list->items = items;
		list->capacity = capacity;
	}
	list->items[list->count++] = *setter;
	return 0;
}

static void count_lines(struct ka_setter_source *source, size_t to)
{
	const char *end;

	if (to < source->at)
		source->at = source->line_start = source->lines = 0;
	while ((end = memchr(source->text + source->at, '\n', to - source->at))) {
		source->at = source->line_start = (size_t)(end - source->text) + 1;
		source->lines++;
	}
	source->at = to;
}

static const char *copy_line(struct ka_arena *arena, const struct ka_setter_source *source)
{
	const char *start = source->text + source->line_start;
	size_t length = source->length - source->line_start;
	const char *end = memchr(start, '\n', length);

	if (end)
		length = (size_t)(end - start);
	return ka_arena_copy(arena, start, length < TEXT_MAX ? length : TEXT_MAX);
}

struct ka_setter ka_setter_of_hit(struct ka_arena *arena, struct ka_setter_source *source,
				  const struct ka_hit *hit)
{
	struct ka_setter setter = {.kind = source->kind, .file = source->file};

	count_lines(source, hit->at);
	setter.line = source->lines + 1;
	setter.column = (unsigned)(hit->at - source->line_start) + 1;
	setter.text = copy_line(arena, source);
	if (hit->kind == KA_HIT_VALUE) {
		setter.has_key = true;
		setter.key = hit->key;
		setter.value = ka_arena_copy(arena, hit->value, strlen(hit->value));
	}
	return setter;
}

int ka_setter_list_add_hit(struct ka_setter_list *list, struct ka_setter_source *source,
			   const struct ka_hit *hit, struct ka_error *reterr)
{
	struct ka_setter setter = ka_setter_of_hit(list->arena, source, hit);

	return ka_setter_list_add(list, &setter, reterr);
}

static bool is_hidden_from_user(const struct ka_tree *tree, int error)
{
	return tree->is_host && (error == -EACCES || error == -EPERM);
}

static int settle(const struct ka_tree *tree, int error, const char *path, struct ka_node *ret_node,
		  struct ka_error *reterr)
{
	if (error == 0)
		return 0;
	*ret_node = (struct ka_node){.type = KA_NODE_ABSENT};
	if (is_hidden_from_user(tree, error))
		return 0;
	if (error == -ENOMEM)
		return ka_fail_memory(reterr);
	if (error == -EFBIG)
		return ka_fail_at(reterr, KA_E_BOOT_LIMIT, path, 0, 0,
				  "more than %d bytes, or than may be read below one root",
				  KA_SETTER_FILE_MAX);
	return ka_fail_sys(reterr, KA_E_BOOT_READ, -error, "cannot read %s", path);
}

int ka_setter_read(struct ka_tree *tree, struct ka_arena *arena, const char *path,
		   struct ka_node *ret_node, struct ka_error *reterr)
{
	int error = ka_tree_read(tree, arena, path, KA_SETTER_FILE_MAX, ret_node);

	return settle(tree, error, path, ret_node, reterr);
}

int ka_setter_look(struct ka_tree *tree, struct ka_arena *arena, const char *path,
		   struct ka_node *ret_node, struct ka_error *reterr)
{
	return settle(tree, ka_tree_look(tree, arena, path, ret_node), path, ret_node, reterr);
}

int ka_setter_list_directory(struct ka_tree *tree, struct ka_arena *arena, const char *path,
			     bool (*wants)(const char *name), struct ka_listing *ret_listing,
			     struct ka_error *reterr)
{
	int error = ka_tree_list(tree, arena, path, wants, ret_listing);

	if (error == 0)
		return 0;
	*ret_listing = (struct ka_listing){.fd = -1};
	if (is_hidden_from_user(tree, error))
		return 0;
	if (error == -ENOMEM)
		return ka_fail_memory(reterr);
	if (error == -EFBIG)
		return ka_fail_at(reterr, KA_E_BOOT_LIMIT, path, 0, 0,
				  "more entries than may be listed below one root");
	return ka_fail_sys(reterr, KA_E_BOOT_READ, -error, "cannot list %s", path);
}

bool ka_has_suffix(const char *name, const char *suffix)
{
	size_t length = strlen(name), tail = strlen(suffix);

	return length > tail && strcmp(name + length - tail, suffix) == 0;
}
