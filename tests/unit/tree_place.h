/* A directory of a test's own: `root`, an image, and `outside`, where a canary lives that nobody
 * who looks at the image may ever see. */
#ifndef KA_TREE_PLACE_H
#define KA_TREE_PLACE_H

#include "edge/tree.h"

#include "ka_test.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KA_CANARY "net.ipv4.tcp_keepalive_time = 4711\n"

struct place {
	char path[64]; /* of the whole */
	char root[80], outside[80];
	struct ka_tree tree;
	struct ka_arena arena;
};

__attribute__((unused)) static const char *in_root(const struct place *place, const char *path)
{
	static char names[4][PATH_MAX];
	static unsigned turn;
	char *name = names[turn++ % 4];

	snprintf(name, PATH_MAX, "%s%s", place->root, path);
	return name;
}

/* Makes the directories that path stands in. */
__attribute__((unused)) static void make_parents(const struct place *place, const char *path)
{
	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		char part[PATH_MAX];

		snprintf(part, sizeof(part), "%s%.*s", place->root, (int)(slash - path), path);
		if (mkdir(part, 0755) < 0)
			assert_int_equal(errno, EEXIST);
	}
}

static void write_file(const char *name, const char *bytes, size_t length)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_int_at_least(fd, 0);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

/* Makes a file of the image, and the directories above it. */
__attribute__((unused)) static void put(const struct place *place, const char *path,
					const char *text)
{
	make_parents(place, path);
	write_file(in_root(place, path), text, strlen(text));
}

__attribute__((unused)) static void put_link(const struct place *place, const char *path,
					     const char *target)
{
	make_parents(place, path);
	assert_int_equal(symlink(target, in_root(place, path)), 0);
}

__attribute__((unused)) static void put_directory(const struct place *place, const char *path)
{
	make_parents(place, path);
	assert_int_equal(mkdir(in_root(place, path), 0755), 0);
}

static void open_place(struct place *place)
{
	struct ka_error error = {0};

	assert_int_equal(ka_tree_open(place->root, &place->tree, &error), 0);
}

static int make_place_at(void **state, const char *template)
{
	static struct place place;
	char canary[PATH_MAX];

	strcpy(place.path, template);
	assert_non_null(mkdtemp(place.path));
	assert_int_equal(chmod(place.path, 0755), 0);
	snprintf(place.root, sizeof(place.root), "%s/root", place.path);
	snprintf(place.outside, sizeof(place.outside), "%s/outside", place.path);
	assert_int_equal(mkdir(place.root, 0755), 0);
	assert_int_equal(mkdir(place.outside, 0755), 0);
	snprintf(canary, sizeof(canary), "%s/canary", place.outside);
	write_file(canary, KA_CANARY, strlen(KA_CANARY));
	open_place(&place);
	place.arena = ka_arena_make(KA_ARENA_CAP);
	*state = &place;
	return 0;
}

static int make_place(void **state)
{
	return make_place_at(state, "/tmp/kaadvise-tree-XXXXXX");
}

/* In memory where that is possible, for many files. */
__attribute__((unused)) static int make_place_in_memory(void **state)
{
	return access("/dev/shm", W_OK) == 0 ? make_place_at(state, "/dev/shm/kaadvise-tree-XXXXXX")
					     : make_place(state);
}

/* The same, without openat2. */
__attribute__((unused)) static int make_place_of_steps(void **state)
{
	int result = make_place(state);
	struct place *place = *state;

	place->tree.lacks_openat2 = true;
	return result;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

static int remove_place(void **state)
{
	struct place *place = *state;

	ka_tree_close(&place->tree);
	ka_arena_clear(&place->arena);
	return nftw(place->path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Both ways to resolve a path. */
#define IN_BOTH_WAYS(test)                                                                         \
	{#test, test, make_place, remove_place, NULL},                                             \
	{                                                                                          \
#test " without openat2", test, make_place_of_steps, remove_place, NULL            \
	}

#define IN_A_PLACE(test)                                                                           \
	{                                                                                          \
#test, test, make_place, remove_place, NULL                                        \
	}

#define IN_MEMORY(test)                                                                            \
	{                                                                                          \
#test, test, make_place_in_memory, remove_place, NULL                              \
	}

/* Runs look in a child that is nobody; the result is what it returned. */
__attribute__((unused)) static int as_nobody(struct place *place, int (*look)(struct place *place))
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (setresgid(65534, 65534, 65534) < 0 || setresuid(65534, 65534, 65534) < 0)
			_exit(255);
		_exit(look(place));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

__attribute__((unused)) static void need_root(void)
{
	if (geteuid() == 0)
		return;
	print_message("only root can become somebody else\n");
	skip();
}

static int64_t ms_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

__attribute__((unused)) static int64_t now_ms(void)
{
	return ms_of(CLOCK_MONOTONIC);
}

/* Of the processor, since others may use the machine too. */
__attribute__((unused)) static int64_t used_ms(void)
{
	return ms_of(CLOCK_PROCESS_CPUTIME_ID);
}

#endif
