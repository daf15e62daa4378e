#include "edge/conntrack.h"

#include "base/number.h"
#include "edge/file.h"
#include "edge/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NUMBER_SIZE = 32, NAMES_SIZE = 512, STATISTICS_SIZE = 1024 };

static bool read_number(const char *name, int64_t *ret_value)
{
	char path[128], text[NUMBER_SIZE];

	snprintf(path, sizeof(path), "/proc/sys/net/netfilter/%s", name);
	if (ka_file_read_value(AT_FDCWD, path, text, sizeof(text)) < 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	return ka_parse_decimal(text, strlen(text), ret_value);
}

void ka_conntrack_read(struct ka_conntrack *ret_conntrack)
{
	struct ka_conntrack conntrack = {0};
	int64_t loose;

	conntrack.is_present =
		read_number("nf_conntrack_tcp_timeout_established", &conntrack.established_s);
	if (conntrack.is_present && read_number("nf_conntrack_tcp_loose", &loose))
		conntrack.is_loose = loose ? KA_YES : KA_NO;
	*ret_conntrack = conntrack;
}

/* Below the names of the columns is a line for each processor, and the first number of each is that
 * of all connections, in hexadecimal. */
bool ka_conntrack_is_busy(void)
{
	char text[STATISTICS_SIZE];
	const char *numbers;
	int fd = open("/proc/thread-self/net/stat/nf_conntrack", O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return true;
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[length > 0 ? length : 0] = '\0';
	numbers = strchr(text, '\n');
	if (!numbers || !numbers[1])
		return true;
	numbers++;
	return strspn(numbers, "0") != strcspn(numbers, " ");
}

bool ka_conntrack_count(int64_t *ret_count)
{
	return read_number("nf_conntrack_count", ret_count);
}

/* The legacy tables of one family that are in use, one name in each line. */
static enum ka_tristate has_legacy_table(const char *path)
{
	char names[NAMES_SIZE];
	int error = ka_file_read_value(AT_FDCWD, path, names, sizeof(names));
	const char *at = names;

	if (error == -ENOENT)
		return KA_NO;
	if (error < 0)
		return KA_NOT_KNOWN;
	while (*at) {
		size_t length = strcspn(at, "\n");

		if (length == 3 && memcmp(at, "nat", 3) == 0)
			return KA_YES;
		at += length;
		at += *at == '\n';
	}
	return KA_NO;
}

/* Stops at the first chain of type nat. */
static bool visit_chain(void *context, const struct nlmsghdr *header, const void *payload,
			size_t length)
{
	bool *has_nat = context;
	const size_t family = NLMSG_ALIGN(sizeof(struct nfgenmsg));
	const void *type;
	size_t size;

	if (header->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN) || length < family)
		return true;
	type = ka_netlink_attribute((const char *)payload + family, length - family,
				    NFTA_CHAIN_TYPE, &size);
	*has_nat = type && size == sizeof("nat") && memcmp(type, "nat", sizeof("nat")) == 0;
	return !*has_nat;
}

static enum ka_tristate dump_chains(int fd)
{
	struct {
		struct nlmsghdr header;
		struct nfgenmsg body;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.body = {.nfgen_family = NFPROTO_UNSPEC, .version = NFNETLINK_V0},
	};
	bool has_nat = false, is_interrupted = false;

	if (ka_netlink_dump(fd, &request, sizeof(request), visit_chain, &has_nat, &is_interrupted) <
	    0)
		return KA_NOT_KNOWN;
	if (has_nat)
		return KA_YES;
	return is_interrupted ? KA_NOT_KNOWN : KA_NO;
}

static enum ka_tristate has_nat_chain(void)
{
	enum ka_tristate answer;
	int fd;

	/* Asking a kernel without nf_tables would make it load the module, if it can load any. */
	if (access("/sys/module/nf_tables", F_OK) < 0 && access("/proc/modules", F_OK) == 0)
		return KA_NOT_KNOWN;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (fd < 0)
		return KA_NOT_KNOWN;
	answer = dump_chains(fd);
	close(fd);
	return answer;
}

enum ka_tristate ka_conntrack_does_nat(void)
{
	enum ka_tristate four = has_legacy_table("/proc/thread-self/net/ip_tables_names");
	enum ka_tristate six = has_legacy_table("/proc/thread-self/net/ip6_tables_names");
	enum ka_tristate chains;

	if (four == KA_YES || six == KA_YES)
		return KA_YES;
	chains = has_nat_chain();
	if (chains == KA_YES)
		return KA_YES;
	return four == KA_NO && six == KA_NO && chains == KA_NO ? KA_NO : KA_NOT_KNOWN;
}
