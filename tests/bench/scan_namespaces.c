/* The floor for finding network namespaces: one pass over all processes, asking each for its own.
 * Prints how many processes there are. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	char path[300], target[64];
	long count = 0;

	while (processes && (entry = readdir(processes))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/ns/net", entry->d_name);
		count += readlink(path, target, sizeof(target)) > 0;
	}
	printf("%ld\n", count);
	return 0;
}
