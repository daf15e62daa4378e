#include "edge/sysctl_lines.h"

#include "ka_test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DROP_IN "/etc/sysctl.d/90-kaadvise.conf"

static char root[64];

/* Runs a shell command inside the root. */
static void run(const char *command)
{
	char line[512];

	snprintf(line, sizeof(line), "cd '%s' && %s", root, command);
	assert_int_equal(system(line), 0);
}

static int make_root(void **state)
{
	(void)state;
	strcpy(root, "/tmp/kaadvise-root-XXXXXX");
	if (!mkdtemp(root))
		return -1;
	run("mkdir -p etc/sysctl.d");
	return 0;
}

static int remove_root(void **state)
{
	(void)state;
	run("rm -rf \"$PWD\"");
	return 0;
}

static void put(const char *name, const char *text)
{
	char path[256], command[300];
	FILE *file;

	snprintf(path, sizeof(path), "%s%s", root, name);
	*strrchr(path, '/') = '\0';
	snprintf(command, sizeof(command), "mkdir -p '%s'", path);
	run(command);
	path[strlen(path)] = '/';
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static struct ka_found_lines find(struct ka_arena *arena)
{
	struct ka_found_lines lines;
	struct ka_error error = {0};

	if (ka_sysctl_lines_find(arena, root, DROP_IN, &lines, &error) < 0)
		fail_msg("%s", error.message);
	return lines;
}

static void finds_them_in_order(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	static const struct {
		const char *file;
		unsigned line;
		bool is_plain;
	} wanted[] = {
		{"/etc/sysctl.d/10-a.conf", 2, true},
		{"/etc/sysctl.d/20-b.conf", 1, false},
		{"/etc/sysctl.d/20-b.conf", 4, true},
		{"/run/sysctl.d/1.conf", 1, true},
		{"/usr/local/lib/sysctl.d/1x.conf", 1, true},
		{"/usr/lib/sysctl.d/2x.conf", 1, true},
		{"/lib/sysctl.d/3x.conf", 1, true},
		{"/etc/sysctl.conf", 1, true},
	};
	struct ka_found_lines lines;

	(void)state;
	put("/etc/sysctl.d/20-b.conf", "net.ipv4.*=1\n\n#\nnet.ipv4.tcp_keepalive_time=5");
	put("/etc/sysctl.d/10-a.conf", "kernel.x=1\nnet.ipv4.tcp_keepalive_probes = 5\n");
	put("/etc/sysctl.d/10-a.txt", "net.ipv4.tcp_keepalive_time=5\n");
	put("/etc/sysctl.d/.conf", "net.ipv4.tcp_keepalive_time=5\n");
	put(DROP_IN, "net.ipv4.tcp_keepalive_time=5\n");
	put("/run/sysctl.d/1.conf", "net.ipv4.tcp_keepalive_time=5\n");
	put("/usr/local/lib/sysctl.d/1x.conf", "net.ipv4.tcp_keepalive_time=5\n");
	put("/usr/lib/sysctl.d/2x.conf", "net.ipv4.tcp_keepalive_time=5\n");
	put("/lib/sysctl.d/3x.conf", "net.ipv4.tcp_keepalive_time=5\n");
	put("/etc/sysctl.conf", "net.ipv4.tcp_keepalive_time=5\n");
	lines = find(&arena);
	assert_int_equal(lines.count, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < lines.count; i++) {
		ka_test_at("line %zu", i);
		assert_string_equal(lines.items[i].file, wanted[i].file);
		assert_int_equal(lines.items[i].line, wanted[i].line);
		assert_int_equal(lines.items[i].meaning.is_plain, wanted[i].is_plain);
		/* systemd-sysctl does not read /etc/sysctl.conf. */
		assert_int_equal(lines.items[i].is_certain, i + 1 < lines.count);
	}
	ka_arena_clear(&arena);
}

static void every_directory_is_read_once(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);

	(void)state;
	put("/usr/lib/sysctl.d/2.conf", "net.ipv4.tcp_keepalive_time=5\n");
	run("ln -s usr/lib lib");
	run("ln -s ../../usr/lib/sysctl.d/2.conf etc/sysctl.d/same.conf");
	assert_int_equal(find(&arena).count, 1);
	ka_arena_clear(&arena);
}

