#include "cli/overlay.h"

#include "cli/next_boot.h"
#include "core/kernel_number.h"
#include "core/sysctl_text.h"
#include "edge/dropin.h"

#include <inttypes.h>
#include <string.h>

enum { DOUBTS_MAX = 8 }; /* lines of other writers that are named */

/* One look at the files. What is read and resolved vanishes with its arena. */
struct look {
	const struct ka_overlay_request *request;
	struct ka_arena arena;
	const struct ka_boot *boot;
	const char *name; /* of the drop-in, without its directory */
};

static const char *base_name(const char *path)
{
	return strrchr(path, '/') + 1;
}

static bool is_as_wanted(const struct ka_boot *boot, const struct ka_settings *target, int key)
{
	return boot->main.values.value[key] == target->value[key] &&
	       !boot->main.is_indeterminate[key];
}

static bool gives(const struct ka_boot *boot, const struct ka_settings *target)
{
	for (int key = 0; key < KA_KEY_COUNT; key++)
		if (!is_as_wanted(boot, target, key))
			return false;
	return true;
}

/* Files in place */

/* The files with the proposed text as the drop-in of this name. */
static int resolve_with(const struct look *look, struct ka_arena *arena, const char *name,
			struct ka_boot_facts *facts, struct ka_boot *ret_boot,
			struct ka_error *reterr)
{
	size_t count = look->boot->facts->file_count, at = 0;
	struct ka_boot_file *files = ka_arena_array(arena, count + 1, sizeof(*files));

	*facts = *look->boot->facts;
	if (!files)
		return ka_fail_memory(reterr);
	if (count > 0)
		memcpy(files, facts->files, count * sizeof(*files));
	while (at < count &&
	       (files[at].directory != KA_IN_ETC || strcmp(files[at].name, name) != 0))
		at++;
	files[at] = (struct ka_boot_file){
		.directory = KA_IN_ETC,
		.name = name,
		.path = ka_arena_printf(arena, "%s/%s", ka_boot_directory_paths[KA_IN_ETC], name),
		.type = KA_NODE_REGULAR,
		.bytes = look->request->text,
		.length = strlen(look->request->text),
	};
	facts->files = files;
	facts->file_count = at == count ? count + 1 : count;
	return ka_boot_resolve(arena, facts, ret_boot, reterr);
}

static bool is_taken(const struct look *look, const char *name)
{
	const struct ka_boot_facts *facts = look->boot->facts;

	for (size_t i = 0; i < facts->file_count; i++)
		if (facts->files[i].directory == KA_IN_ETC &&
		    strcmp(facts->files[i].name, name) == 0)
			return true;
	return false;
}

static bool would_win(const struct look *look, const char *name)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_boot_facts facts;
	struct ka_error ignored;
	struct ka_boot boot;
	bool wins = resolve_with(look, &arena, name, &facts, &boot, &ignored) == 0 &&
		    gives(&boot, &look->request->target);

	ka_arena_clear(&arena);
	return wins;
}

/* A name under which our file would have the last word; NULL: none would. */
static const char *winning_name(const struct look *look)
{
	static const char *const names[] = {"99-kaadvise.conf", "99-zz-kaadvise.conf",
					    "zz-kaadvise.conf", "zzz-kaadvise.conf",
					    "zzzzzz-kaadvise.conf"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], look->name) != 0 && !is_taken(look, names[i]) &&
		    would_win(look, names[i]))
			return names[i];
	return NULL;
}

/* Refusing */

static bool is_ours(const struct look *look, const struct ka_boot_line *line)
{
	return strcmp(line->file, look->request->drop_in) == 0;
}

/* Another file hides ours, or the loader does not read it: no line of others is to blame. */
static bool is_unread(const struct ka_boot_line *line)
{
	return line->effect == KA_LINE_SHADOWED || line->effect == KA_LINE_MASKED ||
	       line->effect == KA_LINE_IGNORED;
}

/* The line that keeps ours from having its way; NULL where it is no line. */
static const struct ka_boot_line *culprit_of(const struct look *look, const struct ka_boot *boot,
					     int key)
{
	const struct ka_boot_outcome *main = &boot->main;
	const struct ka_boot_line *last = NULL;

	for (size_t i = 0; i < main->line_count; i++) {
		const struct ka_boot_line *line = &main->lines[i];

		if ((int)line->key != key)
			continue;
		if (is_ours(look, line) && is_unread(line))
			return NULL;
		if (is_ours(look, line) && line->by && !is_ours(look, line->by))
			return line->by;
		if (!is_ours(look, line) &&
		    (line->effect == KA_LINE_REFUSED || line->effect == KA_LINE_OVERRIDDEN))
			last = line;
	}
	if (main->source[key] && !is_ours(look, main->source[key]))
		return main->source[key];
	return last;
}

