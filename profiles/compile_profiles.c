/* compile_profiles DIRECTORY OUTPUT ID...: writes the built-in profiles as constant C tables, so
 * that the program reads no file to know them. Runs while the project is built. */
#include "base/text.h"
#include "edge/digest.h"
#include "edge/profile_file.h"
#include "edge/profile_yaml.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct builtin {
	struct ka_profile profile;
	const char *yaml;
};

struct work {
	struct ka_arena arena;
	const char *directory;
	struct ka_text out;
	struct ka_text texts; /* of the table of texts, as C source */
	size_t texts_length;  /* of the table itself */
	struct builtin *builtins;
	size_t count, hop_count, source_count;
};

static void print_error(const struct ka_error *error)
{
	fprintf(stderr, "%s:%u:%u: error: %s [%s]\n", error->file, error->line, error->column,
		error->message, ka_error_info(error->id)->id);
}

static int fail(const char *name, const char *message)
{
	fprintf(stderr, "%s: error: %s\n", name, message);
	return -1;
}

/* A ka_profile_finder: built-in profiles extend only each other. */
static int find_profile(void *context, struct ka_arena *arena, const char *id,
			struct ka_profile_found *ret_found, struct ka_error *reterr)
{
	const struct work *work = context;
	const char *path = ka_arena_printf(arena, "%s/%s.yaml", work->directory, id);

	ret_found->name = path;
	return ka_profile_read_file(arena, AT_FDCWD, path, &ret_found->bytes, &ret_found->length,
				    reterr);
}

static int load(struct work *work, const char *id, struct builtin *ret_builtin)
{
	static struct ka_errors errors;
	struct ka_profile_found found = {0};
	struct ka_profile profile;
	struct ka_error error;
	char digest[KA_SHA256_TEXT];

	if (find_profile(work, &work->arena, id, &found, &error) != 0) {
		print_error(&error);
		return -1;
	}
	if (ka_profile_parse(&work->arena, found.bytes, found.length, found.name, find_profile,
			     work, &profile, &errors) != 0) {
		for (size_t i = 0; i < errors.count; i++)
			print_error(&errors.list[i]);
		return -1;
	}
	if (strcmp(profile.id, id) != 0)
		return fail(found.name, "the file is not named after its id");
	if (profile.source_count == 0)
		return fail(found.name, "a built-in profile needs sources");
	if (strlen(found.bytes) != found.length)
		return fail(found.name, "found NUL");
	profile.sha256 = ka_arena_copy(&work->arena, ka_sha256(digest, found.bytes, found.length),
				       KA_SHA256_TEXT - 1);
	*ret_builtin = (struct builtin){profile, found.bytes};
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct builtin *left = a, *right = b;

	return strcmp(left->profile.id, right->profile.id);
}

/* text as a part of a C string, one source line for each of its lines. */
static void add_string(struct ka_text *out, const char *text)
{
	ka_text_add(out, "\t\"");
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '\n')
			ka_text_add(out, text[1] ? "\\n\"\n\t\"" : "\\n");
		else if (byte == '"' || byte == '\\' || byte < ' ' || byte > '~')
			ka_text_printf(out, "\\%03o", byte);
		else
			ka_text_add_bytes(out, text, 1);
	}
	ka_text_add(out, "\\000\"\n");
}

/* Puts text into the table of texts and names its place in the row under way. */
static void add_text(struct work *work, const char *name, const char *text)
{
	if (!text)
		return;
	ka_text_printf(&work->out, " .%s = %zu,", name, work->texts_length);
	add_string(&work->texts, text);
	work->texts_length += strlen(text) + 1;
}

static void add_number(struct work *work, const char *name, long long number)
{
	if (number != 0)
		ka_text_printf(&work->out, " .%s = %lld,", name, number);
}

static void add_hop(struct work *work, const struct ka_hop *hop)
{
	ka_text_add(&work->out, "\t{");
	add_number(work, "hop.layer", hop->layer);
	add_number(work, "hop.idle_s", hop->idle_s);
	add_number(work, "hop.is_configurable", hop->is_configurable);
	add_number(work, "hop.configurable_min_s", hop->configurable_min_s);
	add_number(work, "hop.configurable_max_s", hop->configurable_max_s);
	add_number(work, "hop.probes", hop->probes);
	add_number(work, "hop.on_expiry", hop->on_expiry);
	add_number(work, "hop.breaks_connection", hop->breaks_connection);
	add_number(work, "hop.has_backend_idle", hop->has_backend_idle);
	add_number(work, "hop.backend_idle_s", hop->backend_idle_s);
	add_text(work, "name", hop->name);
	add_text(work, "setting", hop->setting);
	ka_text_add(&work->out, "},\n");
}

static void add_hops(struct work *work)
{
	ka_text_add(&work->out, "const struct ka_builtin_hop ka_builtin_hops[] = {\n");
	for (size_t i = 0; i < work->count; i++)
		for (size_t h = 0; h < work->builtins[i].profile.hop_count; h++)
			add_hop(work, &work->builtins[i].profile.hops[h]);
	ka_text_add(&work->out, "\t{.hop.layer = 0},\n};\n");
}

static void add_source(struct work *work, const struct ka_source *source)
{
	ka_text_add(&work->out, "\t{");
	add_number(work, "source.checked_day", source->checked_day);
	add_number(work, "source.confirmed", source->confirmed);
	add_text(work, "url", source->url);
	add_text(work, "checked", source->checked);
	add_text(work, "says", source->says);
	ka_text_add(&work->out, "},\n");
}

