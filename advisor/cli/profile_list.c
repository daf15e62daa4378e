#include "cli/profile_list.h"

#include "cli/listing.h"
#include "cli/print.h"
#include "cli/profile_judging.h"
#include "cli/profile_library.h"
#include "out/json_profile.h"
#include "out/text_profiles.h"

#include <string.h>

struct list {
	struct ka_judged_profile *profiles;
	size_t count;
};

static bool has_word(const struct ka_sourced_profile *sourced, const char *word)
{
	return strcasestr(sourced->profile->id, word) ||
	       strcasestr(sourced->profile->title, word) || strcasestr(sourced->yaml, word);
}

static bool has_words(const struct ka_sourced_profile *sourced, const char *const *words,
		      size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!has_word(sourced, words[i]))
			return false;
	return true;
}

static int write_list(const void *context, enum ka_format format, struct ka_writer *writer,
		      struct ka_error *reterr)
{
	const struct list *list = context;

	if (format != KA_FORMAT_JSON)
		ka_text_profiles(writer, list->profiles, list->count);
	for (size_t i = 0; format == KA_FORMAT_JSON && i < list->count; i++)
		if (ka_json_profile(&list->profiles[i], &writer->text, reterr) < 0)
			return -1;
	return 0;
}

int ka_profile_list(const struct ka_options *options, const char *const *words, size_t word_count,
		    struct ka_error *reterr)
{
	const struct ka_settings defaults = KA_KERNEL_DEFAULTS;
	struct ka_profile_library library;
	struct list list = {0};

	if (ka_profile_library_read(options, &library, reterr) < 0)
		return -1;
	list.profiles = ka_arena_array(options->arena, library.count, sizeof(*list.profiles));
	if (!list.profiles)
		return ka_fail_memory(reterr);
	for (size_t i = 0; i < library.count; i++)
		if (has_words(&library.profiles[i], words, word_count) &&
		    ka_profile_judge(options->arena, library.profiles[i].profile, &defaults,
				     &list.profiles[list.count++], reterr) < 0)
			return -1;
	if (list.count == 0)
		ka_print_note("no profile contains all these words");
	return ka_write_outputs(options, write_list, &list, reterr) < 0 ? -1 : library.exit_code;
}
