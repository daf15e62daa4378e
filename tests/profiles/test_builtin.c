/* The built-in profiles equal the files that they were made from, and say what they must. */
#include "ka_test.h"

#include "edge/digest.h"
#include "edge/profile_file.h"
#include "edge/profile_yaml.h"
#include "profiles/builtin.h"

#include <dirent.h>
#include <fcntl.h>

static void assert_same_text(const char *a, const char *b)
{
	assert_true((a == NULL) == (b == NULL));
	if (a)
		assert_string_equal(a, b);
}

static void assert_same_hop(const struct ka_hop *a, const struct ka_hop *b)
{
	assert_string_equal(a->name, b->name);
	assert_same_text(a->setting, b->setting);
	assert_int_equal(a->layer, b->layer);
	assert_int_equal(a->idle_s, b->idle_s);
	assert_int_equal(a->is_configurable, b->is_configurable);
	assert_int_equal(a->configurable_min_s, b->configurable_min_s);
	assert_int_equal(a->configurable_max_s, b->configurable_max_s);
	assert_int_equal(a->probes, b->probes);
	assert_int_equal(a->on_expiry, b->on_expiry);
	assert_int_equal(a->breaks_connection, b->breaks_connection);
	assert_int_equal(a->has_backend_idle, b->has_backend_idle);
	assert_int_equal(a->backend_idle_s, b->backend_idle_s);
}

static void assert_same_source(const struct ka_source *a, const struct ka_source *b)
{
	assert_string_equal(a->url, b->url);
	assert_string_equal(a->checked, b->checked);
	assert_int_equal(a->checked_day, b->checked_day);
	assert_int_equal(a->confirmed, b->confirmed);
	assert_string_equal(a->says, b->says);
}

static void assert_same_http(const struct ka_http *a, const struct ka_http *b)
{
	assert_int_equal(a->has_server, b->has_server);
	assert_int_equal(a->has_client, b->has_client);
	assert_int_equal(a->has_only, b->has_only);
	assert_int_equal(a->only, b->only);
	assert_int_equal(a->server_s, b->server_s);
	assert_int_equal(a->client_s, b->client_s);
	assert_int_equal(a->client_closes, b->client_closes);
}

static void assert_same_goals(const struct ka_goals *a, const struct ka_goals *b)
{
	assert_int_equal(a->has_detect_within, b->has_detect_within);
	assert_int_equal(a->has_survive_outage, b->has_survive_outage);
	assert_int_equal(a->has_lost_probes, b->has_lost_probes);
	assert_int_equal(a->has_min_time, b->has_min_time);
	assert_int_equal(a->detect_within_s, b->detect_within_s);
	assert_int_equal(a->survive_outage_s, b->survive_outage_s);
	assert_int_equal(a->lost_probes, b->lost_probes);
	assert_int_equal(a->min_time_s, b->min_time_s);
	assert_int_equal(a->margin.has_percent, b->margin.has_percent);
	assert_int_equal(a->margin.has_ms, b->margin.has_ms);
	assert_int_equal(a->margin.percent, b->margin.percent);
	assert_int_equal(a->margin.ms, b->margin.ms);
}

static void assert_same(const struct ka_profile *a, const struct ka_profile *b)
{
	assert_string_equal(a->id, b->id);
	assert_string_equal(a->title, b->title);
	assert_same_text(a->extends, b->extends);
	assert_same_text(a->notes, b->notes);
	assert_int_equal(a->is_alias, b->is_alias);
	assert_int_equal(a->hop_count, b->hop_count);
	for (size_t i = 0; i < a->hop_count; i++)
		assert_same_hop(&a->hops[i], &b->hops[i]);
	assert_int_equal(a->source_count, b->source_count);
	for (size_t i = 0; i < a->source_count; i++)
		assert_same_source(&a->sources[i], &b->sources[i]);
	assert_same_http(&a->http, &b->http);
	assert_same_goals(&a->goals, &b->goals);
}

/* A ka_profile_finder: built-in profiles extend only each other. */
static int find_file(void *context, struct ka_arena *arena, const char *id,
		     struct ka_profile_found *ret_found, struct ka_error *reterr)
{
	(void)context;
	ret_found->name = ka_arena_printf(arena, KA_PROFILE_DIRECTORY "/%s.yaml", id);
	return ka_profile_read_file(arena, AT_FDCWD, ret_found->name, &ret_found->bytes,
				    &ret_found->length, reterr);
}

static void test_twins(void **state)
{
	(void)state;
	for (size_t i = 0; i < ka_builtin_count; i++) {
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		const struct ka_profile *builtin = ka_builtin_profile(&arena, i);
		struct ka_profile profile;
		struct ka_errors errors;
		struct ka_error error;
		char digest[KA_SHA256_TEXT];
		const char *bytes, *path;
		size_t length;

		path = ka_arena_printf(&arena, KA_PROFILE_DIRECTORY "/%s.yaml", builtin->id);
		assert_int_equal(
			ka_profile_read_file(&arena, AT_FDCWD, path, &bytes, &length, &error), 0);
		assert_int_equal(ka_profile_parse(&arena, bytes, length, path, find_file, NULL,
						  &profile, &errors),
				 0);
		assert_string_equal(bytes, ka_builtin_yaml(i));
		assert_string_equal(ka_sha256(digest, bytes, length), builtin->sha256);
		assert_string_equal(builtin->origin, "built-in");
		assert_same(builtin, &profile);
		ka_arena_clear(&arena);
	}
}

