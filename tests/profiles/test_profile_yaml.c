/* What the corpora in good/ and bad/ cannot show: the interface of the loader, its limits, its
 * memory and its time. */
#include "ka_test.h"

#include "edge/profile_yaml.h"
#include "fail_alloc.h"

#include <stdlib.h>
#include <time.h>

struct fixture {
	struct ka_arena arena;
	struct ka_profile profile;
	struct ka_errors errors;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->arena = ka_arena_make(KA_ARENA_CAP);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	ka_arena_clear(&fixture->arena);
	free(fixture);
	return 0;
}

#define HEAD "kaadvise: 1\nid: x\ntitle: X\n"
#define GOOD HEAD "hops: [{name: a, idle_timeout: 60s, keepalive: refreshes}]\n"

static int parse_bytes(struct fixture *fixture, const char *bytes, size_t length)
{
	return ka_profile_parse(&fixture->arena, bytes, length, "x.yaml", NULL, NULL,
				&fixture->profile, &fixture->errors);
}

static int parse(struct fixture *fixture, const char *text)
{
	return parse_bytes(fixture, text, strlen(text));
}

static void test_result(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(parse(fixture, GOOD), 0);
	assert_int_equal(fixture->errors.count, 0);
	assert_string_equal(fixture->profile.origin, "x.yaml");
	assert_string_equal(fixture->profile.sha256, "");
	assert_null(fixture->profile.extends);
	assert_null(fixture->profile.notes);
	assert_int_equal(fixture->profile.source_count, 0);
	assert_int_equal(fixture->profile.hops[0].layer, 4);
	assert_int_equal(fixture->profile.hops[0].on_expiry, KA_EXPIRY_UNKNOWN);
	assert_true(fixture->profile.hops[0].breaks_connection);
}

static void test_result_untouched_on_failure(void **state)
{
	struct fixture *fixture = *state;

	fixture->profile.id = "before";
	assert_int_equal(parse(fixture, GOOD "nonsense: 1\n"), -1);
	assert_string_equal(fixture->profile.id, "before");
}

static void test_errors_are_overwritten(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(parse(fixture, "- a"), -1);
	assert_int_equal(fixture->errors.count, 1);
	assert_int_equal(parse(fixture, GOOD), 0);
	assert_int_equal(fixture->errors.count, 0);
}

static void assert_error(const struct ka_errors *errors, size_t at, enum ka_error_id id,
			 unsigned line, unsigned column)
{
	assert_int_at_least(errors->count, at + 1);
	assert_string_equal(ka_error_info(errors->list[at].id)->id, ka_error_info(id)->id);
	assert_int_equal(errors->list[at].line, line);
	assert_int_equal(errors->list[at].column, column);
}

static void test_errors_stand_in_order(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(parse(fixture, "title: 1\nkaadvise: 1\nid: X\n"
					"http: {only: &a maybe, server_keepalive: 5}\nnots: a\n"),
			 -1);
	assert_int_equal(fixture->errors.count, 6);
	assert_error(&fixture->errors, 0, KA_E_PROFILE_TYPE, 1, 8);
	assert_error(&fixture->errors, 1, KA_E_PROFILE_VALUE, 3, 5);
	assert_error(&fixture->errors, 2, KA_E_PROFILE_FORBIDDEN, 4, 14);
	assert_error(&fixture->errors, 3, KA_E_PROFILE_VALUE, 4, 14);
	assert_error(&fixture->errors, 4, KA_E_PROFILE_DURATION, 4, 42);
	assert_error(&fixture->errors, 5, KA_E_PROFILE_KEY_UNKNOWN, 5, 1);
}

static void test_errors_are_capped(void **state)
{
	struct fixture *fixture = *state;
	char text[4000] = HEAD;

	for (int i = 0; i < 100; i++)
		sprintf(text + strlen(text), "k%d: x\n", i);
	assert_int_equal(parse(fixture, text), -1);
	assert_int_equal(fixture->errors.count, KA_ERRORS_MAX);
	/* 80 keys, and that neither hops nor http is there. */
	assert_int_equal(fixture->errors.omitted, 81);
	assert_error(&fixture->errors, 0, KA_E_PROFILE_KEY_UNKNOWN, 4, 1);
}

