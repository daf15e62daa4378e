#include "core/boot.h"

#include "ka_test.h"

#include <stdlib.h>

#define TIME "net.ipv4.tcp_keepalive_time"
#define INTVL "net.ipv4.tcp_keepalive_intvl"
#define PROBES "net.ipv4.tcp_keepalive_probes"
#define ALL "net.ipv4.tcp_keepalive_*"

/* Rules are shown by the cases in tests/boot/cases; here is what they cannot show: limits, faults,
 * and that every toggle of the table of loaders counts. */

enum { FILES_MAX = 16 };

struct boot_test {
	struct ka_arena arena;
	struct ka_boot_file files[FILES_MAX];
	struct ka_boot_facts facts;
	struct ka_named_loader loader, other;
	struct ka_error error;
	struct ka_boot boot;
};

static const struct ka_loader *find_loader(const char *word, struct ka_named_loader *storage)
{
	struct ka_loader_version version;
	bool has_version;

	assert_int_equal(ka_loader_parse(word, &version, &has_version, NULL), 0);
	return ka_loader_for(&version, storage);
}

static void test_init(struct boot_test *t, const char *loader)
{
	*t = (struct boot_test){
		.arena = ka_arena_make(KA_ARENA_CAP),
		.facts = {.kernel = {.hz = 250, .has_u8_probes = true}, .is_live = true},
	};
	t->facts.files = t->files;
	t->facts.loader = find_loader(loader, &t->loader);
}

static struct ka_boot_file *add_bytes(struct boot_test *t, enum ka_boot_directory directory,
				      const char *name, const char *bytes, size_t length)
{
	struct ka_boot_file *file = &t->files[t->facts.file_count++];

	*file = (struct ka_boot_file){.directory = directory,
				      .name = name,
				      .path = name,
				      .type = bytes ? KA_NODE_REGULAR : KA_NODE_DANGLING,
				      .bytes = bytes,
				      .length = length};
	return file;
}

static struct ka_boot_file *add_file(struct boot_test *t, const char *name, const char *text)
{
	return add_bytes(t, KA_IN_ETC, name, text, text ? strlen(text) : 0);
}

static int resolve(struct boot_test *t)
{
	ka_arena_clear(&t->arena);
	return ka_boot_resolve(&t->arena, &t->facts, &t->boot, &t->error);
}

static void test_end(struct boot_test *t)
{
	ka_arena_clear(&t->arena);
}

static int64_t value_of(const struct boot_test *t, enum ka_key key)
{
	return t->boot.main.values.value[key];
}

/* A piece, many times. */
static char *repeat(const char *piece, size_t length, size_t times)
{
	char *text = malloc(length * times + 1);

	assert_non_null(text);
	for (size_t i = 0; i < times; i++)
		memcpy(text + i * length, piece, length);
	text[length * times] = '\0';
	return text;
}

static void nothing_found_leaves_the_defaults(void **state)
{
	struct boot_test t;

	(void)state;
	test_init(&t, "systemd-252");
	assert_int_equal(resolve(&t), 0);
	assert_int_equal(value_of(&t, KA_TIME), 7200);
	assert_int_equal(value_of(&t, KA_INTVL), 75);
	assert_int_equal(value_of(&t, KA_PROBES), 9);
	assert_null(t.boot.main.source[KA_TIME]);
	assert_null(t.boot.base_source[KA_TIME]);
	assert_int_equal(t.boot.main.line_count, 0);
	assert_false(t.boot.differs);
	assert_null(t.boot.other.loader);
	assert_ptr_equal(t.boot.facts, &t.facts);
	test_end(&t);
}

/* The words that outputs and rules print. */
static void every_constant_has_a_word(void **state)
{
	(void)state;
	for (int type = 0; type <= KA_NODE_LOOP; type++)
		assert_non_null(ka_node_words[type]);
	for (int directory = 0; directory <= KA_SYSCTL_CONF; directory++)
		assert_non_null(ka_boot_directory_paths[directory]);
	for (int kind = 0; kind < KA_SETTER_KINDS; kind++)
		assert_non_null(ka_setter_words[kind]);
	for (int effect = 0; effect < KA_LINE_EFFECTS; effect++)
		assert_non_null(ka_line_effect_words[effect]);
}

static const struct ka_boot_line *line_at(const struct boot_test *t, size_t index)
{
	assert_int_at_least(t->boot.main.line_count, index + 1);
	return &t->boot.main.lines[index];
}