static void test_sorted(void **state)
{
	(void)state;
	for (size_t i = 1; i < ka_builtin_count; i++)
		assert_true(strcmp(ka_builtin_id(i - 1), ka_builtin_id(i)) < 0);
}

static void test_sources(void **state)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);

	(void)state;
	for (size_t i = 0; i < ka_builtin_count; i++) {
		const struct ka_profile *profile = ka_builtin_profile(&arena, i);

		assert_int_at_least(profile->source_count, 1);
		for (size_t k = 0; k < profile->source_count; k++)
			assert_int_at_least(strlen(profile->sources[k].says), 1);
	}
	ka_arena_clear(&arena);
}

/* A file that nobody compiles in is a profile that nobody finds. */
static void test_every_file(void **state)
{
	DIR *directory = opendir(KA_PROFILE_DIRECTORY);
	size_t count = 0;

	(void)state;
	assert_non_null(directory);
	for (const struct dirent *entry; (entry = readdir(directory));) {
		const char *dot = strrchr(entry->d_name, '.');

		count += dot && strcmp(dot, ".yaml") == 0;
	}
	closedir(directory);
	assert_int_equal(ka_builtin_count, count);
}

static void test_ids(void **state)
{
	static const struct {
		const char *id;
		size_t hops;
		int64_t idle_s, server_s;
		enum ka_probe_effect probes;
		enum ka_expiry on_expiry;
	} rows[] = {
		{"aws-alb", 1, 60, 0, KA_IGNORED, KA_CLOSE},
		{"aws-nat-gateway", 1, 350, 0, KA_REFRESHES, KA_RESET_ON_NEXT},
		{"aws-nlb", 1, 350, 0, KA_REFRESHES, KA_RESET_ON_NEXT},
		{"aws-nlb-tls", 1, 350, 0, KA_REGENERATED, KA_EXPIRY_UNKNOWN},
		{"azure-lb", 1, 240, 0, KA_REFRESHES, KA_SILENT},
		{"cilium", 1, 8000, 0, KA_REFRESHES, KA_EXPIRY_UNKNOWN},
		{"eks-nlb", 3, 350, 0, KA_REFRESHES, KA_RESET_ON_NEXT},
		{"envoy", 1, 3600, 0, KA_IGNORED, KA_CLOSE},
		{"f5-fastl4", 1, 300, 0, KA_UNKNOWN, KA_RESET_BOTH},
		{"gcp-alb", 1, 610, 0, KA_IGNORED, KA_CLOSE},
		{"gcp-vpc", 1, 600, 0, KA_REFRESHES, KA_SILENT},
		{"keepalived-lvs", 1, 900, 0, KA_REFRESHES, KA_DROP},
		{"kube-proxy", 1, 86400, 0, KA_REFRESHES, KA_SILENT},
		{"linux-conntrack", 1, 432000, 0, KA_REFRESHES, KA_SILENT},
		{"linux-ipvs", 1, 900, 0, KA_REFRESHES, KA_DROP},
		{"nginx", 0, 0, 75, 0, 0},
		{"node-http", 0, 0, 5, 0, 0},
		{"tomcat", 0, 0, 20, 0, 0},
		{"tomcat-embedded", 0, 0, 60, 0, 0},
	};

	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ka_profile *profile;
		size_t number = ka_builtin_find(rows[i].id);

		ka_test_at("%s", rows[i].id);
		assert_int_at_most(number, ka_builtin_count - 1);
		profile = ka_builtin_profile(&arena, number);
		assert_int_equal(profile->hop_count, rows[i].hops);
		assert_int_equal(profile->http.server_s, rows[i].server_s);
		assert_int_equal(profile->http.has_server, rows[i].server_s > 0);
		if (rows[i].hops == 0)
			continue;
		assert_int_equal(profile->hops[0].idle_s, rows[i].idle_s);
		assert_int_equal(profile->hops[0].probes, rows[i].probes);
		assert_int_equal(profile->hops[0].on_expiry, rows[i].on_expiry);
	}
	ka_arena_clear(&arena);
}

static void test_find(void **state)
{
	static const char *const strangers[] = {"", "a", "aws-nl", "aws-nlb-", "zz", "AWS-NLB"};

	(void)state;
	for (size_t i = 0; i < ka_builtin_count; i++)
		assert_int_equal(ka_builtin_find(ka_builtin_id(i)), i);
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		assert_int_equal(ka_builtin_find(strangers[i]), ka_builtin_count);
}

static void test_without_memory(void **state)
{
	size_t refused = 0, number = ka_builtin_find("aws-nlb");
	const struct ka_profile *profile = NULL;

	(void)state;
	for (size_t cap = 0; !profile; cap += 8) {
		struct ka_arena arena = ka_arena_make(cap);

		profile = ka_builtin_profile(&arena, number);
		assert_int_equal(arena.has_failed, !profile);
		refused += !profile;
		ka_arena_clear(&arena);
	}
	assert_int_at_least(refused, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_sorted),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_every_file),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
