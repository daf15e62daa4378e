/* Which process has a socket: one pass over /proc/PID/fd. */
#ifndef KA_EDGE_SOCKET_OWNER_H
#define KA_EDGE_SOCKET_OWNER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first process found, in the order of /proc, and its lowest descriptor of the socket. */
struct ka_socket_owner {
	uint32_t inode; /* 0: an empty slot */
	int32_t pid;    /* 0: not found */
	int32_t fd;
};

/* Sockets that are looked for; start with {0}, free with ka_owners_clear. 16 bytes or less for
 * each, on the heap. */
struct ka_socket_owners {
	struct ka_socket_owner *slots; /* a hash table by inode */
	size_t capacity, count;
	size_t found;
	size_t refused;   /* processes that may not be looked at */
	size_t gone;      /* that ended in between */
	size_t processes; /* that were looked at */
	bool takes_all;   /* every socket of every process is looked for */
	bool has_failed;  /* out of memory while doing so */
};

void ka_owners_clear(struct ka_socket_owners *owners);

/* Adds a socket to look for; inode 0 is ignored, one that is there stays. KA_E_MEMORY. */
int ka_owners_add(struct ka_socket_owners *owners, uint32_t inode, struct ka_error *reterr);

/* Looks through all processes, until every socket is found. What may not be looked at is counted.
 * KA_E_PROC_READ when /proc itself cannot be listed; KA_E_MEMORY only with takes_all. */
int ka_owners_search(struct ka_socket_owners *owners, struct ka_error *reterr);

/* The owner of the socket, or NULL where it is not known. */
const struct ka_socket_owner *ka_owners_get(const struct ka_socket_owners *owners, uint32_t inode);

#endif
