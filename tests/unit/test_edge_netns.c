/* What needs a network namespace of its own to change things in. */
#include "edge/conntrack.h"
#include "edge/keepalive_socket.h"
#include "edge/netns.h"
#include "edge/procsys.h"

#include "ka_test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#define TIME "net/ipv4/tcp_keepalive_time"

static int enter_new_namespace(void **state)
{
	(void)state;
	return unshare(CLONE_NEWNET);
}

static void a_new_namespace_has_the_defaults(void **state)
{
	const struct ka_settings defaults = KA_KERNEL_DEFAULTS;
	struct ka_settings settings;
	struct ka_netns_id id;
	struct ka_error error;

	(void)state;
	assert_int_equal(ka_procsys_read_settings(&settings, &error), 0);
	assert_true(ka_settings_equal(&settings, &defaults));
	assert_int_equal(ka_netns_identify(&id, &error), 0);
	assert_false(id.is_initial);
}

static void what_is_written_is_in_force(void **state)
{
	static const int64_t values[] = {1, 9, 270, 7200, 32767, 40000};
	struct ka_settings settings;
	struct ka_error error;
	int64_t value;

	(void)state;
	assert_int_equal(ka_procsys_probe_write(TIME, &error), 0);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		assert_int_equal(ka_procsys_write_number(TIME, values[i], &error), 0);
		assert_int_equal(ka_procsys_read_number(TIME, &value, &error), 0);
		assert_int_equal(value, values[i]);
		assert_int_equal(ka_keepalive_socket_read(&settings, &error), 0);
		assert_int_equal(settings.value[KA_TIME], values[i]);
	}
	/* What a kernel may hold, but nobody should give it, is read all the same. */
	assert_int_equal(ka_procsys_write_number(TIME, -5, &error), 0);
	assert_int_equal(ka_procsys_read_number(TIME, &value, &error), 0);
	assert_int_equal(value, -5);
}

static void the_kernel_refuses(void **state)
{
	struct ka_error error;
	int64_t value;

	(void)state;
	assert_int_equal(ka_procsys_write_number(TIME, INT64_MAX, &error), -1);
	assert_int_equal(error.id, KA_E_WRITE);
	assert_int_equal(error.sys_errno, EINVAL);
	assert_int_equal(ka_procsys_read_number(TIME, &value, &error), 0);
	assert_int_equal(value, 7200);
}

static void entering_is_by_file(void **state)
{
	struct ka_netns_id first, second, third;
	struct ka_error error;
	int fd = -1;

	(void)state;
	assert_int_equal(ka_netns_identify(&first, &error), 0);
	assert_int_equal(ka_netns_open("/proc/thread-self/ns/net", &fd, &error), 0);
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	assert_int_equal(ka_netns_identify(&second, &error), 0);
	assert_int_not_equal(second.inode, first.inode);
	if (first.has_cookie)
		assert_int_not_equal(second.cookie, first.cookie);
	assert_int_equal(ka_procsys_write_number(TIME, 555, &error), 0);
	assert_int_equal(ka_netns_enter(fd, &error), 0);
	close(fd);
	assert_int_equal(ka_netns_identify(&third, &error), 0);
	assert_int_equal(third.inode, first.inode);
	assert_int_equal(third.cookie, first.cookie);
}

static void nat_is_seen(void **state)
{
	(void)state;
	if (system("nft list tables >/dev/null 2>&1") != 0 ||
	    ka_conntrack_does_nat() == KA_NOT_KNOWN) {
		printf("SKIP: needs nftables in the kernel, and nft\n");
		skip();
	}
	assert_int_equal(ka_conntrack_does_nat(), KA_NO);
	assert_int_equal(system("nft 'add table ip a; add chain ip a out "
				"{ type filter hook output priority 0; }'"),
			 0);
	assert_int_equal(ka_conntrack_does_nat(), KA_NO);
	/* Many chains: the dump comes in several parts. */
	assert_int_equal(
		system("for i in $(seq 2000); do echo add chain ip a c$i; done | nft -f -"), 0);
	assert_int_equal(ka_conntrack_does_nat(), KA_NO);
	assert_int_equal(system("nft 'add table ip6 z; add chain ip6 z post "
				"{ type nat hook postrouting priority 100; }'"),
			 0);
	assert_int_equal(ka_conntrack_does_nat(), KA_YES);
}

#define IN_NAMESPACE(test) cmocka_unit_test_setup(test, enter_new_namespace)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_NAMESPACE(a_new_namespace_has_the_defaults),
		IN_NAMESPACE(what_is_written_is_in_force),
		IN_NAMESPACE(the_kernel_refuses),
		IN_NAMESPACE(entering_is_by_file),
		IN_NAMESPACE(nat_is_seen),
	};

	if (unshare(CLONE_NEWNET) < 0) {
		printf("SKIP: needs CAP_SYS_ADMIN for a network namespace of its own\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
