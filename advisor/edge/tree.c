#include "edge/tree.h"

#include "edge/tree_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum {
	READ_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
	DIRECTORY_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_DIRECTORY,
	STEPS_OF_A_CALL = 2000, /* for callers whose tree is constant */
	ATTEMPTS = 3,           /* at a file that changes while it is looked at */
	LISTING_BUFFER = 8192,
};

/* ---- The root ----------------------------------------------------------------------------- */

static int open_root(const char *root, bool *ret_lacks_openat2)
{
	struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC};
	long fd = syscall(SYS_openat2, AT_FDCWD, root, &how, sizeof(how));

	/* EPERM: sandboxes that do not know the call. */
	*ret_lacks_openat2 = fd < 0 && (errno == ENOSYS || errno == EPERM);
	if (*ret_lacks_openat2)
		fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return (int)fd;
}

int ka_tree_open(const char *root, struct ka_tree *ret_tree, struct ka_error *reterr)
{
	struct ka_tree tree = {
		.bytes_left = KA_TREE_BYTES_MAX,
		.entries_left = KA_TREE_ENTRIES_MAX,
		.steps_left = KA_TREE_STEPS_MAX,
	};
	struct stat own, host;

	tree.fd = open_root(root, &tree.lacks_openat2);
	/* With `.`, so that the right to enter is needed. */
	if (tree.fd < 0 || fstatat(tree.fd, ".", &own, 0) < 0) {
		int error = errno;

		ka_tree_close(&tree);
		return ka_fail_sys(reterr, KA_E_ROOT, error, "cannot open %s", root);
	}
	tree.is_host =
		stat("/", &host) == 0 && own.st_dev == host.st_dev && own.st_ino == host.st_ino;
	*ret_tree = tree;
	return 0;
}

void ka_tree_close(struct ka_tree *tree)
{
	if (tree->fd >= 0)
		close(tree->fd);
	tree->fd = -1;
}

/* ---- Opening ------------------------------------------------------------------------------ */

/* Follows the links of path. */
__attribute__((noinline)) static int open_linked_directory(const struct ka_tree *tree,
							   size_t *steps, const char *path)
{
	struct ka_tree_place place;
	int error = ka_tree_walk(tree, steps, path, &place);

	if (error < 0)
		return error;
	return ka_tree_open_plain(tree, place.path, DIRECTORY_FLAGS);
}

/* The quick way to a directory whose name is remembered; -ELOOP where there is none. */
static int open_remembered(const struct ka_tree *tree, const char *path)
{
	const struct ka_listing *listing;
	const struct ka_entry *entry = ka_tree_entry(tree, path, &listing);
	int fd = -1;

	if (entry && entry->type == DT_DIR)
		fd = openat(listing->fd, entry->name, DIRECTORY_FLAGS | O_NOFOLLOW);
	return fd < 0 ? -ELOOP : fd;
}

static int open_directory(const struct ka_tree *tree, size_t *steps, const char *path)
{
	int fd;

	if (ka_tree_lacks(tree, path))
		return -ENOENT;
	fd = open_remembered(tree, path);
	if (fd == -ELOOP && ka_tree_is_tidy(path))
		fd = ka_tree_open_plain(tree, path, DIRECTORY_FLAGS);
	return fd == -ELOOP ? open_linked_directory(tree, steps, path) : fd;
}

int ka_tree_open_directory(const struct ka_tree *tree, const char *path)
{
	size_t steps = STEPS_OF_A_CALL;

	return open_directory(tree, &steps, path);
}

/* Opens what was a regular file when it was looked at. */
static int open_regular(const struct ka_tree *tree, const char *path, struct stat *ret_status)
{
	int fd = ka_tree_open_plain(tree, path, READ_FLAGS), error = 0;

	if (fd < 0)
		return fd;
	if (fstat(fd, ret_status) < 0)
		error = -errno;
	else if (!S_ISREG(ret_status->st_mode))
		error = -EINVAL;
	if (error == 0)
		return fd;
	close(fd);
	return error;
}

int ka_tree_open_file(const struct ka_tree *tree, const char *path)
{
	size_t steps = STEPS_OF_A_CALL;
	struct ka_tree_place place;
	int error = ka_tree_walk(tree, &steps, path, &place);

	if (error < 0)
		return error;
	return S_ISREG(place.status.st_mode) ? open_regular(tree, place.path, &place.status)
					     : -EINVAL;
}

/* ---- Reading ------------------------------------------------------------------------------ */

