/*
 * usage: read_images LIST
 *
 * The floor of reading images: opens each file that a line of LIST names, asks for its size, reads
 * it and closes it. Prints the number of bytes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char bytes[1024 * 1024];
	char name[4096];
	long long total = 0;
	FILE *list = argc == 2 ? fopen(argv[1], "re") : NULL;

	if (!list) {
		fputs("usage: read_images LIST\n", stderr);
		return 2;
	}
	while (fgets(name, sizeof(name), list)) {
		struct stat status;
		int fd;

		name[strcspn(name, "\n")] = '\0';
		fd = open(name, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
			total += read(fd, bytes, sizeof(bytes));
		close(fd);
	}
	printf("%lld\n", total);
	return fclose(list) == 0 ? 0 : 4;
}
