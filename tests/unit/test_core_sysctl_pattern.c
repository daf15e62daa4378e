#include "core/sysctl_pattern.h"

#include "ka_test.h"

#include <dirent.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROUNDS = 60000, GLOB_ROUNDS = 4000, MANY_STEPS = 100000000 };

/* ---- Places ------------------------------------------------------------------------------- */

static const struct {
	const char *path;
	int place;
} places[] = {
	{"net/ipv4/tcp_keepalive_time", KA_TIME},
	{"net/ipv4/tcp_keepalive_intvl", KA_INTVL},
	{"net/ipv4/tcp_keepalive_probes", KA_PROBES},
	{"/net//ipv4/./tcp_keepalive_time", KA_TIME},
	{"net/ipv4/conf/all/../../tcp_keepalive_time", KA_TIME},
	{"../sys/net/ipv4/tcp_keepalive_time", KA_TIME},
	{"../../../proc/sys/net/ipv4/tcp_keepalive_time", KA_TIME},
	{"kernel/../vm/../net/ipv4/tcp_keepalive_time", KA_TIME},
	{"", KA_PLACE_DIRECTORY},
	{"net", KA_PLACE_DIRECTORY},
	{"net/ipv4/", KA_PLACE_DIRECTORY},
	{"net/ipv4/tcp_keepalive_time/", KA_PLACE_ABSENT},
	{"net/ipv4/tcp_keepalive_time/.", KA_PLACE_ABSENT},
	{"net/ipv4/tcp_keepalive_time/../tcp_keepalive_time", KA_PLACE_ABSENT},
	{"net/ipv4/tcp_keepalive_tim", KA_PLACE_ABSENT},
	{"net/ipv9/../ipv4/tcp_keepalive_time", KA_PLACE_ABSENT},
	{"Net/ipv4/tcp_keepalive_time", KA_PLACE_ABSENT},
	{"net.ipv4.tcp_keepalive_time", KA_PLACE_ABSENT},
};

static void knows_where_paths_lead(void **state)
{
	static const char absolute[] = "/proc/sys/net/ipv4/tcp_keepalive_time";

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		ka_test_at("%s", places[i].path);
		assert_int_equal(ka_place_of(places[i].path, strlen(places[i].path)),
				 places[i].place);
	}
	assert_int_equal(ka_place_of("net/ipv4/x", 8), KA_PLACE_DIRECTORY);
	assert_int_equal(ka_place_of(absolute, strlen(absolute)), KA_PLACE_ABSENT);
	assert_int_equal(ka_place_of_absolute(absolute, strlen(absolute)), KA_TIME);
	assert_int_equal(ka_place_of_absolute(absolute + 10, strlen(absolute) - 10), KA_TIME);
	assert_int_equal(ka_place_of_absolute("", 0), KA_PLACE_DIRECTORY);
	assert_int_equal(ka_place_of("net\0", 4), KA_PLACE_ABSENT);
}

/* ---- Against fnmatch(3) ------------------------------------------------------------------- */

static uint64_t random_state = 1;

static unsigned pick(unsigned count)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state % count);
}

static void make(char *text, size_t most, const char *const *pieces, unsigned count)
{
	unsigned length = pick((unsigned)most);

	text[0] = '\0';
	for (unsigned i = 0; i < length; i++)
		strcat(text, pieces[pick(count)]);
}

#define COUNT(array) ((unsigned)(sizeof(array) / sizeof((array)[0])))

