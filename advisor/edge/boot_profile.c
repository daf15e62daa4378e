#include "edge/boot_profile.h"

#include "edge/boot_ini.h"

#include <string.h>

/* Makes room for one more element of a list on the arena. */
static bool grow(struct ka_arena *arena, void **items, size_t count, size_t *capacity, size_t size)
{
	size_t larger = *capacity ? *capacity * 2 : 8;
	void *copy;

	if (count < *capacity)
		return true;
	copy = ka_arena_array(arena, larger, size);
	if (!copy)
		return false;
	if (count > 0)
		memcpy(copy, *items, count * size);
	*items = copy;
	*capacity = larger;
	return true;
}

/* ---- Options ------------------------------------------------------------------------------ */

static struct ka_tuned_profile_option *find_option(const struct ka_tuned_profile_options *options,
						   const char *name)
{
	for (size_t i = 0; i < options->count; i++)
		if (strcmp(options->items[i].name, name) == 0)
			return &options->items[i];
	return NULL;
}

const struct ka_tuned_profile_option *
ka_tuned_profile_get(const struct ka_tuned_profile_options *options, const char *name)
{
	return find_option(options, name);
}

int ka_tuned_profile_set(struct ka_arena *arena, struct ka_tuned_profile_options *options,
			 const struct ka_tuned_profile_option *option, struct ka_error *reterr)
{
	struct ka_tuned_profile_option *present = find_option(options, option->name);
	void *items = options->items;

	if (present) {
		*present = *option;
		return 0;
	}
	if (options->count == KA_PROFILE_OPTIONS_MAX)
		return ka_fail_at(reterr, KA_E_BOOT_LIMIT, option->source->file, 0, 0,
				  "more than %d options", KA_PROFILE_OPTIONS_MAX);
	if (!grow(arena, &items, options->count, &options->capacity, sizeof(*option)))
		return ka_fail_memory(reterr);
	options->items = items;
	options->items[options->count++] = *option;
	return 0;
}

static void drop_option(struct ka_tuned_profile_options *options, const char *name, size_t length)
{
	for (size_t i = 0; i < options->count; i++)
		if (strlen(options->items[i].name) == length &&
		    memcmp(options->items[i].name, name, length) == 0) {
			memmove(&options->items[i], &options->items[i + 1],
				(options->count - i - 1) * sizeof(*options->items));
			options->count--;
			return;
		}
}

/* ---- Units -------------------------------------------------------------------------------- */

struct ka_tuned_profile_unit *ka_tuned_profile_unit(const struct ka_tuned_profile *profile,
						    const char *name)
{
	for (size_t i = 0; i < profile->unit_count; i++)
		if (strcmp(profile->units[i].name, name) == 0)
			return &profile->units[i];
	return NULL;
}

static int add_unit(struct ka_arena *arena, struct ka_tuned_profile *profile,
		    const struct ka_tuned_profile_unit *unit, const char *file,
		    struct ka_error *reterr)
{
	void *units = profile->units;

	if (profile->unit_count == KA_PROFILE_UNITS_MAX)
		return ka_fail_at(reterr, KA_E_BOOT_LIMIT, file, 0, 0, "more than %d sections",
				  KA_PROFILE_UNITS_MAX);
	if (!grow(arena, &units, profile->unit_count, &profile->unit_capacity, sizeof(*unit)))
		return ka_fail_memory(reterr);
	profile->units = units;
	profile->units[profile->unit_count++] = *unit;
	return 0;
}

static bool is_true(const char *value)
{
	return strcmp(value, "True") == 0 || strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
}

/* The options that tuned takes out of every unit. False: it is none of them. */
static bool set_attribute(struct ka_tuned_profile_unit *unit, const char *name, const char *value)
{
	if (strcmp(name, "type") == 0)
		unit->type = value;
	else if (strcmp(name, "enabled") == 0)
		unit->is_enabled = is_true(value);
	else if (strcmp(name, "replace") == 0)
		unit->replaces = is_true(value);
	else if (strcmp(name, "drop") == 0)
		unit->drop = value;
	else if (strcmp(name, "cpuinfo_regex") == 0 || strcmp(name, "uname_regex") == 0)
		unit->is_conditional = true;
	else
		return strncmp(name, "devices", 7) == 0 || strncmp(name, "script_", 7) == 0;
	return true;
}

