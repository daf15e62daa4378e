/* profile_verdict FILE...: what the loader makes of each file: its errors as the program prints
 * them, or every value of the profile. profile_verdict --keys: the loader's tables as JSON. */
#include "edge/profile_file.h"
#include "edge/profile_keys.h"
#include "edge/profile_yaml.h"
#include "profiles/builtin.h"

#include "key_tables.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool find_built_in(struct ka_arena *arena, const char *id,
			  struct ka_profile_found *ret_found)
{
	size_t number = ka_builtin_find(id);

	if (number == ka_builtin_count)
		return false;
	*ret_found = (struct ka_profile_found){.ready = ka_builtin_profile(arena, number)};
	return true;
}

/* context: the path of the file that was asked for. Beside it, in ../parents, built in. */
static int find_profile(void *context, struct ka_arena *arena, const char *id,
			struct ka_profile_found *ret_found, struct ka_error *reterr)
{
	static const char *const patterns[] = {"", ".loader-only"};
	const char *path = context;
	int directory = (int)(strrchr(path, '/') - path);

	for (size_t i = 0; i < 2; i++) {
		ret_found->name =
			ka_arena_printf(arena, "%.*s/%s%s.yaml", directory, path, id, patterns[i]);
		if (ka_profile_read_file(arena, AT_FDCWD, ret_found->name, &ret_found->bytes,
					 &ret_found->length, reterr) == 0)
			return 0;
	}
	ret_found->name = ka_arena_printf(arena, "%.*s/../parents/%s.yaml", directory, path, id);
	if (ka_profile_read_file(arena, AT_FDCWD, ret_found->name, &ret_found->bytes,
				 &ret_found->length, reterr) == 0 ||
	    find_built_in(arena, id, ret_found))
		return 0;
	return ka_fail(reterr, KA_E_PROFILE_UNKNOWN, "no profile has the id \"%s\"", id);
}

static void print_errors(const struct ka_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		const struct ka_error *error = &errors->list[i];
		const char *slash = strrchr(error->file, '/');

		printf("%s:%u:%u: error: %s [%s]\n", slash ? slash + 1 : error->file, error->line,
		       error->column, error->message, ka_error_info(error->id)->id);
	}
	if (errors->omitted > 0)
		printf("and %zu more\n", errors->omitted);
}

static void print_hop(const struct ka_hop *hop)
{
	printf("hop \"%s\" layer %d idle %" PRId64 " s", hop->name, hop->layer, hop->idle_s);
	if (hop->is_configurable)
		printf(" configurable %" PRId64 "..%" PRId64 " s", hop->configurable_min_s,
		       hop->configurable_max_s);
	if (hop->setting)
		printf(" by %s", hop->setting);
	printf(" %s %s %s", ka_probe_effect_words[hop->probes], ka_expiry_words[hop->on_expiry],
	       hop->breaks_connection ? "breaks" : "harmless");
	if (hop->has_backend_idle)
		printf(" backend %" PRId64 " s", hop->backend_idle_s);
	printf("\n");
}

static void print_number(const char *name, bool has_it, int64_t value)
{
	if (has_it)
		printf("%s %" PRId64 "\n", name, value);
}

static void print_profile(const struct ka_profile *profile)
{
	const struct ka_goals *goals = &profile->goals;
	const struct ka_http *http = &profile->http;

	printf("id %s\ntitle %s\n", profile->id, profile->title);
	if (profile->extends)
		printf("extends %s\n", profile->extends);
	for (size_t i = 0; i < profile->hop_count; i++)
		print_hop(&profile->hops[i]);
	print_number("http.server_s", http->has_server, http->server_s);
	print_number("http.client_s", http->has_client, http->client_s);
	print_number("http.only", http->has_only, http->only);
	if (http->client_closes)
		printf("http.client_closes %s\n", ka_client_closes_words[http->client_closes]);
	print_number("detect_within_s", goals->has_detect_within, goals->detect_within_s);
	print_number("survive_outage_s", goals->has_survive_outage, goals->survive_outage_s);
	print_number("lost_probes", goals->has_lost_probes, goals->lost_probes);
	print_number("margin_percent", goals->margin.has_percent, goals->margin.percent);
	print_number("margin_ms", goals->margin.has_ms, goals->margin.ms);
	print_number("min_time_s", goals->has_min_time, goals->min_time_s);
	for (size_t i = 0; i < profile->source_count; i++)
		printf("source %s %s (day %" PRId64 ") %s: %s\n", profile->sources[i].url,
		       profile->sources[i].checked, profile->sources[i].checked_day,
		       ka_confirmed_words[profile->sources[i].confirmed], profile->sources[i].says);
	if (profile->notes)
		printf("notes %s\n", profile->notes);
}

/* Whether the file is a profile. */
static bool judge(char *path)
{
	static struct ka_errors errors;
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_profile profile;
	struct ka_error error;
	const char *bytes;
	size_t length;
	bool is_good = false;

	printf("== %s\n", path);
	if (ka_profile_read_file(&arena, AT_FDCWD, path, &bytes, &length, &error) != 0) {
		printf("%s: %s\n", error.file, error.message);
	} else if (ka_profile_parse(&arena, bytes, length, path, find_profile, path, &profile,
				    &errors) != 0) {
		print_errors(&errors);
	} else {
		print_profile(&profile);
		is_good = true;
	}
	ka_arena_clear(&arena);
	return is_good;
}

int main(int argc, char **argv)
{
	bool are_good = true;

	if (argc == 2 && strcmp(argv[1], "--keys") == 0) {
		print_tables(&ka_profile_root, "profile");
		return 0;
	}
	for (int i = 1; i < argc; i++)
		are_good = judge(argv[i]) && are_good;
	return are_good ? 0 : 1;
}