static void lines_tell_where_they_stand(void **state)
{
	static const char text[] = "# first\n\n  " TIME " =  300 # x\r\n" ALL "=20\n-" PROBES
				   "\nnet.ipv6.tcp_keepalive_time = 1\n" INTVL "=";
	const struct ka_boot_line *line;
	struct boot_test t;

	(void)state;
	test_init(&t, "systemd-252");
	add_file(&t, "a.conf", text);
	assert_int_equal(resolve(&t), 0);
	line = line_at(&t, 0);
	assert_int_equal(line->line, 3);
	assert_int_equal(line->column, 34);
	assert_int_equal(line->width, 7);
	assert_string_equal(line->text, "  " TIME " =  300 # x");
	assert_string_equal(line->value, "300 # x");
	assert_true(line->is_accepted);
	assert_int_equal(line->number, 300);
	assert_false(line->is_pattern);
	assert_int_equal(line->effect, KA_LINE_WINS);
	assert_int_equal(line->setter, -1);
	assert_null(line->target);
	assert_null(line->reason);
	/* A pattern: one for each key. */
	line = line_at(&t, 1);
	assert_int_equal(line->line, 4);
	assert_int_equal(line->column, 26);
	assert_true(line->is_pattern);
	assert_int_equal(line->key, KA_TIME);
	assert_int_equal(line_at(&t, 3)->key, KA_PROBES);
	assert_ptr_equal(line_at(&t, 1)->by, line_at(&t, 0));
	assert_ptr_equal(line_at(&t, 3)->by, line_at(&t, 4));
	/* Without a value: the key. */
	line = line_at(&t, 4);
	assert_int_equal(line->column, 2);
	assert_int_equal(line->width, strlen(PROBES));
	assert_null(line->value);
	/* Not understood: the whole line. */
	line = line_at(&t, 5);
	assert_int_equal(line->column, 1);
	assert_int_equal(line->width, strlen("net.ipv6.tcp_keepalive_time = 1"));
	/* An empty value is as wide as a caret. */
	line = line_at(&t, 6);
	assert_int_equal(line->line, 7);
	assert_int_equal(line->column, strlen(INTVL) + 2);
	assert_int_equal(line->width, 1);
	assert_string_equal(line->value, "");
	test_end(&t);
}

/* Lines that the editor shows as one, and bytes that no line should have. */
static void columns_count_from_the_newline(void **state)
{
	static const char text[] = "a\n# x\0" TIME "=5\0y\r" INTVL "=6\nb\n";
	struct boot_test t;

	(void)state;
	test_init(&t, "systemd-252");
	add_bytes(&t, KA_IN_ETC, "a.conf", text, sizeof(text) - 1);
	assert_int_equal(resolve(&t), 0);
	assert_int_equal(line_at(&t, 0)->line, 2);
	assert_int_equal(line_at(&t, 0)->column, 5 + strlen(TIME) + 1);
	assert_int_equal(line_at(&t, 1)->line, 2);
	assert_string_equal(line_at(&t, 1)->text, "# x " TIME "=5 y\r" INTVL "=6");
	assert_int_equal(value_of(&t, KA_INTVL), 6);
	test_end(&t);
}

/* Of long lines and values the beginning is kept. */
static void texts_are_bounded(void **state)
{
	char *rest = repeat("x", 1, 3000), *text = malloc(4000);
	struct boot_test t;

	(void)state;
	assert_non_null(text);
	snprintf(text, 4000, TIME " = 300 %s\n", rest);
	test_init(&t, "systemd-252");
	add_file(&t, "a.conf", text);
	assert_int_equal(resolve(&t), 0);
	assert_int_equal(value_of(&t, KA_TIME), 300);
	assert_int_equal(strlen(line_at(&t, 0)->text), 1024);
	assert_int_equal(strlen(line_at(&t, 0)->value), 1024);
	assert_int_equal(line_at(&t, 0)->width, 3004);
	test_end(&t);
	free(text);
	free(rest);
}

/* Lines that only look as if they were about the keys. */
static void odd_lines_do_no_harm(void **state)
{
	char *dots = repeat("./", 2, 3000), *text = malloc(8000);
	struct boot_test t;

	(void)state;
	assert_non_null(text);
	/* Longer than a path, and than what is looked at for an explanation. */
	snprintf(text, 8000,
		 "net/%sipv4/tcp_keepalive_time=5\nnet/%.600sx/tcp_keepalive_time=5\n"
		 "sysctl -*\nk* k\n-*\n[\n",
		 dots, dots);
	for (size_t i = 0; i < ka_loader_count; i++) {
		test_init(&t, ka_loaders[i].name);
		add_file(&t, "/etc/sysctl.conf", text)->directory = KA_SYSCTL_CONF;
		add_file(&t, "a.conf", text);
		assert_int_equal(resolve(&t), 0);
		assert_int_equal(value_of(&t, KA_TIME), 7200);
		test_end(&t);
	}
	free(text);
	free(dots);
}

