#include "edge/netns.h"

#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* headers before Linux 5.14 */
#endif

enum { PATH_SIZE = 4096 };

/* Where the word's namespace file is. */
static int make_path(char path[static PATH_SIZE], const char *word, struct ka_error *reterr)
{
	int64_t pid;
	int length;

	if (strchr(word, '/'))
		length = snprintf(path, PATH_SIZE, "%s", word);
	else if (ka_parse_decimal(word, strlen(word), &pid))
		length = snprintf(path, PATH_SIZE, "/proc/%s/ns/net", word);
	else
		length = snprintf(path, PATH_SIZE, "/run/netns/%s", word);
	/* "." and ".." would be directories of names, not names. */
	if (length >= PATH_SIZE || strcmp(word, ".") == 0 || strcmp(word, "..") == 0 || !*word)
		return ka_fail(reterr, KA_E_NETNS_MISSING, "'%s' is not the name of a namespace",
			       word);
	return 0;
}

int ka_netns_open(const char *word, int *ret_fd, struct ka_error *reterr)
{
	char path[PATH_SIZE];
	int fd, error;

	if (make_path(path, word, reterr) < 0)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	error = errno;
	if (fd < 0 && (error == EACCES || error == EPERM))
		return ka_fail_sys(reterr, KA_E_NETNS_ENTER, error, "network namespace %s", path);
	if (fd < 0)
		return ka_fail_sys(reterr, KA_E_NETNS_MISSING, error, "network namespace %s", path);
	/* A file of another kind answers this request with an error, or with another kind. */
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET) {
		close(fd);
		return ka_fail(reterr, KA_E_NETNS_MISSING, "%s is not a network namespace", path);
	}
	*ret_fd = fd;
	return 0;
}

int ka_netns_enter(int fd, struct ka_error *reterr)
{
	if (setns(fd, CLONE_NEWNET) < 0)
		return ka_fail_sys(reterr, KA_E_NETNS_ENTER, errno,
				   "cannot enter the network namespace");
	return 0;
}

static void read_cookie(struct ka_netns_id *id)
{
	socklen_t length = sizeof(id->cookie);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	id->has_cookie = getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &id->cookie, &length) == 0 &&
			 length == sizeof(id->cookie) && id->cookie <= INT64_MAX;
	if (!id->has_cookie)
		id->cookie = 0;
	close(fd);
}

int ka_netns_identify(struct ka_netns_id *ret_id, struct ka_error *reterr)
{
	struct ka_netns_id id = {0};
	struct stat status;

	/* /proc/self would show the main thread's. */
	if (stat("/proc/thread-self/ns/net", &status) < 0)
		return ka_fail_sys(reterr, KA_E_NETNS_MISSING, errno, "/proc/thread-self/ns/net");
	id.inode = status.st_ino;
	id.is_initial = access("/proc/sys/net/core/netdev_budget", F_OK) == 0;
	read_cookie(&id);
	*ret_id = id;
	return 0;
}

/* The kernel's own number for the process namespace it boots with (include/linux/proc_ns.h,
 * PROC_PID_INIT_INO). */
#define INITIAL_PID_NAMESPACE 0xEFFFFFFCu

static bool is_initial_pid_namespace(void)
{
	struct stat status;

	return stat("/proc/self/ns/pid", &status) == 0 && status.st_ino == INITIAL_PID_NAMESPACE;
}

/* Whether our root directory is known to be another one than that of the machine's init. */
static bool has_own_root(void)
{
	struct stat ours, init;

	return stat("/", &ours) == 0 && stat("/proc/1/root/", &init) == 0 &&
	       (ours.st_dev != init.st_dev || ours.st_ino != init.st_ino);
}

static bool has_container_mark(void)
{
	static const char *const marks[] = {
		"/run/systemd/container",     /* systemd-nspawn, LXC, podman with systemd */
		"/.dockerenv",                /* Docker */
		"/run/.containerenv",         /* podman, CRI-O */
		"/run/secrets/kubernetes.io", /* a pod, whatever runs it */
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (access(marks[i], F_OK) == 0)
			return true;
	return false;
}

/* A virtual machine whose disk was made from a container's image still has the mark. */
bool ka_in_container(void)
{
	return has_container_mark() && (!is_initial_pid_namespace() || has_own_root());
}