static enum ka_node_type type_of(const struct stat *status)
{
	switch (status->st_mode & S_IFMT) {
	case S_IFREG:
		return KA_NODE_REGULAR;
	case S_IFDIR:
		return KA_NODE_DIRECTORY;
	case S_IFIFO:
		return KA_NODE_FIFO;
	case S_IFSOCK:
		return KA_NODE_SOCKET;
	case S_IFCHR:
		return status->st_rdev == makedev(1, 3) ? KA_NODE_NULL_DEVICE : KA_NODE_DEVICE;
	default:
		return KA_NODE_DEVICE;
	}
}

/* Reads on until the end of the file or until bytes[0..capacity) is full. */
static int read_some(int fd, char *bytes, size_t capacity, size_t known, size_t *length)
{
	while (*length < capacity) {
		ssize_t got = read(fd, bytes + *length, capacity - *length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		*length += (size_t)got;
		/* A file that has the length it says needs no further read to see its end. */
		if (got == 0 || *length == known)
			return 0;
	}
	return 0;
}

/* Reads a file that had size bytes when it was opened. The room for one byte more tells when it
 * has grown; then it is followed to its end, or to max. */
static int read_bytes(struct ka_arena *arena, int fd, size_t size, size_t max, char **ret_bytes,
		      size_t *ret_length)
{
	size_t capacity = size + 1, length = 0;
	char *bytes = NULL;

	for (;;) {
		char *more = ka_arena_alloc(arena, capacity + 1);
		int error;

		if (!more)
			return -ENOMEM;
		if (bytes)
			memcpy(more, bytes, length);
		bytes = more;
		error = read_some(fd, bytes, capacity, size, &length);
		if (error < 0)
			return error;
		if (length > max)
			return -EFBIG;
		if (length < capacity)
			break;
		capacity = capacity < 2048 ? 4096 : capacity * 2;
		if (capacity > max)
			capacity = max + 1;
	}
	*ret_bytes = bytes;
	*ret_length = length;
	return 0;
}

static int read_open(struct ka_tree *tree, struct ka_arena *arena, int fd,
		     const struct stat *status, size_t max, struct ka_node *node)
{
	char *bytes;
	int error;

	max = max < tree->bytes_left ? max : tree->bytes_left;
	if (status->st_size < 0 || (size_t)status->st_size > max)
		return -EFBIG;
	error = read_bytes(arena, fd, (size_t)status->st_size, max, &bytes, &node->length);
	if (error < 0)
		return error;
	tree->bytes_left -= node->length;
	node->type = KA_NODE_REGULAR;
	node->bytes = bytes;
	return 0;
}

/* -ELOOP, -ENOENT, -EINVAL: there is something else now. */
static int read_regular(struct ka_tree *tree, struct ka_arena *arena, const char *path, size_t max,
			struct ka_node *node)
{
	struct stat status;
	int fd = open_regular(tree, path, &status), error;

	if (fd < 0)
		return fd;
	error = read_open(tree, arena, fd, &status, max, node);
	close(fd);
	return error;
}

/* max of those who only want to know what is there */
static const size_t NO_BYTES = SIZE_MAX;

/* What stands at a path without links. */
static int settle(struct ka_tree *tree, struct ka_arena *arena, const char *path,
		  const struct stat *status, size_t max, struct ka_node *node)
{
	if (S_ISREG(status->st_mode) && max != NO_BYTES)
		return read_regular(tree, arena, path, max, node);
	node->type = type_of(status);
	if (S_ISREG(status->st_mode))
		node->length = status->st_size > 0 ? (size_t)status->st_size : 0;
	return 0;
}

static bool has_changed(int error)
{
	return error == -ELOOP || error == -ENOENT || error == -ENOTDIR || error == -EINVAL;
}

/* What it means that a path could not be walked. */
static int settle_failure(int error, bool is_link, struct ka_node *node)
{
	if (error != -ENOENT && error != -ENOTDIR && error != -ELOOP && error != -ENAMETOOLONG)
		return error;
	if (!is_link)
		node->type = KA_NODE_ABSENT;
	else
		node->type = error == -ENOENT ? KA_NODE_DANGLING : KA_NODE_LOOP;
	return 0;
}

__attribute__((noinline)) static int read_linked(struct ka_tree *tree, struct ka_arena *arena,
						 const char *path, size_t max, struct ka_node *node)
{
	struct ka_tree_place place;
	int error = ka_tree_walk(tree, &tree->steps_left, path, &place);

	if (error < 0)
		error = settle_failure(error, place.is_link, node);
	else
		error = settle(tree, arena, place.path, &place.status, max, node);
	if (error == 0 && place.is_link) {
		node->target = ka_arena_copy(arena, place.path, strlen(place.path));
		error = arena->has_failed ? -ENOMEM : 0;
	}
	return error;
}

/* What stands at a path without links; -ELOOP if there are some. */
static int look_at(const struct ka_tree *tree, const char *path, struct stat *ret_status)
{
	int fd, error;

	if (ka_tree_lacks(tree, path))
		return -ENOENT;
	fd = ka_tree_is_tidy(path) ? ka_tree_open_plain(tree, path, O_PATH) : -ELOOP;
	if (fd < 0)
		return fd;
	error = fstat(fd, ret_status) < 0 ? -errno : 0;
	close(fd);
	return error == 0 && S_ISLNK(ret_status->st_mode) ? -ELOOP : error;
}

static int read_once(struct ka_tree *tree, struct ka_arena *arena, const char *path, size_t max,
		     struct ka_node *node)
{
	struct stat status;
	int error = look_at(tree, path, &status);

	if (error == -ELOOP)
		return read_linked(tree, arena, path, max, node);
	if (error < 0)
		return settle_failure(error, false, node);
	return settle(tree, arena, path, &status, max, node);
}

/* The quick way for what was a regular file when it was listed; -ELOOP when it is none now. */
static int read_listed(struct ka_tree *tree, struct ka_arena *arena,
		       const struct ka_listing *listing, const struct ka_entry *entry, size_t max,
		       struct ka_node *ret_node)
{
	struct ka_node node = {0};
	struct stat status;
	int fd = openat(listing->fd, entry->name, READ_FLAGS | O_NOFOLLOW), error = -ELOOP;

	if (fd < 0)
		return errno == ELOOP || errno == ENOENT || errno == ENXIO ? -ELOOP : -errno;
	if (fstat(fd, &status) < 0)
		error = -errno;
	else if (S_ISREG(status.st_mode))
		error = read_open(tree, arena, fd, &status, max, &node);
	close(fd);
	if (error == 0)
		*ret_node = node;
	return error;
}

static int read_anew(struct ka_tree *tree, struct ka_arena *arena, const char *path, size_t max,
		     struct ka_node *ret_node)
{
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		struct ka_node node = {0};
		int error = read_once(tree, arena, path, max, &node);

		if (error == 0)
			*ret_node = node;
		if (!has_changed(error))
			return error;
	}
	return -EAGAIN;
}