static void matches_like_fnmatch(void **state)
{
	static const char *const pattern_pieces[] = {
		"a",          "b",          "t",           "*",       "*",          "?",
		"[",          "]",          "!",           "^",       "-",          "\\",
		".",          "/",          "[a-t]",       "[!a]",    "[]",         "[^",
		"[[:alpha:]", "[:digit:]]", "[[:punct:]]", "[[.a.]]", "[[=b=]t]",   "[\\]]",
		"5",          "Z",          "[[:nono:]a]", "[b-a]",   "[[:space:]", " ",
		"[[.ab.]",    "\\*"};
	static const char *const text_pieces[] = {"a",  "b", "t", "[", "]", "!", "^", "-",
						  "\\", ".", "/", "5", "Z", " ", "*", "_"};
	unsigned matched = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		char pattern[256], text[256];
		bool expected;

		make(pattern, 9, pattern_pieces, COUNT(pattern_pieces));
		make(text, 7, text_pieces, COUNT(text_pieces));
		expected = fnmatch(pattern, text, 0) == 0;
		matched += expected;
		ka_test_at("'%s' and '%s'", pattern, text);
		assert_int_equal(ka_text_matches(pattern, text), expected);
		/* glibc takes a dot behind `*?` for a leading one. */
		if (text[0] && strchr(text + 1, '.'))
			continue;
		expected = fnmatch(pattern, text, FNM_PERIOD) == 0;
		ka_test_at("'%s' and '%s' with a period", pattern, text);
		assert_int_equal(ka_one_name_matches(pattern, text), expected);
	}
	assert_int_at_least(matched, ROUNDS / 50);
}

static void knows_the_classes(void **state)
{
	static const char *const names[] = {"alpha",  "digit", "alnum", "upper", "lower", "space",
					    "xdigit", "punct", "graph", "print", "blank", "cntrl"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		for (int byte = 1; byte < 256; byte++) {
			char pattern[32], text[2] = {(char)byte, '\0'};

			snprintf(pattern, sizeof(pattern), "[[:%s:]]", names[i]);
			ka_test_at("%s of byte %d", names[i], byte);
			assert_int_equal(ka_text_matches(pattern, text),
					 fnmatch(pattern, text, 0) == 0);
		}
}

/* ---- Against glob(3) ---------------------------------------------------------------------- */

static char root[] = "/tmp/ka-pattern-XXXXXX";

static void add_directory(const char *path)
{
	char full[256];

	snprintf(full, sizeof(full), "%s/%s", root, path);
	if (mkdir(full, 0755) != 0)
		fail_msg("cannot make %s", full);
}

/* The tree that the resolver knows, as far as it is about directories within it. */
static int make_tree(void **state)
{
	static const char *const directories[] = {
		"proc",
		"proc/sys",
		"proc/sys/net",
		"proc/sys/net/ipv4",
		"proc/sys/net/ipv4/conf",
		"proc/sys/net/ipv4/conf/all",
		"proc/sys/net/ipv4/conf/default",
		"proc/sys/net/ipv4/conf/lo",
		"proc/sys/net/core",
		"proc/sys/net/unix",
		"proc/sys/kernel",
		"proc/sys/vm",
	};

	(void)state;
	if (!mkdtemp(root))
		return -1;
	for (size_t i = 0; i < COUNT(directories); i++)
		add_directory(directories[i]);
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		char full[256];
		FILE *file;

		snprintf(full, sizeof(full), "%s/proc/sys/%s", root, ka_sysctls[key].file);
		file = fopen(full, "w");
		if (!file || fclose(file) != 0)
			return -1;
	}
	return 0;
}

