/* Real sockets: what the kernel lists of them, whose they are, and what a duplicate can do. */
#include "edge/process.h"
#include "edge/sock_diag.h"
#include "edge/socket_handle.h"
#include "edge/socket_owner.h"

#include "ka_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A listener on the loopback, a client and what was accepted. */
struct trio {
	int listener, client, accepted;
	struct sockaddr_in address;
};

static void make_trio(struct trio *trio, int keepalive)
{
	socklen_t size = sizeof(trio->address);

	trio->address = (struct sockaddr_in){.sin_family = AF_INET,
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	trio->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	trio->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(trio->listener, (struct sockaddr *)&trio->address, size), 0);
	assert_int_equal(listen(trio->listener, 5), 0);
	assert_int_equal(getsockname(trio->listener, (struct sockaddr *)&trio->address, &size), 0);
	setsockopt(trio->client, SOL_SOCKET, SO_KEEPALIVE, &keepalive, sizeof(keepalive));
	assert_int_equal(connect(trio->client, (struct sockaddr *)&trio->address, size), 0);
	trio->accepted = accept4(trio->listener, NULL, NULL, SOCK_CLOEXEC);
	assert_int_at_least(trio->accepted, 0);
}

static void close_trio(struct trio *trio)
{
	close(trio->listener);
	close(trio->client);
	close(trio->accepted);
}

static uint32_t inode_of(int fd)
{
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	return (uint32_t)status.st_ino;
}

struct search {
	uint32_t inode;
	int count, total, fail_at;
	struct ka_connection found;
};

static int look_for(void *context, const struct ka_connection *connection, struct ka_error *reterr)
{
	struct search *search = context;

	if (++search->total == search->fail_at)
		return ka_fail(reterr, KA_E_OUTPUT, "enough");
	if (connection->inode != search->inode)
		return 0;
	search->count++;
	search->found = *connection;
	return 0;
}

static struct ka_connection dumped(int fd)
{
	struct search search = {.inode = inode_of(fd)};
	struct ka_error error = {0};
	bool is_interrupted;

	if (ka_sock_diag_dump(KA_STATES_ALL, look_for, &search, &is_interrupted, &error) < 0)
		print_error("%s\n", error.message);
	assert_int_equal(search.count, 1);
	return search.found;
}

static void the_kernel_lists_them(void **state)
{
	struct trio trio;
	struct ka_connection client, accepted, listener;

	(void)state;
	make_trio(&trio, 1);
	client = dumped(trio.client);
	accepted = dumped(trio.accepted);
	listener = dumped(trio.listener);
	assert_int_equal(client.state, KA_TCP_ESTABLISHED);
	assert_int_equal(client.timer, KA_TIMER_KEEPALIVE);
	assert_int_equal(accepted.timer, KA_TIMER_NONE);
	assert_int_equal(listener.state, KA_TCP_LISTEN);
	assert_true(client.has_info);
	assert_false(listener.has_info);
	assert_false(client.is_inbound);
	assert_true(accepted.is_inbound);
	assert_int_equal(client.peer.port, ntohs(trio.address.sin_port));
	assert_int_equal(accepted.peer.port, client.local.port);
	assert_int_equal(client.uid, getuid());
	close_trio(&trio);
}

static void a_visitor_ends_the_dump(void **state)
{
	struct search search = {.fail_at = 1};
	struct ka_error error = {0};
	struct trio trio;
	bool is_interrupted;

	(void)state;
	make_trio(&trio, 0);
	assert_int_equal(
		ka_sock_diag_dump(KA_STATES_ALL, look_for, &search, &is_interrupted, &error), -1);
	assert_string_equal(error.message, "enough");
	close_trio(&trio);
}

