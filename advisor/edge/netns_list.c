#include "edge/netns_list.h"

#include "base/number.h"
#include "edge/file.h"
#include "edge/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

enum {
	PATH_SIZE = 4096,
	LINK_SIZE = 64,
	DESCRIPTOR_SIZE = 320, /* /proc/PID/fd/NAME */
	FIRST = 64,
	MOUNTS_MAX = 16 * 1024 * 1024, /* bytes of a mountinfo */
	SOCKSTAT_SIZE = 1024,
};

/* The namespaces found so far. */
struct finding {
	struct ka_arena *arena;
	struct ka_netns_entry *entries; /* a hash table by inode on the heap; inode 0: empty */
	size_t capacity, count, refused;
	bool has_failed;
	dev_t device;     /* of the file system of all namespaces; 0: not known */
	uint64_t *mounts; /* with deep, mount namespaces that were looked at: a hash set alike */
	size_t mount_capacity, mount_count;
};

/* Opening */

static bool is_namespace(int fd, uint64_t inode)
{
	struct statfs system;
	struct stat status;

	return fstatfs(fd, &system) == 0 && system.f_type == NSFS_MAGIC &&
	       fstat(fd, &status) == 0 && status.st_ino == inode;
}

static int fail_open(const char *path, int error, struct ka_error *reterr)
{
	bool is_refused = error == EACCES || error == EPERM;

	return ka_fail_sys(reterr, is_refused ? KA_E_NETNS_ENTER : KA_E_NETNS_MISSING, error,
			   "network namespace %s", path);
}

/* Opening the file of a device could do something: where another user may have put one, only what
 * is known to be a namespace is opened in earnest. */
static int open_cautiously(const char *path, uint64_t inode)
{
	int place = open(path, O_PATH | O_CLOEXEC), fd = -1;
	char again[LINK_SIZE];

	if (place < 0)
		return -1;
	snprintf(again, sizeof(again), "/proc/thread-self/fd/%d", place);
	if (is_namespace(place, inode))
		fd = open(again, O_RDONLY | O_CLOEXEC);
	else
		errno = ESTALE;
	close(place);
	return fd;
}

static int open_namespace(const char *path, uint64_t inode, bool is_trusted, int *ret_fd,
			  struct ka_error *reterr)
{
	struct stat status;
	int fd;

	if (is_trusted)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	else
		fd = open_cautiously(path, inode);
	if (fd < 0 && errno != ESTALE)
		return fail_open(path, errno, reterr);
	if (fd < 0 || fstat(fd, &status) < 0 || status.st_ino != inode) {
		if (fd >= 0)
			close(fd);
		return ka_fail(reterr, KA_E_NETNS_MISSING, "%s is something else by now", path);
	}
	*ret_fd = fd;
	return 0;
}

/* Our own mounts are the administrator's; what other processes show us is not. */
static bool is_ours(const char *path)
{
	return strncmp(path, "/proc/", strlen("/proc/")) != 0;
}

/* What was mounted may be hidden by another mount. */
int ka_netns_entry_open(const struct ka_netns_entry *entry, int *ret_fd, struct ka_error *reterr)
{
	char path[LINK_SIZE];
	int result;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", entry->pid);
	if (strcmp(entry->path, path) == 0)
		return open_namespace(path, entry->inode, true, ret_fd, reterr);
	result = open_namespace(entry->path, entry->inode, is_ours(entry->path), ret_fd, reterr);
	if (result < 0 && entry->pid > 0)
		result = open_namespace(path, entry->inode, true, ret_fd, reterr);
	return result;
}

/* The table */

static size_t home_of(uint64_t inode, size_t capacity)
{
	return inode * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (capacity - 1);
}

static struct ka_netns_entry *slot_of(const struct finding *finding, uint64_t inode)
{
	size_t at = home_of(inode, finding->capacity);

