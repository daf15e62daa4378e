#include "edge/tree_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

bool ka_tree_is_tidy(const char *path)
{
	if (path[0] == '/' && path[1] == '\0')
		return true;
	path += *path == '/';
	for (;;) {
		size_t length = strcspn(path, "/");

		if (length == 0 || (path[0] == '.' && length == 1) ||
		    (path[0] == '.' && path[1] == '.' && length == 2))
			return false;
		if (path[length] == '\0')
			return true;
		path += length + 1;
	}
}

/* ---- Opening without links ---------------------------------------------------------------- */

static bool is_link(int directory, const char *name)
{
	struct stat status;

	return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISLNK(status.st_mode);
}

/* Opens an entry of a directory, and closes the directory. */
static int step_into(int directory, const char *name, int flags)
{
	int fd = openat(directory, name, flags | O_NOFOLLOW | O_CLOEXEC);
	int error = fd < 0 ? -errno : 0;

	/* The kernel complains first that a link is no directory. */
	if (error == -ENOTDIR && is_link(directory, name))
		error = -ELOOP;
	close(directory);
	return error < 0 ? error : fd;
}

/* What openat2 does, for kernels before 5.6 and where a sandbox forbids it. */
static int open_by_steps(int root, const char *path, int flags)
{
	int fd = openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char name[NAME_MAX + 1];

	while (fd >= 0) {
		size_t length;

		path += *path == '/';
		length = strcspn(path, "/");
		if (length >= sizeof(name)) {
			close(fd);
			return -ENAMETOOLONG;
		}
		memcpy(name, path, length);
		name[length] = '\0';
		path += length;
		if (*path == '\0')
			return step_into(fd, length > 0 ? name : ".", flags);
		fd = step_into(fd, name, O_PATH | O_DIRECTORY);
	}
	return fd == -1 ? -errno : fd;
}

int ka_tree_open_plain(const struct ka_tree *tree, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC | (flags & O_PATH ? O_NOFOLLOW : 0)),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	if (tree->lacks_openat2)
		return open_by_steps(tree->fd, path, flags);
	fd = syscall(SYS_openat2, tree->fd, path, &how, sizeof(how));
	return fd < 0 ? -errno : (int)fd;
}

/* ---- Walking ------------------------------------------------------------------------------ */

struct walk {
	const struct ka_tree *tree;
	size_t *steps;
	struct ka_tree_place *place;
	size_t length; /* of place->path: the directories walked so far; 0 for the root */
	char *next;    /* what is still to be walked, at the end of pending */
	unsigned links;
	bool has_links; /* a link stands among what next names, so it is walked one by one */
	char pending[2 * PATH_MAX];
};

/* Puts text in front of what is still to be walked. */
static int prepend(struct walk *walk, const char *text, size_t length)
{
	if (length > (size_t)(walk->next - walk->pending))
		return -ENAMETOOLONG;
	walk->next -= length;
	memcpy(walk->next, text, length);
	return 0;
}

/* Takes slashes, `.` and `..` off the front. `..` never leads above the root. */
static void skip_dots(struct walk *walk)
{
	for (;;) {
		size_t length;

		walk->next += strspn(walk->next, "/");
		length = strcspn(walk->next, "/");
		if (length == 2 && memcmp(walk->next, "..", 2) == 0)
			while (walk->length > 0 && walk->place->path[--walk->length] != '/')
				;
		else if (length != 1 || *walk->next != '.')
			return;
		walk->next += length;
	}
}

/* Moves the first length bytes of what is still to be walked to the path. */
static int take(struct walk *walk, size_t length)
{
	char *end = walk->place->path + walk->length;

	if (walk->length + 1 + length >= sizeof(walk->place->path))
		return -ENAMETOOLONG;
	/* The root alone has a slash at its end. */
	if (length > 0 || walk->length == 0)
		*end++ = '/';
	memcpy(end, walk->next, length);
	end[length] = '\0';
	walk->next += length;
	return 0;
}

