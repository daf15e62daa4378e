#include "edge/tree.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

int ka_tree_open_parent(const struct ka_tree *tree, const char *path, const char **ret_name)
{
	char directory[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t length = slash && slash > path ? (size_t)(slash - path) : 1;
	int fd;

	if (!slash || slash[1] == '\0')
		return -EINVAL;
	if (length >= sizeof(directory))
		return -ENAMETOOLONG;
	memcpy(directory, path, length);
	directory[length] = '\0';
	fd = ka_tree_open_directory(tree, directory);
	if (fd >= 0)
		*ret_name = slash + 1;
	return fd;
}
