/* attempt download|verify WRITABLE READABLE: enters the sandbox, tries what it must not be able to
 * do, and prints a line NAME yes|no for each, whether it could. */
#include "helper/sandbox.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void tell(const char *name, bool could)
{
	printf("%s %s\n", name, could ? "yes" : "no");
}

static bool can_open(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool can_use_tcp(int (*use)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool result = fd >= 0 && use(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;

	if (fd >= 0)
		close(fd);
	return result;
}

static bool can_make_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The last attempt: nothing is left of this program if it can. By the system call, because builds
 * that count lines replace the function. */
static void try_to_execute(void)
{
	const char *const words[] = {"true", NULL};

	fflush(stdout);
	syscall(SYS_execve, "/bin/true", words, NULL);
	tell("execute", false);
}

static bool can_return(void)
{
	return setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0 || setegid(0) == 0;
}

static void attempt(const char *writable, const char *readable)
{
	struct rlimit cores;

	tell("landlock", syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 1);
	tell("landlock-net", syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 4);
	tell("create", can_open(writable, O_WRONLY | O_CREAT));
	tell("read", can_open(readable, O_RDONLY));
	tell("read-etc", can_open("/etc/passwd", O_RDONLY));
	tell("read-proc", can_open("/proc/self/status", O_RDONLY));
	tell("write-null", can_open("/dev/null", O_WRONLY));
	tell("socket", can_make_socket());
	tell("bind", can_use_tcp(bind));
	tell("return", can_return());
	tell("groups", setgroups(0, NULL) == 0);
	tell("dump", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 ||
			     getrlimit(RLIMIT_CORE, &cores) != 0 || cores.rlim_max != 0);
	tell("directory", getcwd((char[4096]){0}, 4096) == NULL);
	try_to_execute();
}

int main(int argc, char **argv)
{
	struct ka_failure failure;
	enum ka_sandbox_mode mode;

	if (argc != 4)
		return 2;
	mode = strcmp(argv[1], "verify") == 0 ? KA_SANDBOX_VERIFY : KA_SANDBOX_DOWNLOAD;
	ka_process_clean();
	if (ka_sandbox_enter(mode, &failure) != 0) {
		printf("refused %s\n", failure.message);
		return 1;
	}
	attempt(argv[2], argv[3]);
	return 0;
}
