#include "sandbox.h"

#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Below the root: the programs' /usr, under a name that no loader looks at. */
#define PROGRAMS "/x"

enum { DEADLINE_S = 60, ENDLESS_CPU_MS = 150 };

static char dynamic_loader[256], library_path[512]; /* as seen inside the root */

static const struct {
	const char *path; /* below /usr */
	const char *argument;
} programs[PROGRAM_COUNT] = {
	[PROGRAM_SYSTEMD] = {"/lib/systemd/systemd-sysctl", NULL},
	[PROGRAM_PROCPS] = {"/sbin/sysctl", "--system"},
};

_Noreturn static void give_up(const char *what)
{
	fprintf(stderr, "sandbox: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void must(bool holds, const char *what)
{
	if (!holds)
		give_up(what);
}

/* ---- The root ------------------------------------------------------------------------------- */

static void mount_values(void)
{
	char from[128], to[256];

	must(mount(SANDBOX_ROOT "/proc/sys", SANDBOX_ROOT "/proc/sys", NULL, MS_BIND, NULL) == 0,
	     "bind /proc/sys");
	must(mount(NULL, SANDBOX_ROOT "/proc/sys", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) ==
		     0,
	     "make /proc/sys read-only");
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		snprintf(from, sizeof(from), "/proc/sys/%s", ka_sysctls[key].file);
		snprintf(to, sizeof(to), SANDBOX_ROOT "%s", from);
		must(mount(from, to, NULL, MS_BIND, NULL) == 0, to);
	}
}

static void mount_device(const char *name)
{
	char from[64], to[128];

	snprintf(from, sizeof(from), "/dev/%s", name);
	snprintf(to, sizeof(to), SANDBOX_ROOT "%s", from);
	close(open(to, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	must(mount(from, to, NULL, MS_BIND, NULL) == 0, to);
}

static void mount_root(const char *usr)
{
	must(mount("root", SANDBOX_ROOT, "tmpfs", 0, "mode=0755") == 0, "mount a tmpfs");
	must(mkdir(SANDBOX_ROOT "/proc", 0755) == 0, "make /proc");
	must(mkdir(SANDBOX_ROOT "/dev", 0755) == 0, "make /dev");
	must(mkdir(SANDBOX_ROOT PROGRAMS, 0755) == 0, "make " PROGRAMS);
	must(mount("proc", SANDBOX_ROOT "/proc", "proc", 0, NULL) == 0, "mount /proc");
	must(mount(usr, SANDBOX_ROOT PROGRAMS, NULL, MS_BIND, NULL) == 0, usr);
	must(mount(NULL, SANDBOX_ROOT PROGRAMS, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) == 0,
	     "make the programs read-only");
	mount_values();
	mount_device("null");
	mount_device("zero");
}

/* /lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 and the directories of libraries beside it. */
static bool find_dynamic_loader(const char *usr)
{
	char pattern[256], *slash;
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/lib/*-linux-gnu*/ld-linux*.so*", usr);
	if (glob(pattern, 0, NULL, &found) != 0)
		return false;
	snprintf(dynamic_loader, sizeof(dynamic_loader), PROGRAMS "%s",
		 found.gl_pathv[0] + strlen(usr));
	globfree(&found);
	slash = strrchr(dynamic_loader, '/');
	snprintf(library_path, sizeof(library_path), "%.*s:%.*s/systemd:" PROGRAMS "/lib/systemd",
		 (int)(slash - dynamic_loader), dynamic_loader, (int)(slash - dynamic_loader),
		 dynamic_loader);
	return true;
}

bool sandbox_open(const char *usr, const char **ret_reason)
{
	static char reason[128];

	*ret_reason = reason;
	if (!find_dynamic_loader(usr)) {
		snprintf(reason, sizeof(reason), "%s has no dynamic loader", usr);
		return false;
	}
	if (unshare(CLONE_NEWNS | CLONE_NEWNET) != 0) {
		snprintf(reason, sizeof(reason), "namespaces need CAP_SYS_ADMIN: %s",
			 strerror(errno));
		return false;
	}
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "make mounts private");
	mount_root(usr);
	signal(SIGPIPE, SIG_IGN);
	return true;
}

/* ---- Trees ---------------------------------------------------------------------------------- */

static int open_in_root(const char *path, uint64_t flags, uint64_t resolve)
{
	static int root = -1;
	struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | resolve};

	if (root < 0)
		root = open(SANDBOX_ROOT, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

int sandbox_open_file(const char *path, int flags)
{
	return open_in_root(path, (uint64_t)flags, 0);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	return remove(path);
}

static void clear_root(void)
{
	static const char *const below[] = {"etc", "run", "usr", "lib", "opt"};

	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		char path[64];

		snprintf(path, sizeof(path), SANDBOX_ROOT "/%s", below[i]);
		if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0)
			must(errno == ENOENT, path);
	}
}

/* The directory that holds path, made if need be; never through a link. */
static int make_parent(const char *path)
{
	char parent[512];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(parent, sizeof(parent), SANDBOX_ROOT "%.*s", (int)(slash - path), path);
		if (mkdir(parent, 0755) != 0)
			must(errno == EEXIST, parent);
	}
	snprintf(parent, sizeof(parent), "%.*s", (int)(strrchr(path, '/') - path), path);
	return open_in_root(*parent ? parent : "/", O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
}

static bool write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, bytes, length);

		if (written <= 0)
			return false;
		bytes += written;
		length -= (size_t)written;
	}
	return true;
}