/* The winner stays the winner when a value is repeated, and all earlier ones name it. */
static void losers_name_the_one_that_stays(void **state)
{
	struct boot_test t;

	(void)state;
	test_init(&t, "systemd-252");
	add_file(&t, "a.conf", TIME "=1\n" TIME "=2\n" TIME "=3\n" TIME "=3\n");
	assert_int_equal(resolve(&t), 0);
	assert_ptr_equal(t.boot.main.source[KA_TIME], line_at(&t, 2));
	for (size_t i = 0; i < 4; i++)
		if (i != 2)
			assert_ptr_equal(line_at(&t, i)->by, line_at(&t, 2));
	test_end(&t);
}

/* ---- Files -------------------------------------------------------------------------------- */

static void a_directory_counts_once(void **state)
{
	struct boot_test t;

	(void)state;
	test_init(&t, "busybox-alpine");
	add_file(&t, "a.conf", TIME "=1\n");
	add_file(&t, "a.conf", TIME "=1\n")->is_again = true;
	assert_int_equal(resolve(&t), 0);
	assert_int_equal(t.boot.main.line_count, 1);
	test_end(&t);
}

/* /etc/sysctl.conf may be a link itself, and one of sysctl.d lead to the same end. */
static void a_link_may_lead_where_sysctl_conf_leads(void **state)
{
	struct boot_test t;

	(void)state;
	test_init(&t, "systemd-252");
	add_file(&t, "99.conf", TIME "=1\n")->target = "/srv/sysctl";
	add_file(&t, "/etc/sysctl.conf", TIME "=1\n")->target = "/srv/sysctl";
	t.files[1].directory = KA_SYSCTL_CONF;
	assert_int_equal(resolve(&t), 0);
	assert_int_equal(t.boot.main.line_count, 1);
	t.files[0].target = "/srv/another";
	assert_int_equal(resolve(&t), 0);
	assert_int_equal(t.boot.main.line_count, 2);
	t.files[1].target = NULL;
	assert_int_equal(resolve(&t), 0);
	assert_int_equal(t.boot.main.line_count, 2);
	test_end(&t);
}

/* What is no regular file holds no lines, wherever it stands. */
static void special_files_hold_no_lines(void **state)
{
	struct boot_test t;

	(void)state;
	test_init(&t, "systemd-252");
	add_file(&t, "/etc/sysctl.conf", NULL)->directory = KA_SYSCTL_CONF;
	add_file(&t, "sysctl.extra", NULL)->directory = KA_CREDENTIAL;
	add_file(&t, "a.conf", TIME "=1\n");
	assert_int_equal(resolve(&t), 0);
	assert_int_equal(t.boot.main.line_count, 1);
	test_end(&t);
}

/* ---- One loader alone --------------------------------------------------------------------- */

static void one_loader_alone_leaves_the_others_out(void **state)
{
	static const struct ka_setter setter = {.kind = KA_SET_BY_CMDLINE,
						.has_key = true,
						.value = "600",
						.text = "",
						.file = "grub.cfg"};
	struct ka_settings base = {{100, 200, 3}};
	struct ka_boot_outcome outcome;
	struct boot_test t;

	(void)state;
	test_init(&t, "systemd-252");
	add_file(&t, "a.conf", INTVL "=10\n");
	t.facts.setters = &setter;
	t.facts.setter_count = 1;
	t.facts.tuned.is_active = true;
	assert_int_equal(ka_boot_run_loader(&t.arena, &t.facts, find_loader("procps", &t.other),
					    &base, &outcome, &t.error),
			 0);
	assert_int_equal(outcome.values.value[KA_TIME], 100);
	assert_int_equal(outcome.values.value[KA_INTVL], 10);
	assert_int_equal(outcome.values.value[KA_PROBES], 3);
	assert_int_equal(outcome.line_count, 1);
	assert_string_equal(outcome.loader->name, "procps-4.0");
	test_end(&t);
}

/* ---- Other setters ------------------------------------------------------------------------ */