int ka_tree_read(struct ka_tree *tree, struct ka_arena *arena, const char *path, size_t max,
		 struct ka_node *ret_node)
{
	const struct ka_listing *listing;
	const struct ka_entry *entry = ka_tree_entry(tree, path, &listing);

	int error = -ELOOP;

	if (entry && entry->type == DT_REG && max != NO_BYTES)
		error = read_listed(tree, arena, listing, entry, max, ret_node);
	return error == -ELOOP ? read_anew(tree, arena, path, max, ret_node) : error;
}

int ka_tree_look(struct ka_tree *tree, struct ka_arena *arena, const char *path,
		 struct ka_node *ret_node)
{
	return ka_tree_read(tree, arena, path, NO_BYTES, ret_node);
}

/* A link to /dev/null, which is how files are masked: told by its text alone. */
static bool is_mask(const struct ka_tree *tree, int directory, const char *name)
{
	static const char null_device[] = "/dev/null";
	char text[sizeof(null_device)];

	return !tree->is_host &&
	       readlinkat(directory, name, text, sizeof(text)) == sizeof(null_device) - 1 &&
	       memcmp(text, null_device, sizeof(null_device) - 1) == 0;
}

/* The path of a directory's entry. */
__attribute__((noinline)) static int read_joined(struct ka_tree *tree, struct ka_arena *arena,
						 const char *path, const char *name, size_t max,
						 struct ka_node *ret_node)
{
	char joined[PATH_MAX];
	int length = snprintf(joined, sizeof(joined), "%s/%s", path, name);

	if (length < 0 || (size_t)length >= sizeof(joined))
		return -ENAMETOOLONG;
	return ka_tree_read(tree, arena, joined, max, ret_node);
}