static void make_file(int parent, const char *name, const struct ka_text *bytes)
{
	int fd = openat(parent, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0644);

	must(fd >= 0 && write_all(fd, bytes->bytes, bytes->length) && close(fd) == 0, name);
}

static void make_socket(int parent, const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%.60s", parent,
		 name);
	must(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0, name);
	close(fd);
}

static void make_item(const struct item *item)
{
	const char *name = strrchr(item->path, '/') + 1;
	int parent = make_parent(item->path);

	must(parent >= 0, item->path);
	if (item->kind == ITEM_FILE)
		make_file(parent, name, &item->bytes);
	else if (item->kind == ITEM_LINK)
		must(symlinkat(item->bytes.bytes, parent, name) == 0, item->path);
	else if (item->kind == ITEM_DIRECTORY)
		must(mkdirat(parent, name, 0755) == 0, item->path);
	else if (item->kind == ITEM_FIFO)
		must(mkfifoat(parent, name, 0644) == 0, item->path);
	else
		make_socket(parent, name);
	close(parent);
}

void sandbox_lay_out(const struct tree *tree)
{
	clear_root();
	for (size_t i = 0; i < tree->count; i++)
		make_item(&tree->items[i]);
}

/* ---- Values --------------------------------------------------------------------------------- */

static int open_value(int key, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/%s", ka_sysctls[key].file);
	fd = open(path, flags | O_CLOEXEC);
	must(fd >= 0, path);
	return fd;
}

static void write_values(const struct ka_settings *values)
{
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		int fd = open_value(key, O_WRONLY);

		must(dprintf(fd, "%lld\n", (long long)values->value[key]) > 0, "set a value");
		close(fd);
	}
}

static struct ka_settings read_values(void)
{
	struct ka_settings values;

	for (int key = 0; key < KA_KEY_COUNT; key++) {
		char text[32] = "";
		int fd = open_value(key, O_RDONLY);

		must(read(fd, text, sizeof(text) - 1) > 0, "read a value");
		close(fd);
		values.value[key] = strtoll(text, NULL, 10);
	}
	return values;
}

/* ---- Running -------------------------------------------------------------------------------- */

_Noreturn static void run_in_root(enum program program, const char *argument, int output,
				  int errors)
{
	char path[128];
	char credentials[] = "CREDENTIALS_DIRECTORY=" SANDBOX_CREDENTIALS;
	char *words[] = {dynamic_loader, (char *)"--library-path", library_path,
			 path,           (char *)argument,         NULL};
	char *environment[] = {credentials, NULL};

	snprintf(path, sizeof(path), PROGRAMS "%s", programs[program].path);
	dup2(output, STDOUT_FILENO);
	dup2(errors, STDERR_FILENO);
	if (chroot(SANDBOX_ROOT) == 0 && chdir("/") == 0)
		execve(dynamic_loader, words, environment);
	_exit(127);
}

