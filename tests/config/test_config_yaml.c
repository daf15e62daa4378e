/* What the corpora in good/ and bad/ cannot show: the interface of the loader, and its memory. */
#include "ka_test.h"

#include "edge/config_yaml.h"
#include "edge/profile_yaml.h"
#include "fail_alloc.h"

#include <stdlib.h>
#include <time.h>

static const char everything[] =
	"kaadvise: 1\npath:\n- aws-nlb\n- {name: a, idle_timeout: 60s, keepalive: refreshes}\n"
	"side: server\nhttp: {server_keepalive: 75s, only: true}\n"
	"goals: {detect_within: 10m, margin: 10%}\n"
	"waivers:\n- {rule: KA205, reason: x, until: 2027-01-31, hop: a, file: b, namespace: c}\n";
static const char everything_wrong[] =
	"kaadvise: 1\npath: [[x], 7, {name: a}, &b c]\nside: up\nsides: x\nhttp: {only: no}\n"
	"goals: {margin: x}\nwaivers: [{rule: KA205}, y, {until: 1}]\n? [a]\n: b\n";

static int parse(struct ka_arena *arena, const char *text, struct ka_config *config,
		 struct ka_errors *errors)
{
	return ka_config_parse(arena, text, strlen(text), "x.yaml", config, errors);
}

static void everything_has_its_place(void **state)
{
	static struct ka_errors errors;
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_config config;

	(void)state;
	assert_int_equal(parse(&arena, everything, &config, &errors), 0);
	assert_int_equal(errors.count, 0);
	assert_string_equal(config.origin, "x.yaml");
	assert_int_equal(config.path_count, 2);
	assert_int_equal(config.path[1].line, 4);
	assert_int_equal(config.path[1].column, 3);
	assert_int_equal(config.path[1].hop.layer, 4);
	assert_true(config.path[1].hop.breaks_connection);
	assert_int_equal(ka_config_line(&config, "side"), 5);
	assert_int_equal(ka_config_line(&config, "http.only"), 6);
	assert_int_equal(ka_config_line(&config, "goals.margin"), 7);
	assert_int_equal(ka_config_line(&config, "goals.min_time"), 0);
	assert_int_equal(ka_config_line(&config, "goals"), 7);
	assert_string_equal(config.waivers[0].origin, "x.yaml");
	assert_int_equal(config.waivers[0].line, 9);
	assert_int_equal(config.waivers[0].column, 3);
	ka_arena_clear(&arena);
}

static void nothing_is_stated_unless_it_is(void **state)
{
	static struct ka_errors errors;
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_config config;

	(void)state;
	assert_int_equal(parse(&arena, "kaadvise: 1\n", &config, &errors), 0);
	assert_int_equal(config.path_count, 0);
	assert_int_equal(config.waiver_count, 0);
	assert_false(config.stated.has_side);
	assert_false(config.stated.http.has_only || config.stated.http.has_server);
	assert_false(config.stated.goals.has_detect_within);
	ka_arena_clear(&arena);
}

static void the_result_is_untouched_on_failure(void **state)
{
	static struct ka_errors errors;
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_config config = {.path_count = 77};
	char *large = calloc(1, KA_PROFILE_SIZE_MAX + 1);

	(void)state;
	assert_int_equal(parse(&arena, everything_wrong, &config, &errors), -1);
	assert_int_at_least(errors.count, 8);
	assert_int_equal(config.path_count, 77);
	memset(large, ' ', KA_PROFILE_SIZE_MAX + 1);
	assert_int_equal(
		ka_config_parse(&arena, large, KA_PROFILE_SIZE_MAX + 1, "x", &config, &errors), -1);
	assert_int_equal(errors.count, 1);
	assert_int_equal(errors.list[0].id, KA_E_PROFILE_TOO_LARGE);
	assert_int_equal(config.path_count, 77);
	free(large);
	ka_arena_clear(&arena);
}

static size_t fail_each(const char *text, int result)
{
	static struct ka_errors errors;

	for (size_t n = 1;; n++) {
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		struct ka_config config;
		bool has_failed;
		int got;

		ka_fail_allocation(n);
		got = parse(&arena, text, &config, &errors);
		ka_fail_allocation(0);
		ka_test_at("allocation %zu", n);
		has_failed = arena.has_failed;
		ka_arena_clear(&arena);
		if (!has_failed) {
			assert_int_equal(got, result);
			return n - 1;
		}
		assert_int_equal(got, -1);
		assert_int_equal(errors.count, 1);
		assert_int_equal(errors.list[0].id, KA_E_MEMORY);
	}
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	assert_int_at_least(fail_each(everything, 0), 20);
	assert_int_at_least(fail_each(everything_wrong, -1), 20);
}

/* A small arena fails in other places than a heap that is used up. */
static void every_cap_is_met(void **state)
{
	static struct ka_errors errors;
	bool has_failed;
	size_t cap = 0;

	(void)state;
	do {
		struct ka_arena arena = ka_arena_make(cap += 7);
		struct ka_config config;
		int got = parse(&arena, everything, &config, &errors);

		has_failed = arena.has_failed;
		assert_int_equal(got, has_failed ? -1 : 0);
		if (has_failed)
			assert_int_equal(errors.list[0].id, KA_E_MEMORY);
		ka_arena_clear(&arena);
	} while (has_failed);
	assert_int_at_least(cap, 1000);
}

/* As many waivers as fit, at the end of as long a file as there may be. */
static void places_cost_one_pass(void **state)
{
	static struct ka_errors errors;
	char *text = malloc(KA_PROFILE_SIZE_MAX + 1);
	size_t at = 0;
	clock_t start;

	(void)state;
	at += (size_t)sprintf(text, "kaadvise: 1\n");
	while (at < KA_PROFILE_SIZE_MAX - 8000)
		text[at++] = '\n';
	at += (size_t)sprintf(text + at, "waivers:\n");
	for (int i = 0; i < 199; i++)
		at += (size_t)sprintf(text + at, "- {rule: KA205, reason: x}\n");
	text[at] = '\0';
	start = clock();
	for (int i = 0; i < 20; i++) {
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		struct ka_config config;

		assert_int_equal(parse(&arena, text, &config, &errors), 0);
		assert_int_at_least(config.waivers[198].line, 50000);
		ka_arena_clear(&arena);
	}
	/* 20 times: some milliseconds each, also with sanitizers; a pass for each is a second. */
	assert_int_at_most((clock() - start) * 1000 / CLOCKS_PER_SEC, 4000);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_has_its_place),
		cmocka_unit_test(nothing_is_stated_unless_it_is),
		cmocka_unit_test(the_result_is_untouched_on_failure),
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(every_cap_is_met),
		cmocka_unit_test(places_cost_one_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
