#include "out/json_boot.h"

#include <string.h>

enum { VALUE_MAX = 1024 };

json_t *ka_json_settings(const struct ka_settings *settings)
{
	return json_pack("{s:I, s:I, s:I}", "time_s", (json_int_t)settings->value[KA_TIME],
			 "intvl_s", (json_int_t)settings->value[KA_INTVL], "probes",
			 (json_int_t)settings->value[KA_PROBES]);
}

static json_t *text_or_null(struct ka_arena *arena, const char *text)
{
	return text ? ka_json_text(arena, text) : json_null();
}

static json_t *loader_name(const struct ka_loader *loader)
{
	return loader ? json_string(loader->name) : json_null();
}

/* The place where a key is set; null for file NULL. */
static void set_place(struct ka_arena *arena, json_t **sources, int key, const char *file,
		      unsigned line)
{
	ka_json_set(sources, ka_sysctls[key].key,
		    file ? json_pack("{s:o, s:I}", "file", ka_json_text(arena, file), "line",
				     (json_int_t)line)
			 : json_null());
}

static json_t *sources_json(struct ka_arena *arena, const struct ka_boot_line *const *source)
{
	json_t *sources = json_object();

	for (int key = 0; key < KA_KEY_COUNT; key++)
		set_place(arena, &sources, key, source[key] ? source[key]->file : NULL,
			  source[key] ? source[key]->line : 0);
	return sources;
}

static json_t *base_sources_json(struct ka_arena *arena, const struct ka_setter *const *source)
{
	json_t *sources = json_object();

	for (int key = 0; key < KA_KEY_COUNT; key++)
		set_place(arena, &sources, key, source[key] ? source[key]->file : NULL,
			  source[key] ? source[key]->line : 0);
	return sources;
}

static json_t *value_json(struct ka_arena *arena, const char *value)
{
	return value ? ka_json_text(arena, ka_arena_copy(arena, value, strnlen(value, VALUE_MAX)))
		     : json_null();
}

static json_t *line_json(struct ka_arena *arena, const struct ka_boot *boot,
			 const struct ka_boot_line *line)
{
	const struct ka_setter *setter =
		line->setter >= 0 ? &boot->facts->setters[line->setter] : NULL;

	return json_pack("{s:o, s:I, s:o, s:s, s:o, s:s, s:o, s:o, s:o, s:o}", "file",
			 ka_json_text(arena, line->file), "line", (json_int_t)line->line, "column",
			 line->column > 0 ? json_integer(line->column) : json_null(), "key",
			 ka_sysctls[line->key].key, "value", value_json(arena, line->value),
			 "effect", ka_line_effect_words[line->effect], "reason",
			 text_or_null(arena, line->reason), "number",
			 line->is_accepted ? json_integer(line->number) : json_null(), "target",
			 text_or_null(arena, line->target), "setter",
			 setter ? json_string(ka_setter_words[setter->kind]) : json_null());
}

/* What is escaped on the way is kept for one line only: there may be ten thousand. */
static json_t *lines_json(struct ka_arena *arena, const struct ka_boot *boot)
{
	struct ka_arena scratch = ka_arena_make(arena->cap);
	json_t *list = json_array();

	for (size_t i = 0; i < boot->main.line_count; i++) {
		ka_json_append(&list, line_json(&scratch, boot, &boot->main.lines[i]));
		arena->has_failed |= scratch.has_failed;
		ka_arena_clear(&scratch);
	}
	return list;
}

static json_t *indeterminate_json(const struct ka_boot_outcome *outcome)
{
	json_t *list = json_array();

	for (int key = 0; key < KA_KEY_COUNT; key++)
		if (outcome->is_indeterminate[key])
			ka_json_append(&list, json_string(ka_sysctls[key].key));
	return list;
}

static json_t *kernel_json(struct ka_arena *arena, const struct ka_kernel *kernel)
{
	return json_pack("{s:o, s:o, s:o}", "file", text_or_null(arena, kernel->source), "version",
			 text_or_null(arena, kernel->version), "hz",
			 kernel->hz > 0 ? json_integer(kernel->hz) : json_null());
}

static json_t *tuned_json(struct ka_arena *arena, const struct ka_tuned *tuned)
{
	if (!tuned->is_active)
		return json_null();
	return json_pack("{s:o, s:b}", "profile", ka_json_text(arena, tuned->profile), "reapplies",
			 tuned->reapplies);
}

static json_t *other_json(struct ka_arena *arena, const struct ka_boot_outcome *other)
{
	if (!other->loader)
		return json_null();
	return json_pack("{s:s, s:o, s:o}", "loader", other->loader->name, "values",
			 ka_json_settings(&other->values), "sources",
			 sources_json(arena, other->source));
}

json_t *ka_json_boot(struct ka_arena *arena, const struct ka_boot *boot)
{
	const struct ka_boot_facts *facts = boot ? boot->facts : NULL;

	if (!facts)
		return json_null();
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "loader",
		loader_name(boot->main.loader), "loader_source",
		text_or_null(arena, facts->loader_source), "values",
		ka_json_settings(&boot->main.values), "base", ka_json_settings(&boot->base),
		"sources", sources_json(arena, boot->main.source), "base_sources",
		base_sources_json(arena, boot->base_source), "lines", lines_json(arena, boot),
		"other", other_json(arena, &boot->other), "stopped",
		text_or_null(arena, boot->main.stopped), "indeterminate",
		indeterminate_json(&boot->main), "kernel", kernel_json(arena, &facts->kernel),
		"tuned", tuned_json(arena, &facts->tuned), "initramfs", facts->has_initramfs);
}