static bool is_tuned(const struct ka_boot *boot, const struct ka_boot_line *line)
{
	return line->setter >= 0 && boot->facts->setters[line->setter].kind == KA_SET_BY_TUNED;
}

static bool is_credential(const struct ka_boot *boot, const struct ka_boot_line *line)
{
	const struct ka_boot_facts *facts = boot->facts;

	for (size_t i = 0; i < facts->file_count; i++)
		if (facts->files[i].directory == KA_CREDENTIAL &&
		    strcmp(facts->files[i].path, line->file) == 0)
			return true;
	return false;
}

/* "this line", and of which file where a link has led there. */
static const char *this_line(struct ka_arena *arena, const struct ka_boot *boot,
			     const struct ka_boot_line *line)
{
	if (is_tuned(boot, line))
		return ka_arena_printf(arena, "tuned's profile %s", boot->facts->tuned.profile);
	if (is_credential(boot, line))
		return "a credential (sysctl.extra)";
	if (line->target)
		return ka_arena_printf(arena, "this line (of %s)", line->target);
	return "this line";
}

/* What the line does to its key, which is to be as the target says. */
static const char *deed(const struct look *look, const struct ka_boot *boot,
			const struct ka_boot_line *line)
{
	struct ka_arena *arena = look->request->options->arena;
	const char *key = ka_sysctls[line->key].key, *subject = this_line(arena, boot, line);
	int64_t value = boot->main.values.value[line->key];
	const char *instead = ka_arena_printf(
		arena, "%" PRId64 " instead of %" PRId64 ", and wins over %s", value,
		look->request->target.value[line->key], look->request->drop_in);

	if (boot->main.is_indeterminate[line->key])
		return ka_arena_printf(arena,
				       "%s is about %s too, and it cannot be told which one %s "
				       "applies last",
				       subject, key, boot->main.loader->name);
	if (line->effect == KA_LINE_REFUSED)
		return ka_arena_printf(arena, "the kernel refuses %s, which leaves %s at %s",
				       subject, key, instead);
	return ka_arena_printf(arena, "%s %s %s %s %s", subject, line->value ? "sets" : "keeps",
			       key, line->value ? "to" : "at", instead);
}

/* What can be done instead: the end of a sentence. */
static const char *way_out(const struct look *look)
{
	struct ka_arena *arena = look->request->options->arena;
	const char *name = winning_name(look);
	const char *live = look->request->is_image ? "" : ", or use --live-only";

	if (name)
		return ka_arena_printf(arena, ", or win with --drop-in %s%s", name, live);
	return ka_arena_printf(arena, " (no name of a drop-in would win)%s", live);
}

/* The lines that decide about the other keys. */
static const char *accomplices(const struct look *look, const struct ka_boot *boot,
			       const struct ka_boot_line *first)
{
	struct ka_arena *arena = look->request->options->arena;
	const char *words = "";

	for (int key = 0; key < KA_KEY_COUNT; key++) {
		const struct ka_boot_line *line;

		if (key == (int)first->key || is_as_wanted(boot, &look->request->target, key))
			continue;
		line = culprit_of(look, boot, key);
		if (line && (line->line != first->line || strcmp(line->file, first->file) != 0))
			words = ka_arena_printf(arena, "%s; %s:%u stands in the way too", words,
						line->file, line->line);
	}
	return words;
}

/* Why our file comes to nothing where no line of others is to blame. */
static const char *why_not(const struct look *look, const struct ka_boot *boot, int key)
{
	const struct ka_boot_outcome *main = &boot->main;

	for (size_t i = 0; i < main->line_count && !main->stopped; i++)
		if ((int)main->lines[i].key == key && is_ours(look, &main->lines[i]) &&
		    main->lines[i].reason)
			return main->lines[i].reason;
	return main->stopped ? main->stopped : "it is not read";
}

static int refuse_file(const struct look *look, const struct ka_boot *boot, int key,
		       struct ka_error *reterr)
{
	const struct ka_overlay_request *request = look->request;