static void test_long_file_name(void **state)
{
	struct fixture *fixture = *state;
	char name[1000];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(ka_profile_parse(&fixture->arena, "a: b\nc: d\n", 10, name, NULL, NULL,
					  &fixture->profile, &fixture->errors),
			 -1);
	assert_int_equal(strlen(fixture->errors.list[0].file),
			 sizeof(fixture->errors.list[0].file) - 1);
	assert_int_equal(fixture->errors.count, 6);
}

/* A finder with one entry. */
struct shelf {
	const char *id;
	struct ka_profile_found found;
	size_t asked;
};

static int find(void *context, struct ka_arena *arena, const char *id,
		struct ka_profile_found *ret_found, struct ka_error *reterr)
{
	struct shelf *shelf = context;

	(void)arena;
	shelf->asked++;
	if (strcmp(shelf->id, id) != 0)
		return ka_fail(reterr, KA_E_PROFILE_UNKNOWN, "the \033 shelf has no \"%s\"", id);
	*ret_found = shelf->found;
	return 0;
}

static int parse_with(struct fixture *fixture, struct shelf *shelf, const char *text)
{
	return ka_profile_parse(&fixture->arena, text, strlen(text), "x.yaml", find, shelf,
				&fixture->profile, &fixture->errors);
}

#define CHILD HEAD "extends: parent\n"

static void test_extends_ready(void **state)
{
	static const struct ka_hop hops[] = {{.name = "a",
					      .layer = 7,
					      .idle_s = 60,
					      .probes = KA_IGNORED,
					      .on_expiry = KA_CLOSE},
					     {.name = "b", .layer = 4, .idle_s = 350}};
	static const struct ka_profile parent = {
		.id = "parent", .title = "P", .notes = "N", .hops = hops, .hop_count = 2};
	struct fixture *fixture = *state;
	struct shelf shelf = {.id = "parent", .found = {.ready = &parent}};

	assert_int_equal(parse_with(fixture, &shelf, CHILD "hops: [{name: b, idle_timeout: 1m}]"),
			 0);
	assert_string_equal(fixture->profile.id, "x");
	assert_string_equal(fixture->profile.title, "X");
	assert_string_equal(fixture->profile.extends, "parent");
	assert_string_equal(fixture->profile.notes, "N");
	assert_int_equal(fixture->profile.hop_count, 2);
	assert_int_equal(fixture->profile.hops[0].probes, KA_IGNORED);
	assert_int_equal(fixture->profile.hops[1].idle_s, 60);
	assert_int_equal(hops[1].idle_s, 350);
}

static void test_extends_not_asked(void **state)
{
	struct fixture *fixture = *state;
	struct shelf shelf = {.id = "parent"};

	assert_int_equal(parse_with(fixture, &shelf, GOOD), 0);
	assert_int_equal(parse_with(fixture, &shelf, HEAD "extends: x\n"), -1);
	assert_int_equal(parse_with(fixture, &shelf, HEAD "extends: No\n"), -1);
	assert_int_equal(shelf.asked, 0);
}

static void test_extends_without_finder(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(parse(fixture, CHILD), -1);
	assert_error(&fixture->errors, 0, KA_E_PROFILE_EXTENDS, 4, 10);
}

static void test_extends_nothing_found(void **state)
{
	struct fixture *fixture = *state;
	struct shelf shelf = {.id = "other"};

	assert_int_equal(parse_with(fixture, &shelf, CHILD), -1);
	assert_int_equal(fixture->errors.count, 1);
	assert_error(&fixture->errors, 0, KA_E_PROFILE_EXTENDS, 4, 10);
	assert_contains(fixture->errors.list[0].message, "the \\x1b shelf has no \"parent\"");
}

