/* Connection tracking of the calling thread's network namespace. */
#ifndef KA_EDGE_CONNTRACK_H
#define KA_EDGE_CONNTRACK_H

#include "core/facts.h"

#include <stdbool.h>
#include <stdint.h>

/* Reads the idle timeout of established connections and nf_conntrack_tcp_loose. is_present is
 * false where the kernel has no connection tracking loaded or does not show it; does_nat is left
 * KA_NOT_KNOWN. Cannot fail. */
void ka_conntrack_read(struct ka_conntrack *ret_conntrack);

/* Whether a connection is tracked here at present, for a fraction of what a look at /proc/sys costs
 * where there are many namespaces; true where the kernel does not tell. */
bool ka_conntrack_is_busy(void);

/* How many connections are tracked here. False when that cannot be told. */
bool ka_conntrack_count(int64_t *ret_count);

/* Whether something here may translate addresses: a legacy iptables nat table, or an nftables
 * chain of type nat (one netlink dump). KA_NOT_KNOWN where asking is not permitted. Never makes
 * the kernel load a module. */
enum ka_tristate ka_conntrack_does_nat(void);

#endif
