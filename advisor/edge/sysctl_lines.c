#include "edge/sysctl_lines.h"

#include "edge/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 4096, FILE_SIZE_MAX = 1024 * 1024, LINES_MAX = 1000 };

static const char *const directories[] = {"/etc/sysctl.d", "/run/sysctl.d",
					  "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d",
					  "/lib/sysctl.d"};
enum { DIRECTORY_COUNT = sizeof(directories) / sizeof(directories[0]) };

static const char SYSCTL_CONF[] = "/etc/sysctl.conf";

struct identity {
	dev_t device;
	ino_t inode;
};

struct file {
	const char *name;
	const char *directory;
	struct identity identity;
};

struct search {
	struct ka_arena *arena;
	const char *root, *drop_in;
	struct identity seen[DIRECTORY_COUNT];
	size_t seen_count;
	struct file *files;
	size_t file_count;
	struct ka_found_line *lines;
	size_t line_count;
};

static int fail(struct ka_error *reterr, int error, const char *directory, const char *name)
{
	return ka_fail_sys(reterr, KA_E_DROPIN, error, "cannot look through %s%s%s", directory,
			   *name ? "/" : "", name);
}

static bool is_same(struct identity a, struct identity b)
{
	return a.device == b.device && a.inode == b.inode;
}

static struct identity identify(const struct stat *status)
{
	return (struct identity){status->st_dev, status->st_ino};
}

static int add_line(struct search *search, const struct ka_found_line *line,
		    struct ka_error *reterr)
{
	if (search->line_count == LINES_MAX)
		return ka_fail_at(reterr, KA_E_FOREIGN_LINE, line->file, line->line, 0,
				  "more than %d lines about these values", LINES_MAX);
	search->lines[search->line_count++] = *line;
	return 0;
}

/* Collects the lines of a file's text that matter. */
static int read_lines(struct search *search, const char *file, const char *text, size_t length,
		      struct ka_error *reterr)
{
	unsigned number = 0;

	for (size_t at = 0; at < length;) {
		const char *end = memchr(text + at, '\n', length - at);
		size_t line_length = end ? (size_t)(end - text) - at : length - at;
		struct ka_found_line line = {.file = file, .line = ++number};

		ka_sysctl_line_read(text + at, line_length, &line.meaning);
		if (line.meaning.matters && add_line(search, &line, reterr) < 0)
			return -1;
		at += line_length + 1;
	}
	return 0;
}

/* Reads one file; those that are gone, or are no regular files, hold no lines. */
static int read_file(struct search *search, int directory, const char *name, const char *file,
		     struct ka_error *reterr)
{
	char *text = NULL;
	size_t length;
	int error = ka_file_read(directory, name, FILE_SIZE_MAX, true, &text, &length), result;

	if (error == -ENOENT || error == -EINVAL)
		return 0;
	if (error < 0)
		return fail(reterr, -error, file, "");
	result = read_lines(search, file, text, length, reterr);
	free(text);
	return result;
}

static bool is_seen(const struct search *search, struct identity identity)
{
	for (size_t i = 0; i < search->file_count; i++)
		if (is_same(search->files[i].identity, identity))
			return true;
	return false;
}

/* One *.conf of a directory. */
static int look_at(struct search *search, int directory, struct file *file, struct identity conf,
		   struct ka_error *reterr)
{
	const char *path = ka_arena_printf(search->arena, "%s/%s", file->directory, file->name);
	const char *drop_in_name = strrchr(search->drop_in, '/') + 1;
	struct ka_found_line namesake = {.file = path, .meaning = {.matters = true}};
	struct stat status;
	bool is_new;

	if (strcmp(path, search->drop_in) == 0)
		return 0;
	if (fstatat(directory, file->name, &status, 0) == 0)
		file->identity = identify(&status);
	is_new = !is_seen(search, file->identity);
	search->files[search->file_count++] = *file;
	if (strcmp(file->name, drop_in_name) == 0 && add_line(search, &namesake, reterr) < 0)
		return -1;
	/* A link to /etc/sysctl.conf: read, and named, as that. */
	if (!is_new || is_same(file->identity, conf))
		return 0;
	return read_file(search, directory, file->name, path, reterr);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_conf(const char *name)
{
	size_t length = strlen(name);

	return length > 5 && strcmp(name + length - 5, ".conf") == 0;
}

/* The names of the *.conf in a directory, sorted. */
static int list_names(struct search *search, DIR *stream, const char *directory,
		      const char ***ret_names, size_t *ret_count, struct ka_error *reterr)
{
	const char **names = ka_arena_array(search->arena, FILES_MAX, sizeof(*names));
	const struct dirent *entry;
	size_t count = 0;

	if (!names)
		return ka_fail_memory(reterr);
	while (errno = 0, entry = readdir(stream)) {
		if (!is_conf(entry->d_name))
			continue;
		if (search->file_count + count == FILES_MAX)
			return fail(reterr, EFBIG, directory, "");
		names[count++] = ka_arena_copy(search->arena, entry->d_name, strlen(entry->d_name));
	}
	if (errno)
		return fail(reterr, errno, directory, "");
	qsort(names, count, sizeof(*names), compare_names);
	*ret_names = names;
	*ret_count = count;
	return 0;
}

static int look_through_open(struct search *search, DIR *stream, const char *directory,
			     struct identity conf, struct ka_error *reterr)
{
	struct stat status;
	const char **names = NULL;
	size_t count = 0;

