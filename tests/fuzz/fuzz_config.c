/* The loader of the configuration on any bytes. Checks what every caller relies on. */
#include "edge/config_yaml.h"
#include "edge/profile_yaml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define require(condition) ((condition) ? (void)0 : abort())

static void check_piece(const struct ka_config_piece *piece)
{
	const struct ka_hop *hop = &piece->hop;

	require(piece->line >= 1 && piece->column >= 1);
	if (piece->profile) {
		require(strlen(piece->profile) >= 1 && strlen(piece->profile) <= 4000);
		return;
	}
	require(strlen(hop->name) > 0 && hop->idle_s >= 1);
	require(hop->layer == 3 || hop->layer == 4 || hop->layer == 7);
	require(hop->probes <= KA_UNKNOWN && hop->on_expiry <= KA_EXPIRY_UNKNOWN);
}

static void check_waiver(const struct ka_waiver *waiver)
{
	require(strlen(waiver->rule) >= 1 && strlen(waiver->reason) >= 1);
	require(!waiver->until || strlen(waiver->until) == 10);
	require(waiver->until || waiver->until_day == 0);
	require(strcmp(waiver->origin, "config.yaml") == 0);
	require(waiver->line >= 1 && waiver->column >= 1);
}

static void check_config(const struct ka_config *config)
{
	unsigned line = 1;

	require(strcmp(config->origin, "config.yaml") == 0);
	require(config->path_count <= KA_PROFILE_HOPS_MAX);
	require(config->waiver_count <= KA_CONFIG_WAIVERS_MAX);
	require(config->stated.side <= KA_SIDE_SERVER);
	for (size_t i = 0; i < config->path_count; i++)
		check_piece(&config->path[i]);
	for (size_t i = 0; i < config->waiver_count; i++)
		check_waiver(&config->waivers[i]);
	/* In the order of the document. */
	for (size_t i = 0; i < config->place_count; i++) {
		require(config->places[i].key && config->places[i].line >= line);
		line = config->places[i].line;
	}
	require(ka_config_line(config, "kaadvise") >= 1);
}

/* Places lie within the input, and messages hold nothing that acts on a terminal. */
static void check_errors(const struct ka_errors *errors)
{
	require(errors->count >= 1 && errors->count <= KA_ERRORS_MAX);
	for (size_t i = 0; i < errors->count; i++) {
		const struct ka_error *error = &errors->list[i];

		require(error->id != KA_E_NONE && error->id != KA_E_MEMORY);
		require(error->line >= 1 && error->column >= 1);
		require(error->message[0] != '\0');
		for (const char *at = error->message; *at; at++)
			require((unsigned char)*at >= ' ' && *at != 0x7f);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ka_errors errors;
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_config config;

	if (ka_config_parse(&arena, (const char *)data, size, "config.yaml", &config, &errors) == 0)
		check_config(&config);
	else
		check_errors(&errors);
	ka_arena_clear(&arena);
	return 0;
}
