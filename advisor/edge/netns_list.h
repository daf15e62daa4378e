/* All network namespaces of the machine, as far as this process may see them. */
#ifndef KA_EDGE_NETNS_LIST_H
#define KA_EDGE_NETNS_LIST_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct ka_netns_entry {
	uint64_t inode;
	const char *path;  /* to open it: /proc/PID/ns/net, /run/netns/NAME, /proc/PID/fd/N */
	const char *name;  /* for people and scripts: the name of `ip netns`, else the container,
			    * else the unit, else the command of the first process, else the path;
			    * unique in the list (net:[INODE] is added where it would not be) */
	const char *word;  /* that --netns takes: NAME, PID or PATH */
	int pid;           /* the lowest of its processes; 0: none */
	bool is_container; /* its first process belongs to one */
	bool is_own;       /* the calling thread's */
};

struct ka_netns_list {
	struct ka_netns_entry *entries; /* the own one first, then by name; arena-owned */
	size_t count;
	size_t refused; /* processes that may not be looked at */
};

/* Finds namespaces of processes, of mounts (nsfs, /run/netns) and, with deep, those that only a
 * file descriptor holds. Processes that end meanwhile are left out. KA_E_PROC_READ when /proc
 * cannot be listed. */
int ka_netns_list_read(struct ka_arena *arena, bool deep, struct ka_netns_list *ret_list,
		       struct ka_error *reterr);

/* Opens the namespace for ka_netns_enter: a file descriptor, to be closed by the caller.
 * KA_E_NETNS_MISSING when it has ended, or its path leads to something else by now (which is not
 * opened then); KA_E_NETNS_ENTER when it may not be opened. */
int ka_netns_entry_open(const struct ka_netns_entry *entry, int *ret_fd, struct ka_error *reterr);

/* Whether the calling thread's namespace has TCP sockets (of any state but time-wait), by
 * /proc/thread-self/net/sockstat and sockstat6; true where these do not tell. Much cheaper than a
 * dump, which walks through the sockets of all namespaces. */
bool ka_netns_has_tcp(void);

#endif