static void test_extends_too_large(void **state)
{
	static const char large[KA_PROFILE_SIZE_MAX + 1];
	struct fixture *fixture = *state;
	struct shelf shelf = {
		.id = "parent",
		.found = {.bytes = large, .length = sizeof(large), .name = "parent.yaml"}};

	assert_int_equal(parse_with(fixture, &shelf, CHILD), -1);
	assert_int_equal(fixture->errors.count, 2);
	assert_error(&fixture->errors, 0, KA_E_PROFILE_TOO_LARGE, 1, 1);
	assert_string_equal(fixture->errors.list[0].file, "parent.yaml");
	assert_error(&fixture->errors, 1, KA_E_PROFILE_EXTENDS, 4, 10);
}

static void test_extends_circle(void **state)
{
	static const char other[] = "kaadvise: 1\nid: parent\ntitle: P\nextends: x\n";
	struct fixture *fixture = *state;
	struct shelf shelf = {
		.id = "parent",
		.found = {.bytes = other, .length = sizeof(other) - 1, .name = "parent.yaml"}};

	assert_int_equal(parse_with(fixture, &shelf, CHILD), -1);
	assert_int_equal(shelf.asked, 1);
	assert_error(&fixture->errors, 0, KA_E_PROFILE_EXTENDS, 4, 10);
	assert_string_equal(fixture->errors.list[0].file, "parent.yaml");
}

static void test_size_limit(void **state)
{
	struct fixture *fixture = *state;
	char *text = malloc(KA_PROFILE_SIZE_MAX + 1);
	size_t used = strlen(GOOD "#");

	memset(text, 'c', KA_PROFILE_SIZE_MAX + 1);
	memcpy(text, GOOD "#", used);
	assert_int_equal(parse_bytes(fixture, text, KA_PROFILE_SIZE_MAX), 0);
	assert_int_equal(parse_bytes(fixture, text, KA_PROFILE_SIZE_MAX + 1), -1);
	assert_error(&fixture->errors, 0, KA_E_PROFILE_TOO_LARGE, 1, 1);
	free(text);
}

/* HEAD has 7 nodes, "notes" and its list two; the list gets the rest. */
static void test_node_limit(void **state)
{
	struct fixture *fixture = *state;
	char *text = calloc(1, 8192);

	strcpy(text, HEAD "notes:\n");
	for (int i = 0; i < KA_PROFILE_NODES_MAX - 9; i++)
		strcat(text, "- a\n");
	assert_int_equal(parse(fixture, text), -1);
	assert_error(&fixture->errors, 1, KA_E_PROFILE_TYPE, 5, 1);
	strcat(text, "- a\n");
	assert_int_equal(parse(fixture, text), -1);
	assert_int_equal(fixture->errors.count, 1);
	assert_error(&fixture->errors, 0, KA_E_PROFILE_TOO_LARGE, 996, 3);
	free(text);
}