static void links_to_sysctl_conf_count_as_that(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_found_lines lines;

	(void)state;
	put("/etc/sysctl.conf", "\nnet.ipv4.tcp_keepalive_time=5\n");
	run("ln -s ../sysctl.conf etc/sysctl.d/99-sysctl.conf");
	lines = find(&arena);
	assert_int_equal(lines.count, 1);
	assert_string_equal(lines.items[0].file, "/etc/sysctl.conf");
	assert_int_equal(lines.items[0].line, 2);
	assert_true(lines.items[0].is_certain);
	/* The link is hidden by a file of its name for the boot loader that needs it. */
	put("/run/sysctl.d/99-sysctl.conf", "");
	assert_false(find(&arena).items[0].is_certain);
	ka_arena_clear(&arena);
}

static void namesakes_hide(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_found_lines lines;

	(void)state;
	put("/usr/lib/sysctl.d/5.conf", "net.ipv4.tcp_keepalive_time=5\n");
	assert_true(find(&arena).items[0].is_certain);
	run("ln -s /dev/null etc/sysctl.d/5.conf");
	assert_false(find(&arena).items[0].is_certain);
	/* The drop-in's own namesake is a finding even without a line. */
	put("/usr/lib/sysctl.d/90-kaadvise.conf", "");
	lines = find(&arena);
	assert_int_equal(lines.count, 2);
	assert_string_equal(lines.items[1].file, "/usr/lib/sysctl.d/90-kaadvise.conf");
	assert_int_equal(lines.items[1].line, 0);
	assert_true(lines.items[1].meaning.matters);
	assert_false(lines.items[1].is_certain);
	ka_arena_clear(&arena);
}

static void hidden_files_are_not_certain(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);

	(void)state;
	put("/etc/sysctl.d/.hidden.conf", "net.ipv4.tcp_keepalive_time=5\n");
	assert_int_equal(find(&arena).count, 1);
	assert_false(find(&arena).items[0].is_certain);
	ka_arena_clear(&arena);
}

static void an_empty_root_has_none(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);

	(void)state;
	run("rm -r etc");
	assert_int_equal(find(&arena).count, 0);
	put("/etc/sysctl.d", "not a directory");
	assert_int_equal(find(&arena).count, 0);
	ka_arena_clear(&arena);
}

static void sizes_are_bounded(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_found_lines lines;
	struct ka_error error = {0};

	(void)state;
	run("yes net.ipv4.tcp_keepalive_time=5 | head -n 1001 >etc/sysctl.d/1.conf");
	assert_int_equal(ka_sysctl_lines_find(&arena, root, DROP_IN, &lines, &error), -1);
	assert_int_equal(error.id, KA_E_FOREIGN_LINE);
	assert_string_equal(error.file, "/etc/sysctl.d/1.conf");
	assert_int_equal(error.line, 1001);
	run("yes '' | head -c 1048577 >etc/sysctl.d/1.conf");
	assert_int_equal(ka_sysctl_lines_find(&arena, root, DROP_IN, &lines, &error), -1);
	assert_int_equal(error.id, KA_E_DROPIN);
	run("rm etc/sysctl.d/1.conf");
	run("cd etc/sysctl.d && seq -f %g.conf 4097 | xargs touch");
	assert_int_equal(ka_sysctl_lines_find(&arena, root, DROP_IN, &lines, &error), -1);
	assert_int_equal(error.id, KA_E_DROPIN);
	ka_arena_clear(&arena);
}

static void a_small_arena_is_an_error(void **state)
{
	size_t cap = 0;
	int result;

	(void)state;
	put("/etc/sysctl.d/10-a.conf", "net.ipv4.tcp_keepalive_probes = 5\n");
	put("/etc/sysctl.conf", "net.ipv4.tcp_keepalive_time=5\n");
	do {
		struct ka_arena arena = ka_arena_make(cap);
		struct ka_found_lines lines;
		struct ka_error error = {0};

		result = ka_sysctl_lines_find(&arena, root, DROP_IN, &lines, &error);
		if (result < 0)
			assert_int_equal(error.id, KA_E_MEMORY);
		else
			assert_int_equal(lines.count, 2);
		ka_arena_clear(&arena);
		/* In small steps where single strings no longer fit. */
		cap += cap > 150000 ? 397 : 1000;
	} while (result < 0);
	assert_int_at_least(cap, 100000);
}

#define IN_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOT(finds_them_in_order),
		IN_ROOT(every_directory_is_read_once),
		IN_ROOT(links_to_sysctl_conf_count_as_that),
		IN_ROOT(namesakes_hide),
		IN_ROOT(hidden_files_are_not_certain),
		IN_ROOT(an_empty_root_has_none),
		IN_ROOT(sizes_are_bounded),
		IN_ROOT(a_small_arena_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
