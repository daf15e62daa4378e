/* Dumps over netlink(7), one message at a time, with every length checked. */
#ifndef KA_EDGE_NETLINK_H
#define KA_EDGE_NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>

enum { KA_NETLINK_PART = 32768 }; /* the kernel never puts more into one part of a dump */

enum ka_netlink_result {
	KA_NETLINK_MORE,  /* further parts follow */
	KA_NETLINK_DONE,  /* the dump is over */
	KA_NETLINK_STOP,  /* the visitor has seen enough */
	KA_NETLINK_ERROR, /* the kernel said so: *ret_errno; or EBADMSG for what is no message */
};

/* A visitor of messages other than NLMSG_DONE, _ERROR and _NOOP: payload[0..length) follows the
 * header. Returns false to stop. */
typedef bool (*ka_netlink_visit)(void *context, const struct nlmsghdr *header, const void *payload,
				 size_t length);

/* Walks through the messages of one part of a dump, as it was received. is_interrupted is set
 * (never cleared) where the kernel says that what it dumps has changed (NLM_F_DUMP_INTR). */
enum ka_netlink_result ka_netlink_read_part(const void *part, size_t length, ka_netlink_visit visit,
					    void *context, bool *is_interrupted, int *ret_errno);

/* Finds the attribute of this type in bytes[0..length) of attributes: its payload, and the length
 * of it; NULL where there is none or what stands before it is malformed. */
const void *ka_netlink_attribute(const void *bytes, size_t length, unsigned type,
				 size_t *ret_length);

/* Sends the request and visits what comes until the end of the dump. Never waits for more than 10
 * seconds for a part. Returns 0, or a negative errno; -EINTR is retried. */
int ka_netlink_dump(int fd, const void *request, size_t size, ka_netlink_visit visit, void *context,
		    bool *is_interrupted);

#endif