int ka_tree_read_entry(struct ka_tree *tree, struct ka_arena *arena, const char *path,
		       const struct ka_listing *listing, const struct ka_entry *entry, size_t max,
		       struct ka_node *ret_node)
{
	int error = -ELOOP;

	if (entry->type == DT_LNK && is_mask(tree, listing->fd, entry->name)) {
		*ret_node = (struct ka_node){.type = KA_NODE_NULL_DEVICE, .target = "/dev/null"};
		return 0;
	}
	if (entry->type == DT_REG)
		error = read_listed(tree, arena, listing, entry, max, ret_node);
	return error == -ELOOP ? read_joined(tree, arena, path, entry->name, max, ret_node) : error;
}

/* ---- Listing ------------------------------------------------------------------------------ */

static int add_entry(struct ka_arena *arena, const struct dirent64 *found, size_t *capacity,
		     struct ka_listing *listing)
{
	struct ka_entry *entry;

	if (listing->count == *capacity) {
		size_t larger = *capacity ? *capacity * 2 : 32;
		struct ka_entry *entries = ka_arena_array(arena, larger, sizeof(*entries));

		if (!entries)
			return -ENOMEM;
		if (listing->count > 0)
			memcpy(entries, listing->entries, listing->count * sizeof(*entries));
		listing->entries = entries;
		*capacity = larger;
	}
	entry = &listing->entries[listing->count++];
	entry->name = ka_arena_copy(arena, found->d_name, strlen(found->d_name));
	entry->type = found->d_type;
	return arena->has_failed ? -ENOMEM : 0;
}

/* `.`, which tells the inode, or `..` */
static bool is_own(struct ka_listing *listing, const struct dirent64 *found)
{
	if (found->d_name[0] != '.')
		return false;
	if (found->d_name[1] == '\0')
		listing->inode = found->d_ino;
	return found->d_name[1] == '\0' || (found->d_name[1] == '.' && found->d_name[2] == '\0');
}

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct ka_entry *)a)->name, ((const struct ka_entry *)b)->name);
}

/* One buffer full of entries. */
static int add_entries(struct ka_tree *tree, struct ka_arena *arena, const char *buffer,
		       size_t length, bool (*wants)(const char *name), size_t *capacity,
		       struct ka_listing *listing)
{
	int error = 0;

	for (size_t at = 0; at < length && error == 0;) {
		const struct dirent64 *found = (const void *)(buffer + at);

		at += found->d_reclen;
		if (is_own(listing, found))
			continue;
		if (tree->entries_left == 0)
			return -EFBIG;
		tree->entries_left--;
		if (!wants || wants(found->d_name))
			error = add_entry(arena, found, capacity, listing);
	}
	return error;
}

static int fill(struct ka_tree *tree, struct ka_arena *arena, bool (*wants)(const char *name),
		struct ka_listing *listing)
{
	_Alignas(struct dirent64) char buffer[LISTING_BUFFER];
	size_t capacity = 0;

	for (;;) {
		ssize_t length = getdents64(listing->fd, buffer, sizeof(buffer));
		int error = length < 0 ? -errno : 0;

		if (length > 0)
			error = add_entries(tree, arena, buffer, (size_t)length, wants, &capacity,
					    listing);
		if (error < 0)
			return error;
		if (length == 0)
			break;
	}
	if (listing->count > 1)
		qsort(listing->entries, listing->count, sizeof(*listing->entries), compare_entries);
	return 0;
}

int ka_tree_list(struct ka_tree *tree, struct ka_arena *arena, const char *path,
		 bool (*wants)(const char *name), struct ka_listing *ret_listing)
{
	struct ka_listing listing = {.fd = open_directory(tree, &tree->steps_left, path)};
	int error;

	if (listing.fd < 0) {
		struct ka_node node;

		error = settle_failure(listing.fd, false, &node);
		listing.fd = -1;
	} else {
		error = fill(tree, arena, wants, &listing);
	}
	if (error == 0)
		*ret_listing = listing;
	else if (listing.fd >= 0)
		close(listing.fd);
	return error;
}

bool ka_tree_is_same_directory(const struct ka_listing *one, const struct ka_listing *other)
{
	struct stat status, other_status;

	/* The numbers are at hand; only where they are equal the kernel is asked. */
	return one->fd >= 0 && other->fd >= 0 && one->inode == other->inode &&
	       fstat(one->fd, &status) == 0 && fstat(other->fd, &other_status) == 0 &&
	       status.st_dev == other_status.st_dev && status.st_ino == other_status.st_ino;
}
