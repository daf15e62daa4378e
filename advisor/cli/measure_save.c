#include "cli/measure_save.h"

#include "cli/profile_source.h"
#include "cli/subject.h"
#include "edge/file.h"
#include "out/measured.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DATE_SIZE = sizeof("2026-01-31") };

/* The file's name without .yaml or .yml. */
static const char *stem(struct ka_arena *arena, const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0))
		return ka_arena_copy(arena, name, (size_t)(dot - name));
	return name;
}

static void take_file(struct ka_arena *arena, const char *path, struct ka_save_place *place)
{
	const char *slash = strrchr(path, '/');

	place->path = path;
	place->name = slash ? slash + 1 : path;
	place->directory = slash == path ? "/"
			   : slash       ? ka_arena_copy(arena, path, (size_t)(slash - path))
					 : ".";
}

/* A failure shows when the directory is used. */
static void make_site_directory(void)
{
	ka_file_make_directory(AT_FDCWD, KA_SITE_DIRECTORY);
	ka_file_make_directory(AT_FDCWD, KA_SITE_PROFILES);
}

int ka_save_prepare(const struct ka_options *options, struct ka_save_place *ret_place,
		    struct ka_error *reterr)
{
	struct ka_arena *arena = options->arena;
	struct ka_save_place place = {0};
	const char *word = options->save;

	if (!ka_is_profile_file(word))
		word = ka_arena_printf(arena, KA_SITE_PROFILES "/%s.yaml", word);
	take_file(arena, word, &place);
	place.id = stem(arena, place.name);
	if (!ka_is_profile_id(place.id))
		return ka_fail(reterr, KA_E_OPTION_VALUE,
			       "--save: '%s' found, expected an id of lower-case letters, digits "
			       "and hyphens, or a file of such a name that ends in .yaml",
			       options->save);
	if (word != options->save)
		make_site_directory();
	if (access(place.directory, W_OK | X_OK) < 0)
		return ka_fail_sys(reterr, KA_E_OUTPUT, errno, "cannot save in %s",
				   place.directory);
	if (access(place.path, F_OK) == 0 && !options->force)
		return ka_fail(reterr, KA_E_OUTPUT, "%s is there already: --force replaces it",
			       place.path);
	*ret_place = place;
	return 0;
}

static const char *today(struct ka_arena *arena)
{
	time_t now = (time_t)ka_now_s();
	char text[DATE_SIZE + 8];
	struct tm date;

	if (!gmtime_r(&now, &date) || strftime(text, sizeof(text), "%Y-%m-%d", &date) == 0)
		return "1970-01-01";
	return ka_arena_printf(arena, "%s", text);
}

static int replace(struct ka_arena *arena, const struct ka_save_place *place,
		   const struct ka_text *text)
{
	const char *temporary = ka_arena_printf(arena, ".%s.new", place->name);
	int directory = open(place->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), result;

	if (directory < 0)
		return -errno;
	result =
		ka_file_replace(directory, temporary, place->name, 0644, text->bytes, text->length);
	if (result == 0)
		result = ka_file_sync(directory);
	close(directory);
	return result;
}

int ka_save_measured(const struct ka_options *options, const struct ka_save_place *place,
		     const struct ka_measured *measured, struct ka_error *reterr)
{
	struct ka_text text = {0};
	int result = 0;

	ka_yaml_measured(&text, options->arena, measured, place->id, today(options->arena));
	if (text.has_failed || options->arena->has_failed)
		result = -ENOMEM;
	if (result == 0)
		result = replace(options->arena, place, &text);
	ka_text_clear(&text);
	if (result == -ENOMEM)
		return ka_fail_memory(reterr);
	if (result < 0)
		return ka_fail_sys(reterr, KA_E_OUTPUT, -result, "cannot save %s", place->path);
	return 0;
}
