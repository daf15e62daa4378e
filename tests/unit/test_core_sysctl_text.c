#include "core/sysctl_text.h"

#include "fail_alloc.h"
#include "ka_test.h"

#define TIME "net.ipv4.tcp_keepalive_time"

enum meaning { NOTHING, MATTERS, PLAIN };

static const struct {
	const char *line;
	enum meaning meaning;
	enum ka_key key;
	int64_t value;
} rows[] = {
	{TIME " = 300", PLAIN, KA_TIME, 300},
	{TIME "=300", PLAIN, KA_TIME, 300},
	{" \t" TIME "\t=\t300 \r", PLAIN, KA_TIME, 300},
	{"net/ipv4/tcp_keepalive_intvl = 10", PLAIN, KA_INTVL, 10},
	{"net.ipv4.tcp_keepalive_probes = 0", PLAIN, KA_PROBES, 0},
	{"-" TIME " = 300", PLAIN, KA_TIME, 300},
	{"- " TIME " = 300", PLAIN, KA_TIME, 300},
	{"--" TIME " = 300", PLAIN, KA_TIME, 300},
	/* The kernel takes these for a number, or refuses them: not plain. */
	{TIME " = 300 # comment", MATTERS, 0, 0},
	{TIME " = 010", MATTERS, 0, 0},
	{TIME " = 0x10", MATTERS, 0, 0},
	{TIME " = -1", MATTERS, 0, 0},
	{TIME " = 5m", MATTERS, 0, 0},
	{TIME " = 1 = 2", MATTERS, 0, 0},
	{TIME " = ", MATTERS, 0, 0},
	{TIME " = 99999999999999999999", MATTERS, 0, 0},
	/* Exempts the key from patterns. */
	{"-" TIME, MATTERS, 0, 0},
	{TIME, MATTERS, 0, 0},
	/* Other spellings of the same path, and patterns. */
	{".net..ipv4.tcp_keepalive_time = 1", MATTERS, 0, 0},
	{"/net/ipv4/tcp_keepalive_time = 1", MATTERS, 0, 0},
	{"net//ipv4/tcp_keepalive_time = 1", MATTERS, 0, 0},
	{TIME ". = 1", MATTERS, 0, 0},
	{"net/ipv4/tcp_keepalive_time/ = 1", MATTERS, 0, 0},
	{"net/ipv4/./tcp_keepalive_time = 1", MATTERS, 0, 0},
	{"/proc/sys/net/ipv4/tcp_keepalive_time = 1", MATTERS, 0, 0},
	{"net.ipv4.tcp_keepalive_* = 1", MATTERS, 0, 0},
	{"net.*.tcp_keepalive_time = 1", MATTERS, 0, 0},
	{"net.ipv4.tcp_keepalive_?ime = 1", MATTERS, 0, 0},
	{"net.ipv4.tcp_keepalive_[ti]* = 1", MATTERS, 0, 0},
	{"net.ipv4.tcp_keepalive_{time,intvl} = 1", MATTERS, 0, 0},
	{"net.ipv4.{tcp_keepalive_{time,intvl},ip_forward} = 1", MATTERS, 0, 0},
	{"* = 1", MATTERS, 0, 0},
	{"-net.ipv4.*", MATTERS, 0, 0},
	/* Nothing about the three values. */
	{"", NOTHING, 0, 0},
	{"   ", NOTHING, 0, 0},
	{"# " TIME " = 300", NOTHING, 0, 0},
	{" ; " TIME " = 300", NOTHING, 0, 0},
	{"=", NOTHING, 0, 0},
	{"-", NOTHING, 0, 0},
	{"= 300", NOTHING, 0, 0},
	{"net.ipv4.tcp_fin_timeout = 60", NOTHING, 0, 0},
	{"net.ipv4.tcp_keepalive = 60", NOTHING, 0, 0},
	{"net.ipv4.tcp_keepalive_time_ = 60", NOTHING, 0, 0},
	{"net.ipv6.tcp_keepalive_time = 60", NOTHING, 0, 0},
	{"net.ipv6.* = 60", NOTHING, 0, 0},
	{"NET.IPV4.TCP_KEEPALIVE_TIME = 60", NOTHING, 0, 0},
	{"net.ipv4.tcp_keepalive_{ = 60", NOTHING, 0, 0},
	{"[net.ipv4]", NOTHING, 0, 0},
};

static void reads_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_sysctl_line line;

		memset(&line, 0xff, sizeof(line));
		ka_sysctl_line_read(rows[i].line, strlen(rows[i].line), &line);
		ka_test_at("'%s'", rows[i].line);
		assert_int_equal(line.matters, rows[i].meaning != NOTHING);
		assert_int_equal(line.is_plain, rows[i].meaning == PLAIN);
		if (rows[i].meaning != PLAIN)
			continue;
		assert_int_equal(line.key, rows[i].key);
		assert_int_equal(line.value, rows[i].value);
	}
}