static bool matters(const struct ka_tuned_profile_unit *unit, const char *name)
{
	enum ka_key key;

	return strcmp(unit->name, "variables") == 0 || strcmp(name, "priority") == 0 ||
	       ka_key_read(name, strlen(name), KA_KEY_ANY, &key);
}

/* A section makes a unit even when it is empty. */
static int take_section(struct ka_arena *arena, struct ka_tuned_profile *profile,
			struct ka_setter_source *source, const char *section,
			struct ka_error *reterr)
{
	struct ka_tuned_profile_unit unit = {.name = section, .type = section, .is_enabled = true};

	if (strcmp(section, "main") == 0 || ka_tuned_profile_unit(profile, section))
		return 0;
	return add_unit(arena, profile, &unit, source->file, reterr);
}

static int take_option(struct ka_arena *arena, struct ka_tuned_profile *profile,
		       struct ka_setter_source *source, const struct ka_ini_option *read,
		       struct ka_error *reterr)
{
	struct ka_tuned_profile_unit *unit = ka_tuned_profile_unit(profile, read->section);
	struct ka_tuned_profile_option option = {read->name, read->value, source, read->at};

	if (!read->name)
		return take_section(arena, profile, source, read->section, reterr);
	if (!unit) {
		if (strcmp(read->name, "include") == 0)
			profile->include = option;
		return 0;
	}
	if (strcmp(read->section, "script") == 0 && strcmp(read->name, "script") == 0)
		profile->script = read->value;
	if (set_attribute(unit, read->name, read->value) || !matters(unit, read->name))
		return 0;
	return ka_tuned_profile_set(arena, &unit->options, &option, reterr);
}

int ka_tuned_profile_parse(struct ka_arena *arena, struct ka_setter_source *source,
			   struct ka_tuned_profile *ret_profile, bool *ret_is_broken,
			   struct ka_error *reterr)
{
	struct ka_ini ini = {.text = source->text, .length = source->length};
	struct ka_tuned_profile profile = {0};
	struct ka_ini_option option;
	enum ka_ini_result result;

	while ((result = ka_ini_next(&ini, arena, &option)) <= KA_INI_SECTION)
		if (take_option(arena, &profile, source, &option, reterr) < 0)
			return -1;
	*ret_is_broken |= result == KA_INI_FAULT;
	*ret_profile = profile;
	return 0;
}

static bool is_of_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* Names with a comma or semicolon between; as tuned splits them, only one that follows a letter or
 * digit, or blanks after such, separates. */
static void drop_options(struct ka_tuned_profile_options *options, const char *names)
{
	size_t from = 0;

	for (size_t at = 0;; at++) {
		size_t end = at;

		if (names[at] && !strchr(",;", names[at]))
			continue;
		while (end > from && strchr(" \t\n", names[end - 1]))
			end--;
		if (names[at] && (end == 0 || !is_of_word(names[end - 1])))
			continue;
		drop_option(options, names + from, end - from);
		if (!names[at])
			return;
		from = at + 1 + strspn(names + at + 1, " \t\n");
		at = from - 1;
	}
}

static int merge_unit(struct ka_arena *arena, struct ka_tuned_profile_unit *base,
		      const struct ka_tuned_profile_unit *over, struct ka_error *reterr)
{
	base->type = over->type;
	base->is_enabled = over->is_enabled;
	base->is_conditional |= over->is_conditional;
	if (over->drop)
		drop_options(&base->options, over->drop);
	for (size_t i = 0; i < over->options.count; i++)
		if (ka_tuned_profile_set(arena, &base->options, &over->options.items[i], reterr) <
		    0)
			return -1;
	return 0;
}

