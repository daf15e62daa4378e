/* A list of profiles, as a table and as JSON. */
#include "ka_test.h"

#include "out/json_profile.h"
#include "out/text_profiles.h"

#include <jansson.h>

#include "fail_alloc.h"

static const struct ka_source sources[] = {
	{"https://example.com/a", "2026-11-22", 20779, KA_VENDOR, "350 s"},
	{"https://example.com/b", "2026-11-23", 20780, KA_INFERRED, ""},
};
static const struct ka_hop hops[] = {
	{.name = "NLB",
	 .layer = 4,
	 .idle_s = 350,
	 .is_configurable = true,
	 .configurable_min_s = 60,
	 .configurable_max_s = 6000,
	 .setting = "tcp.idle",
	 .on_expiry = KA_RESET_ON_NEXT,
	 .breaks_connection = true},
	{.name = "proxy",
	 .layer = 7,
	 .idle_s = 60,
	 .probes = KA_IGNORED,
	 .on_expiry = KA_CLOSE,
	 .breaks_connection = true,
	 .has_backend_idle = true,
	 .backend_idle_s = 90},
	{.name = "affinity", .layer = 3, .idle_s = 30, .setting = "affinity-ttl"},
	{.name = "far", .layer = 4, .idle_s = 8, .breaks_connection = true},
};
#define COMMON                                                                                     \
	.origin = "built-in",                                                                      \
	.sha256 = "0123456789012345678901234567890123456789012345678901234567890123"
static const struct ka_profile profiles[] = {
	{.id = "nlb",
	 .title = "A balancer",
	 .hops = hops,
	 .hop_count = 1,
	 .sources = sources,
	 .source_count = 2,
	 COMMON},
	{.id = "a-path",
	 .title = "A path",
	 .extends = "nlb",
	 .hops = hops,
	 .hop_count = 4,
	 .http = {.has_client = true, .client_s = 20, .client_closes = KA_CLOSES_ON_REUSE},
	 COMMON},
	{.id = "server", .title = "A server", .http = {.has_server = true, .server_s = 5}, COMMON},
	{.id = "only",
	 .title = "HTTP only \xff",
	 .http = {.has_only = true, .only = true},
	 .origin = "/etc/kaadvise/profiles/only.yaml",
	 .sha256 = ""},
};
static const enum ka_outcome outcomes[] = {KA_OUTCOME_FAILS, KA_OUTCOME_IGNORED,
					   KA_OUTCOME_SURVIVES, KA_OUTCOME_NONE};
static const char *const hop_rules[] = {"KA201", NULL, NULL, NULL};
static const char *const rules[] = {"KA201", "KA302"};
static const struct ka_judged_profile judged[] = {
	{&profiles[0], KA_OUTCOME_FAILS, outcomes, hop_rules, rules, 1},
	{&profiles[1], KA_OUTCOME_FAILS, outcomes, hop_rules, rules, 2},
	{&profiles[2], KA_OUTCOME_NONE, outcomes, hop_rules, rules, 0},
	{&profiles[3], KA_OUTCOME_NONE, outcomes, hop_rules, rules, 0},
};
enum { PROFILES = sizeof(judged) / sizeof(judged[0]) };

