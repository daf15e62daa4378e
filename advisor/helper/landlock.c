/* Landlock by its system calls: C libraries have no wrappers, and the constants of newer versions
 * are in no header yet (include/uapi/linux/landlock.h, Documentation/userspace-api/landlock.rst).
 * The kernel's version decides which of them are asked for. */
#include "helper/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CREATE_RULESET_VERSION = 1, RULE_PATH_BENEATH = 1 };

/* The bits of handled_access_fs, by the version that brought them. */
#define ACCESS_READ_FILE (UINT64_C(1) << 2)
#define ACCESS_READ_DIR (UINT64_C(1) << 3)
#define ACCESS_VERSION_1 ((UINT64_C(1) << 13) - 1)    /* execute, read, write, make, remove */
#define ACCESS_REFER (UINT64_C(1) << 13)              /* 2 */
#define ACCESS_TRUNCATE (UINT64_C(1) << 14)           /* 3 */
#define ACCESS_IOCTL_DEV (UINT64_C(1) << 15)          /* 5 */
#define NET_BIND_TCP (UINT64_C(1) << 0)               /* 4 */
#define NET_CONNECT_TCP (UINT64_C(1) << 1)            /* 4 */
#define SCOPE_ABSTRACT_UNIX_SOCKET (UINT64_C(1) << 0) /* 6 */
#define SCOPE_SIGNAL (UINT64_C(1) << 1)               /* 6 */

/* struct landlock_ruleset_attr; members that a kernel does not know must be 0. */
struct ruleset {
	uint64_t files, net, scoped;
};

/* struct landlock_path_beneath_attr. */
struct beneath {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

/* Configuration, certificates, libraries that the resolver loads, its sockets and what
 * /etc/resolv.conf points to, randomness. */
static const char *const readable[] = {
	"/etc", "/usr", "/lib", "/lib32", "/lib64", "/libx32", "/run", "/dev/urandom",
};

static struct ruleset ruleset_for(long version, enum ka_sandbox_mode mode)
{
	struct ruleset ruleset = {.files = ACCESS_VERSION_1};

	if (version >= 2)
		ruleset.files |= ACCESS_REFER;
	if (version >= 3)
		ruleset.files |= ACCESS_TRUNCATE;
	if (version >= 4)
		ruleset.net = NET_BIND_TCP | (mode == KA_SANDBOX_VERIFY ? NET_CONNECT_TCP : 0);
	if (version >= 5)
		ruleset.files |= ACCESS_IOCTL_DEV;
	if (version >= 6)
		ruleset.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
	return ruleset;
}

/* What is not there needs no permission. */
static int allow_reading(int ruleset, const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	struct beneath beneath = {.allowed = ACCESS_READ_FILE, .parent = fd};
	struct stat status;
	long result;

	if (fd < 0)
		return 0;
	if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode))
		beneath.allowed |= ACCESS_READ_DIR;
	result = syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &beneath, 0);
	close(fd);
	return (int)result;
}

static int allow_all(int ruleset)
{
	for (size_t i = 0; i < sizeof(readable) / sizeof(readable[0]); i++)
		if (allow_reading(ruleset, readable[i]) != 0)
			return -1;
	return 0;
}

int ka_landlock_enter(enum ka_sandbox_mode mode, struct ka_failure *retfailure)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
	struct ruleset attributes = ruleset_for(version, mode);
	int ruleset, result;

	/* A kernel without it, one that has it switched off, or a container that hides it. */
	if (version < 1)
		return 0;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
	result = ruleset < 0 || (mode == KA_SANDBOX_DOWNLOAD && allow_all(ruleset) != 0) ||
		 syscall(SYS_landlock_restrict_self, ruleset, 0) != 0;
	if (result)
		ka_failure_set(retfailure, KA_STEP_SANDBOX, "Landlock: %s", strerror(errno));
	if (ruleset >= 0)
		close(ruleset);
	return -result;
}