	return ka_fail_at(reterr, KA_E_FOREIGN_LINE, request->drop_in, 0, 0,
			  "this file would not set %s to %" PRId64 ", it stays at %" PRId64
			  ": %s; see to that%s",
			  ka_sysctls[key].key, request->target.value[key],
			  boot->main.values.value[key], why_not(look, boot, key), way_out(look));
}

/* Our file would not have the last word about the key. */
static int refuse(const struct look *look, const struct ka_boot *boot, int key,
		  struct ka_error *reterr)
{
	const struct ka_boot_line *line = culprit_of(look, boot, key);

	if (!line || boot->main.stopped)
		return refuse_file(look, boot, key, reterr);
	return ka_fail_at(reterr, KA_E_FOREIGN_LINE, line->file, line->line, 0, "%s: %s%s%s",
			  deed(look, boot, line),
			  is_tuned(boot, line) ? "change the profile" : "comment it out",
			  way_out(look), accomplices(look, boot, line));
}

static int refuse_without_loader(const struct look *look, struct ka_error *reterr)
{
	const char *why = look->boot->facts->loader_source;

	return ka_fail(reterr, KA_E_NO_LOADER, "no file of %s would be applied at boot (%s): %s",
		       ka_boot_directory_paths[KA_IN_ETC], why ? why : "no loader was found",
		       look->request->is_image ? "see to its loader, or name one with --loader"
					       : "see to its loader, or use --live-only");
}

/* What is there */

/* The names of the files that set the values now. */
static const char *source_names(const struct look *look, bool *ret_is_ours)
{
	struct ka_arena *arena = look->request->options->arena;
	const char *files[KA_KEY_COUNT] = {0}, *names = "";

	*ret_is_ours = true;
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		const struct ka_boot_line *line = look->boot->main.source[key];
		const struct ka_setter *base = look->boot->base_source[key];
		bool is_new = true;

		files[key] = line ? line->file : base ? base->file : NULL;
		for (int i = 0; i < key && files[key]; i++)
			is_new &= !files[i] || strcmp(files[i], files[key]) != 0;
		*ret_is_ours &= files[key] && strcmp(files[key], look->request->drop_in) == 0;
		if (files[key] && is_new)
			names = ka_arena_printf(arena, "%s%s%s", names, *names ? ", " : "",
						ka_escape(arena, files[key]));
	}
	return names;
}

static void describe_present(const struct look *look, struct ka_overlay *overlay)
{
	bool is_ours;

	overlay->others = source_names(look, &is_ours);
	overlay->state = is_ours ? KA_OVERLAY_OURS : KA_OVERLAY_OTHERS;
	if (*overlay->others == '\0')
		overlay->state = KA_OVERLAY_DEFAULTS;
}

/* Doubts */

static bool sets_another(const struct ka_boot *boot, const struct ka_setter *setter,
			 const struct ka_settings *target)
{
	const struct ka_kernel *kernel = &boot->facts->kernel;
	struct ka_kernel_number number;

	if (!setter->has_key || setter->kind == KA_SET_BY_CMDLINE ||
	    setter->kind == KA_SET_BY_TUNED)
		return false;
	number = ka_kernel_number_read(setter->key, setter->value, strlen(setter->value),
				       kernel->hz, kernel->has_u8_probes);
	return number.result == KA_NUMBER_OK && number.value != target->value[setter->key];
}

static const char *doubts_about_other(struct ka_arena *arena, const struct ka_boot *boot)
{
	const struct ka_loader *loader = boot->other.loader;
	const int64_t *other = boot->other.values.value;

	if (!boot->differs)
		return "";
	return ka_arena_printf(arena,
			       "%s%s would set %" PRId64 "/%" PRId64 "/%" PRId64
			       " from the same files: kaadvise check tells why (KA402).\n",
			       loader->family == KA_PROCPS ? "`sysctl --system` of " : "",
			       loader->name, other[KA_TIME], other[KA_INTVL], other[KA_PROBES]);
}