int ka_tuned_profile_merge(struct ka_arena *arena, struct ka_tuned_profile *base,
			   const struct ka_tuned_profile *over, struct ka_error *reterr)
{
	for (size_t i = 0; i < over->unit_count; i++) {
		const struct ka_tuned_profile_unit *unit = &over->units[i];
		struct ka_tuned_profile_unit *present = ka_tuned_profile_unit(base, unit->name);
		int result = 0;

		if (!present)
			result = add_unit(arena, base, unit, "tuned.conf", reterr);
		else if (unit->replaces)
			*present = *unit;
		else
			result = merge_unit(arena, present, unit, reterr);
		if (result < 0)
			return -1;
	}
	return 0;
}

/* ---- Variables ---------------------------------------------------------------------------- */

int ka_tuned_profile_parse_variables(struct ka_arena *arena, struct ka_setter_source *source,
				     struct ka_tuned_profile_options *ret_options,
				     bool *ret_is_broken, struct ka_error *reterr)
{
	struct ka_ini ini = {.text = source->text,
			     .length = source->length,
			     .section = "",
			     .allows_no_value = true};
	struct ka_tuned_profile_options options = {0};
	struct ka_ini_option read;
	enum ka_ini_result result;

	while ((result = ka_ini_next(&ini, arena, &read)) <= KA_INI_SECTION) {
		struct ka_tuned_profile_option option = {read.name, read.value, source, read.at};

		if (result == KA_INI_OPTION &&
		    ka_tuned_profile_set(arena, &options, &option, reterr) < 0)
			return -1;
	}
	*ret_is_broken |= result == KA_INI_FAULT;
	*ret_options = options;
	return 0;
}

struct buffer {
	char text[KA_PROFILE_VALUE_MAX + 1];
	size_t length;
	bool is_unknown;
};

static void add_text(struct buffer *buffer, const char *text, size_t length)
{
	if (length > KA_PROFILE_VALUE_MAX - buffer->length) {
		buffer->is_unknown = true;
		return;
	}
	memcpy(buffer->text + buffer->length, text, length);
	buffer->length += length;
}

/* The length of `${name}` at text, 0 when none stands there. */
static size_t reference_length(const char *text)
{
	size_t name;

	if (text[0] != '$' || text[1] != '{')
		return 0;
	name = strspn(text + 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");
	return name > 0 && text[2 + name] == '}' ? name + 3 : 0;
}

static void add_reference(struct buffer *buffer, const struct ka_tuned_profile_options *variables,
			  const char *text, size_t length)
{
	for (size_t i = 0; i < variables->count; i++) {
		const struct ka_tuned_profile_option *variable = &variables->items[i];

		if (strlen(variable->name) != length - 3 ||
		    memcmp(variable->name, text + 2, length - 3) != 0)
			continue;
		if (variable->value)
			add_text(buffer, variable->value, strlen(variable->value));
		else
			buffer->is_unknown = true;
		return;
	}
	/* What is not defined stays as it is. */
	add_text(buffer, text, length);
}

const char *ka_tuned_profile_expand(struct ka_arena *arena,
				    const struct ka_tuned_profile_options *variables,
				    const char *value)
{
	struct buffer buffer;

	buffer.length = 0;
	buffer.is_unknown = false;
	while (*value && !buffer.is_unknown) {
		size_t reference = reference_length(value);

		if (reference > 0) {
			add_reference(&buffer, variables, value, reference);
		} else if (*value == '\\' && (reference = reference_length(value + 1)) > 0) {
			add_text(&buffer, value + 1, reference++);
		} else {
			reference = 1;
			add_text(&buffer, value, 1);
		}
		value += reference;
	}
	buffer.text[buffer.length] = '\0';
	if (buffer.is_unknown || strstr(buffer.text, "${f:"))
		return NULL;
	return ka_arena_copy(arena, buffer.text, buffer.length);
}