static int remove_tree(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static struct dirent *read_without_dots(void *stream)
{
	struct dirent *entry;

	do
		entry = readdir(stream);
	while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	return entry;
}

static void *open_it(const char *path)
{
	return opendir(path);
}

static void close_it(void *stream)
{
	closedir(stream);
}

/* Texts, one a line. */
struct texts {
	char bytes[65536];
};

static bool note(void *context, enum ka_key key, const char *path)
{
	struct texts *texts = context;

	assert_int_equal(ka_place_of(path, strlen(path)), key);
	if (strlen(texts->bytes) + strlen(path) + 2 < sizeof(texts->bytes)) {
		strcat(texts->bytes, path);
		strcat(texts->bytes, "\n");
	}
	return false;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts the lines, each once, and leaves out paths through what the real tree lacks. */
static void tidy(struct texts *texts)
{
	static char copy[sizeof(texts->bytes)];
	const char *lines[4096];
	size_t count = 0;

	strcpy(copy, texts->bytes);
	for (char *line = strtok(copy, "\n"); line && count < COUNT(lines);
	     line = strtok(NULL, "\n"))
		lines[count++] = line;
	qsort(lines, count, sizeof(lines[0]), compare_texts);
	texts->bytes[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		char full[4096];

		snprintf(full, sizeof(full), "%s/proc/sys/%s", root, lines[i]);
		if ((i > 0 && strcmp(lines[i], lines[i - 1]) == 0) || access(full, F_OK) != 0)
			continue;
		strcat(texts->bytes, lines[i]);
		strcat(texts->bytes, "\n");
	}
}

static void find_by_glob(const char *pattern, bool has_braces, struct texts *texts)
{
	glob_t found = {.gl_opendir = open_it,
			.gl_readdir = read_without_dots,
			.gl_closedir = close_it,
			.gl_lstat = lstat,
			.gl_stat = stat};
	int flags = has_braces ? GLOB_NOSORT | GLOB_BRACE | GLOB_ALTDIRFUNC : GLOB_NOSORT;
	char full[4096];
	size_t prefix;

	texts->bytes[0] = '\0';
	snprintf(full, sizeof(full), "%s/proc/sys/%s", root, pattern);
	prefix = strlen(full) - strlen(pattern);
	if (glob(full, flags, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++) {
			const char *path = found.gl_pathv[i] + prefix;

			if (ka_place_of(path, strlen(path)) >= 0)
				note(texts, (enum ka_key)ka_place_of(path, strlen(path)), path);
		}
	globfree(&found);
	tidy(texts);
}

static void find_by_ourselves(const char *pattern, bool has_braces, struct texts *texts)
{
	size_t steps = MANY_STEPS;
	struct ka_pattern_rules rules = {has_braces, &steps};

	texts->bytes[0] = '\0';
	ka_pattern_each(pattern, &rules, note, texts);
	assert_int_at_least(steps, 1);
	tidy(texts);
}

/* One of the words, which are many ways to say the same, or not quite. */
static void add_word(char *pattern, const char *const *words, unsigned count)
{
	strcat(pattern, words[pick(pick(2) ? 2 : count)]);
}

static void make_pattern(char *pattern)
{
	static const char *const nets[] = {"net", "n*",      "*",      "[m-o]et",  "{net,vm}",
					   "?et", "{n,x}et", "kernel", "*/../net", "conf",
					   ".*",  ".",       "\\net",  "{net"};
	static const char *const slashes[] = {
		"/",      "/",         "//",           "///",    "/./", "/conf/../",
		"/*/../", "/core/../", "/{conf/../,}", "/x/../", "",    "/.*/"};
	static const char *const ipv4s[] = {"ipv4",   "ipv?",      "*4",     "{ipv4,core}",
					    "ip\\v4", "[!c-h]pv4", "conf/*", "{a,*{v,w}4}"};
	static const char *const files[] = {"tcp_keepalive_*",
					    "tcp_keepalive_time",
					    "*time",
					    "tcp_keepalive_[ti]*",
					    "*",
					    "{tcp_keepalive_time,*l}",
					    "t*_{time,probes}",
					    "tcp_*_intv?",
					    "tcp_keepalive_time/",
					    "*robes//",
					    "{t*e,conf/}",
					    "tcp_keepalive_{time",
					    "[[:lower:]]*_prob\\es",
					    "tcp_keepalive_time}"};

	pattern[0] = '\0';
	add_word(pattern, nets, COUNT(nets));
	add_word(pattern, slashes, COUNT(slashes));
	add_word(pattern, ipv4s, COUNT(ipv4s));
	add_word(pattern, slashes, COUNT(slashes));
	add_word(pattern, files, COUNT(files));
}

static void finds_like_glob(void **state)
{
	static struct texts expected, found;
	unsigned matched = 0;

	(void)state;
	for (int i = 0; i < GLOB_ROUNDS; i++) {
		bool has_braces = pick(2);
		char pattern[512];

		make_pattern(pattern);
		find_by_glob(pattern, has_braces, &expected);
		find_by_ourselves(pattern, has_braces, &found);
		matched += expected.bytes[0] != '\0';
		if (strcmp(expected.bytes, found.bytes) != 0)
			fail_msg("%s%s: glob(3) finds\n%swe find\n%s", pattern,
				 has_braces ? " with braces" : "", expected.bytes, found.bytes);
	}
	assert_int_at_least(matched, GLOB_ROUNDS / 10);
}

/* ---- Bounds ------------------------------------------------------------------------------- */

static void repeat(char *text, const char *piece, unsigned times)
{
	text[0] = '\0';
	for (unsigned i = 0; i < times; i++)
		strcat(text, piece);
}

static size_t steps_of(const char *pattern, size_t steps)
{
	struct ka_pattern_rules rules = {true, &steps};
	static struct texts texts;

	texts.bytes[0] = '\0';
	ka_pattern_each(pattern, &rules, note, &texts);
	return steps;
}

/* Patterns that stand for millions of others end when their steps are spent. */
static void work_is_bounded(void **state)
{
	char pattern[6000];

	(void)state;
	repeat(pattern, "{a,b}", 40);
	strcat(pattern, "*");
	assert_int_equal(steps_of(pattern, 100000), 0);
	repeat(pattern, "*/../", 12);
	strcat(pattern, "net/ipv4/tcp_keepalive_*");
	assert_int_equal(steps_of(pattern, 10000), 0);
	/* What leads nowhere is looked at once. */
	repeat(pattern, "*/../", 25);
	strcat(pattern, "net/ipv9/tcp_keepalive_*");
	assert_int_at_least(steps_of(pattern, 100000), 1);
	/* More of something than any real pattern has. */
	repeat(pattern, "./", 100);
	strcat(pattern, "net/ipv4/tcp_keepalive_*");
	assert_int_at_least(steps_of(pattern, 100000), 1);
	repeat(pattern, "*", 2100);
	assert_int_at_least(steps_of(pattern, 100000), 1);
	repeat(pattern, "{a,{b,c}}", 70);
	assert_int_at_least(steps_of(pattern, 100000), 0);
	repeat(pattern, "x", 5000);
	strcat(pattern, "{a,b}*");
	assert_int_at_least(steps_of(pattern, 100000), 1);
	assert_int_equal(steps_of("net/*", 3), 0);
}

static void count_pattern(void *context, const char *pattern)
{
	(void)pattern;
	++*(unsigned *)context;
}

static unsigned alternatives(const char *pattern)
{
	size_t steps = 1000;
	unsigned count = 0;

	ka_name_expand(pattern, &steps, count_pattern, &count);
	return count;
}

static void expands_names(void **state)
{
	(void)state;
	assert_int_equal(alternatives("5-{a,b}.conf"), 2);
	assert_int_equal(alternatives("{a,b}{c,d}{e,f}"), 8);
	assert_int_equal(alternatives("{a,{b,c}}"), 3);
	assert_int_equal(alternatives("{}"), 1);
	assert_int_equal(alternatives("\\{a,b}"), 1);
	assert_int_equal(alternatives("{a\\,b,c}"), 2);
	assert_int_equal(alternatives("{a,b"), 1);
	assert_int_equal(alternatives("{a,b\\"), 1);
	assert_int_equal(alternatives("{a,b}{c"), 2);
	assert_true(ka_is_name_pattern("a*.conf"));
	assert_true(ka_is_name_pattern("{a,b}.conf"));
	assert_true(ka_is_name_pattern("a\\b.conf"));
	assert_false(ka_is_name_pattern("{a,b.conf"));
	assert_false(ka_is_name_pattern("a.conf"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_where_paths_lead),
		cmocka_unit_test(matches_like_fnmatch),
		cmocka_unit_test(knows_the_classes),
		cmocka_unit_test_setup_teardown(finds_like_glob, make_tree, remove_tree),
		cmocka_unit_test(work_is_bounded),
		cmocka_unit_test(expands_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