	if (fstat(dirfd(stream), &status) < 0)
		return fail(reterr, errno, directory, "");
	/* /lib is a link to /usr/lib on many systems. */
	for (size_t i = 0; i < search->seen_count; i++)
		if (is_same(search->seen[i], identify(&status)))
			return 0;
	search->seen[search->seen_count++] = identify(&status);
	if (list_names(search, stream, directory, &names, &count, reterr) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct file file = {.name = names[i], .directory = directory};

		if (look_at(search, dirfd(stream), &file, conf, reterr) < 0)
			return -1;
	}
	return 0;
}

static int look_through(struct search *search, const char *directory, struct identity conf,
			struct ka_error *reterr)
{
	int fd = ka_file_open_directory(
		ka_arena_printf(search->arena, "%s%s", search->root, directory));
	int result;
	DIR *stream;

	if (fd == -ENOENT || fd == -ENOTDIR)
		return 0;
	if (fd < 0)
		return fail(reterr, -fd, directory, "");
	stream = fdopendir(fd);
	if (!stream) {
		close(fd);
		return ka_fail_memory(reterr);
	}
	result = look_through_open(search, stream, directory, conf, reterr);
	closedir(stream);
	return result;
}

static bool is_hidden_or_hides(const struct search *search, const char *name)
{
	size_t namesakes = 0;

	for (size_t i = 0; i < search->file_count; i++)
		namesakes += strcmp(search->files[i].name, name) == 0;
	return namesakes > 1 || name[0] == '.';
}

/* Whether every boot loader reads the file that is called path. systemd-sysctl reads
 * /etc/sysctl.conf through a link in a directory only. */
static bool is_certain(const struct search *search, const char *path, struct identity conf)
{
	bool is_sysctl_conf = strcmp(path, SYSCTL_CONF) == 0;
	const char *name = strrchr(path, '/') + 1;

	for (size_t i = 0; i < search->file_count; i++) {
		const struct file *file = &search->files[i];

		if (is_sysctl_conf ? is_same(file->identity, conf) : strcmp(file->name, name) == 0)
			return !is_hidden_or_hides(search, file->name);
	}
	return false;
}

static int look_everywhere(struct search *search, struct ka_error *reterr)
{
	const char *conf_path = ka_arena_printf(search->arena, "%s%s", search->root, SYSCTL_CONF);
	struct identity conf = {0};
	struct stat status;

	if (stat(conf_path, &status) == 0)
		conf = identify(&status);
	for (size_t i = 0; i < DIRECTORY_COUNT; i++)
		if (look_through(search, directories[i], conf, reterr) < 0)
			return -1;
	if (read_file(search, AT_FDCWD, conf_path, SYSCTL_CONF, reterr) < 0)
		return -1;
	if (search->arena->has_failed)
		return ka_fail_memory(reterr);
	for (size_t i = 0; i < search->line_count; i++)
		search->lines[i].is_certain = search->lines[i].line > 0 &&
					      is_certain(search, search->lines[i].file, conf);
	return 0;
}

int ka_sysctl_lines_find(struct ka_arena *arena, const char *root, const char *drop_in,
			 struct ka_found_lines *ret_lines, struct ka_error *reterr)
{
	struct search search = {.arena = arena, .root = root, .drop_in = drop_in};

	search.files = ka_arena_array(arena, FILES_MAX, sizeof(*search.files));
	search.lines = ka_arena_array(arena, LINES_MAX, sizeof(*search.lines));
	if (!search.files || !search.lines)
		return ka_fail_memory(reterr);
	if (look_everywhere(&search, reterr) < 0)
		return -1;
	*ret_lines = (struct ka_found_lines){search.lines, search.line_count};
	return 0;
}
