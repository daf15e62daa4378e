#include "core/setter_shell.h"
#include "core/setter_text.h"

#include <stdlib.h>

#include "base/text.h"
#include "ka_test.h"

static const char *const key_words[KA_KEY_COUNT] = {"time", "intvl", "probes"};

/* The hits as one line: `time=300`, `?` for what is not known, `<FILE`, `$NAME`, with blanks
 * between. The place of a value must show the value. */
static void describe(struct ka_text *line, const char *text, const struct ka_hits *hits)
{
	for (size_t i = 0; i < hits->count; i++) {
		const struct ka_hit *hit = &hits->items[i];

		assert_int_at_most(hit->at, strlen(text));
		ka_text_add(line, i ? " " : "");
		switch (hit->kind) {
		case KA_HIT_VALUE:
			assert_memory_equal(text + hit->at, hit->value, strlen(hit->value));
			ka_text_printf(line, "%s=%s", key_words[hit->key], hit->value);
			break;
		case KA_HIT_UNKNOWN:
			ka_text_add(line, "?");
			break;
		case KA_HIT_FILE:
			ka_text_printf(line, "<%s", hit->word);
			break;
		case KA_HIT_VARIABLE:
			ka_text_printf(line, "$%s", hit->word);
			break;
		}
	}
}

static void expect(const char *text, const struct ka_hits *hits, const char *expected)
{
	struct ka_text line = {0};

	ka_text_add(&line, "");
	describe(&line, text, hits);
	if (strcmp(line.bytes, expected) != 0)
		print_error("in: %s\n", text);
	assert_string_equal(line.bytes, expected);
	ka_text_clear(&line);
}

/* The text is handed over without a NUL behind it, so that a sanitizer sees a read beyond it. */
static char *bare_copy(const char *text, size_t length)
{
	char *copy = malloc(length ? length : 1);

	assert_non_null(copy);
	memcpy(copy, text, length);
	return copy;
}

struct text_case {
	const char *text, *expected;
};

static void check_cases(enum ka_setter_syntax syntax, const struct text_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		struct ka_hits hits = {.arena = &arena};
		size_t length = strlen(cases[i].text);
		char *copy = bare_copy(cases[i].text, length);

		ka_setter_text_read(&hits, copy, length, syntax);
		expect(cases[i].text, &hits, cases[i].expected);
		free(copy);
		ka_arena_clear(&arena);
	}
}
#define CHECK_CASES(syntax, cases) check_cases(syntax, cases, sizeof(cases) / sizeof((cases)[0]))

/* ---- Keys --------------------------------------------------------------------------------- */

static bool is_key(const char *name, enum ka_key_syntax syntax, enum ka_key expected)
{
	enum ka_key key = KA_KEY_COUNT;

	return ka_key_read(name, strlen(name), syntax, &key) && key == expected;
}