static void one_is_looked_at_again(void **state)
{
	struct trio trio;
	struct ka_connection before, now;
	int on = 1;

	(void)state;
	make_trio(&trio, 0);
	before = dumped(trio.accepted);
	setsockopt(trio.accepted, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	assert_int_equal(ka_sock_diag_again(&before, &now), 0);
	assert_int_equal(now.timer, KA_TIMER_KEEPALIVE);
	assert_int_equal(now.inode, before.inode);
	assert_true(now.is_inbound);
	before.cookie++;
	assert_int_equal(ka_sock_diag_again(&before, &now), -ENOENT);
	before.cookie--;
	close_trio(&trio);
	before.local.port ^= 1;
	assert_int_equal(ka_sock_diag_again(&before, &now), -ENOENT);
}

/* A child that has the socket, until it is told to end. */
static pid_t make_child(int fd, int as)
{
	pid_t child = fork();

	if (child != 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(fd, 100) < 0 || (as && setuid((uid_t)as) < 0))
		_exit(1);
	for (;;)
		pause();
}

static void end_child(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void processes_are_found(void **state)
{
	struct ka_socket_owners owners = {0};
	struct ka_error error;
	struct trio trio;
	uint32_t inode;

	(void)state;
	make_trio(&trio, 0);
	inode = inode_of(trio.client);
	assert_null(ka_owners_get(&owners, inode));
	assert_int_equal(ka_owners_search(&owners, &error), 0); /* for nothing */
	assert_int_equal(ka_owners_add(&owners, 0, &error), 0);
	assert_int_equal(owners.count, 0);
	for (uint32_t i = 1; i < 1000; i++) /* most of which are no sockets */
		assert_int_equal(ka_owners_add(&owners, inode + 1000000 + i, &error), 0);
	assert_int_equal(ka_owners_add(&owners, inode, &error), 0);
	assert_int_equal(ka_owners_add(&owners, inode, &error), 0);
	assert_int_equal(owners.count, 1000);
	assert_int_equal(ka_owners_search(&owners, &error), 0);
	assert_int_equal(owners.found, 1);
	assert_int_at_least(owners.processes, 1);
	assert_non_null(ka_owners_get(&owners, inode));
	assert_int_equal(ka_owners_get(&owners, inode)->pid, getpid());
	assert_int_equal(ka_owners_get(&owners, inode)->fd, trio.client);
	assert_null(ka_owners_get(&owners, inode + 1000001));
	assert_null(ka_owners_get(&owners, 1));
	assert_null(ka_owners_get(&owners, 0));
	ka_owners_clear(&owners);
	assert_int_equal(owners.capacity, 0);
	close_trio(&trio);
}

static void the_search_ends_when_all_are_found(void **state)
{
	struct ka_socket_owners owners = {0};
	struct ka_error error;
	struct trio trio;

	(void)state;
	make_trio(&trio, 0);
	assert_int_equal(ka_owners_add(&owners, inode_of(trio.client), &error), 0);
	assert_int_equal(ka_owners_add(&owners, inode_of(trio.accepted), &error), 0);
	assert_int_equal(ka_owners_search(&owners, &error), 0);
	assert_int_equal(owners.found, 2);
	ka_owners_clear(&owners);
	close_trio(&trio);
}

static void what_may_not_be_looked_at_is_counted(void **state)
{
	struct ka_socket_owners owners = {0};
	struct ka_error error;
	pid_t child;
	int status;

	(void)state;
	if (geteuid() != 0)
		skip();
	child = fork();
	if (child == 0) {
		/* As nobody, who may not look at the processes of root. */
		if (setuid(65534) < 0 || ka_owners_add(&owners, 4000000000u, &error) < 0 ||
		    ka_owners_search(&owners, &error) < 0)
			_exit(1);
		_exit(owners.refused > 0 && owners.found == 0 ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void a_duplicate_asks_and_changes(void **state)
{
	struct trio trio;
	struct ka_connection before, now;
	struct ka_socket_options options;
	pid_t child;
	int handle, error;

	(void)state;
	make_trio(&trio, 0);
	before = dumped(trio.client);
	child = make_child(trio.client, 0);
	do /* until it has the descriptor */
		error = ka_socket_handle_open(child, 100, before.inode, before.cookie, &handle);
	while (error == -EBADF);
	assert_int_equal(error, 0);
	assert_int_equal(fcntl(handle, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(ka_socket_handle_read(handle, &options), 0);
	assert_false(options.keepalive);
	assert_int_equal(options.user_timeout_ms, 0);
	assert_int_at_least(options.settings.value[KA_TIME], 1);
	assert_int_equal(ka_socket_handle_toggle(handle), 0);
	assert_int_equal(ka_sock_diag_again(&before, &now), 0);
	assert_int_equal(now.timer, KA_TIMER_KEEPALIVE);
	assert_int_equal(ka_socket_handle_toggle(handle), 0);
	assert_int_equal(ka_socket_handle_pin(handle, 0), -EINVAL);
	assert_int_equal(ka_socket_handle_pin(handle, 100000), -EINVAL);
	assert_int_equal(ka_socket_handle_pin(handle, 1234), 0);
	assert_int_equal(ka_socket_handle_read(handle, &options), 0);
	assert_true(options.keepalive);
	assert_int_equal(options.settings.value[KA_TIME], 1234);
	assert_int_equal(ka_sock_diag_again(&before, &now), 0);
	assert_int_at_most(now.timer_ms, 1234000);
	close(handle);
	assert_int_equal(ka_socket_handle_toggle(handle), -EBADF);
	assert_int_equal(ka_socket_handle_pin(handle, 1234), -EBADF);
	assert_int_equal(ka_socket_handle_read(handle, &options), -EBADF);
	end_child(child);
	close_trio(&trio);
}

static void another_socket_is_not_touched(void **state)
{
	struct trio trio;
	struct ka_connection client;
	int handle = -7, file = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int pid = getpid();

	(void)state;
	make_trio(&trio, 0);
	client = dumped(trio.client);
	assert_int_equal(ka_socket_handle_open(pid, trio.accepted, client.inode, 0, &handle),
			 -ESTALE);
	assert_int_equal(
		ka_socket_handle_open(pid, trio.client, client.inode, client.cookie + 1, &handle),
		-ESTALE);
	assert_int_equal(ka_socket_handle_open(pid, file, inode_of(file), 0, &handle), -ESTALE);
	assert_int_equal(ka_socket_handle_open(pid, 9999, client.inode, 0, &handle), -EBADF);
	assert_int_equal(ka_socket_handle_open(INT32_MAX, 0, client.inode, 0, &handle), -ESRCH);
	assert_int_equal(handle, -7);
	assert_int_equal(ka_socket_handle_open(pid, trio.client, client.inode, 0, &handle), 0);
	close(handle);
	close(file);
	close_trio(&trio);
}

static void anothers_process_is_refused(void **state)
{
	struct trio trio;
	uint32_t inode;
	pid_t owner, asker;
	int status;

	(void)state;
	if (geteuid() != 0)
		skip();
	make_trio(&trio, 0);
	inode = inode_of(trio.client);
	owner = make_child(trio.client, 0);
	asker = fork();
	if (asker == 0) {
		int handle;

		_exit(setuid(65534) == 0 &&
				      ka_socket_handle_open(owner, 100, inode, 0, &handle) == -EPERM
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(asker, &status, 0), asker);
	assert_int_equal(status, 0);
	end_child(owner);
	close_trio(&trio);
}

static void a_process_is_named(void **state)
{
	struct ka_process process;

	(void)state;
	prctl(PR_SET_NAME, "a \"name\"\n\xff");
	assert_true(ka_process_read(getpid(), &process));
	assert_string_equal(process.command, "a \"name\"");
	assert_int_equal(process.pid, getpid());
	assert_false(ka_process_read(INT32_MAX, &process));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_lists_them),
		cmocka_unit_test(a_visitor_ends_the_dump),
		cmocka_unit_test(one_is_looked_at_again),
		cmocka_unit_test(processes_are_found),
		cmocka_unit_test(the_search_ends_when_all_are_found),
		cmocka_unit_test(what_may_not_be_looked_at_is_counted),
		cmocka_unit_test(a_duplicate_asks_and_changes),
		cmocka_unit_test(another_socket_is_not_touched),
		cmocka_unit_test(anothers_process_is_refused),
		cmocka_unit_test(a_process_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
