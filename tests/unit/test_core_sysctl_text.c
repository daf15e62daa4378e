#include "core/sysctl_text.h"

#include "fail_alloc.h"
#include "ka_test.h"

#define TIME "net.ipv4.tcp_keepalive_time"

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
	{OURS TIME " = 5m\n", 2, false},
	{OURS TIME "\n", 2, false},
	{OURS TIME "s = 5\n", 2, false},
	{OURS "net/ipv4/tcp_keepalive_time = 5\n", 2, false},
	{OURS " \t" TIME "\t=300 \r\n", 0, false},
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
	const char *text = ka_drop_in_text(&arena, &settings, "apply -p aws-nlb", "one\ntwo\n",
					   "kaadvise rollback");
	struct ka_drop_in drop_in;

	(void)state;
	assert_contains(text,
			"# Written by kaadvise for:\n# apply -p aws-nlb\n# one\n# two\n# To undo");
	assert_contains(text, "\n# To undo: kaadvise rollback. Put ");
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
	const char *text = ka_drop_in_text(&arena, &settings, "a\rvm.x = 1\x1b[2J",
					   "b\nvm.y = 2\r\nc", "remove this file");
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
		text = ka_drop_in_text(&arena, &settings, "purpose", "reasons", "undo");
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
		cmocka_unit_test(knows_its_own_file),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(nothing_from_outside_becomes_a_line),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