/* What may come out differently after all: the other loader, and who is not part of the outcome. */
static const char *doubts_about(const struct look *look, const struct ka_boot *boot)
{
	const struct ka_boot_facts *facts = boot->facts;
	struct ka_arena *arena = look->request->options->arena;
	const char *lines = doubts_about_other(arena, boot);
	size_t said = 0, unsaid = 0;

	for (size_t i = 0; i < facts->setter_count; i++) {
		const struct ka_setter *setter = &facts->setters[i];

		if (!sets_another(boot, setter, &look->request->target))
			continue;
		if (said == DOUBTS_MAX) {
			unsaid++;
			continue;
		}
		lines = ka_arena_printf(arena, "%s%s may set another value: %s:%u\n", lines,
					ka_setter_words[setter->kind],
					ka_escape(arena, setter->file), setter->line);
		said++;
	}
	if (unsaid > 0)
		lines = ka_arena_printf(arena, "%sand so may %zu more lines\n", lines, unsaid);
	return lines;
}

/* Looking */

static int look_with_ours(const struct look *look, struct ka_overlay *overlay,
			  struct ka_error *reterr)
{
	const struct ka_overlay_request *request = look->request;
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_boot_facts facts;
	struct ka_boot boot;
	int result = resolve_with(look, &arena, look->name, &facts, &boot, reterr);

	for (int key = 0; key < KA_KEY_COUNT && result == 0; key++)
		if (!is_as_wanted(&boot, &request->target, key))
			result = refuse(look, &boot, key, reterr);
	if (result == 0)
		overlay->doubts = doubts_about(look, &boot);
	ka_arena_clear(&arena);
	return result;
}

static int look_at_ours(const struct look *look, struct ka_overlay *overlay,
			struct ka_error *reterr)
{
	const struct ka_overlay_request *request = look->request;
	struct ka_drop_in ours = {.is_ours = true};

	if (ka_dropin_read(request->options->arena, request->tree, request->drop_in, &overlay->text,
			   reterr) < 0)
		return -1;
	if (overlay->text)
		ka_drop_in_read(overlay->text, &ours);
	if (!ours.is_ours)
		return ka_fail_at(reterr, KA_E_DROPIN_FOREIGN, request->drop_in, ours.foreign_line,
				  0,
				  "this file is not written by kaadvise: choose another name with "
				  "--drop-in");
	return 0;
}

static int look_at_all(struct look *look, struct ka_overlay *overlay, struct ka_error *reterr)
{
	const struct ka_overlay_request *request = look->request;
	struct ka_tree tree = *request->tree; /* with what it allows to be read */

	if (ka_next_boot_of(request->options, &look->arena, &tree, &look->boot, reterr) < 0)
		return -1;
	overlay->before = look->boot->main.values;
	if (gives(look->boot, &request->target)) {
		describe_present(look, overlay);
		overlay->doubts = doubts_about(look, look->boot);
		return 0;
	}
	overlay->state = KA_OVERLAY_TO_WRITE;
	if (!look->boot->facts->loader)
		return refuse_without_loader(look, reterr);
	if (look_at_ours(look, overlay, reterr) < 0)
		return -1;
	return look_with_ours(look, overlay, reterr);
}

int ka_overlay_read(const struct ka_overlay_request *request, struct ka_overlay *ret_overlay,
		    struct ka_error *reterr)
{
	struct look look = {.request = request,
			    .arena = ka_arena_make(KA_ARENA_CAP),
			    .name = base_name(request->drop_in)};
	struct ka_overlay overlay = {.doubts = ""};
	int result = look_at_all(&look, &overlay, reterr);

	ka_arena_clear(&look.arena);
	if (result == 0 && request->options->arena->has_failed)
		result = ka_fail_memory(reterr);
	if (result == 0)
		*ret_overlay = overlay;
	return result;
}

static int compare(const struct ka_boot *boot, const struct ka_settings *target,
		   struct ka_error *reterr)
{
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		const struct ka_boot_line *line = boot->main.source[key];

		if (!is_as_wanted(boot, target, key))
			return ka_fail_at(reterr, KA_E_VERIFY, line ? line->file : "",
					  line ? line->line : 0, 0,
					  "after the next boot %s would be %" PRId64
					  ", and %" PRId64 " was written",
					  ka_sysctls[key].key, boot->main.values.value[key],
					  target->value[key]);
	}
	return 0;
}

int ka_overlay_verify(const struct ka_options *options, const struct ka_tree *tree,
		      const struct ka_settings *target, struct ka_error *reterr)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_tree fresh = *tree;
	const struct ka_boot *boot;
	int result = ka_next_boot_of(options, &arena, &fresh, &boot, reterr);

	if (result == 0)
		result = compare(boot, target, reterr);
	ka_arena_clear(&arena);
	return result;
}
