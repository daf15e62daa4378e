#include "cli/config.h"

#include "cli/print.h"
#include "cli/profile_source.h"
#include "core/rule.h"
#include "edge/profile_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* The rule that speaks of the waivers themselves. */
#define EXPIRED_WAIVER "KA703"

/* 1 with the file's bytes, 0 where there is none. */
static int read_file(const struct ka_options *options, const char *name, const char **ret_bytes,
		     size_t *ret_length, struct ka_error *reterr)
{
	if (ka_profile_read_file(options->arena, AT_FDCWD, name, ret_bytes, ret_length, reterr) ==
	    0)
		return 1;
	if (options->config_file || reterr->id != KA_E_PROFILE_READ || reterr->sys_errno != ENOENT)
		return -1;
	return 0;
}

static const char *suggest_rule(struct ka_arena *arena, const char *word)
{
	const char **ids = ka_arena_array(arena, ka_rule_count + 1, sizeof(*ids));

	for (size_t i = 0; ids && i < ka_rule_count; i++)
		ids[i] = ka_rules[i]->id;
	return ids ? ka_suggest(word, ids) : NULL;
}

/* What is wrong with a waiver's rule; NULL: nothing. */
static const char *fault_of(struct ka_arena *arena, const struct ka_waiver *waiver)
{
	const char *nearest;

	if (strcmp(waiver->rule, EXPIRED_WAIVER) == 0)
		return "found " EXPIRED_WAIVER ", which says that a waiver has expired: renew or "
		       "remove that one instead";
	if (ka_rule_find(waiver->rule))
		return NULL;
	nearest = suggest_rule(arena, waiver->rule);
	return ka_arena_printf(arena, "found \"%s\", expected a rule (`kaadvise rules`)%s%s%s",
			       waiver->rule, nearest ? "; did you mean " : "",
			       nearest ? nearest : "", nearest ? "?" : "");
}

static int check_waivers(struct ka_arena *arena, const struct ka_config *config,
			 struct ka_error *reterr)
{
	struct ka_errors errors = {0};

	for (size_t i = 0; i < config->waiver_count; i++) {
		const struct ka_waiver *waiver = &config->waivers[i];
		const char *fault = fault_of(arena, waiver);

		if (fault && errors.count == KA_ERRORS_MAX)
			errors.omitted++;
		else if (fault)
			ka_error_set_at(&errors.list[errors.count++], KA_E_CONFIG_WAIVER,
					config->origin, waiver->line, waiver->column,
					"a waiver's rule: %s", fault);
	}
	if (errors.count == 0)
		return 0;
	ka_print_errors(&errors, reterr);
	return -1;
}

/* A file's name as seen from the working directory; other words as they are. */
static const char *resolve(struct ka_arena *arena, const char *config, const char *word)
{
	const char *slash = strrchr(config, '/');

	if (!ka_is_profile_file(word) || *word == '/' || !slash)
		return word;
	while (strncmp(word, "./", 2) == 0)
		word += strspn(word + 1, "/") + 1;
	return ka_arena_printf(arena, "%.*s/%s", (int)(slash - config), config, word);
}

static int resolve_path(struct ka_arena *arena, struct ka_config *config, struct ka_error *reterr)
{
	struct ka_config_piece *path;

	path = ka_arena_array(arena, config->path_count + 1, sizeof(*path));
	if (!path)
		return ka_fail_memory(reterr);
	for (size_t i = 0; i < config->path_count; i++) {
		path[i] = config->path[i];
		if (path[i].profile)
			path[i].profile = resolve(arena, config->origin, path[i].profile);
	}
	config->path = path;
	return arena->has_failed ? ka_fail_memory(reterr) : 0;
}

static int parse(const struct ka_options *options, const char *name, const char *bytes,
		 size_t length, struct ka_config *ret_config, struct ka_error *reterr)
{
	struct ka_errors errors;
	struct ka_config config;

	if (ka_config_parse(options->arena, bytes, length, name, &config, &errors) < 0) {
		ka_print_errors(&errors, reterr);
		return -1;
	}
	if (check_waivers(options->arena, &config, reterr) < 0 ||
	    resolve_path(options->arena, &config, reterr) < 0)
		return -1;
	*ret_config = config;
	return 0;
}

int ka_config_read(const struct ka_options *options, struct ka_config *ret_config,
		   struct ka_error *reterr)
{
	const char *name = options->config_file ? options->config_file : KA_CONFIG_FILE;
	const char *bytes = NULL;
	size_t length = 0;
	int result = 0;

	if (!options->no_config)
		result = read_file(options, name, &bytes, &length, reterr);
	if (result > 0)
		return parse(options, name, bytes, length, ret_config, reterr);
	if (result == 0)
		*ret_config = (struct ka_config){0};
	return result;
}
