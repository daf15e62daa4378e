/*
 * usage: read_images LIST
 *
 * The floor of reading images: finds every file below the directories that the lines of LIST name,
 * asks for its size, reads it and closes it. Prints the number of bytes.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char bytes[1024 * 1024];

static long long read_file(int directory, const char *name)
{
	long long length = 0;
	struct stat status;
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
		length = read(fd, bytes, sizeof(bytes));
	close(fd);
	return length;
}

static long long read_directory(int parent, const char *path)
{
	int fd = openat(parent, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	long long total = 0;

	while (directory && (entry = readdir(directory))) {
		if (entry->d_type == DT_REG)
			total += read_file(fd, entry->d_name);
		else if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
			 strcmp(entry->d_name, "..") != 0)
			total += read_directory(fd, entry->d_name);
	}
	if (directory)
		closedir(directory);
	return total;
}

int main(int argc, char **argv)
{
	char name[4096];
	long long total = 0;
	FILE *list = argc == 2 ? fopen(argv[1], "re") : NULL;

	if (!list) {
		fputs("usage: read_images LIST\n", stderr);
		return 2;
	}
	while (fgets(name, sizeof(name), list)) {
		name[strcspn(name, "\n")] = '\0';
		total += read_directory(AT_FDCWD, name);
	}
	printf("%lld\n", total);
	return fclose(list) == 0 ? 0 : 4;
}