static json_t *parsed(size_t number)
{
	struct ka_text text = {0};
	json_t *document;

	assert_int_equal(ka_json_profile(&judged[number], &text, NULL), 0);
	assert_ptr_equal(strchr(text.bytes, '\n'), text.bytes + text.length - 1);
	document = json_loads(text.bytes, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(document);
	ka_text_clear(&text);
	return document;
}

/* What stands at key, as JSON. */
static void assert_member(const json_t *document, const char *key, const char *expected)
{
	char *text = json_dumps(json_object_get(document, key), JSON_COMPACT | JSON_ENCODE_ANY);

	ka_test_at("%s", key);
	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static void a_product_has_its_hop_at_the_top(void **state)
{
	json_t *document = parsed(0);

	(void)state;
	assert_member(document, "id", "\"nlb\"");
	assert_member(document, "kind", "\"product\"");
	assert_member(document, "extends", "null");
	assert_member(document, "origin", "\"built-in\"");
	assert_member(document, "layer", "4");
	assert_member(document, "idle_timeout_s", "350");
	assert_member(document, "configurable", "{\"min_s\":60,\"max_s\":6000}");
	assert_member(document, "setting", "\"tcp.idle\"");
	assert_member(document, "keepalive", "\"refreshes\"");
	assert_member(document, "on_expiry", "\"reset-on-next\"");
	assert_member(document, "http", "null");
	assert_member(document, "sources",
		      "[{\"url\":\"https://example.com/a\",\"checked\":\"2026-11-22\","
		      "\"confirmed\":\"vendor\",\"says\":\"350 s\"},"
		      "{\"url\":\"https://example.com/b\",\"checked\":\"2026-11-23\","
		      "\"confirmed\":\"inferred\",\"says\":\"\"}]");
	assert_member(document, "linux_defaults", "{\"verdict\":\"fails\",\"rules\":[\"KA201\"]}");
	json_decref(document);
}

static void a_path_has_hops_only(void **state)
{
	json_t *document = parsed(1);

	(void)state;
	assert_member(document, "kind", "\"path\"");
	assert_member(document, "extends", "\"nlb\"");
	assert_member(document, "layer", "null");
	assert_member(document, "idle_timeout_s", "null");
	assert_member(document, "configurable", "null");
	assert_member(document, "setting", "null");
	assert_member(document, "keepalive", "\"\"");
	assert_member(document, "on_expiry", "\"\"");
	assert_int_equal(json_array_size(json_object_get(document, "hops")), 4);
	assert_member(json_array_get(json_object_get(document, "hops"), 1),
		      "backend_idle_timeout_s", "90");
	assert_member(json_array_get(json_object_get(document, "hops"), 1), "linux_defaults",
		      "\"ignored\"");
	assert_member(json_array_get(json_object_get(document, "hops"), 2), "breaks_connection",
		      "false");
	assert_member(document, "http",
		      "{\"server_keepalive_s\":null,\"client_keepalive_s\":20,"
		      "\"client_closes\":\"on-reuse\",\"only\":false}");
	json_decref(document);
}

static void a_server_has_no_hop(void **state)
{
	json_t *document = parsed(2);

	(void)state;
	assert_member(document, "kind", "\"server\"");
	assert_member(document, "hops", "[]");
	assert_member(document, "sources", "[]");
	assert_member(document, "http",
		      "{\"server_keepalive_s\":5,\"client_keepalive_s\":null,"
		      "\"client_closes\":null,\"only\":false}");
	assert_member(document, "linux_defaults", "{\"verdict\":\"none\",\"rules\":[]}");
	json_decref(document);
}

static void text_is_always_utf8(void **state)
{
	json_t *document = parsed(3);

	(void)state;
	assert_member(document, "title", "\"HTTP only \\\\xff\"");
	json_decref(document);
}

static void json_ends_cleanly_without_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < PROFILES; i++) {
		size_t n = 0;
		int result;

		do {
			struct ka_text text = {0};
			struct ka_error error = {0};

			ka_fail_allocation(++n);
			result = ka_json_profile(&judged[i], &text, &error);
			ka_fail_allocation(0);
			if (result < 0)
				assert_int_equal(error.id, KA_E_MEMORY);
			ka_text_clear(&text);
		} while (result < 0);
		assert_int_at_least(n, 10);
	}
}

static void the_table_has_a_row_per_hop(void **state)
{
	static const char *const expected[] = {
		"id      layer  idle s  keepalive  at expiry      defaults\n",
		"nlb     4         350  refreshes  reset-on-next  KA201\n",
		"    A balancer; 60..6000 s: tcp.idle\n",
		"a-path  4         350  refreshes  reset-on-next  KA201\n",
		"    A path: NLB; 60..6000 s: tcp.idle\n",
		"a-path  7          60  ignored    close          ignored\n    proxy; 90 s towards "
		"the server\n",
		"a-path  3          30  refreshes  silent         survives\n    affinity; set by "
		"affinity-ttl, breaks nothing\n",
		"a-path  4           8  refreshes  silent         -\n    far\n",
		"a-path  http       20  client\n    looks at their age only on reuse\n",
		"server  http        5  server\n    A server\n",
		"only    http\n    HTTP only \\xff; /etc/kaadvise/profiles/only.yaml\n",
	};
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_writer writer = {.arena = &arena, .width = 80};

	(void)state;
	ka_text_profiles(&writer, judged, PROFILES);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_contains(writer.text.bytes, expected[i]);
	ka_text_clear(&writer.text);
	ka_arena_clear(&arena);
}

static void a_table_without_memory_is_told(void **state)
{
	size_t n = 0;
	bool failed;

	(void)state;
	do {
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		struct ka_writer writer = {.arena = &arena, .width = 80};

		ka_fail_allocation(++n);
		ka_text_profiles(&writer, judged, PROFILES);
		failed = ka_allocation_failed;
		ka_fail_allocation(0);
		assert_int_equal(arena.has_failed || writer.text.has_failed, failed);
		ka_text_clear(&writer.text);
		ka_arena_clear(&arena);
	} while (failed);
	assert_int_at_least(n, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_product_has_its_hop_at_the_top),
		cmocka_unit_test(a_path_has_hops_only),
		cmocka_unit_test(a_server_has_no_hop),
		cmocka_unit_test(text_is_always_utf8),
		cmocka_unit_test(json_ends_cleanly_without_memory),
		cmocka_unit_test(the_table_has_a_row_per_hop),
		cmocka_unit_test(a_table_without_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
