#include "cli/overlay.h"

#include "edge/dropin.h"
#include "edge/sysctl_lines.h"

#include <inttypes.h>
#include <string.h>

static int refuse(const struct ka_found_line *line, const struct ka_settings *target,
		  struct ka_error *reterr)
{
	const struct ka_sysctl_line *meaning = &line->meaning;

	if (line->line == 0)
		return ka_fail_at(reterr, KA_E_FOREIGN_LINE, line->file, 0, 0,
				  "this file has the drop-in's name and may hide it: remove it, or "
				  "choose another name with --drop-in");
	if (!meaning->is_plain)
		return ka_fail_at(reterr, KA_E_FOREIGN_LINE, line->file, line->line, 0,
				  "this line is about these values too: comment it out, or use "
				  "--live-only");
	if (meaning->value != target->value[meaning->key])
		return ka_fail_at(reterr, KA_E_FOREIGN_LINE, line->file, line->line, 0,
				  "this line sets %s to %" PRId64 ", not to %" PRId64
				  ": comment it out, or use --live-only",
				  ka_sysctls[meaning->key].key, meaning->value,
				  target->value[meaning->key]);
	return ka_fail_at(reterr, KA_E_FOREIGN_LINE, line->file, line->line, 0,
			  "this line sets %s, and not every value is set that way: comment it out, "
			  "or use --live-only",
			  ka_sysctls[meaning->key].key);
}

/* Fails for the first line that could bring another value about. */
static int check_lines(const struct ka_found_lines *lines, const struct ka_settings *target,
		       struct ka_error *reterr)
{
	for (size_t i = 0; i < lines->count; i++) {
		const struct ka_sysctl_line *meaning = &lines->items[i].meaning;

		if (!meaning->is_plain || meaning->value != target->value[meaning->key])
			return refuse(&lines->items[i], target, reterr);
	}
	return 0;
}

/* Whether lines that are certainly read set every value that the kernel would not have anyway. */
static bool cover(const struct ka_found_lines *lines, const struct ka_settings *target)
{
	const struct ka_settings defaults = KA_KERNEL_DEFAULTS;
	unsigned missing = 0;

	for (int key = 0; key < KA_KEY_COUNT; key++)
		missing |= (unsigned)(target->value[key] != defaults.value[key]) << key;
	for (size_t i = 0; i < lines->count; i++)
		if (lines->items[i].is_certain)
			missing &= ~(1u << lines->items[i].meaning.key);
	return missing == 0;
}

static const char *file_names(struct ka_arena *arena, const struct ka_found_lines *lines)
{
	const char *names = "", *last = "";

	for (size_t i = 0; i < lines->count; i++) {
		const char *file = lines->items[i].file;

		if (strcmp(file, last) != 0)
			names = ka_arena_printf(arena, "%s%s%s", names, *names ? ", " : "", file);
		last = file;
	}
	return names;
}

int ka_overlay_read(struct ka_arena *arena, const char *drop_in, const struct ka_settings *target,
		    struct ka_overlay *ret_overlay, struct ka_error *reterr)
{
	struct ka_overlay overlay = {.state = KA_OVERLAY_TO_WRITE};
	struct ka_drop_in ours = {.is_ours = true};
	struct ka_found_lines lines;

	if (ka_dropin_read(arena, drop_in, &overlay.text, reterr) < 0)
		return -1;
	if (overlay.text)
		ka_drop_in_read(overlay.text, &ours);
	if (!ours.is_ours)
		return ka_fail_at(reterr, KA_E_DROPIN_FOREIGN, drop_in, ours.foreign_line, 0,
				  "this file is not written by kaadvise: choose another name with "
				  "--drop-in");
	if (ka_sysctl_lines_find(arena, "", drop_in, &lines, reterr) < 0 ||
	    check_lines(&lines, target, reterr) < 0)
		return -1;
	if (ours.has_values && ka_settings_equal(&ours.values, target)) {
		overlay.state = KA_OVERLAY_OURS;
	} else if (!overlay.text && cover(&lines, target)) {
		overlay.state = lines.count > 0 ? KA_OVERLAY_OTHERS : KA_OVERLAY_DEFAULTS;
		overlay.others = file_names(arena, &lines);
	} else if (!overlay.text && lines.count > 0) {
		return refuse(&lines.items[0], target, reterr);
	}
	if (arena->has_failed)
		return ka_fail_memory(reterr);
	*ret_overlay = overlay;
	return 0;
}