static void add_sources(struct work *work)
{
	ka_text_add(&work->out, "const struct ka_builtin_source ka_builtin_sources[] = {\n");
	for (size_t i = 0; i < work->count; i++)
		for (size_t s = 0; s < work->builtins[i].profile.source_count; s++)
			add_source(work, &work->builtins[i].profile.sources[s]);
	ka_text_add(&work->out, "};\n");
}

static void add_http(struct work *work, const struct ka_http *http)
{
	add_number(work, "profile.http.has_server", http->has_server);
	add_number(work, "profile.http.has_client", http->has_client);
	add_number(work, "profile.http.has_only", http->has_only);
	add_number(work, "profile.http.only", http->only);
	add_number(work, "profile.http.server_s", http->server_s);
	add_number(work, "profile.http.client_s", http->client_s);
	add_number(work, "profile.http.client_closes", http->client_closes);
}

static void add_goals(struct work *work, const struct ka_goals *goals)
{
	add_number(work, "profile.goals.has_detect_within", goals->has_detect_within);
	add_number(work, "profile.goals.has_survive_outage", goals->has_survive_outage);
	add_number(work, "profile.goals.has_lost_probes", goals->has_lost_probes);
	add_number(work, "profile.goals.has_min_time", goals->has_min_time);
	add_number(work, "profile.goals.detect_within_s", goals->detect_within_s);
	add_number(work, "profile.goals.survive_outage_s", goals->survive_outage_s);
	add_number(work, "profile.goals.lost_probes", goals->lost_probes);
	add_number(work, "profile.goals.min_time_s", goals->min_time_s);
	add_number(work, "profile.goals.margin.has_percent", goals->margin.has_percent);
	add_number(work, "profile.goals.margin.has_ms", goals->margin.has_ms);
	add_number(work, "profile.goals.margin.percent", goals->margin.percent);
	add_number(work, "profile.goals.margin.ms", goals->margin.ms);
}

static void add_profile(struct work *work, const struct builtin *builtin)
{
	const struct ka_profile *profile = &builtin->profile;

	ka_text_add(&work->out, "\t{");
	add_http(work, &profile->http);
	add_goals(work, &profile->goals);
	add_number(work, "profile.is_alias", profile->is_alias);
	add_number(work, "profile.hop_count", (long long)profile->hop_count);
	add_number(work, "profile.source_count", (long long)profile->source_count);
	add_number(work, "hops", (long long)work->hop_count);
	add_number(work, "sources", (long long)work->source_count);
	add_text(work, "id", profile->id);
	add_text(work, "title", profile->title);
	add_text(work, "extends", profile->extends);
	add_text(work, "notes", profile->notes);
	add_text(work, "sha256", profile->sha256);
	add_text(work, "yaml", builtin->yaml);
	ka_text_add(&work->out, "},\n");
	work->hop_count += profile->hop_count;
	work->source_count += profile->source_count;
}

static void add_all(struct work *work)
{
	ka_text_add(&work->out,
		    "/* Written by compile_profiles from the YAML files in profiles/. */\n"
		    "#include \"profiles/builtin.h\"\n"
		    "#include \"profiles/builtin_table.h\"\n\n"
		    "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n");
	ka_text_printf(&work->out, "const size_t ka_builtin_count = %zu;\n", work->count);
	work->texts_length = 1;
	add_hops(work);
	add_sources(work);
	ka_text_add(&work->out, "const struct ka_builtin_row ka_builtin_rows[] = {\n");
	for (size_t i = 0; i < work->count; i++)
		add_profile(work, &work->builtins[i]);
	ka_text_add(&work->out, "};\nconst char ka_builtin_texts[] =\n\t\"\\000\"\n");
	ka_text_add_bytes(&work->out, work->texts.bytes, work->texts.length);
	ka_text_add(&work->out, "\t;\n");
}

static int write_file(const struct ka_text *text, const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		return fail(path, "cannot be opened");
	if (fwrite(text->bytes, 1, text->length, file) != text->length) {
		fclose(file);
		return fail(path, "cannot be written");
	}
	return fclose(file) == 0 ? 0 : fail(path, "cannot be written");
}

static int compile(struct work *work, const char *output, char **ids)
{
	work->builtins = ka_arena_array(&work->arena, work->count, sizeof(*work->builtins));
	if (!work->builtins)
		return fail(output, "out of memory");
	for (size_t i = 0; i < work->count; i++)
		if (load(work, ids[i], &work->builtins[i]) != 0)
			return -1;
	qsort(work->builtins, work->count, sizeof(*work->builtins), by_id);
	add_all(work);
	return work->out.has_failed || work->texts.has_failed ? fail(output, "out of memory")
							      : write_file(&work->out, output);
}

int main(int argc, char **argv)
{
	struct work work = {.arena = ka_arena_make(KA_ARENA_CAP)};
	int result;

	if (argc < 4) {
		fprintf(stderr, "usage: compile_profiles DIRECTORY OUTPUT ID...\n");
		return 2;
	}
	work.directory = argv[1];
	work.count = (size_t)argc - 3;
	result = compile(&work, argv[2], argv + 3);
	ka_text_clear(&work.out);
	ka_text_clear(&work.texts);
	ka_arena_clear(&work.arena);
	return result == 0 ? 0 : 1;
}