/* tuned splits lines where this loader sees a comment: a line that only tuned has. */
static void tuned_may_read_more_lines(void **state)
{
	struct boot_test t;

	(void)state;
	test_init(&t, "systemd-239");
	add_file(&t, "a.conf", "# x\r" TIME "=300\n");
	t.facts.tuned = (struct ka_tuned){true, "custom", true};
	assert_int_equal(resolve(&t), 0);
	assert_int_equal(value_of(&t, KA_TIME), 300);
	assert_ptr_equal(t.boot.main.source[KA_TIME], line_at(&t, 0));
	assert_int_equal(t.boot.main.line_count, 1);
	test_end(&t);
}

static void setters_keep_their_place(void **state)
{
	static const struct ka_setter setters[] = {
		{.kind = KA_SET_BY_SCRIPT, .has_key = true, .value = "1", .text = "", .file = "s"},
		{.kind = KA_SET_BY_TUNED, .value = "2", .text = "", .file = "t"},
		{.kind = KA_SET_BY_CMDLINE,
		 .has_key = true,
		 .key = KA_INTVL,
		 .value = "010",
		 .text = "sysctl.x=010",
		 .file = "grub.cfg",
		 .line = 7,
		 .column = 3}};
	const struct ka_boot_line *line;
	struct boot_test t;

	(void)state;
	test_init(&t, "systemd-252");
	t.facts.setters = setters;
	t.facts.setter_count = 3;
	t.facts.tuned.is_active = true;
	assert_int_equal(resolve(&t), 0);
	assert_int_equal(t.boot.main.line_count, 1);
	line = t.boot.main.source[KA_INTVL];
	assert_int_equal(line->setter, 2);
	assert_int_equal(line->line, 7);
	assert_int_equal(line->column, 3);
	assert_int_equal(line->number, 8);
	assert_string_equal(line->misread, "010 is octal");
	assert_ptr_equal(t.boot.base_source[KA_INTVL], &setters[2]);
	assert_int_equal(t.boot.base.value[KA_INTVL], 8);
	assert_int_equal(value_of(&t, KA_TIME), 7200);
	test_end(&t);
}

/* ---- Limits ------------------------------------------------------------------------------- */

static void assert_limit(struct boot_test *t, const char *words)
{
	memset(&t->error, 0, sizeof(t->error));
	assert_int_equal(resolve(t), -1);
	ka_test_at("%s", t->error.message);
	assert_int_equal(t->error.id, KA_E_BOOT_LIMIT);
	assert_contains(t->error.message, words);
}

static void lines_are_bounded(void **state)
{
	char *text = repeat(TIME "=1\n", strlen(TIME "=1\n"), 10000);
	struct boot_test t;

	(void)state;
	test_init(&t, "procps-4.0");
	add_file(&t, "a.conf", text);
	assert_int_equal(resolve(&t), 0);
	assert_int_equal(t.boot.main.line_count, 10000);
	add_file(&t, "b.conf", TIME "=1\n");
	assert_limit(&t, "more than 10000 lines");
	assert_string_equal(t.error.file, "b.conf");
	test_end(&t);
	free(text);
}

static void setters_are_bounded(void **state)
{
	struct ka_setter *setters = calloc(10001, sizeof(*setters));
	struct boot_test t;

	(void)state;
	assert_non_null(setters);
	for (size_t i = 0; i <= 10000; i++)
		setters[i] = (struct ka_setter){
			.has_key = true, .value = "1", .text = "", .file = "grub.cfg"};
	test_init(&t, "systemd-252");
	t.facts.setters = setters;
	t.facts.setter_count = 10001;
	assert_limit(&t, "more than 10000 lines");
	/* The last place is taken, and tuned would need one more. */
	t.facts.setter_count = 10000;
	t.facts.tuned = (struct ka_tuned){true, "custom", true};
	t.facts.loader = find_loader("systemd-239", &t.loader);
	add_file(&t, "a.conf", "# x\r" TIME "=300\n");
	assert_limit(&t, "more than 10000 lines");
	setters[9999].kind = KA_SET_BY_TUNED;
	t.facts.setter_count = 10001;
	assert_limit(&t, "more than 10000 lines");
	test_end(&t);
	free(setters);
}

static void patterns_are_bounded(void **state)
{
	static const char bomb[] = "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"
				   "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}*"
				   "=1\n";
	static const char pair[] =
		"*/../*/../*/../*/../*/../*/../*/../*/../net/ipv4/tcp_keepalive_*=1\n"
		"net/ipv4/tcp_keepalive_time=5\n";
	char *pairs = repeat(pair, strlen(pair), 100);
	struct boot_test t;

	(void)state;
	test_init(&t, "systemd-252");
	add_file(&t, "a.conf", bomb);
	assert_limit(&t, "patterns");
	assert_string_equal(t.error.file, "a.conf");
	t.facts.file_count = 0;
	add_file(&t, "a.conf", pairs);
	assert_limit(&t, "patterns");
	test_end(&t);
	free(pairs);
}

