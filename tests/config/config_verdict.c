/* config_verdict FILE...: what the loader makes of each configuration file: its errors as the
 * program prints them, or every value. config_verdict --keys: the loader's tables as JSON. */
#include "edge/config_yaml.h"
#include "edge/profile_file.h"
#include "edge/profile_keys.h"

#include "../profiles/key_tables.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void print_path(const struct ka_config *config)
{
	for (size_t i = 0; i < config->path_count; i++) {
		const struct ka_config_piece *piece = &config->path[i];
		const struct ka_hop *hop = &piece->hop;

		printf("%u:%u: ", piece->line, piece->column);
		if (piece->profile)
			printf("profile %s\n", piece->profile);
		else
			printf("hop \"%s\" layer %d idle %" PRId64 " s %s %s %s\n", hop->name,
			       hop->layer, hop->idle_s, ka_probe_effect_words[hop->probes],
			       ka_expiry_words[hop->on_expiry],
			       hop->breaks_connection ? "breaks" : "harmless");
	}
}

static void print_number(const char *name, bool has_it, int64_t value)
{
	if (has_it)
		printf("%s %" PRId64 "\n", name, value);
}

static void print_stated(const struct ka_stated *stated)
{
	const struct ka_goals *goals = &stated->goals;
	const struct ka_http *http = &stated->http;

	if (stated->has_side)
		printf("side %s\n", ka_side_words[stated->side]);
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
}

static void print_part(const char *name, const char *value)
{
	if (value)
		printf(", %s %s", name, value);
}

static void print_config(const struct ka_config *config)
{
	print_path(config);
	print_stated(&config->stated);
	for (size_t i = 0; i < config->waiver_count; i++) {
		const struct ka_waiver *waiver = &config->waivers[i];

		printf("%u:%u: waiver of %s", waiver->line, waiver->column, waiver->rule);
		if (waiver->until)
			printf(" until %s (day %" PRId64 ")", waiver->until, waiver->until_day);
		print_part("hop", waiver->hop);
		print_part("file", waiver->file);
		print_part("namespace", waiver->netns);
		printf(": %s\n", waiver->reason);
	}
	for (size_t i = 0; i < config->place_count; i++)
		printf("%u: %s\n", config->places[i].line, config->places[i].key);
}

/* Whether the file is a configuration. */
static bool judge(const char *path)
{
	static struct ka_errors errors;
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_config config;
	struct ka_error error;
	const char *bytes;
	size_t length;
	bool is_good = false;

	printf("== %s\n", path);
	if (ka_profile_read_file(&arena, AT_FDCWD, path, &bytes, &length, &error) != 0) {
		printf("%s: %s\n", error.file, error.message);
	} else if (ka_config_parse(&arena, bytes, length, path, &config, &errors) != 0) {
		print_errors(&errors);
	} else {
		print_config(&config);
		is_good = true;
	}
	ka_arena_clear(&arena);
	return is_good;
}

int main(int argc, char **argv)
{
	bool are_good = true;

	if (argc == 2 && strcmp(argv[1], "--keys") == 0) {
		print_tables(&ka_config_root, "config");
		return 0;
	}
	for (int i = 1; i < argc; i++)
		are_good = judge(argv[i]) && are_good;
	return are_good ? 0 : 1;
}