/* A worst case is a header and a piece that is repeated up to the limit of the size. */
static const struct worst {
	const char *name, *header, *piece;
} worst_cases[] = {
	{"brackets", "", "["},
	{"braces", "", "{"},
	{"braces with keys", "", "{a: "},
	{"pairs of brackets", "", "[]"},
	{"entries in brackets", "", "[a,"},
	{"a colon after a key", "", "a: "},
	{"the same key", "", "a: b\n"},
	{"the same known key", "", "id: b\n"},
	{"keys without values", "", "a:\n"},
	{"complex keys", "", "? "},
	{"dashes", "", "- "},
	{"entries", "notes:\n", "- a\n"},
	{"entries in a list", "notes: [", "a,"},
	{"unknown keys in a mapping", "goals: {", "a: b,"},
	{"anchors", "", "&a "},
	{"anchors on entries", "notes:\n", "- &a b\n"},
	{"one anchor", "notes: &", "a"},
	{"aliases", "notes:\n", "- *a\n"},
	{"aliases in brackets", "notes: [", "*a,"},
	{"merge keys", "", "<<: {}\n"},
	{"tags", "notes:\n", "- !a b\n"},
	{"one tag", "notes: !", "%41"},
	{"bad tag", "notes: !<", "a"},
	{"one plain scalar", "notes: ", "a"},
	{"one plain scalar of words", "notes: ", "a "},
	{"one plain scalar of lines", "notes: a\n", "  a\n"},
	{"one scalar of two-byte characters", "notes: ", "\xc3\xa9"},
	{"one key", "", "a"},
	{"one quoted key", "\"", "a"},
	{"one quoted scalar, never closed", "notes: \"", "a"},
	{"escapes", "notes: \"", "\\U0001F98A"},
	{"escaped line breaks", "notes: \"", "\\\n"},
	{"doubled quotes", "notes: '", "''"},
	{"one literal scalar", "notes: |\n", "  a\n"},
	{"one folded scalar", "notes: >\n", "  a\n\n"},
	{"indentation", "notes: |\n", " "},
	{"tabs", "notes: ", "\t"},
	{"spaces", "", " "},
	{"line breaks", "", "\n"},
	{"carriage returns", "", "\r"},
	{"carriage returns and line breaks", "", "\r\n"},
	{"other line breaks", "", "\xe2\x80\xa8"},
	{"comments", "", "#\n"},
	{"one comment", "", "#"},
	{"documents", "", "---\n"},
	{"document ends", "", "...\n"},
	{"directives", "", "%TAG !a! b\n"},
	{"percent signs", "", "%"},
	{"percent signs behind text", "notes: ", "%"},
	{"byte order marks", "", "\xef\xbb\xbf"},
	{"NUL", "", ""},
	{"control characters", "", "\x1b"},
	{"invalid UTF-8", "", "\xff"},
	{"invalid UTF-8 behind text", "notes: \xc3\xa9", "\xc3"},
	{"a long duration", "hops: [{idle_timeout: ", "9"},
	{"a duration of many parts", "hops: [{idle_timeout: ", "1d"},
	{"dots", "hops: [{configurable: ", "."},
	{"a long word", "hops: [{keepalive: ", "refreshes"},
	{"a long id", "id: ", "a"},
	{"a long number", "goals: {lost_probes: ", "1"},
	{"a long URL", "sources: [{url: https://", "a"},
};

enum { WORST_COUNT = sizeof(worst_cases) / sizeof(worst_cases[0]), WORST_MS_MAX = 1000 };

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* As many bytes as a profile may have. NUL cannot stand in a string, so "" means it. */
static void fill_worst(const struct worst *worst, char *text)
{
	size_t piece = strlen(worst->piece) > 0 ? strlen(worst->piece) : 1;
	size_t used = (size_t)sprintf(text, "%s", worst->header);

	for (; used + piece <= KA_PROFILE_SIZE_MAX; used += piece)
		memcpy(text + used, worst->piece, piece);
	memset(text + used, '\n', KA_PROFILE_SIZE_MAX - used);
}

static void test_worst_cases(void **state)
{
	struct fixture *fixture = *state;
	char *text = malloc(KA_PROFILE_SIZE_MAX + 1);
	int64_t slowest = 0;

	for (size_t i = 0; i < WORST_COUNT; i++) {
		int64_t before = now_us(), spent;

		ka_test_at("%s", worst_cases[i].name);
		fill_worst(&worst_cases[i], text);
		assert_int_equal(parse_bytes(fixture, text, KA_PROFILE_SIZE_MAX), -1);
		spent = now_us() - before;
		printf("%7.2f ms  %s\n", (double)spent / 1000, worst_cases[i].name);
		assert_int_at_most(spent / 1000, WORST_MS_MAX);
		slowest = spent > slowest ? spent : slowest;
		/* Nodes, copies of scalars, messages: a few times the input. */
		assert_int_at_most(fixture->arena.used, 8 * KA_PROFILE_SIZE_MAX);
		ka_arena_clear(&fixture->arena);
	}
	printf("slowest of %d: %.2f ms\n", WORST_COUNT, (double)slowest / 1000);
	free(text);
}