static void keys_are_read_in_each_syntax(void **state)
{
	static const struct {
		const char *name;
		bool sysctl, any, by_dots;
	} cases[] = {
		{"net.ipv4.tcp_keepalive_time", true, true, true},
		{"net/ipv4/tcp_keepalive_time", true, true, false},
		{"net/ipv4.tcp_keepalive_time", false, true, false},
		{"net.ipv4/tcp_keepalive_time", false, true, false},
		{".net..ipv4.tcp_keepalive_time", true, true, true},
		{"//net/ipv4//tcp_keepalive_time", true, true, false},
		{"net.ipv4.tcp_keepalive_time.", false, false, false},
		{"net.ipv4.tcp_keepalive_timex", false, false, false},
		{"net.ipv4.tcp_keepalive_tim", false, false, false},
		{"xnet.ipv4.tcp_keepalive_time", false, false, false},
		{"net.ipv4.tcp_keepalive_time_and_more_of_it", false, false, false},
		{"tcp_keepalive_time", false, false, false},
		{"nothing", false, false, false},
		{"", false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ka_test_at("%s", cases[i].name);
		assert_int_equal(is_key(cases[i].name, KA_KEY_SYSCTL, KA_TIME), cases[i].sysctl);
		assert_int_equal(is_key(cases[i].name, KA_KEY_ANY, KA_TIME), cases[i].any);
		assert_int_equal(is_key(cases[i].name, KA_KEY_BY_DOTS, KA_TIME), cases[i].by_dots);
	}
	assert_true(is_key("net.ipv4.tcp_keepalive_intvl", KA_KEY_SYSCTL, KA_INTVL));
	assert_true(is_key("net.ipv4.tcp_keepalive_probes", KA_KEY_SYSCTL, KA_PROBES));
}

static bool matches(const char *pattern, enum ka_key key)
{
	return ka_key_matches_path(pattern, strlen(pattern), key);
}

static void paths_match_like_glob(void **state)
{
	(void)state;
	assert_true(matches("/proc/sys/net/ipv4/tcp_keepalive_time", KA_TIME));
	assert_false(matches("/proc/sys/net/ipv4/tcp_keepalive_time", KA_INTVL));
	assert_true(matches("/proc/sys/net/ipv4/tcp_keepalive_*", KA_PROBES));
	assert_true(matches("/proc/sys/*/*/*e*p*a*v*_intv?", KA_INTVL));
	assert_true(matches("/proc/sys/net/ipv4/tcp_*_time**", KA_TIME));
	assert_false(matches("/proc/*/tcp_keepalive_time", KA_TIME));
	assert_false(matches("/proc/sys/net/ipv4?tcp_keepalive_time", KA_TIME));
	assert_false(matches("*", KA_TIME));
	assert_true(matches("/proc/sys/net/ipv[0-46]/tcp_keepalive_time", KA_TIME));
	assert_false(matches("/proc/sys/net/ipv[5-9]/tcp_keepalive_time", KA_TIME));
	assert_true(matches("/proc/sys/net/ipv[!6]/tcp_keepalive_time", KA_TIME));
	assert_false(matches("/proc/sys/net/ipv[^a4]/tcp_keepalive_time", KA_TIME));
	assert_false(matches("/proc/sys/net/ipv4[!x]tcp_keepalive_time", KA_TIME));
	assert_false(matches("/proc/sys/net/ipv[4/tcp_keepalive_time", KA_TIME));
	assert_false(matches("/proc/sys/net/ipv4/tcp_keepalive_", KA_TIME));
	assert_false(matches("/proc/sys/net/ipv4/tcp_keepalive_times", KA_TIME));
	assert_false(matches("", KA_TIME));
}

static void hostile_patterns_end_soon(void **state)
{
	char pattern[4000];

	(void)state;
	memset(pattern, '*', sizeof(pattern));
	for (size_t i = 0; i < sizeof(pattern); i += 2)
		pattern[i] = '/';
	assert_false(ka_key_matches_path(pattern, sizeof(pattern), KA_TIME));
	memcpy(pattern, "/proc/sys/net/ipv4/", 19);
	for (size_t i = 19; i < sizeof(pattern); i++)
		pattern[i] = i % 2 ? '*' : 't';
	assert_false(ka_key_matches_path(pattern, sizeof(pattern), KA_TIME));
}

/* ---- Command lines ------------------------------------------------------------------------ */

static void check_cmdline(enum ka_cmdline_syntax syntax, const char *text, const char *expected)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_hits hits = {.arena = &arena};
	size_t length = strlen(text);
	char *copy = bare_copy(text, length);

	ka_cmdline_read(&hits, copy, 0, length, syntax);
	expect(text, &hits, expected);
	free(copy);
	ka_arena_clear(&arena);
}

#define TIME "net.ipv4.tcp_keepalive_time"
#define INTVL "net.ipv4.tcp_keepalive_intvl"