/* Whether a link leads to a device that an image lacks and the running system has. */
static bool is_known_device(const struct walk *walk)
{
	static const struct {
		const char *path;
		unsigned minor;
	} devices[] = {{"/dev/null", 3},
		       {"/dev/zero", 5},
		       {"/dev/full", 7},
		       {"/dev/random", 8},
		       {"/dev/urandom", 9}};
	struct ka_tree_place *place = walk->place;

	if (!place->is_link || walk->tree->is_host || *walk->next)
		return false;
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		if (strcmp(place->path, devices[i].path) == 0) {
			place->status = (struct stat){.st_mode = S_IFCHR,
						      .st_rdev = makedev(1, devices[i].minor)};
			return true;
		}
	}
	return false;
}

static int charge(const struct walk *walk)
{
	size_t length = strlen(walk->place->path);
	/* Without openat2 each component of the path costs us as much as one step. */
	size_t cost = walk->tree->lacks_openat2 ? 2 + length / 4 : 1 + length / 64;

	if (cost > *walk->steps) {
		*walk->steps = 0;
		return -EFBIG;
	}
	*walk->steps -= cost;
	return 0;
}

/* Puts the text of a link in the place of the link. */
static int follow(struct walk *walk, const char *text, size_t length)
{
	if (++walk->links > KA_TREE_LINKS_MAX)
		return -ELOOP;
	walk->place->is_link |= *walk->next == '\0';
	walk->has_links = false;
	walk->length =
		text[0] == '/' ? 0 : (size_t)(strrchr(walk->place->path, '/') - walk->place->path);
	return prepend(walk, text, length);
}

/* Looks at what stands at the path so far. 1: a link, which is now to be walked. */
static int look(struct walk *walk)
{
	int fd = ka_tree_open_plain(walk->tree, walk->place->path, O_PATH), error = 0;
	char text[PATH_MAX];
	ssize_t length = 0;

	if (fd < 0)
		return fd;
	if (fstat(fd, &walk->place->status) < 0)
		error = -errno;
	else if (S_ISLNK(walk->place->status.st_mode)) {
		length = readlinkat(fd, "", text, sizeof(text));
		error = length < 0 ? -errno : follow(walk, text, (size_t)length);
		error = error < 0 ? error : 1;
	}
	close(fd);
	return error;
}

/* Walks all that is left where no link stands in the way, else one component. 1: there is more. */
static int step(struct walk *walk)
{
	bool takes_all;
	char *next;
	int result;

	skip_dots(walk);
	next = walk->next;
	takes_all = !walk->has_links && ka_tree_is_tidy(next);
	result = take(walk, takes_all ? strlen(next) : strcspn(next, "/"));
	if (result < 0 || is_known_device(walk))
		return result;
	result = charge(walk);
	if (result == 0)
		result = look(walk);
	if (result == -ELOOP && takes_all && walk->links <= KA_TREE_LINKS_MAX) {
		walk->next = next;
		walk->has_links = true;
		return 1;
	}
	if (result != 0 || *walk->next == '\0')
		return result;
	walk->length = strlen(walk->place->path);
	return S_ISDIR(walk->place->status.st_mode) ? 1 : -ENOTDIR;
}

int ka_tree_walk(const struct ka_tree *tree, size_t *steps, const char *path,
		 struct ka_tree_place *ret_place)
{
	struct walk walk = {.tree = tree, .steps = steps, .place = ret_place};
	int result;

	ret_place->path[0] = '\0';
	ret_place->is_link = false;
	walk.next = walk.pending + sizeof(walk.pending) - 1;
	result = prepend(&walk, path, strlen(path));
	if (result == 0)
		do
			result = step(&walk);
		while (result > 0);
	/* What was left is part of where a link leads to nothing. */
	if (result < 0 && strlen(ret_place->path) + strlen(walk.next) < sizeof(ret_place->path))
		strcat(ret_place->path, walk.next);
	return result;
}