static void exclusions_are_bounded(void **state)
{
	static const char exclusion[] = "-net.ipv4.tcp_keepalive_t*\n";
	static const char pattern[] = "net.ipv4.tcp_keepalive_i*=1\n";
	char *exclusions = repeat(exclusion, strlen(exclusion), 5000);
	char *patterns = repeat(pattern, strlen(pattern), 4999);
	struct boot_test t;

	(void)state;
	test_init(&t, "procps-4.0.5");
	add_file(&t, "a.conf", exclusions);
	add_file(&t, "b.conf", patterns);
	assert_limit(&t, "patterns");
	test_end(&t);
	free(exclusions);
	free(patterns);
}

/* Names of files that name each other. */
static void names_are_bounded(void **state)
{
	enum { NAMES = 6000 };
	struct ka_boot_file *files = calloc(NAMES, sizeof(*files));
	static char names[NAMES][16];
	struct boot_test t;

	(void)state;
	assert_non_null(files);
	test_init(&t, "procps-4.0");
	for (size_t i = 0; i < NAMES; i++) {
		snprintf(names[i], sizeof(names[i]), "?%04zu*.conf", i);
		files[i] = (struct ka_boot_file){.name = names[i],
						 .path = names[i],
						 .type = KA_NODE_REGULAR,
						 .bytes = TIME "=1",
						 .length = strlen(TIME "=1")};
	}
	t.facts.files = files;
	t.facts.file_count = NAMES;
	assert_limit(&t, "names of files");
	test_end(&t);
	free(files);
}

/* A large file, again and again. */
static void reading_again_is_bounded(void **state)
{
	enum { NAMES = 700, SIZE = 8 * 1024 * 1024 };
	struct ka_boot_file *files = calloc(NAMES + 1, sizeof(*files));
	static char names[NAMES][16];
	char *large = repeat("\n", 1, SIZE);
	struct boot_test t;

	(void)state;
	assert_non_null(files);
	large[0] = '*';
	test_init(&t, "procps-4.0");
	files[0] = (struct ka_boot_file){.name = "x.conf",
					 .path = "x.conf",
					 .type = KA_NODE_REGULAR,
					 .bytes = large,
					 .length = SIZE};
	for (size_t i = 0; i < NAMES; i++) {
		snprintf(names[i], sizeof(names[i]), "{x,%04zu}.conf", i);
		files[i + 1] = (struct ka_boot_file){.name = names[i],
						     .path = names[i],
						     .type = KA_NODE_REGULAR,
						     .bytes = "",
						     .length = 0};
	}
	t.facts.files = files;
	t.facts.file_count = NAMES + 1;
	assert_limit(&t, "patterns");
	assert_string_equal(t.error.file, "x.conf");
	test_end(&t);
	free(files);
	free(large);
}

/* ---- Memory ------------------------------------------------------------------------------- */

/* A bit of everything, so that every allocation is made. */
static void fill(struct boot_test *t, const struct ka_setter *setters, size_t count)
{
	add_file(t, "50-a.conf",
		 TIME "=300\n" INTVL "=0x10\n" ALL "=20\n-" PROBES "\n" TIME "=1h\n" TIME
		      "=\\\n7\n");
	add_file(t, "50-a.conf", TIME "=600\n")->directory = KA_IN_USR_LIB;
	add_file(t, "60-{b,c}.conf", TIME "=9999999\n");
	add_file(t, "60-b.conf", "net..ipv4.tcp_keepalive_time=5\n");
	add_file(t, "70-x.conf", TIME "=1\n")->directory = KA_IN_LIB;
	add_file(t, "/etc/sysctl.conf", TIME "=900\n")->directory = KA_SYSCTL_CONF;
	add_file(t, "sysctl.extra", TIME "=950\n")->directory = KA_CREDENTIAL;
	add_file(t, "sysctl.extra", TIME "=960\n")->directory = KA_CREDENTIAL;
	add_file(t, "80-x.conf", NULL);
	add_file(t, "80-x.conf", TIME "=1\n")->directory = KA_IN_USR_LIB;
	add_file(t, "90-fifo.conf", NULL)->type = KA_NODE_FIFO;
	add_file(t, "95-x.conf", "# x\r" TIME "=300\n");
	t->facts.setters = setters;
	t->facts.setter_count = count;
	t->facts.tuned = (struct ka_tuned){true, "custom", true};
	t->facts.other = find_loader("procps", &t->other);
}

