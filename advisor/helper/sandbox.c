#include "helper/sandbox.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define IS_SANITIZED
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define IS_SANITIZED
#endif

#ifdef IS_SANITIZED
/* Leaks are looked for by tracing the process, which may not be traced. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

static const struct limit {
	__rlimit_resource_t resource;
	rlim_t value;
} limits[] = {
	{RLIMIT_CORE, 0},
	{RLIMIT_FSIZE, 0},
	{RLIMIT_NOFILE, 64},
	{RLIMIT_CPU, KA_WIRE_TIME_S},
#ifndef IS_SANITIZED
	/* libcurl's libraries, the resolver's thread and its heap take about 200 MiB of it. */
	{RLIMIT_AS, (rlim_t)512 * 1024 * 1024},
#endif
};

static int limit_to(__rlimit_resource_t resource, rlim_t value, struct ka_failure *retfailure)
{
	struct rlimit limit;

	/* What is lower already stays so. */
	if (getrlimit(resource, &limit) == 0 && limit.rlim_max < value)
		value = limit.rlim_max;
	limit = (struct rlimit){.rlim_cur = value, .rlim_max = value};
	if (setrlimit(resource, &limit) != 0)
		return ka_refuse(retfailure, KA_STEP_SANDBOX, "a resource cannot be limited: %s",
				 strerror(errno));
	return 0;
}

static int set_limits(struct ka_failure *retfailure)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (limit_to(limits[i].resource, limits[i].value, retfailure) != 0)
			return -1;
	return 0;
}

static int give_up_gaining(struct ka_failure *retfailure)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return ka_refuse(retfailure, KA_STEP_SANDBOX,
				 "new privileges cannot be ruled out: %s", strerror(errno));
	return 0;
}

int ka_sandbox_enter(enum ka_sandbox_mode mode, struct ka_failure *retfailure)
{
	umask(077);
	if (chdir("/") != 0)
		return ka_refuse(retfailure, KA_STEP_SANDBOX, "the root directory: %s",
				 strerror(errno));
	if (set_limits(retfailure) != 0 || ka_privileges_drop(retfailure) != 0 ||
	    give_up_gaining(retfailure) != 0 || ka_landlock_enter(mode, retfailure) != 0)
		return -1;
	/* Holds on every kernel: neither a file nor a socket can be opened without a descriptor. */
	return mode == KA_SANDBOX_VERIFY ? limit_to(RLIMIT_NOFILE, 0, retfailure) : 0;
}
