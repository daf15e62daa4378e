#include "edge/fetch_cache.h"

#include "edge/fetch_copy.h"
#include "edge/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A file descriptor, or a negative errno; EPERM where others may write. */
static int open_directory(const char *directory)
{
	int fd = ka_file_open_directory(AT_FDCWD, directory);

	if (fd < 0 || ka_file_is_own(fd))
		return fd;
	close(fd);
	return -EPERM;
}

static enum ka_cache_state read_in(struct ka_arena *arena, int directory, const char *name,
				   struct ka_cached *ret_cached)
{
	char *text, *kept;
	size_t length;
	int error = ka_file_read_own(directory, name, KA_COPY_MAX, &text, &length);

	if (error < 0)
		return error == -ENOENT ? KA_CACHE_NONE : KA_CACHE_DAMAGED;
	kept = ka_arena_alloc(arena, length + 1);
	if (kept)
		memcpy(kept, text, length + 1);
	free(text);
	return kept && ka_copy_parse(arena, kept, length, ret_cached) ? KA_CACHE_GOOD
								      : KA_CACHE_DAMAGED;
}

enum ka_cache_state ka_cache_read(struct ka_arena *arena, const char *directory, const char *name,
				  struct ka_cached *ret_cached)
{
	enum ka_cache_state state;
	int fd;

	if (!directory)
		return KA_CACHE_NONE;
	fd = open_directory(directory);
	if (fd < 0)
		return fd == -ENOENT ? KA_CACHE_NONE : KA_CACHE_DAMAGED;
	state = read_in(arena, fd, name, ret_cached);
	close(fd);
	return state;
}

/* Makes the directory, and the one above it. */
static int make_directory(const char *directory)
{
	const char *slash = strrchr(directory, '/');
	char *above;

	if (mkdir(directory, 0700) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT || !slash || slash == directory)
		return -errno;
	above = strndup(directory, (size_t)(slash - directory));
	if (!above)
		return -ENOMEM;
	mkdir(above, 0700);
	free(above);
	return mkdir(directory, 0700) == 0 || errno == EEXIST ? 0 : -errno;
}

/* No two writers share a temporary file, so none waits for another. What a run that was killed has
 * left is never read. */
static int replace(int directory, const char *name, const struct ka_text *text)
{
	char temporary[64];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(temporary, sizeof(temporary), "new.%jd.%jd.%ld", (intmax_t)getpid(),
		 (intmax_t)now.tv_sec, now.tv_nsec);
	return ka_file_replace(directory, temporary, name, 0600, text->bytes, text->length);
}

static int write_in(const char *directory, const char *name, const struct ka_text *text)
{
	int error = make_directory(directory), fd;

	if (error < 0)
		return error;
	fd = open_directory(directory);
	if (fd < 0)
		return fd;
	error = replace(fd, name, text);
	close(fd);
	return error;
}

int ka_cache_write(const char *directory, const char *name, const struct ka_cached *cached,
		   struct ka_error *reterr)
{
	struct ka_text text = {0};
	int error;

	ka_copy_write(&text, cached);
	error = text.has_failed ? -ENOMEM : write_in(directory, name, &text);
	ka_text_clear(&text);
	if (error < 0)
		return ka_fail_sys(reterr, KA_E_OUTPUT, -error, "%s: what was fetched is not kept",
				   directory);
	return 0;
}
