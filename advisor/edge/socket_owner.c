#include "edge/socket_owner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	FIRST = 64,
	ENTRIES = 32 * 1024, /* bytes of directory entries read at once */
	LINK_SIZE = 32,      /* "socket:[4294967295]" */
};

/* What getdents64(2) returns. */
struct entry {
	uint64_t inode;
	int64_t next;
	uint16_t length;
	uint8_t type;
	char name[];
};

void ka_owners_clear(struct ka_socket_owners *owners)
{
	free(owners->slots);
	*owners = (struct ka_socket_owners){0};
}

static size_t slot_of(const struct ka_socket_owners *owners, uint32_t inode)
{
	size_t at = inode * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (owners->capacity - 1);

	while (owners->slots[at].inode && owners->slots[at].inode != inode)
		at = (at + 1) & (owners->capacity - 1);
	return at;
}

/* At most two slots of three are taken. */
static bool make_room(struct ka_socket_owners *owners)
{
	struct ka_socket_owners larger = *owners;

	if ((owners->count + 1) * 3 <= owners->capacity * 2)
		return true;
	larger.capacity = owners->capacity ? owners->capacity * 2 : FIRST;
	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	if (!larger.slots)
		return false;
	for (size_t i = 0; i < owners->capacity; i++)
		if (owners->slots[i].inode)
			larger.slots[slot_of(&larger, owners->slots[i].inode)] = owners->slots[i];
	free(owners->slots);
	*owners = larger;
	return true;
}

int ka_owners_add(struct ka_socket_owners *owners, uint32_t inode, struct ka_error *reterr)
{
	struct ka_socket_owner *slot;

	if (inode == 0)
		return 0;
	if (!make_room(owners))
		return ka_fail_memory(reterr);
	slot = &owners->slots[slot_of(owners, inode)];
	owners->count += slot->inode == 0;
	slot->inode = inode;
	return 0;
}

const struct ka_socket_owner *ka_owners_get(const struct ka_socket_owners *owners, uint32_t inode)
{
	const struct ka_socket_owner *slot;

	if (inode == 0 || owners->capacity == 0)
		return NULL;
	slot = &owners->slots[slot_of(owners, inode)];
	return slot->inode && slot->pid ? slot : NULL;
}

/* The number that text consists of; 0 for anything else, and beyond 32 bits. */
static uint32_t number_of(const char *text, char end)
{
	uint64_t number = 0;

	for (; *text >= '0' && *text <= '9' && number <= UINT32_MAX; text++)
		number = number * 10 + (uint64_t)(*text - '0');
	return *text == end && number <= UINT32_MAX ? (uint32_t)number : 0;
}

static bool is_complete(const struct ka_socket_owners *owners)
{
	return !owners->takes_all && owners->found == owners->count;
}

static void look_at_descriptor(struct ka_socket_owners *owners, int directory, int pid,
			       const char *name)
{
	static const char kind[] = "socket:[";
	const size_t prefix = sizeof(kind) - 1;
	char target[LINK_SIZE];
	ssize_t length = readlinkat(directory, name, target, sizeof(target) - 1);
	struct ka_socket_owner *slot;
	uint32_t inode;

	if (length < (ssize_t)prefix || memcmp(target, kind, prefix) != 0)
		return;
	target[length] = '\0';
	inode = number_of(target + prefix, ']');
	if (inode == 0)
		return;
	if (owners->takes_all && ka_owners_add(owners, inode, NULL) < 0) {
		owners->has_failed = true;
		return;
	}
	slot = &owners->slots[slot_of(owners, inode)];
	if (slot->inode != inode || slot->pid)
		return;
	slot->pid = pid;
	slot->fd = (int32_t)number_of(name, '\0');
	owners->found++;
}

/* readdir(3) would copy each name once more; there may be hundreds of thousands. */
static long read_entries(int directory, char *bytes)
{
	return syscall(SYS_getdents64, directory, bytes, ENTRIES);
}

static void look_at_descriptors(struct ka_socket_owners *owners, int directory, int pid)
{
	_Alignas(struct entry) char bytes[ENTRIES];
	long length;

	while (!is_complete(owners) && (length = read_entries(directory, bytes)) > 0) {
		for (long at = 0; at < length && !is_complete(owners);) {
			const struct entry *entry = (const void *)(bytes + at);

			if (entry->type == DT_LNK)
				look_at_descriptor(owners, directory, pid, entry->name);
			at += entry->length;
		}
	}
}

static void look_at_process(struct ka_socket_owners *owners, int pid)
{
	char path[48];
	int directory;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0) {
		if (errno == EACCES || errno == EPERM)
			owners->refused++;
		else
			owners->gone++;
		return;
	}
	owners->processes++;
	look_at_descriptors(owners, directory, pid);
	close(directory);
}

int ka_owners_search(struct ka_socket_owners *owners, struct ka_error *reterr)
{
	const struct dirent *entry;
	DIR *processes;

	if (is_complete(owners))
		return 0;
	processes = opendir("/proc");
	if (!processes)
		return ka_fail_sys(reterr, KA_E_PROC_READ, errno, "cannot list /proc");
	while (!is_complete(owners) && (entry = readdir(processes))) {
		uint32_t pid = number_of(entry->d_name, '\0');

		if (pid > 0 && pid <= INT32_MAX)
			look_at_process(owners, (int)pid);
	}
	closedir(processes);
	return owners->has_failed ? ka_fail_memory(reterr) : 0;
}