static void command_lines_are_read_as_the_kernel_does(void **state)
{
	static const struct text_case cases[] = {
		{"", ""},
		{"root=/dev/sda1 ro quiet", ""},
		{"ro sysctl." TIME "=300", "time=300"},
		{"sysctl/net/ipv4/tcp_keepalive_time=300", "time=300"},
		{"sysctl.net/ipv4.tcp_keepalive_time=300", "time=300"},
		{"sysctl." TIME "=300 sysctl." INTVL "=5\tsysctl." TIME "=40",
		 "time=300 intvl=5 time=40"},
		{"sysctl." TIME "=\"300\"", "time=300"},
		{"sysctl." TIME "=\"300 5\" ro", "time=300 5"},
		{"sysctl." TIME "=\"300", "time=300"},
		{"\"sysctl." TIME "=300\"", "time=300"},
		{"\"sysctl." TIME "=300 5\" ro", "time=300 5"},
		{"\"sysctl." TIME "=\"300\" ro", "time=300\" ro"},
		{"sysctl." TIME "=a=b", "time=a=b"},
		{"sysctl." TIME "=", ""},
		{"sysctl." TIME "=\"\"", ""},
		{"sysctl." TIME, ""},
		{"sysctl.=300", ""},
		{"sysctl=300", ""},
		{"sysctlx" TIME "=300", ""},
		{"syscTl." TIME "=300", ""},
		{"net.ipv4.tcp_keepalive_time=300", ""},
		{"xsysctl." TIME "=300", ""},
		{"sysctl.net.ipv4.tcp_sack=0", ""},
		{"-- sysctl." TIME "=300", ""},
		{"sysctl." TIME "=300 -- sysctl." TIME "=1", "time=300"},
		{"--x sysctl." TIME "=300", "time=300"},
		{"$kernelopts ${tuned_params} ${x} $ ${", "$kernelopts $tuned_params $x ${"},
		{"\"\" =1 \"", ""},
		{"a\nsysctl." TIME "=300\n", "time=300"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_cmdline(KA_CMDLINE_OF_KERNEL, cases[i].text, cases[i].expected);
}

static void a_command_line_ends_at_nul(void **state)
{
	static const char text[] = "sysctl." TIME "=300\0 sysctl." TIME "=5";
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_hits hits = {.arena = &arena};

	(void)state;
	ka_cmdline_read(&hits, text, 0, sizeof(text) - 1, KA_CMDLINE_OF_KERNEL);
	expect(text, &hits, "time=300");
	ka_arena_clear(&arena);
}

static void command_lines_of_grub_are_quoted_like_a_shells(void **state)
{
	static const struct text_case cases[] = {
		{" /boot/vmlinuz root=UUID=1 ro sysctl." TIME "=300", "time=300"},
		{"sysctl." TIME "=300 'sysctl." INTVL "=5' ro", "time=300 intvl=5"},
		{"\"sysctl." TIME "=300\" quiet", "time=300"},
		{"ro $tuned_params \"${extra}\" $", "$tuned_params $extra"},
		{"ro -- sysctl." TIME "=300", ""},
		{"ro ; & sysctl." TIME "=300 }", "time=300"},
		{"ro \\\n sysctl." TIME "=300", "time=300"},
		{"ro sysctl.net.ipv4.tcp\\_keepalive_time=300", "time=300"},
		{"ro =", ""},
		{"\\=sysctl", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_cmdline(KA_CMDLINE_OF_GRUB, cases[i].text, cases[i].expected);
}

/* ---- Scripts ------------------------------------------------------------------------------ */

static void calls_of_sysctl_are_found(void **state)
{
	static const struct text_case cases[] = {
		{"sysctl -w " TIME "=300", "time=300"},
		{"sysctl " TIME "=300", "time=300"},
		{"/sbin/sysctl -q -w " TIME "=300 " INTVL "=5 >/dev/null 2>&1", "time=300 intvl=5"},
		{"sysctl -w net/ipv4/tcp_keepalive_time=300", "time=300"},
		{"sysctl -w \"" TIME "=300\"", "time=300"},
		{"sysctl -w " TIME "=\"300\"", "time=300"},
		{"sysctl -w '" TIME "=300 5'", "time=300 5"},
		{"sysctl -w " TIME "=$T", "?"},
		{"sysctl -w " TIME "=`cat t`", "?"},
		{"sysctl -w " TIME "=", "?"},
		{"for k in time intvl; do sysctl -w net.ipv4.tcp_keepalive_$k=5; done", "?"},
		{"sysctl -w \\\n\t" TIME "=300 \\\n\t" INTVL "=5\n", "time=300 intvl=5"},
		{"a=1 sysctl -w " TIME "=300; sysctl -w " INTVL "=5", "time=300 intvl=5"},
		{"if true; then sysctl -w " TIME "=300; fi", "time=300"},
		{"[ -x /sbin/sysctl ] && sysctl -w " TIME "=300 || true", "time=300"},
		{"sudo sysctl -w " TIME "=300", "time=300"},
		{"sudo -n sysctl -w " TIME "=300; sudo -n -u root sysctl -w " TIME "=3",
		 "time=300 time=3"},
		{"env A=b nice -n 5 /usr/sbin/sysctl -w " TIME "=300", "time=300"},
		{"busybox sysctl -w " TIME "=300", "time=300"},
		{"{ sysctl -w " TIME "=300; } &", "time=300"},
		{"x=$(sysctl -w " TIME "=300)", "time=300"},
		{"sh -c 'sysctl -w " TIME "=300'", "time=300"},
		{"bash -ec \"sysctl -w " TIME "=300; true\" x", "time=300"},
		{"sh -c \"sysctl -w \\\"" TIME "=300\\\"\"", "time=300"},
		{"su root -c 'sysctl " TIME "=300'", "time=300"},
		{"sh -c sysctl", ""},
		{"eval \"sysctl -w " TIME "=300\"", "time=300"},
		{"eval sysctl -w " TIME "=300", ""},
		{"sh -c 'sh -c \"sysctl -w " TIME "=1\"'", "time=1"},
		{"sysctl -p", "</etc/sysctl.conf"},
		{"sysctl -qp", "</etc/sysctl.conf"},
		{"sysctl -e -p /etc/a.conf /etc/b.conf", "</etc/a.conf </etc/b.conf"},
		{"sysctl -p/etc/a.conf", "</etc/a.conf"},
		{"sysctl -f", "</etc/sysctl.conf"},
		{"sysctl --load=/etc/a.conf -q", "</etc/a.conf"},
		{"sysctl --load", "</etc/sysctl.conf"},
		{"sysctl -p -", "?"},
		{"sysctl -p a.conf", "?"},
		{"sysctl -p /etc/*.conf", "?"},
		{"sysctl -p \"$FILE\"", "?"},
		{"sysctl -q --system", "?"},
		{"sysctl --system -p", "?"},
		{"systemd-sysctl", "?"},
		{"/lib/systemd/systemd-sysctl --prefix=/net/ipv4/conf/eth0", ""},
		{"/lib/systemd/systemd-sysctl --prefix=/net/ipv4", "?"},
		{"/lib/systemd/systemd-sysctl --prefix=net.ipv4.tcp_keepalive_time", "?"},
		{"/lib/systemd/systemd-sysctl --prefix=net.ipv6 --prefix=net", "?"},
		{"/lib/systemd/systemd-sysctl --strict /etc/x.conf", "</etc/x.conf"},
		{"systemctl restart systemd-sysctl", "?"},
		{"systemctl --now restart systemd-sysctl.service", "?"},
		{"service procps force-reload; service sysctl start", "? ?"},
		{"systemctl is-active systemd-sysctl", ""},
		{"systemctl restart nginx # not systemd-sysctl", ""},
	};

	(void)state;
	CHECK_CASES(KA_SYNTAX_SCRIPT, cases);
}

static void writes_to_proc_are_found(void **state)
{
	static const struct text_case cases[] = {
		{"echo 300 > /proc/sys/net/ipv4/tcp_keepalive_time", "time=300"},
		{"echo 300 >/proc/sys/net/ipv4/tcp_keepalive_time", "time=300"},
		{"echo -n \"300\" >> /proc/sys/net/ipv4/tcp_keepalive_time", "time=300"},
		{"echo 300 >| '/proc/sys/net/ipv4/tcp_keepalive_time'", "time=300"},
		{"> /proc/sys/net/ipv4/tcp_keepalive_time echo 300", "time=300"},
		{"printf 300 > /proc/sys/net/ipv4/tcp_keepalive_time", "time=300"},
		{"printf '%s\\n' 300 > /proc/sys/net/ipv4/tcp_keepalive_time", "time=300"},
		{"printf '300\\n' > /proc/sys/net/ipv4/tcp_keepalive_time", "time=300"},
		{"echo 300 | tee /proc/sys/net/ipv4/tcp_keepalive_time", "time=300"},
		{"echo 300 | sudo tee -a /proc/sys/net/ipv4/tcp_keepalive_time >/dev/null",
		 "time=300"},
		{"echo 300 || tee /proc/sys/net/ipv4/tcp_keepalive_time", "?"},
		{"cat f | tee /proc/sys/net/ipv4/tcp_keepalive_time", "?"},
		{"cat < f > /proc/sys/net/ipv4/tcp_keepalive_time", "?"},
		{"echo > /proc/sys/net/ipv4/tcp_keepalive_time", "?"},
		{"echo -n > /proc/sys/net/ipv4/tcp_keepalive_time", "?"},
		{"echo 300 2>/dev/null >/proc/sys/net/ipv4/tcp_keepalive_time", "time=300"},
		{"echo $T > /proc/sys/net/ipv4/tcp_keepalive_time", "?"},
		{"echo 5 > /proc/sys/net/ipv4/tcp_keepalive_$k", "?"},
		{"echo 5 | tee /proc/sys/net/ipv4/tcp_keepalive_intvl "
		 "/proc/sys/net/ipv4/tcp_keepalive_time",
		 "intvl=5 time=5"},
		{"echo 5 > /proc/sys/net/ipv4/tcp_sack # tcp_keepalive_", ""},
		{"> /proc/sys/net/ipv4/tcp_keepalive_time", ""},
		{"cat /proc/sys/net/ipv4/tcp_keepalive_time", ""},
		{"read t < /proc/sys/net/ipv4/tcp_keepalive_time", ""},
		{"echo 300 > /tmp/tcp_keepalive_time", ""},
		{"echo 300 >", ""},
	};

	(void)state;
	CHECK_CASES(KA_SYNTAX_SCRIPT, cases);
}

static void look_alikes_are_silent(void **state)
{
	static const struct text_case cases[] = {
		{"# sysctl -w " TIME "=300", ""},
		{"  # sysctl --system\\\nsysctl -w " TIME "=5", "time=5"},
		{"true # sysctl -w " TIME "=300\n", ""},
		{"sysctl -n " TIME, ""},
		{"sysctl -a | grep tcp_keepalive_", ""},
		{"systemctl daemon-reload sysctl", ""},
		{"cp x /etc/sysctl.d/50.conf", ""},
		{"ls /etc/sysctl.d /etc/sysctl.conf", ""},
		{"echo sysctl -w " TIME "=300", ""},
		{"echo 'run sysctl --system'", ""},
		{"command -v sysctl && true", ""},
		{"command -V sysctl -w " TIME "=300", ""},
		{"apt-get install -y sysctl -p", ""},
		{"ip netns exec red sysctl -w " TIME "=300", ""},
		{"sysctl -w net.ipv4.tcp_sack=0 net.ipv4.ip_forward=1", ""},
		{"sysctl -w net.ipv4.tcp_keepalive_foo=0", ""},
		{"mysysctl -w " TIME "=300", ""},
		{"sysctl.sh -p", ""},
		{"SYSCTL=/sbin/sysctl", ""},
		{"sysctl", ""},
		{"sysctl --version --pattern=x", ""},
		{"sh -x script sysctl", ""},
		{"", ""},
	};

	(void)state;
	CHECK_CASES(KA_SYNTAX_SCRIPT, cases);
}

static void words_are_read_like_a_shells(void **state)
{
	static const struct {
		const char *text, *word;
		size_t length;
		bool is_quoted;
	} cases[] = {
		{"abc def", "abc", 3, false}, {"'a b' c", "a b", 5, true},
		{"\"a b\"", "a b", 5, true},  {"\"a 'b\"c", "a 'bc", 7, false},
		{"'a''b'", "ab", 6, false},   {"a\\ b", "a b", 4, false},
		{"a\\\nb", "ab", 4, false},   {"\"a\\$\\\"\\x\"", "a$\"\\x", 9, true},
		{"'a\\'", "a\\", 4, true},    {"'open", "open", 5, false},
		{"end\\", "end\\", 4, false}, {"a;b", "a", 1, false},
		{"`", "", 0, false},          {"", "", 0, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		size_t at = 0, length = strlen(cases[i].text);
		char *copy = bare_copy(cases[i].text, length);
		struct ka_word word = ka_word_read(&arena, copy, &at, length);

		assert_string_equal(word.text, cases[i].word);
		ka_test_at("%s", cases[i].text);
		assert_int_equal(at, cases[i].length);
		assert_int_equal(word.is_quoted, cases[i].is_quoted);
		free(copy);
		ka_arena_clear(&arena);
	}
}

static void nesting_and_numbers_are_bounded(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_hits hits = {.arena = &arena};
	struct ka_text text = {0};

	(void)state;
	for (int i = 0; i < 20; i++)
		ka_text_add(&text, "eval ");
	ka_text_add(&text, "eval \"eval sysctl\"");
	ka_shell_read(&hits, text.bytes, 0, text.length);
	assert_int_equal(hits.count, 0);
	ka_text_clear(&text);
	/* More words than a command may have. */
	ka_text_add(&text, "sysctl -w");
	for (int i = 0; i < 200; i++)
		ka_text_add(&text, " " TIME "=5");
	ka_shell_read(&hits, text.bytes, 0, text.length);
	assert_int_equal(hits.count, 126);
	/* More hits than a file may have. */
	ka_text_clear(&text);
	hits.count = 0;
	for (int i = 0; i < 1100; i++)
		ka_text_add(&text, "sysctl -w " TIME "=5\n");
	ka_setter_text_read(&hits, text.bytes, text.length, KA_SYNTAX_SCRIPT);
	assert_int_equal(hits.count, KA_HITS_MAX);
	/* As items of a list. */
	ka_text_clear(&text);
	hits.count = 0;
	ka_text_add(&text, "sysctl");
	ka_text_repeat(&text, "," TIME "=5", 200);
	ka_shell_list_read(&hits, text.bytes, 0, text.length);
	assert_int_equal(hits.count, 127);
	ka_text_clear(&text);
	ka_arena_clear(&arena);
}

/* ---- Other files -------------------------------------------------------------------------- */

static void units_are_read(void **state)
{
	static const struct text_case cases[] = {
		{"[Service]\nExecStart=/sbin/sysctl -w " TIME "=300\n", "time=300"},
		{"ExecStartPre=-/sbin/sysctl -p\nExecStartPost = +!sysctl --system",
		 "</etc/sysctl.conf ?"},
		{"ExecStart=/bin/sh -c 'echo 300 > /proc/sys/net/ipv4/tcp_keepalive_time'",
		 "time=300"},
		{"ExecStart=/sbin/sysctl -w \\\n  " TIME "=300", "time=300"},
		{"ExecCondition=/sbin/sysctl -w " TIME "=300", "time=300"},
		{"ExecStop=/sbin/sysctl -w " TIME "=300", ""},
		{"ExecStartX=/sbin/sysctl -w " TIME "=300", ""},
		{"ExecStart /sbin/sysctl -w " TIME "=300", ""},
		{"After=systemd-sysctl.service\nDescription=sysctl --system", ""},
		{"#ExecStart=/sbin/sysctl --system\n;ExecStart=/sbin/sysctl --system", ""},
		{"ExecStart=@sysctl", ""},
		{"# ExecStart= \\\nExecStart=/sbin/sysctl -p /a", "</a"},
	};

	(void)state;
	CHECK_CASES(KA_SYNTAX_UNIT, cases);
}

static void tmpfiles_are_read(void **state)
{
	static const struct text_case cases[] = {
		{"w /proc/sys/net/ipv4/tcp_keepalive_time - - - - 300", "time=300"},
		{"w\t/proc/sys/net/ipv4/tcp_keepalive_time\t-\t-\t-\t-\t300\t\n", "time=300"},
		{"w+! /proc/sys/net/ipv4/tcp_keepalive_time 0644 root root - 300 5", "time=300 5"},
		{"w- \"/proc/sys/net/ipv4/tcp_keepalive_time\" - - - - 300\r\n", "time=300"},
		{"F /proc/sys/net/ipv4/tcp_keepalive_time - - - - 300", "time=300"},
		{"f+ /proc/sys/net/ipv4/tcp_keepalive_time - - - - 300\\n", "time=300"},
		{"w /proc/sys/net/ipv4/tcp_keepalive_* - - - - 9", "time=9 intvl=9 probes=9"},
		{"w /proc/sys/net/ipv4/tcp_keepalive_{time,intvl} - - - - 9", "?"},
		{"w /proc/sys/net/ipv4/tcp_keepalive_time - - - - %v", "?"},
		{"w /proc/sys/net/ipv4/tcp_keepalive_time - - - - \\x33", "?"},
		{"f /proc/sys/net/ipv4/tcp_keepalive_time - - - - 300", ""},
		{"r /proc/sys/net/ipv4/tcp_keepalive_time - - - - 300", ""},
		{"w /proc/sys/net/ipv4/tcp_keepalive_time - - - - -", ""},
		{"w /proc/sys/net/ipv4/tcp_keepalive_time - - - -", ""},
		{"w /proc/sys/net/ipv4/tcp_keepalive_time", ""},
		{"w; /proc/sys/net/ipv4/tcp_keepalive_time - - - - 300", ""},
		{"# w /proc/sys/net/ipv4/tcp_keepalive_time - - - - 300", ""},
		{"w /tmp/tcp_keepalive_time - - - - 300", ""},
	};

	(void)state;
	CHECK_CASES(KA_SYNTAX_TMPFILES, cases);
}

static void udev_rules_are_read(void **state)
{
	static const struct text_case cases[] = {
		{"ACTION==\"add\", SYSCTL{net/ipv4/tcp_keepalive_time}=\"300\"", "time=300"},
		{"SYSCTL{" TIME "}=\"300\", SYSCTL{" INTVL "} = \"5\"\n", "time=300 intvl=5"},
		{"SYSCTL{" TIME "}:=e\"300\"", "time=300"},
		{"ACTION==\"add\", \\\n  SYSCTL{" TIME "}+=\"300\"", "time=300"},
		{"SYSCTL{" TIME "}=\"$env{T}\", SYSCTL{" TIME "}=\"%k\"", "? ?"},
		{"RUN+=\"/sbin/sysctl -w " TIME "=300\"", "time=300"},
		{"RUN{program}+=\"/bin/sh -c 'sysctl --system'\"", "?"},
		{"PROGRAM=\"sysctl -p\", IMPORT{program}=\"sysctl -p /a\"",
		 "</etc/sysctl.conf </a"},
		{"RUN+=\"/lib/systemd/systemd-sysctl --prefix=/net/ipv4/conf/$name\"", ""},
		{"SYSCTL{" TIME "}==\"300\", SYSCTL{" TIME "}!=\"300\"", ""},
		{"SYSCTL{net/ipv4/tcp_sack}=\"0\", NAME=\"tcp_keepalive_\"", ""},
		{"# SYSCTL{" TIME "}=\"300\"", ""},
		{"SYSCTL{" TIME "}=300", ""},
		{"SYSCTL{" TIME, ""},
		{"SYSCTL{" TIME "}", ""},
		{"SYSCTL{" TIME "}=\"3\\\"00", "?"},
		{"lower{" TIME "}=\"300\"", ""},
		{"ENV{X}=\"a\\\"b\", SYSCTL{" TIME "}=\"300\"", "time=300"},
		{",tcp_keepalive_", ""},
	};

	(void)state;
	CHECK_CASES(KA_SYNTAX_UDEV, cases);
}

static void interfaces_and_crontabs_are_read(void **state)
{
	static const struct text_case interfaces[] = {
		{"iface eth0 inet dhcp\n  up sysctl -w " TIME "=300\n", "time=300"},
		{"\tpre-up sysctl -w " TIME "=1\n\tpost-up sysctl -w " TIME "=2", "time=1 time=2"},
		{"down sysctl -w " TIME "=300\npre-down sysctl -p\nupx sysctl -p\nup", ""},
		{"up\tsysctl -w \\\n " TIME "=300", "time=300"},
	};
	static const struct text_case crontab[] = {
		{"@reboot sysctl -w " TIME "=300", "time=300"},
		{" @reboot /sbin/sysctl -p", "</etc/sysctl.conf"},
		{"@daily sysctl --system\n#@reboot sysctl --system\n* * * * * sysctl -p", ""},
	};
	static const struct text_case cron_d[] = {
		{"@reboot root sysctl -w " TIME "=300", "time=300"},
		{"@reboot\troot\tsysctl -p /a", "</a"},
		{"@reboot sysctl -w", ""},
		{"@hourly root sysctl -p", ""},
	};

	(void)state;
	CHECK_CASES(KA_SYNTAX_INTERFACES, interfaces);
	CHECK_CASES(KA_SYNTAX_CRONTAB, crontab);
	CHECK_CASES(KA_SYNTAX_CRON_D, cron_d);
}

static void cloud_config_is_read(void **state)
{
	static const struct text_case cases[] = {
		{"bootcmd:\n  - sysctl -w " TIME "=300\n", "time=300"},
		{"runcmd:\n - [ sysctl, -w, " TIME "=300 ]\n", "time=300"},
		{"runcmd:\n - [ 'sysctl', \"-w\", \"" TIME "=300\" ]\n", "time=300"},
		{"runcmd: [ [ sh, -c, \"sysctl -w " TIME "=300, true\" ] ]", ""},
		{"runcmd:\n- [ sh, -c, 'echo 300 > /proc/sys/net/ipv4/tcp_keepalive_time' ]",
		 "time=300"},
		{"runcmd:\n - \"sysctl -w " TIME "=300\"\n", "time=300"},
		{"runcmd:\n - |\n   sysctl -w " TIME "=300  \n", "time=300"},
		{"runcmd:\n - [ sysctl, -p", "</etc/sysctl.conf"},
		{"runcmd:\n # - sysctl -p\n - - sysctl\n", ""},
		{"write_files:\n- path: /etc/sysctl.d/9.conf\n  content: |\n    " TIME " = 300\n",
		 "time=300"},
		{"write_files:\n- content: \"" TIME "=300\\n\"\n  path: /etc/x\n", "time=300"},
		{"write_files:\n- content: tcp_keepalive_time\n  tcp_keepalive_intvl: 5\n", ""},
		{"packages:\n - sysctl\nusers:\n - sysctl --system\n", ""},
		{"sysctl --system\nbootcmd:\n - true\nruncmd_x:\n - sysctl -p\n", ""},
		{"bootcmd:\nother: sysctl -p\n - sysctl -p\n", ""},
		{"\n\nbootcmd: []\n", ""},
	};

	(void)state;
	CHECK_CASES(KA_SYNTAX_CLOUD_CONFIG, cases);
}

static void settings_are_read(void **state)
{
	static const struct text_case cases[] = {
		{TIME " = 300\n-" INTVL "=5  \r\n", "time=300 intvl=5"},
		{"net/ipv4/tcp_keepalive_time=300 # seconds", "time=300 # seconds"},
		{"net.ipv4.tcp_keepalive_*=5", "?"},
		{"# " TIME "=300\n; " TIME "=300\n" TIME "\n=5 tcp_keepalive_\n- tcp_keepalive_x=1",
		 ""},
	};

	(void)state;
	CHECK_CASES(KA_SYNTAX_SETTINGS, cases);
}

static void other_texts_are_no_candidates(void **state)
{
	(void)state;
	assert_false(ka_setter_text_is_candidate("systemctl keepalive", 19));
	assert_true(ka_setter_text_is_candidate("x tcp_keepalive_", 16));
	assert_true(ka_setter_text_is_candidate("sysctl", 6));
	assert_false(ka_setter_text_is_candidate("sysctl", 5));
}

/* Backslashes at the end of very many lines. */
static void long_joined_lines_are_quick(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_hits hits = {.arena = &arena};
	struct ka_text text = {0};

	(void)state;
	ka_text_add(&text, "sysctl");
	ka_text_repeat(&text, "\\\n", 100000);
	ka_text_add(&text, " -w " TIME "=300 \\\\\nsysctl -p\n");
	ka_setter_text_read(&hits, text.bytes, text.length, KA_SYNTAX_SCRIPT);
	assert_int_equal(hits.count, 2);
	assert_string_equal(hits.items[0].value, "300");
	assert_int_equal(hits.items[1].kind, KA_HIT_FILE);
	ka_text_clear(&text);
	ka_arena_clear(&arena);
}

static void no_memory_is_told_by_the_arena(void **state)
{
	static const char text[] = "sysctl -w " TIME "=300 " INTVL "=5; sysctl -p\n";
	bool has_failed = true;

	(void)state;
	for (size_t cap = 0; has_failed; cap++) {
		struct ka_arena arena = ka_arena_make(cap);
		struct ka_hits hits = {.arena = &arena};

		ka_setter_text_read(&hits, text, sizeof(text) - 1, KA_SYNTAX_SCRIPT);
		has_failed = arena.has_failed;
		if (!has_failed)
			assert_int_equal(hits.count, 3);
		ka_arena_clear(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_read_in_each_syntax),
		cmocka_unit_test(paths_match_like_glob),
		cmocka_unit_test(hostile_patterns_end_soon),
		cmocka_unit_test(command_lines_are_read_as_the_kernel_does),
		cmocka_unit_test(a_command_line_ends_at_nul),
		cmocka_unit_test(command_lines_of_grub_are_quoted_like_a_shells),
		cmocka_unit_test(calls_of_sysctl_are_found),
		cmocka_unit_test(writes_to_proc_are_found),
		cmocka_unit_test(look_alikes_are_silent),
		cmocka_unit_test(words_are_read_like_a_shells),
		cmocka_unit_test(nesting_and_numbers_are_bounded),
		cmocka_unit_test(units_are_read),
		cmocka_unit_test(tmpfiles_are_read),
		cmocka_unit_test(udev_rules_are_read),
		cmocka_unit_test(interfaces_and_crontabs_are_read),
		cmocka_unit_test(cloud_config_is_read),
		cmocka_unit_test(settings_are_read),
		cmocka_unit_test(other_texts_are_no_candidates),
		cmocka_unit_test(long_joined_lines_are_quick),
		cmocka_unit_test(no_memory_is_told_by_the_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
