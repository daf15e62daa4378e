#include "edge/process.h"

#include "edge/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { PATH_SIZE = 48, CGROUP_SIZE = 4096 };

/* Reads a file of the process; a text that is too long is none. */
static int read_text(int pid, const char *name, char *text, size_t size)
{
	char path[PATH_SIZE];
	int error;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	error = ka_file_read_value(AT_FDCWD, path, text, size);
	if (error < 0)
		text[0] = '\0';
	return error;
}

bool ka_process_read(int pid, struct ka_process *ret_process)
{
	char cgroup[CGROUP_SIZE];
	struct ka_process process = {.pid = pid};
	int error = read_text(pid, "comm", process.command, sizeof(process.command));

	if (error == -ENOENT || error == -ESRCH)
		return false;
	process.command[strcspn(process.command, "\n")] = '\0';
	read_text(pid, "cgroup", cgroup, sizeof(cgroup));
	ka_cgroup_names_read(cgroup, strlen(cgroup), &process.names);
	*ret_process = process;
	return true;
}