/* Whatever is missing, nothing is resolved by halves. */
static void lack_of_memory_is_told(void **state)
{
	static const struct ka_setter setters[] = {
		{.kind = KA_SET_BY_CMDLINE,
		 .has_key = true,
		 .value = "010",
		 .text = "",
		 .file = "g"},
		{.kind = KA_SET_BY_TUNED, .has_key = true, .value = "0x1", .text = "", .file = "t"},
		{.kind = KA_SET_BY_TUNED,
		 .has_key = true,
		 .value = "999999999",
		 .text = "",
		 .file = "t"},
	};
	struct boot_test t;

	(void)state;
	for (size_t i = 0; i < ka_loader_count; i++)
		for (size_t cap = 0;; cap += 88) {
			int result;

			test_init(&t, ka_loaders[i].name);
			fill(&t, setters, 3);
			t.arena.cap = cap;
			result = ka_boot_resolve(&t.arena, &t.facts, &t.boot, &t.error);
			ka_test_at("%s with %zu bytes", ka_loaders[i].name, cap);
			assert_int_equal(t.arena.has_failed, result < 0);
			if (result < 0)
				assert_int_equal(t.error.id, KA_E_MEMORY);
			test_end(&t);
			if (result == 0)
				break;
			assert_int_at_most(cap, 200000);
		}
}

static void lack_of_memory_for_one_loader_is_told(void **state)
{
	struct ka_settings base = KA_KERNEL_DEFAULTS;
	struct ka_boot_outcome outcome;
	struct boot_test t;
	int result = -1;

	(void)state;
	for (size_t cap = 0; result < 0; cap += 8) {
		test_init(&t, "systemd-252");
		add_file(&t, "a.conf", TIME "=300\n");
		t.arena.cap = cap;
		result = ka_boot_run_loader(&t.arena, &t.facts, t.facts.loader, &base, &outcome,
					    &t.error);
		if (result < 0)
			assert_int_equal(t.error.id, KA_E_MEMORY);
		test_end(&t);
		assert_int_at_most(cap, 20000);
	}
}