	while (finding->entries[at].inode && finding->entries[at].inode != inode)
		at = (at + 1) & (finding->capacity - 1);
	return &finding->entries[at];
}

static bool make_room(struct finding *finding)
{
	struct finding larger = *finding;

	if ((finding->count + 1) * 2 <= finding->capacity)
		return true;
	larger.capacity = finding->capacity ? finding->capacity * 2 : FIRST;
	larger.entries = calloc(larger.capacity, sizeof(*larger.entries));
	if (!larger.entries)
		return false;
	for (size_t i = 0; i < finding->capacity; i++)
		if (finding->entries[i].inode)
			*slot_of(&larger, finding->entries[i].inode) = finding->entries[i];
	free(finding->entries);
	*finding = larger;
	return true;
}

/* The entry of the namespace, and whether it is new; NULL without memory. */
static struct ka_netns_entry *entry_of(struct finding *finding, uint64_t inode, bool *ret_is_new)
{
	struct ka_netns_entry *entry;

	if (!make_room(finding)) {
		finding->has_failed = true;
		return NULL;
	}
	entry = slot_of(finding, inode);
	*ret_is_new = entry->inode == 0;
	finding->count += *ret_is_new;
	entry->inode = inode;
	return entry;
}

static bool is_known(const struct finding *finding, uint64_t inode)
{
	return finding->capacity > 0 && slot_of(finding, inode)->inode;
}

static void add_path(struct finding *finding, uint64_t inode, const char *path)
{
	bool is_new;
	struct ka_netns_entry *entry = entry_of(finding, inode, &is_new);

	if (entry && is_new)
		entry->path = ka_arena_copy(finding->arena, path, strlen(path));
}

/* The namespace that a link like "net:[4026531840]" names; 0: none. */
static uint64_t inode_of(const char *target, const char *kind)
{
	size_t prefix = strlen(kind), length = strlen(target);
	int64_t inode;

	if (length <= prefix + 1 || strncmp(target, kind, prefix) != 0 ||
	    target[length - 1] != ']' ||
	    !ka_parse_decimal(target + prefix, length - prefix - 1, &inode))
		return 0;
	return (uint64_t)inode;
}

static uint64_t read_link(int directory, const char *name, const char *kind, int *ret_errno)
{
	char target[LINK_SIZE];
	ssize_t length = readlinkat(directory, name, target, sizeof(target) - 1);

	*ret_errno = length < 0 ? errno : 0;
	if (length < 0)
		return 0;
	target[length] = '\0';
	return inode_of(target, kind);
}

/* Mounts */

/* The byte that stands at text, and how long it is there: the kernel writes some in octal. */
static char byte_at(const char *text, size_t left, size_t *ret_length)
{
	unsigned value = 0;

	*ret_length = 1;
	if (text[0] != '\\' || left < 4)
		return text[0];
	for (size_t i = 1; i < 4; i++) {
		if (text[i] < '0' || text[i] > '7')
			return text[0];
		value = value << 3 | (unsigned)(text[i] - '0');
	}
	*ret_length = 4;
	return (char)value;
}

/* Resolves the escapes of a mountinfo (proc(5)). False when it does not fit. */
static bool unescape(const char *from, size_t length, char *to, size_t size)
{
	size_t used = 0, step;

	for (size_t i = 0; i < length; i += step) {
		char byte = byte_at(from + i, length - i, &step);

		if (used + 1 >= size || byte == '\0')
			return false;
		to[used++] = byte;
	}
	to[used] = '\0';
	return true;
}

