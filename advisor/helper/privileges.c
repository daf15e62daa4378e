/* From root to nobody, by numbers alone and without a way back. */
#include "helper/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ids {
	uid_t user[3]; /* real, effective, saved */
	gid_t group[3];
};

static struct ids get_ids(void)
{
	struct ids ids;

	getresuid(&ids.user[0], &ids.user[1], &ids.user[2]);
	getresgid(&ids.group[0], &ids.group[1], &ids.group[2]);
	return ids;
}

static bool is_root(void)
{
	struct ids ids = get_ids();

	return ids.user[0] == 0 || ids.user[1] == 0 || ids.user[2] == 0;
}

/* Needs CAP_SETPCAP. Without it, nothing can be added to an empty permitted set either. */
static void empty_bounding_set(void)
{
	for (unsigned long capability = 0; capability < 64; capability++)
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
			break;
}

static int become_nobody(struct ka_failure *retfailure)
{
	if (setgroups(0, NULL) != 0 || setresgid(KA_NOBODY, KA_NOBODY, KA_NOBODY) != 0 ||
	    setresuid(KA_NOBODY, KA_NOBODY, KA_NOBODY) != 0)
		return ka_refuse(retfailure, KA_STEP_SANDBOX,
				 "root cannot become the user %d here: %s", KA_NOBODY,
				 strerror(errno));
	return 0;
}

static bool is_nobody(void)
{
	struct ids ids = get_ids();

	for (size_t i = 0; i < 3; i++)
		if (ids.user[i] != KA_NOBODY || ids.group[i] != KA_NOBODY)
			return false;
	return getgroups(0, NULL) == 0;
}

static bool has_no_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, sets) != 0)
		return false;
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		if (sets[i].effective || sets[i].permitted || sets[i].inheritable)
			return false;
	return true;
}

static int empty_capabilities(struct ka_failure *retfailure)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {0};

	/* Only kernels before 4.3 have no ambient set. */
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &header, sets) != 0 || !has_no_capabilities())
		return ka_refuse(retfailure, KA_STEP_SANDBOX, "capabilities cannot be given up: %s",
				 strerror(errno));
	return 0;
}

/* Each of these must fail. */
static bool can_return(void)
{
	return setresuid((uid_t)-1, 0, (uid_t)-1) == 0 || setresgid((gid_t)-1, 0, (gid_t)-1) == 0 ||
	       setgroups(0, NULL) == 0;
}

int ka_privileges_drop(struct ka_failure *retfailure)
{
	bool was_root = is_root();

	empty_bounding_set();
	if (was_root && become_nobody(retfailure) != 0)
		return -1;
	if (empty_capabilities(retfailure) != 0)
		return -1;
	if (was_root && (!is_nobody() || can_return()))
		return ka_refuse(retfailure, KA_STEP_SANDBOX, "root is not given up for good");
	return 0;
}
