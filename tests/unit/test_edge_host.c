/* What needs no privilege: reading this host. */
#include "edge/conntrack.h"
#include "edge/keepalive_socket.h"
#include "edge/netns.h"
#include "edge/procsys.h"
#include "edge/tick.h"

#include "ka_test.h"

#include <fcntl.h>
#include <unistd.h>

static void the_socket_agrees_with_proc_sys(void **state)
{
	struct ka_settings from_proc, from_socket;
	struct ka_error error;

	(void)state;
	assert_int_equal(ka_procsys_read_settings(&from_proc, &error), 0);
	assert_int_equal(ka_keepalive_socket_read(&from_socket, &error), 0);
	for (int key = 0; key < KA_KEY_COUNT; key++)
		assert_int_equal(from_proc.value[key], from_socket.value[key]);
}

static void failures_to_read_are_told_apart(void **state)
{
	char far[400];
	struct ka_error error;
	int64_t value = -7;

	(void)state;
	memset(far, 'x', sizeof(far) - 1);
	far[sizeof(far) - 1] = '\0';
	assert_int_equal(ka_procsys_read_number("net/ipv4/nowhere", &value, &error), -1);
	assert_int_equal(error.id, KA_E_PROC_MISSING);
	assert_contains(error.message, "/proc/sys/net/ipv4/nowhere");
	assert_int_equal(ka_procsys_read_number("kernel/pid_max/x", &value, &error), -1);
	assert_int_equal(error.id, KA_E_PROC_MISSING);
	assert_int_equal(ka_procsys_read_number(far, &value, &error), -1);
	assert_int_equal(error.id, KA_E_PROC_MISSING);
	assert_int_equal(ka_procsys_read_number("kernel/ostype", &value, &error), -1);
	assert_int_equal(error.id, KA_E_PROC_MALFORMED);
	assert_int_equal(ka_procsys_read_number("net/ipv4/tcp_rmem", &value, &error), -1);
	assert_int_equal(error.id, KA_E_PROC_MALFORMED);
	assert_int_equal(ka_procsys_read_number("kernel/random/boot_id", &value, &error), -1);
	assert_int_equal(error.id, KA_E_PROC_MALFORMED);
	assert_int_equal(ka_procsys_read_number("net", &value, &error), -1);
	assert_int_equal(error.id, KA_E_PROC_READ);
	assert_int_equal(value, -7);
}

static void failures_to_write_are_told_apart(void **state)
{
	struct ka_error error;

	(void)state;
	assert_int_equal(ka_procsys_probe_write("net/ipv4/nowhere", &error), -1);
	assert_int_equal(error.id, KA_E_PROC_MISSING);
	assert_int_equal(ka_procsys_write_number("net/ipv4/nowhere", 1, &error), -1);
	assert_int_equal(error.id, KA_E_PROC_MISSING);
	/* Nobody may write this one (mode 0444). */
	assert_int_equal(ka_procsys_probe_write("kernel/ostype", &error), -1);
	assert_true(error.id == KA_E_PERMISSION || error.id == KA_E_READ_ONLY);
}

static void the_boot_has_an_id(void **state)
{
	char one[KA_PROCSYS_BOOT_ID_SIZE], again[KA_PROCSYS_BOOT_ID_SIZE];

	(void)state;
	ka_procsys_read_boot_id(one);
	ka_procsys_read_boot_id(again);
	assert_string_equal(one, again);
	assert_int_equal(strlen(one), 36);
}

static void the_tick_rate_is_sane(void **state)
{
	unsigned hz = ka_tick_hz();

	(void)state;
	assert_true(hz == KA_HZ_UNKNOWN || (hz >= KA_HZ_MIN && hz <= KA_HZ_MAX));
}

static void namespaces_that_are_none(void **state)
{
	static const char *const words[] = {
		"",         ".",           "..",           "nowhere-at-all",
		"99999999", "/etc/passwd", "/nowhere/net", "/proc/self/ns/mnt",
		"/dev/null"};
	char far[5000];
	struct ka_error error;
	int fd = -7;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		ka_test_at("'%s'", words[i]);
		assert_int_equal(ka_netns_open(words[i], &fd, &error), -1);
		assert_int_equal(error.id, KA_E_NETNS_MISSING);
	}
	memset(far, '/', sizeof(far) - 1);
	far[sizeof(far) - 1] = '\0';
	assert_int_equal(ka_netns_open(far, &fd, &error), -1);
	assert_int_equal(fd, -7);
	assert_int_equal(ka_netns_enter(-1, &error), -1);
	assert_int_equal(error.id, KA_E_NETNS_ENTER);
}

static void our_own_namespace_opens(void **state)
{
	char pid[24];
	struct ka_error error;
	struct ka_netns_id one, again;
	int fd = -1;

	(void)state;
	snprintf(pid, sizeof(pid), "%d", getpid());
	assert_int_equal(ka_netns_open(pid, &fd, &error), 0);
	assert_int_not_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	close(fd);
	assert_int_equal(ka_netns_open("/proc/self/ns/net", &fd, &error), 0);
	close(fd);
	assert_int_equal(ka_netns_identify(&one, &error), 0);
	assert_int_equal(ka_netns_identify(&again, &error), 0);
	assert_int_equal(one.inode, again.inode);
	assert_int_equal(one.cookie, again.cookie);
	assert_int_equal(one.has_cookie, again.has_cookie);
}

static void asking_about_conntrack_cannot_fail(void **state)
{
	struct ka_conntrack conntrack;
	int64_t count = -7;

	(void)state;
	ka_conntrack_read(&conntrack);
	if (conntrack.is_present)
		assert_int_at_least(conntrack.established_s, 1);
	else
		assert_int_equal(conntrack.is_loose, KA_NOT_KNOWN);
	assert_int_equal(conntrack.does_nat, KA_NOT_KNOWN);
	if (ka_conntrack_count(&count))
		assert_int_at_least(count, 0);
	else
		assert_int_equal(count, -7);
	assert_int_at_most(ka_conntrack_does_nat(), KA_YES);
	ka_in_container();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_socket_agrees_with_proc_sys),
		cmocka_unit_test(failures_to_read_are_told_apart),
		cmocka_unit_test(failures_to_write_are_told_apart),
		cmocka_unit_test(the_boot_has_an_id),
		cmocka_unit_test(the_tick_rate_is_sane),
		cmocka_unit_test(namespaces_that_are_none),
		cmocka_unit_test(our_own_namespace_opens),
		cmocka_unit_test(asking_about_conntrack_cannot_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