/* A line of a mountinfo: ID PARENT MAJOR:MINOR ROOT POINT ... */
static void add_mount(struct finding *finding, const char *line, size_t length, const char *root)
{
	const char *fields[5];
	size_t lengths[5], at = 0;
	char path[PATH_SIZE], target[LINK_SIZE];
	uint64_t inode;
	size_t used;

	for (int i = 0; i < 5; i++) {
		const char *blank = memchr(line + at, ' ', length - at);

		if (!blank)
			return;
		fields[i] = line + at;
		lengths[i] = (size_t)(blank - fields[i]);
		at += lengths[i] + 1;
	}
	if (lengths[3] >= sizeof(target) || !unescape(fields[3], lengths[3], target, LINK_SIZE))
		return;
	inode = inode_of(target, "net:[");
	used = (size_t)snprintf(path, sizeof(path), "%s", root);
	if (inode && unescape(fields[4], lengths[4], path + used, sizeof(path) - used))
		add_path(finding, inode, path);
}

/* root: how the process that has these mounts is reached, "" for our own. */
static void add_mounts(struct finding *finding, const char *file, const char *root)
{
	FILE *mounts = fopen(file, "re");
	size_t capacity = 0, total = 0;
	char *line = NULL;
	ssize_t length;

	if (!mounts)
		return;
	while (total < MOUNTS_MAX && (length = getline(&line, &capacity, mounts)) > 0) {
		add_mount(finding, line, (size_t)length, root);
		total += (size_t)length;
	}
	free(line);
	fclose(mounts);
}

static void add_named_one(struct finding *finding, const char *name)
{
	struct ka_netns_entry *entry;
	char path[PATH_SIZE];
	struct stat status;
	bool is_new;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	if (stat(path, &status) < 0 || status.st_dev != finding->device)
		return;
	entry = entry_of(finding, status.st_ino, &is_new);
	if (!entry || entry->word)
		return;
	entry->path = ka_arena_copy(finding->arena, path, strlen(path));
	entry->word = entry->name = ka_arena_copy(finding->arena, name, strlen(name));
}

static void add_named(struct finding *finding)
{
	DIR *names = opendir("/run/netns");
	const struct dirent *entry;

	if (!names)
		return;
	while ((entry = readdir(names)))
		if (entry->d_name[0] != '.')
			add_named_one(finding, entry->d_name);
	closedir(names);
}

/* Processes */

static uint64_t *mount_slot(uint64_t *mounts, size_t capacity, uint64_t inode)
{
	size_t at = home_of(inode, capacity);

	while (mounts[at] && mounts[at] != inode)
		at = (at + 1) & (capacity - 1);
	return &mounts[at];
}

static bool make_mount_room(struct finding *finding)
{
	size_t capacity = finding->mount_capacity ? finding->mount_capacity * 2 : FIRST;
	uint64_t *mounts;

	if ((finding->mount_count + 1) * 2 <= finding->mount_capacity)
		return true;
	mounts = calloc(capacity, sizeof(*mounts));
	if (!mounts)
		return false;
	for (size_t i = 0; i < finding->mount_capacity; i++)
		if (finding->mounts[i])
			*mount_slot(mounts, capacity, finding->mounts[i]) = finding->mounts[i];
	free(finding->mounts);
	finding->mounts = mounts;
	finding->mount_capacity = capacity;
	return true;
}

static bool is_new_mount_namespace(struct finding *finding, uint64_t inode)
{
	uint64_t *slot;

	if (!make_mount_room(finding)) {
		finding->has_failed = true;
		return false;
	}
	slot = mount_slot(finding->mounts, finding->mount_capacity, inode);
	if (*slot)
		return false;
	*slot = inode;
	finding->mount_count++;
	return true;
}

/* A namespace that was opened by the name of a mount that is gone has another text in its link. The
 * file is neither opened nor, should a server have it, asked for. */
static uint64_t held_inode(const struct finding *finding, int directory, const char *name)
{
	struct statx file;

	if (statx(directory, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_INO, &file) < 0 ||
	    makedev(file.stx_dev_major, file.stx_dev_minor) != finding->device)
		return 0;
	return file.stx_ino;
}