/* ---- Toggles ------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	size_t offset;
	unsigned settings;
} toggles[] = {
#define KA_TOGGLE(name, ...)                                                                       \
	{#name, offsetof(struct ka_loader, name), sizeof((const int[]){__VA_ARGS__}) / sizeof(int)},
#include "core/loader_toggles.def"
#undef KA_TOGGLE
};

/* Trees that tell one setting from another. */
static void add_tree(struct boot_test *t, size_t number)
{
	static char long_line[1024 * 1024 + 200], piece[5000];
	static const char nul[] = "# c\0" TIME "=8\n" INTVL "=9\0x\n";

	if (number != 1 && number != 14)
		add_file(t, "/etc/sysctl.conf", "#?\n")->directory = KA_SYSCTL_CONF;
	switch (number) {
	case 0:
		for (int i = KA_IN_ETC; i <= KA_IN_LIB; i++) {
			add_file(t, "50-a.conf", i % 2 ? TIME "=1\n" : TIME "=2\n")->directory =
				(enum ka_boot_directory)i;
			add_file(t,
				 (const char *[]){"1", "3.conf", "2.conf", "5.conf", "4.conf"}[i],
				 i % 2 ? INTVL "=3\n" : INTVL "=4\n")
				->directory = (enum ka_boot_directory)i;
		}
		break;
	case 1:
		add_file(t, "/etc/sysctl.conf", TIME "=5\n")->directory = KA_SYSCTL_CONF;
		add_file(t, "a.conf", TIME "=6\n");
		add_file(t, ".b.conf", INTVL "=6\n");
		add_file(t, "c.conf", NULL)->type = KA_NODE_DIRECTORY;
		add_file(t, "c.conf", PROBES "=6\n")->directory = KA_IN_USR_LIB;
		break;
	case 2:
		add_file(t, "a.conf", NULL)->type = KA_NODE_LOOP;
		add_file(t, "a.conf", PROBES "=6\n")->directory = KA_IN_USR_LIB;
		add_file(t, "sysctl.extra", TIME "=7\n")->directory = KA_CREDENTIAL;
		add_file(t, "b-{a,b}.conf", INTVL "=6\n");
		add_file(t, "b-a.conf", INTVL "=7\n");
		break;
	case 3:
		add_file(t, "a.conf", TIME "=6\n");
		add_file(t, "b.conf", NULL)->type = KA_NODE_FIFO;
		t->files[t->facts.file_count - 1].target = "/srv/fifo";
		break;
	case 4:
		add_bytes(t, KA_IN_ETC, "a.conf", nul, sizeof(nul) - 1);
		add_file(t, "b.conf", "# x\r" PROBES "=5\n" TIME "=2\r3\n");
		add_file(t, "c.conf", "a=\\\n" INTVL "=7\n\v" PROBES "\f=\v3\n");
		break;
	case 5:
		memset(long_line, 'x', sizeof(long_line));
		long_line[0] = '#';
		strcpy(long_line + 1024 * 1024 + 100, "\n" TIME "=9\n");
		add_file(t, "a.conf", long_line);
		memset(piece, 'x', sizeof(piece));
		piece[0] = '#';
		strcpy(piece + 2047, INTVL "=9\n");
		add_file(t, "b.conf", piece);
		break;
	case 6:
		memset(piece, 'x', sizeof(piece));
		piece[0] = '#';
		strcpy(piece + 4095, INTVL "=9\n");
		add_file(t, "b.conf", piece);
		break;
	case 7:
		add_file(t, "a.conf", "; " TIME "=1\n" TIME " =3\n");
		add_file(t, "b.conf", "-" TIME "=4\n- " INTVL "=5\n--" PROBES "=6\n");
		break;
	case 8:
		add_file(t, "a.conf", TIME "=4\n-" TIME "\n" ALL "=5\n");
		add_file(t, "b.conf", "-net.ipv4.tcp_keepalive_i*\n");
		add_file(t, "c.conf", "net.ipv4.tcp_keepalive_{probes,x?}=7\n");
		break;
	case 9:
		add_file(t, "a.conf",
			 "net/ipv4.tcp_keepalive_time=4\nnet.ipv4/tcp_keepalive_intvl=5\n"
			 "/proc/sys/net/ipv4/tcp_keepalive_probes=6\n");
		break;
	case 10:
		add_file(t, "a.conf",
			 TIME "=4\n" TIME ".=6\nnet/ipv4/conf/../tcp_keepalive_intvl=6\n");
		add_file(t, "b.conf",
			 PROBES "=6\n.net.ipv4.tcp_keepalive_probes=7\n" PROBES "=6\n");
		break;
	case 11:
		add_file(t, "a.conf", TIME "=4\n" TIME "=1h\n" INTVL "=5\n");
		add_file(t, "b.conf", "net..ipv4.tcp_keepalive_intvl=6\n" ALL "=7\n" INTVL "=5\n");
		break;
	case 12:
		add_file(t, "a.conf", PROBES "=6\n" PROBES "=7\n" PROBES "=6\n");
		add_file(t, "b.conf", "net//ipv4/tcp_keepalive_time=6\n" TIME "=x\n");
		break;
	case 13:
		add_file(t, "a.conf",
			 "net//ipv4/tcp_keepalive_time=6\nnet.ipv4.tcp_keepalive_t*=7\n");
		add_file(t, "b.conf", "net/ipv4/.*/ipv4/tcp_keepalive_intv?=8\n");
		break;
	case 15:
		add_file(t, "a.conf",
			 ALL "=6\nnet.ipv4.tcp_keepalive_t*=7\n" ALL "=6\n" TIME " =5\n");
		break;
	default:
		add_file(t, "a.conf", "net/ipv4/./tcp_keepalive_time=6\n" TIME "=7\n");
		break;
	}
}
enum { TREES = 16 };

static bool is_same_outcome(const struct ka_boot_outcome *a, const struct ka_boot_outcome *b)
{
	if (!ka_settings_equal(&a->values, &b->values) || a->line_count != b->line_count ||
	    !a->stopped != !b->stopped)
		return false;
	for (size_t i = 0; i < a->line_count; i++)
		if (a->lines[i].effect != b->lines[i].effect ||
		    a->lines[i].line != b->lines[i].line ||
		    strcmp(a->lines[i].file, b->lines[i].file) != 0)
			return false;
	for (int key = 0; key < KA_KEY_COUNT; key++)
		if (a->is_indeterminate[key] != b->is_indeterminate[key])
			return false;
	return true;
}