static const char everything[] =
	"\xef\xbb\xbfkaadvise: 1\nid: x\ntitle: \"X \\u00e9\"\nextends: parent\n"
	"hops:\n- {name: a, idle_timeout: 2m}\n- {name: b, idle_timeout: 60s, keepalive: ignored}\n"
	"http: {server_keepalive: 75s}\ngoals: {margin: 10%, lost_probes: 1}\n"
	"sources: [{url: 'https://a', checked: 2026-11-22, confirmed: vendor, says: text}]\n"
	"notes: |\n  One.\n  Two.\n";
static const char everything_wrong[] =
	"kaadvise: 1\nid: X\ntitel: \"X \\u00e9\"\nextends: parent\n"
	"hops:\n- {name: a, idle_timeout: 2}\n- {name: &b b, keepalive: ignore}\n- !t x\n- *y\n"
	"http: {server_keepalive: 75 s}\ngoals: {margin: 10%, lost_probes: x}\n"
	"sources: [{url: 'ftp://a', checked: 2026-11-31, confirmed: x}]\n"
	"notes: \"\\e\"\n? [a]\n: b\n";
static const char broken[] = "kaadvise: 1\nid: &a x\nnotes: \"";

/* Fails one allocation after the other until a run needs no more; the sanitizer looks for leaks.
 * Returns how many there were. */
static size_t fail_each(struct fixture *fixture, const char *text, int result)
{
	static const char parent[] = "kaadvise: 1\nid: parent\ntitle: P\n"
				     "hops: [{name: a, idle_timeout: 60s, keepalive: refreshes}]\n";
	struct shelf shelf = {
		.id = "parent",
		.found = {.bytes = parent, .length = sizeof(parent) - 1, .name = "parent.yaml"}};

	for (size_t n = 1;; n++) {
		int got;

		ka_arena_clear(&fixture->arena);
		ka_fail_allocation(n);
		got = parse_with(fixture, &shelf, text);
		ka_fail_allocation(0);
		ka_test_at("allocation %zu", n);
		if (!fixture->arena.has_failed) {
			assert_int_equal(got, result);
			return n - 1;
		}
		assert_int_equal(got, -1);
		assert_int_equal(fixture->errors.count, 1);
		assert_int_equal(fixture->errors.list[0].id, KA_E_MEMORY);
	}
}

static void test_memory_failures(void **state)
{
	struct fixture *fixture = *state;
	size_t good = fail_each(fixture, everything, 0);
	size_t wrong = fail_each(fixture, everything_wrong, -1);
	size_t cut = fail_each(fixture, broken, -1);

	printf("allocations that failed in turn: %zu, %zu, %zu\n", good, wrong, cut);
	assert_int_at_least(good, 50);
	assert_int_at_least(wrong, 50);
	assert_int_at_least(cut, 10);
}

/* A small arena fails in other places than a heap that is used up. */
static void test_arena_caps(void **state)
{
	struct fixture *fixture = *state;
	size_t cap = 0;

	for (;; cap += 7) {
		ka_arena_clear(&fixture->arena);
		fixture->arena.cap = cap;
		if (parse(fixture, everything_wrong) == -1 && !fixture->arena.has_failed)
			break;
		assert_int_equal(fixture->errors.count, 1);
		assert_int_equal(fixture->errors.list[0].id, KA_E_MEMORY);
	}
	assert_int_at_least(cap, 1000);
	assert_int_at_least(fixture->errors.count, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(test_result),
		TEST(test_result_untouched_on_failure),
		TEST(test_errors_are_overwritten),
		TEST(test_errors_stand_in_order),
		TEST(test_errors_are_capped),
		TEST(test_long_file_name),
		TEST(test_extends_ready),
		TEST(test_extends_not_asked),
		TEST(test_extends_without_finder),
		TEST(test_extends_nothing_found),
		TEST(test_extends_too_large),
		TEST(test_extends_circle),
		TEST(test_size_limit),
		TEST(test_node_limit),
		TEST(test_worst_cases),
		TEST(test_memory_failures),
		TEST(test_arena_caps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