static bool is_network(const char *path, uint64_t inode)
{
	bool is_one;
	int fd;

	if (open_namespace(path, inode, false, &fd, NULL) < 0)
		return false;
	is_one = ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET;
	close(fd);
	return is_one;
}

static void add_descriptor(struct finding *finding, int directory, int pid, const char *name)
{
	char target[LINK_SIZE], path[DESCRIPTOR_SIZE];
	ssize_t length = readlinkat(directory, name, target, sizeof(target) - 1);
	uint64_t inode;

	if (length <= 0)
		return;
	target[length] = '\0';
	inode = target[0] == '/' ? held_inode(finding, directory, name) : inode_of(target, "net:[");
	if (!inode || is_known(finding, inode))
		return;
	snprintf(path, sizeof(path), "/proc/%d/fd/%s", pid, name);
	if (is_network(path, inode))
		add_path(finding, inode, path);
}

static void add_mounts_of(struct finding *finding, int pid)
{
	char file[LINK_SIZE], root[LINK_SIZE];

	snprintf(file, sizeof(file), "/proc/%d/mountinfo", pid);
	snprintf(root, sizeof(root), "/proc/%d/root", pid);
	add_mounts(finding, file, root);
}

/* Closes the directory. */
static void add_descriptors(struct finding *finding, int directory, int pid)
{
	const struct dirent *entry;
	DIR *descriptors = fdopendir(directory);

	if (!descriptors) {
		close(directory);
		return;
	}
	while ((entry = readdir(descriptors)))
		add_descriptor(finding, directory, pid, entry->d_name);
	closedir(descriptors);
}

static void look_deep(struct finding *finding, int pid)
{
	char path[LINK_SIZE];
	uint64_t mounts;
	int directory, error;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	directory = ka_file_open_directory(AT_FDCWD, path);
	if (directory >= 0)
		add_descriptors(finding, directory, pid);
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	mounts = read_link(AT_FDCWD, path, "mnt:[", &error);
	if (mounts && is_new_mount_namespace(finding, mounts))
		add_mounts_of(finding, pid);
}

static void add_process(struct finding *finding, int pid)
{
	struct ka_netns_entry *entry;
	char path[LINK_SIZE];
	bool is_new;
	int error;
	uint64_t inode;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	inode = read_link(AT_FDCWD, path, "net:[", &error);
	if (error == EACCES || error == EPERM)
		finding->refused++;
	if (!inode)
		return;
	entry = entry_of(finding, inode, &is_new);
	if (entry && (entry->pid == 0 || pid < entry->pid))
		entry->pid = pid;
}

static void look_at_process(struct finding *finding, const char *name, bool deep)
{
	int64_t pid;

	if (!ka_parse_decimal(name, strlen(name), &pid) || pid > INT32_MAX)
		return;
	add_process(finding, (int)pid);
	if (deep)
		look_deep(finding, (int)pid);
}

static int look_at_processes(struct finding *finding, bool deep, struct ka_error *reterr)
{
	DIR *processes = opendir("/proc");
	const struct dirent *entry;

	if (!processes)
		return ka_fail_sys(reterr, KA_E_PROC_READ, errno, "cannot list /proc");
	while ((entry = readdir(processes)))
		look_at_process(finding, entry->d_name, deep);
	closedir(processes);
	return 0;
}

/* Names */

static void name_by_process(struct ka_arena *arena, struct ka_netns_entry *entry)
{
	struct ka_process process;
	const char *name;

	if (entry->pid == 0 || !ka_process_read(entry->pid, &process))
		return;
	entry->is_container = process.names.container[0];
	name = process.names.container;
	if (!*name)
		name = process.names.unit;
	if (!*name)
		name = process.command;
	if (!entry->name && *name)
		entry->name = ka_arena_copy(arena, name, strlen(name));
}

