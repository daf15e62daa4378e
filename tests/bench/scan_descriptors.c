/* The floor for finding the processes of sockets: one pass over the descriptors of all processes,
 * asking for the target of each link. Prints how many are sockets. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static long count_in(const char *pid)
{
	char path[300], target[64];
	const struct dirent *entry;
	long count = 0;
	DIR *links;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	links = opendir(path);
	while (links && (entry = readdir(links)))
		count += readlinkat(dirfd(links), entry->d_name, target, sizeof(target)) > 7 &&
			 memcmp(target, "socket:", 7) == 0;
	if (links)
		closedir(links);
	return count;
}

int main(void)
{
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	long sockets = 0;

	while (processes && (entry = readdir(processes)))
		if (isdigit((unsigned char)entry->d_name[0]))
			sockets += count_in(entry->d_name);
	printf("%ld\n", sockets);
	return 0;
}
