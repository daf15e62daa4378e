#include "edge/netlink.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum { WAIT_MS = 10 * 1000 };

/* What the body of NLMSG_DONE or NLMSG_ERROR says: 0, or a positive errno. */
static int body_errno(const struct nlmsghdr *header)
{
	int error;

	if (header->nlmsg_len < NLMSG_LENGTH(sizeof(error)))
		return header->nlmsg_type == NLMSG_DONE ? 0 : EBADMSG;
	memcpy(&error, NLMSG_DATA(header), sizeof(error));
	if (error > 0)
		return EBADMSG;
	return error == INT_MIN ? EBADMSG : -error;
}

static enum ka_netlink_result read_message(const struct nlmsghdr *header, ka_netlink_visit visit,
					   void *context, int *ret_errno)
{
	switch (header->nlmsg_type) {
	case NLMSG_NOOP:
		return KA_NETLINK_MORE;
	case NLMSG_OVERRUN:
		*ret_errno = ENOBUFS;
		return KA_NETLINK_ERROR;
	case NLMSG_DONE:
	case NLMSG_ERROR:
		*ret_errno = body_errno(header);
		return *ret_errno ? KA_NETLINK_ERROR : KA_NETLINK_DONE;
	default:
		return visit(context, header, NLMSG_DATA(header), header->nlmsg_len - NLMSG_HDRLEN)
			       ? KA_NETLINK_MORE
			       : KA_NETLINK_STOP;
	}
}

enum ka_netlink_result ka_netlink_read_part(const void *part, size_t length, ka_netlink_visit visit,
					    void *context, bool *is_interrupted, int *ret_errno)
{
	const char *bytes = part;

	while (length >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *header = (const void *)bytes;
		enum ka_netlink_result result;
		size_t step;

		if (header->nlmsg_len < sizeof(*header) || header->nlmsg_len > length)
			break;
		if (header->nlmsg_flags & NLM_F_DUMP_INTR)
			*is_interrupted = true;
		result = read_message(header, visit, context, ret_errno);
		step = NLMSG_ALIGN(header->nlmsg_len);
		if (result != KA_NETLINK_MORE || step >= length)
			return result;
		bytes += step;
		length -= step;
	}
	*ret_errno = EBADMSG;
	return KA_NETLINK_ERROR;
}

const void *ka_netlink_attribute(const void *bytes, size_t length, unsigned type,
				 size_t *ret_length)
{
	const char *at = bytes;
	struct nlattr attribute;

	while (length >= sizeof(attribute)) {
		size_t step;

		memcpy(&attribute, at, sizeof(attribute));
		if (attribute.nla_len < sizeof(attribute) || attribute.nla_len > length)
			return NULL;
		if ((attribute.nla_type & NLA_TYPE_MASK) == type) {
			*ret_length = attribute.nla_len - sizeof(attribute);
			return at + sizeof(attribute);
		}
		step = NLMSG_ALIGN(attribute.nla_len);
		if (step >= length)
			return NULL;
		at += step;
		length -= step;
	}
	return NULL;
}

static int wait_for_part(int fd)
{
	struct pollfd waited = {.fd = fd, .events = POLLIN};
	int ready = poll(&waited, 1, WAIT_MS);

	if (ready < 0)
		return errno == EINTR ? 0 : -errno;
	return ready == 0 ? -ETIMEDOUT : 0;
}

/* The length of the next part that the kernel sent, or a negative errno. */
static ssize_t receive(int fd, void *part, size_t size)
{
	for (;;) {
		struct sockaddr_nl sender = {0};
		socklen_t sender_size = sizeof(sender);
		/* The kernel queues a part before it hands out the last one: waiting is rare. */
		ssize_t length = recvfrom(fd, part, size, MSG_DONTWAIT | MSG_TRUNC,
					  (struct sockaddr *)&sender, &sender_size);
		int error = length < 0 ? -errno : 0;

		if (error == -EAGAIN)
			error = wait_for_part(fd);
		else if (error == 0 && sender.nl_pid == 0)
			return (size_t)length > size ? -EMSGSIZE : length;
		if (error < 0 && error != -EINTR)
			return error;
	}
}

int ka_netlink_dump(int fd, const void *request, size_t size, ka_netlink_visit visit, void *context,
		    bool *is_interrupted)
{
	_Alignas(struct nlmsghdr) char part[KA_NETLINK_PART];
	enum ka_netlink_result result;
	int error = 0;

	while (send(fd, request, size, MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return -errno;
	do {
		ssize_t length = receive(fd, part, sizeof(part));

		if (length < 0)
			return (int)length;
		result = ka_netlink_read_part(part, (size_t)length, visit, context, is_interrupted,
					      &error);
	} while (result == KA_NETLINK_MORE);
	return result == KA_NETLINK_ERROR ? -error : 0;
}