static void complete(struct ka_arena *arena, struct ka_netns_entry *entry, uint64_t own)
{
	if (entry->pid > 0 && !entry->path)
		entry->path = ka_arena_printf(arena, "/proc/%d/ns/net", entry->pid);
	if (!entry->word)
		entry->word =
			entry->pid > 0 ? ka_arena_printf(arena, "%d", entry->pid) : entry->path;
	name_by_process(arena, entry);
	if (!entry->name)
		entry->name = entry->path;
	entry->is_own = entry->inode == own;
}

static int compare_entries(const void *a, const void *b)
{
	const struct ka_netns_entry *one = a, *other = b;
	int order;

	if (one->is_own != other->is_own)
		return one->is_own ? -1 : 1;
	order = strcmp(one->name, other->name);
	return order ? order : (one->inode > other->inode) - (one->inode < other->inode);
}

/* Of several that are called the same, each is called by its number too. */
static void make_unique(struct ka_arena *arena, struct ka_netns_entry *entries, size_t count)
{
	const char *before = NULL;

	for (size_t i = 0; i < count; i++) {
		const char *name = entries[i].name;
		bool is_shared = (before && strcmp(before, name) == 0) ||
				 (i + 1 < count && strcmp(entries[i + 1].name, name) == 0);

		before = name;
		if (is_shared)
			entries[i].name = ka_arena_printf(arena, "%s net:[%llu]", name,
							  (unsigned long long)entries[i].inode);
	}
}

static int list(struct finding *finding, uint64_t own, struct ka_netns_list *ret_list,
		struct ka_error *reterr)
{
	struct ka_arena *arena = finding->arena;
	struct ka_netns_list list = {.refused = finding->refused};

	list.entries = ka_arena_array(arena, finding->count + 1, sizeof(*list.entries));
	if (!list.entries)
		return ka_fail_memory(reterr);
	for (size_t i = 0; i < finding->capacity; i++) {
		struct ka_netns_entry *entry = &list.entries[list.count];

		if (!finding->entries[i].inode)
			continue;
		*entry = finding->entries[i];
		complete(arena, entry, own);
		list.count++;
	}
	qsort(list.entries, list.count, sizeof(*list.entries), compare_entries);
	make_unique(arena, list.entries, list.count);
	if (arena->has_failed || finding->has_failed)
		return ka_fail_memory(reterr);
	*ret_list = list;
	return 0;
}

int ka_netns_list_read(struct ka_arena *arena, bool deep, struct ka_netns_list *ret_list,
		       struct ka_error *reterr)
{
	struct finding finding = {.arena = arena};
	struct stat own = {0};
	int result;

	if (stat("/proc/thread-self/ns/net", &own) == 0)
		finding.device = own.st_dev;
	if (own.st_ino)
		add_path(&finding, own.st_ino, "/proc/thread-self/ns/net");
	add_named(&finding);
	add_mounts(&finding, "/proc/self/mountinfo", "");
	result = look_at_processes(&finding, deep, reterr);
	if (result == 0)
		result = list(&finding, own.st_ino, ret_list, reterr);
	free(finding.entries);
	free(finding.mounts);
	return result;
}

/* Connections */

/* Whether the number behind the key is 0. */
static bool is_zero(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at && at[strlen(key)] == '0';
}

/* "sockets: used 7", of all kinds; "TCP: inuse 5 orphan 0 ...", "TCP6: inuse 2": those that are
 * hashed, and not in time-wait. */
bool ka_netns_has_tcp(void)
{
	char text[SOCKSTAT_SIZE];
	int error =
		ka_file_read_value(AT_FDCWD, "/proc/thread-self/net/sockstat", text, sizeof(text));

	if (error < 0 || is_zero(text, "sockets: used "))
		return error < 0;
	if (!is_zero(text, "TCP: inuse "))
		return true;
	error = ka_file_read_value(AT_FDCWD, "/proc/thread-self/net/sockstat6", text, sizeof(text));
	return error < 0 ? error != -ENOENT : !is_zero(text, "TCP6: inuse ");
}