static pid_t start(enum program program, const char *argument, int output, int errors)
{
	/* vfork: the sanitizers' memory is slow to copy. */
	pid_t child = vfork();

	must(child >= 0, "fork");
	if (child == 0)
		run_in_root(program, argument, output, errors);
	return child;
}

bool sandbox_version(enum program program, char *ret_line, size_t size)
{
	int ends[2], status;
	ssize_t length;
	pid_t child;

	must(pipe2(ends, O_CLOEXEC) == 0, "pipe");
	child = start(program, "--version", ends[1], ends[1]);
	close(ends[1]);
	length = read(ends[0], ret_line, size - 1);
	close(ends[0]);
	waitpid(child, &status, 0);
	ret_line[length > 0 ? length : 0] = '\0';
	ret_line[strcspn(ret_line, "\n")] = '\0';
	return WIFEXITED(status) && WEXITSTATUS(status) != 127 && length > 0;
}

static int64_t cpu_ms(pid_t child)
{
	struct timespec used = {0};
	clockid_t clock;

	if (clock_getcpuclockid(child, &clock) != 0 || clock_gettime(clock, &used) != 0)
		return 0;
	return used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

/* Whether somebody has this FIFO open, or waits in opening it, for reading. What is opened here
 * stays so until the reader is gone, lest it goes on. */
static int open_if_read(const struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		int fd = -1;

		if (tree->items[i].kind == ITEM_FIFO)
			fd = sandbox_open_file(tree->items[i].path, O_WRONLY | O_NONBLOCK);
		if (fd >= 0)
			return fd;
	}
	return -1;
}

static enum run_end stop(pid_t child, enum run_end end)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return end;
}

static enum run_end judge(int status)
{
	bool is_started = WIFEXITED(status) && WEXITSTATUS(status) != 127;

	return is_started ? RUN_ENDED : RUN_FAILED;
}

static enum run_end watch(const struct tree *tree, pid_t child)
{
	const struct timespec pause = {.tv_nsec = 500000};
	int64_t deadline = time(NULL) + DEADLINE_S;
	int status;

	while (waitpid(child, &status, WNOHANG) == 0) {
		int fd = open_if_read(tree);

		if (fd >= 0) {
			enum run_end end = stop(child, RUN_WAITS);

			close(fd);
			return end;
		}
		if (cpu_ms(child) > ENDLESS_CPU_MS)
			return stop(child, RUN_WAITS);
		if (time(NULL) > deadline)
			return stop(child, RUN_FAILED);
		nanosleep(&pause, NULL);
	}
	return judge(status);
}

/* An empty file in memory, the same each time. */
static int make_notes(void)
{
	static int notes = -1;

	if (notes < 0)
		notes = memfd_create("said", MFD_CLOEXEC);
	must(notes >= 0 && ftruncate(notes, 0) == 0 && lseek(notes, 0, SEEK_SET) == 0, "memfd");
	return notes;
}

static void read_notes(int notes, struct ka_text *said)
{
	char buffer[4096];
	off_t offset = 0;
	ssize_t length;

	while ((length = pread(notes, buffer, sizeof(buffer), offset)) > 0) {
		ka_text_add_bytes(said, buffer, (size_t)length);
		offset += length;
	}
}

enum run_end sandbox_run(enum program program, const struct tree *tree,
			 const struct ka_settings *before, struct ka_settings *ret_after,
			 struct ka_text *said)
{
	static int null = -1;
	int notes = make_notes(), status;
	enum run_end end;
	pid_t child;

	if (null < 0)
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
	write_values(before);
	child = start(program, programs[program].argument, null, notes);
	if (tree->may_wait) {
		end = watch(tree, child);
	} else {
		must(waitpid(child, &status, 0) == child, "waitpid");
		end = judge(status);
	}
	*ret_after = read_values();
	if (said)
		read_notes(notes, said);
	return end;
}
