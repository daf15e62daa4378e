/* Network namespaces: finding, entering and telling them apart. */
#ifndef KA_EDGE_NETNS_H
#define KA_EDGE_NETNS_H

#include "base/error.h"
#include "core/transaction.h"

#include <stdbool.h>

/* Opens a namespace by word: one with a '/' is a path of a namespace file (nsfs, of the network
 * kind), digits are a process id, anything else is a name of `ip netns` (/run/netns/NAME). The
 * caller closes *ret_fd. KA_E_NETNS_MISSING, or KA_E_NETNS_ENTER when it may not be opened. */
int ka_netns_open(const char *word, int *ret_fd, struct ka_error *reterr);

/* Moves the calling thread into the namespace. KA_E_NETNS_ENTER. */
int ka_netns_enter(int fd, struct ka_error *reterr);

/* Tells which namespace the calling thread is in. is_initial is what /proc/sys says:
 * net.core.netdev_budget exists only in the initial namespace (net/core/sysctl_net_core.c,
 * net_core_table). KA_E_NETNS_MISSING when /proc does not show the namespace. */
int ka_netns_identify(struct ka_netns_id *ret_id, struct ka_error *reterr);

/* Whether this is a container, as far as the usual marks tell: then the files that are read at
 * boot are not ours to write, even where the network namespace is the initial one. */
bool ka_in_container(void);

#endif