static bool tells_apart(const struct ka_loader *a, const struct ka_loader *b, size_t tree)
{
	struct ka_settings base = KA_KERNEL_DEFAULTS;
	struct ka_boot_outcome first, second;
	struct boot_test t;
	bool is_same;

	test_init(&t, "systemd");
	add_tree(&t, tree);
	assert_int_equal(ka_boot_run_loader(&t.arena, &t.facts, a, &base, &first, NULL), 0);
	assert_int_equal(ka_boot_run_loader(&t.arena, &t.facts, b, &base, &second, NULL), 0);
	is_same = is_same_outcome(&first, &second);
	test_end(&t);
	return !is_same;
}

static bool is_told_apart(const struct ka_loader *a, const struct ka_loader *b)
{
	for (size_t tree = 0; tree < TREES; tree++)
		if (tells_apart(a, b, tree))
			return true;
	return false;
}

/* What cannot make a difference, because of another toggle of the row. */
static bool is_idle(const struct ka_loader *row, const char *toggle, unsigned setting)
{
	/* Without a meaning of dashes there is none of two, or of blanks behind them. */
	if (strcmp(toggle, "dash_blank") == 0 || strcmp(toggle, "dash_dash") == 0)
		return row->dash_assigns == KA_DASH_LITERAL && row->dash_bare == KA_BARE_ERROR;
	/* No line is long that is read in pieces. */
	if (strcmp(toggle, "long_lines") == 0)
		return row->pieces != KA_PIECES_NONE;
	/* The shell splits lines by itself, and a dash begins an option to sysctl. */
	if (strcmp(toggle, "blanks") == 0 || strcmp(toggle, "dash_assigns") == 0 ||
	    strcmp(toggle, "dash_bare") == 0)
		return row->syntax == KA_SYNTAX_SHELL_WORD;
	if (strcmp(toggle, "line_ends") == 0)
		return row->syntax == KA_SYNTAX_SHELL_WORD && setting == KA_ENDS_LF_VALUE_CR;
	/* OpenRC reads one directory. */
	if (strcmp(toggle, "lib_directory") == 0)
		return row->directories == KA_DIRS_ETC_ALONE;
	/* Where nothing hides it does not matter what does. */
	if (strcmp(toggle, "special_files") == 0 || strcmp(toggle, "loops") == 0)
		return row->same_name == KA_SAME_NAME_IS_ONE_MORE;
	return false;
}

static unsigned check_toggle(const struct ka_loader *row, size_t toggle)
{
	unsigned surprises = 0;

	for (unsigned setting = 0; setting < toggles[toggle].settings; setting++) {
		struct ka_loader changed = *row;
		char *field = (char *)&changed + toggles[toggle].offset;

		if (memcmp(field, &setting, sizeof(setting)) == 0)
			continue;
		memcpy(field, &setting, sizeof(setting));
		if (is_told_apart(row, &changed) != is_idle(row, toggles[toggle].name, setting))
			continue;
		print_error("%s: %s = %u makes a difference, or none\n", row->name,
			    toggles[toggle].name, setting);
		surprises++;
	}
	return surprises;
}

/* The table drives everything: another setting of any toggle of any row shows. */
static void every_toggle_counts(void **state)
{
	unsigned surprises = 0;

	(void)state;
	for (size_t i = 0; i < ka_loader_count; i++)
		for (size_t k = 0; k < sizeof(toggles) / sizeof(toggles[0]); k++)
			surprises += check_toggle(&ka_loaders[i], k);
	assert_int_equal(surprises, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_found_leaves_the_defaults),
		cmocka_unit_test(every_constant_has_a_word),
		cmocka_unit_test(lines_tell_where_they_stand),
		cmocka_unit_test(columns_count_from_the_newline),
		cmocka_unit_test(texts_are_bounded),
		cmocka_unit_test(odd_lines_do_no_harm),
		cmocka_unit_test(losers_name_the_one_that_stays),
		cmocka_unit_test(a_directory_counts_once),
		cmocka_unit_test(a_link_may_lead_where_sysctl_conf_leads),
		cmocka_unit_test(special_files_hold_no_lines),
		cmocka_unit_test(one_loader_alone_leaves_the_others_out),
		cmocka_unit_test(tuned_may_read_more_lines),
		cmocka_unit_test(setters_keep_their_place),
		cmocka_unit_test(lines_are_bounded),
		cmocka_unit_test(setters_are_bounded),
		cmocka_unit_test(patterns_are_bounded),
		cmocka_unit_test(exclusions_are_bounded),
		cmocka_unit_test(names_are_bounded),
		cmocka_unit_test(reading_again_is_bounded),
		cmocka_unit_test(lack_of_memory_is_told),
		cmocka_unit_test(lack_of_memory_for_one_loader_is_told),
		cmocka_unit_test(every_toggle_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
