#include "helper/sandbox.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* All that libcurl may know of the caller's world. Everything else could name files to read or
 * write (SSLKEYLOGFILE, OPENSSL_CONF, HOME, HOSTALIASES) or change how libraries behave. */
static const char *const kept[] = {
	"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
};

enum { KEPT = sizeof(kept) / sizeof(kept[0]) };

static void clean_environment(void)
{
	char *values[KEPT];

	for (size_t i = 0; i < KEPT; i++) {
		const char *value = getenv(kept[i]);

		values[i] = value ? strdup(value) : NULL;
	}
	clearenv();
	for (size_t i = 0; i < KEPT; i++) {
		if (values[i])
			setenv(kept[i], values[i], 1);
		free(values[i]);
	}
}

/* Otherwise a connection could become standard output. */
static void fill_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

void ka_process_clean(void)
{
	fill_standard();
	close_range(STDERR_FILENO + 1, UINT_MAX, 0);
	clean_environment();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}