static void reads_only_the_given_length(void **state)
{
	struct ka_sysctl_line line;

	(void)state;
	ka_sysctl_line_read(TIME " = 300", strlen(TIME " = 30"), &line);
	assert_true(line.is_plain);
	assert_int_equal(line.value, 30);
	ka_sysctl_line_read(TIME " = 300", 0, &line);
	assert_false(line.matters);
}

/* A key longer than any path: only one with a pattern in it may still mean ours. */
static void overlong_keys_are_judged_by_their_patterns(void **state)
{
	static const char *const ends[] = {" = 1", "* = 1", "? = 1", "[t] = 1"};

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct ka_sysctl_line line;
		char text[600];

		memset(text, 'a', 500);
		strcpy(text + 500, ends[i]);
		ka_sysctl_line_read(text, strlen(text), &line);
		ka_test_at("%s", ends[i]);
		assert_int_equal(line.matters, i > 0);
		assert_false(line.is_plain);
	}
}

#define OURS "# Written by kaadvise for:\n"

static const struct {
	const char *text;
	unsigned foreign_line;
	bool has_values;
} files[] = {
	{OURS TIME " = 270\nnet.ipv4.tcp_keepalive_intvl = 10\nnet.ipv4.tcp_keepalive_probes = 7\n",
	 0, true},
	{OURS "\n  \n# more\n" TIME " = 270\n", 0, false},
	{OURS, 0, false},
	{"# Written by kaadvise", 0, false},
	{"", 1, false},
	{"# Written by hand\n" TIME " = 270\n", 1, false},
	{TIME " = 270\n" OURS, 1, false},
	{OURS TIME " = 270\n" TIME " = 270\n", 3, false},
	{OURS "vm.swappiness = 1\n", 2, false},
	{OURS "# fine\n-" TIME "\n", 3, false},
	{OURS TIME " = 0x10\n", 2, false},
	{OURS "; another comment\n", 2, false},
};

static void knows_its_own_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct ka_drop_in drop_in;

		ka_drop_in_read(files[i].text, &drop_in);
		ka_test_at("row %zu", i);
		assert_int_equal(drop_in.foreign_line, files[i].foreign_line);
		assert_int_equal(drop_in.is_ours, files[i].foreign_line == 0);
		assert_int_equal(drop_in.has_values, files[i].has_values);
		if (drop_in.has_values) {
			assert_int_equal(drop_in.values.value[KA_TIME], 270);
			assert_int_equal(drop_in.values.value[KA_INTVL], 10);
			assert_int_equal(drop_in.values.value[KA_PROBES], 7);
		}
	}
}

static void writes_what_it_reads(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_settings settings = {{270, 10, 7}};
	const char *text = ka_drop_in_text(&arena, &settings, "apply -p aws-nlb", "one\ntwo\n");
	struct ka_drop_in drop_in;

	(void)state;
	assert_contains(text,
			"# Written by kaadvise for:\n# apply -p aws-nlb\n# one\n# two\n# To undo");
	assert_contains(text, "\n" TIME " = 270\n");
	ka_drop_in_read(text, &drop_in);
	assert_true(drop_in.has_values);
	assert_true(ka_settings_equal(&drop_in.values, &settings));
	ka_arena_clear(&arena);
}

/* What came from outside stays inside its comment. */
static void nothing_from_outside_becomes_a_line(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_settings settings = {{270, 10, 7}};
	const char *text =
		ka_drop_in_text(&arena, &settings, "a\rvm.x = 1\x1b[2J", "b\nvm.y = 2\r\nc");
	struct ka_drop_in drop_in;

	(void)state;
	for (const char *at = text; *at; at++)
		assert_true(*at == '\n' || (*at >= ' ' && *at != 0x7f));
	assert_contains(text, "\n# vm.y = 2\\x0d\n");
	ka_drop_in_read(text, &drop_in);
	assert_true(drop_in.has_values);
	ka_arena_clear(&arena);
}

static void every_allocation_may_fail(void **state)
{
	struct ka_settings settings = {{270, 10, 7}};
	size_t n = 0;
	bool failed;

	(void)state;
	do {
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		const char *text;

		ka_fail_allocation(++n);
		text = ka_drop_in_text(&arena, &settings, "purpose", "reasons");
		failed = ka_allocation_failed;
		assert_int_equal(arena.has_failed, failed);
		if (!failed)
			assert_contains(text, "tcp_keepalive_probes = 7\n");
		ka_arena_clear(&arena);
	} while (failed);
	ka_fail_allocation(0);
	assert_int_at_least(n, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_lines),
		cmocka_unit_test(reads_only_the_given_length),
		cmocka_unit_test(overlong_keys_are_judged_by_their_patterns),
		cmocka_unit_test(knows_its_own_file),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(nothing_from_outside_becomes_a_line),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
