#include "edge/boot_tuned.h"

#include "edge/boot_ini.h"
#include "edge/boot_profile.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PROFILES_MAX = 64, DIRECTORIES_MAX = 8 };

static const char NAME_CHARACTERS[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

struct tuned {
	struct ka_grep *grep;
	struct ka_tree *tree;
	struct ka_arena *arena;
	const char *directories[DIRECTORIES_MAX]; /* the first that has a profile wins */
	size_t directory_count;
	bool reapplies, is_broken;
	int default_priority;
	const char *loaded[PROFILES_MAX]; /* files */
	size_t loaded_count;
	struct ka_tuned_profile profiles[PROFILES_MAX]; /* those included first */
	size_t profile_count;
	struct ka_tuned_profile_options variables; /* expanded; value NULL: not known */
	enum ka_key_syntax syntax;
	bool has_syntax;
};

/* Reads a file; *ret_source is NULL when there is none. */
static int open_source(struct tuned *tuned, const char *path, struct ka_setter_source **ret_source,
		       struct ka_error *reterr)
{
	struct ka_setter_source *source;
	struct ka_node node;

	*ret_source = NULL;
	if (ka_setter_read(tuned->tree, tuned->arena, path, &node, reterr) < 0)
		return -1;
	if (!node.bytes)
		return 0;
	source = ka_arena_alloc(tuned->arena, sizeof(*source));
	if (!source)
		return ka_fail_memory(reterr);
	*source = (struct ka_setter_source){
		.kind = KA_SET_BY_TUNED, .file = path, .text = node.bytes, .length = node.length};
	*ret_source = source;
	return 0;
}

/* ---- tuned-main.conf ---------------------------------------------------------------------- */

static bool is_directory(struct tuned *tuned, const char *path)
{
	int fd = ka_tree_open_directory(tuned->tree, path);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* In the configuration the last directory wins. */
static void set_directories(struct tuned *tuned, const char *list)
{
	static const char SEPARATORS[] = ",;: \t\n";
	const char *found[DIRECTORIES_MAX];
	size_t count = 0;

	while (*(list += strspn(list, SEPARATORS)) && count < DIRECTORIES_MAX) {
		size_t length = strcspn(list, SEPARATORS);

		found[count++] = ka_arena_copy(tuned->arena, list, length);
		list += length;
	}
	tuned->directory_count = count;
	for (size_t i = 0; i < count; i++)
		tuned->directories[i] = found[count - 1 - i];
}

static int read_config(struct tuned *tuned, struct ka_error *reterr)
{
	struct ka_tuned_profile_options options = {0};
	const struct ka_tuned_profile_option *option;
	struct ka_setter_source *source;

	if (open_source(tuned, "/etc/tuned/tuned-main.conf", &source, reterr) < 0)
		return -1;
	if (source && ka_tuned_profile_parse_variables(tuned->arena, source, &options,
						       &tuned->is_broken, reterr) < 0)
		return -1;
	option = ka_tuned_profile_get(&options, "reapply_sysctl");
	if (option)
		tuned->reapplies = strcmp(option->value, "0") != 0 &&
				   strcasecmp(option->value, "no") != 0 &&
				   strcasecmp(option->value, "false") != 0 &&
				   strcasecmp(option->value, "off") != 0;
	option = ka_tuned_profile_get(&options, "default_instance_priority");
	if (option)
		tuned->default_priority = (int)strtol(option->value, NULL, 10);
	option = ka_tuned_profile_get(&options, "profile_dirs");
	if (option)
		set_directories(tuned, option->value);
	else if (is_directory(tuned, "/usr/lib/tuned/profiles") ||
		 is_directory(tuned, "/etc/tuned/profiles"))
		set_directories(tuned, "/usr/lib/tuned/profiles,/etc/tuned/profiles");
	else
		set_directories(tuned, "/usr/lib/tuned,/etc/tuned");
	return 0;
}

/* ---- Profiles ----------------------------------------------------------------------------- */

static bool is_loaded(const struct tuned *tuned, const char *path)
{
	for (size_t i = 0; i < tuned->loaded_count; i++)
		if (strcmp(tuned->loaded[i], path) == 0)
			return true;
	return false;
}

/* Finds a profile's file that is not loaded yet. */
static int find_profile(struct tuned *tuned, const char *name, struct ka_setter_source **ret_source,
			struct ka_error *reterr)
{
	const char *slash = strrchr(name, '/');
	bool is_optional = name[0] == '-', was_loaded = false;

	name = slash ? slash + 1 : name + is_optional;
	*ret_source = NULL;
	for (size_t i = 0; i < tuned->directory_count; i++) {
		const char *path = ka_arena_printf(tuned->arena, "%s/%s/tuned.conf",
						   tuned->directories[i], name);

		if (is_loaded(tuned, path))
			was_loaded = true;
		else if (open_source(tuned, path, ret_source, reterr) < 0)
			return -1;
		if (*ret_source)
			return 0;
	}
	tuned->is_broken |= !was_loaded && !is_optional;
	return 0;
}

static int load_names(struct tuned *tuned, const char *names, const char *separators,
		      struct ka_error *reterr);

static int load_includes(struct tuned *tuned, const struct ka_tuned_profile_option *include,
			 struct ka_error *reterr)
{
	const struct ka_hit hit = {.kind = KA_HIT_UNKNOWN, .at = include->at};

	if (strstr(include->value, "${"))
		return ka_setter_list_add_hit(tuned->grep->list, include->source, &hit, reterr);
	return load_names(tuned, include->value, ",;", reterr);
}

/* The directory of a profile's file. */
static const char *directory_of(struct tuned *tuned, const char *path)
{
	return ka_arena_copy(tuned->arena, path, (size_t)(strrchr(path, '/') - path));
}

static int grep_script(struct tuned *tuned, const char *profile, const char *script,
		       struct ka_error *reterr)
{
	static const char VARIABLE[] = "${i:PROFILE_DIR}/";
	struct ka_grep_file file = {
		.kind = KA_SET_BY_SCRIPT, .syntax = KA_SYNTAX_SCRIPT, .needs_permission = true};

	if (strncmp(script, VARIABLE, sizeof(VARIABLE) - 1) == 0)
		script += sizeof(VARIABLE) - 1;
	file.path = script[0] == '/' ? script
				     : ka_arena_printf(tuned->arena, "%s/%s",
						       directory_of(tuned, profile), script);
	return ka_grep_file(tuned->grep, &file, reterr);
}

static int load_profile(struct tuned *tuned, const char *name, struct ka_error *reterr)
{
	struct ka_setter_source *source;
	struct ka_tuned_profile profile;

	if (find_profile(tuned, name, &source, reterr) < 0)
		return -1;
	if (!source)
		return 0;
	if (tuned->loaded_count == PROFILES_MAX)
		return ka_fail_at(reterr, KA_E_BOOT_LIMIT, source->file, 0, 0,
				  "more than %d profiles of tuned", PROFILES_MAX);
	tuned->loaded[tuned->loaded_count++] = source->file;
	if (ka_tuned_profile_parse(tuned->arena, source, &profile, &tuned->is_broken, reterr) < 0)
		return -1;
	if (profile.include.value && load_includes(tuned, &profile.include, reterr) < 0)
		return -1;
	tuned->profiles[tuned->profile_count++] = profile;
	return profile.script ? grep_script(tuned, source->file, profile.script, reterr) : 0;
}

static int load_names(struct tuned *tuned, const char *names, const char *separators,
		      struct ka_error *reterr)
{
	for (;;) {
		size_t length = strcspn(names, separators), from = strspn(names, " \t\n");
		size_t to = length;
		const char *name;

		while (to > from && strchr(" \t\n", names[to - 1]))
			to--;
		name = from < to ? ka_arena_copy(tuned->arena, names + from, to - from) : "";
		if (load_profile(tuned, name, reterr) < 0)
			return -1;
		if (!names[length] || tuned->is_broken)
			return 0;
		names += length + 1;
	}
}

/* The names in a file like active_profile, one blank between them. */
static int read_names(struct tuned *tuned, const char *path, const char **ret_names,
		      struct ka_error *reterr)
{
	struct ka_setter_source *source;
	const char *names = "", *at;

	if (open_source(tuned, path, &source, reterr) < 0)
		return -1;
	at = source ? source->text : "";
	while (*(at += strspn(at, " \t\r\n")) && strlen(names) < 1024) {
		size_t length = strcspn(at, " \t\r\n");

		/* A name that cannot be is one that is not there. */
		tuned->is_broken |= strspn(at, NAME_CHARACTERS) < length;
		names = ka_arena_printf(tuned->arena, "%s%s%.*s", names, *names ? " " : "",
					(int)length, at);
		at += length;
	}
	*ret_names = names;
	return 0;
}

/* ---- Variables ---------------------------------------------------------------------------- */

static int add_variable(struct tuned *tuned, const struct ka_tuned_profile_option *option,
			struct ka_error *reterr)
{
	struct ka_tuned_profile_option variable = *option;

	variable.value = ka_tuned_profile_expand(tuned->arena, &tuned->variables, option->value);
	return ka_tuned_profile_set(tuned->arena, &tuned->variables, &variable, reterr);
}

static int include_variables(struct tuned *tuned, const struct ka_tuned_profile_option *option,
			     struct ka_error *reterr)
{
	static const char VARIABLE[] = "${i:PROFILE_DIR}";
	struct ka_tuned_profile_options options = {0};
	struct ka_setter_source *source;
	const char *path = option->value;
	bool is_broken = false;

	if (strncmp(path, VARIABLE, sizeof(VARIABLE) - 1) == 0)
		path = ka_arena_printf(tuned->arena, "%s%s",
				       directory_of(tuned, option->source->file),
				       path + sizeof(VARIABLE) - 1);
	if (open_source(tuned, path, &source, reterr) < 0)
		return -1;
	if (!source)
		return 0;
	if (ka_tuned_profile_parse_variables(tuned->arena, source, &options, &is_broken, reterr) <
	    0)
		return -1;
	for (size_t i = 0; i < options.count && !is_broken; i++)
		if (add_variable(tuned, &options.items[i], reterr) < 0)
			return -1;
	return 0;
}

static int read_variables(struct tuned *tuned, struct ka_error *reterr)
{
	const struct ka_tuned_profile_unit *unit =
		ka_tuned_profile_unit(&tuned->profiles[0], "variables");

	for (size_t i = 0; unit && i < unit->options.count; i++) {
		const struct ka_tuned_profile_option *option = &unit->options.items[i];
		int result = strcmp(option->name, "include") == 0
				     ? include_variables(tuned, option, reterr)
				     : add_variable(tuned, option, reterr);

		if (result < 0)
			return -1;
	}
	return 0;
}

/* ---- What is set -------------------------------------------------------------------------- */

static bool is_python(const char *name)
{
	return strncmp(name, "python", 6) == 0;
}

static int minor_version(struct tuned *tuned, const char *path, struct ka_error *reterr)
{
	static const char WORD[] = "VERSION_MINOR = ";
	struct ka_setter_source *source;
	const char *found;

	if (open_source(tuned, path, &source, reterr) < 0)
		return -1;
	found = source ? memmem(source->text, source->length, WORD, sizeof(WORD) - 1) : NULL;
	return found ? (int)strtol(found + sizeof(WORD) - 1, NULL, 10) : 0;
}

/* Since 2.25 a `/` is no separator of a key. Asked only where a key has one. */
static int find_syntax(struct tuned *tuned, struct ka_error *reterr)
{
	static const char *const packages[] = {"dist-packages", "site-packages"};
	struct ka_listing listing;

	tuned->has_syntax = true;
	tuned->syntax = KA_KEY_ANY;
	if (ka_setter_list_directory(tuned->tree, tuned->arena, "/usr/lib", is_python, &listing,
				     reterr) < 0)
		return -1;
	if (listing.fd >= 0)
		close(listing.fd);
	for (size_t i = 0; i < 2 * listing.count; i++) {
		const char *path = ka_arena_printf(tuned->arena, "/usr/lib/%s/%s/tuned/version.py",
						   listing.entries[i / 2].name, packages[i % 2]);
		int minor = minor_version(tuned, path, reterr);

		if (minor < 0)
			return -1;
		if (minor >= 25)
			tuned->syntax = KA_KEY_BY_DOTS;
	}
	return 0;
}

/* A value without the quotes around it. */
static const char *unquote(struct tuned *tuned, const char *value)
{
	size_t length = strlen(value);

	if (length < 2 || value[0] != '"' || value[length - 1] != '"' || strchr(value, '\n'))
		return value;
	return ka_arena_copy(tuned->arena, value + 1, length - 2);
}

static int add_option(struct tuned *tuned, const struct ka_tuned_profile_unit *unit,
		      const struct ka_tuned_profile_option *option, struct ka_error *reterr)
{
	struct ka_hit hit = {.kind = KA_HIT_VALUE, .at = option->at};

	if (strcmp(option->name, "priority") == 0)
		return 0;
	if (strchr(option->name, '/') && !tuned->has_syntax && find_syntax(tuned, reterr) < 0)
		return -1;
	if (!ka_key_read(option->name, strlen(option->name), tuned->syntax, &hit.key))
		return 0;
	hit.value = ka_tuned_profile_expand(tuned->arena, &tuned->variables,
					    unquote(tuned, option->value));
	if (!hit.value || unit->is_conditional)
		hit.kind = KA_HIT_UNKNOWN;
	return ka_setter_list_add_hit(tuned->grep->list, option->source, &hit, reterr);
}

static bool is_integer(const char *text)
{
	text += *text == '-' || *text == '+';
	return *text && text[strspn(text, "0123456789")] == '\0';
}

/* One that is no number stops tuned, whatever the unit is for. */
static bool has_bad_priority(const struct ka_tuned_profile *profile)
{
	for (size_t i = 0; i < profile->unit_count; i++) {
		const struct ka_tuned_profile_unit *unit = &profile->units[i];
		const struct ka_tuned_profile_option *option =
			ka_tuned_profile_get(&unit->options, "priority");

		if (option && unit->is_enabled && strcmp(unit->name, "variables") != 0 &&
		    !is_integer(option->value))
			return true;
	}
	return false;
}

static long priority_of(const struct tuned *tuned, const struct ka_tuned_profile_unit *unit)
{
	const struct ka_tuned_profile_option *option =
		ka_tuned_profile_get(&unit->options, "priority");

	return option ? strtol(option->value, NULL, 10) : tuned->default_priority;
}

static bool sets_sysctls(const struct ka_tuned_profile_unit *unit)
{
	return unit->is_enabled && strcmp(unit->type, "sysctl") == 0 &&
	       strcmp(unit->name, "variables") != 0;
}

/* Adds the options of all units in the order of their priority. */
static int add_units(struct tuned *tuned, struct ka_error *reterr)
{
	const struct ka_tuned_profile *profile = &tuned->profiles[0];
	bool is_done[KA_PROFILE_UNITS_MAX] = {false};

	for (;;) {
		size_t next = profile->unit_count;
		const struct ka_tuned_profile_unit *unit;

		for (size_t i = profile->unit_count; i-- > 0;)
			if (!is_done[i] && sets_sysctls(&profile->units[i]) &&
			    (next == profile->unit_count ||
			     priority_of(tuned, &profile->units[i]) <=
				     priority_of(tuned, &profile->units[next])))
				next = i;
		if (next == profile->unit_count)
			return 0;
		is_done[next] = true;
		unit = &profile->units[next];
		for (size_t i = 0; i < unit->options.count; i++)
			if (add_option(tuned, unit, &unit->options.items[i], reterr) < 0)
				return -1;
	}
}

static bool has_sysctls(const struct ka_tuned_profile *profile)
{
	for (size_t i = 0; i < profile->unit_count; i++)
		if (sets_sysctls(&profile->units[i]))
			return true;
	return false;
}

static int merge(struct tuned *tuned, struct ka_error *reterr)
{
	for (size_t i = 1; i < tuned->profile_count; i++)
		if (ka_tuned_profile_merge(tuned->arena, &tuned->profiles[0], &tuned->profiles[i],
					   reterr) < 0)
			return -1;
	return 0;
}

/* ---- All of it ---------------------------------------------------------------------------- */

static int load(struct tuned *tuned, const char *names, struct ka_error *reterr)
{
	if (read_config(tuned, reterr) < 0 ||
	    (!tuned->is_broken && load_names(tuned, names, " ", reterr) < 0))
		return -1;
	if (tuned->is_broken || tuned->profile_count == 0)
		return 0;
	if (merge(tuned, reterr) < 0 || read_variables(tuned, reterr) < 0)
		return -1;
	tuned->is_broken = has_bad_priority(&tuned->profiles[0]);
	return add_units(tuned, reterr);
}

/* The names of the active profiles, and behind them the one that is always loaded last. */
static int read_active(struct tuned *tuned, const char **ret_names, struct ka_error *reterr)
{
	const char *names, *last;

	if (read_names(tuned, "/etc/tuned/active_profile", &names, reterr) < 0)
		return -1;
	if (read_names(tuned, "/etc/tuned/post_loaded_profile", &last, reterr) < 0)
		return -1;
	tuned->is_broken |= strchr(last, ' ') != NULL;
	*ret_names = *names && *last ? ka_arena_printf(tuned->arena, "%s %s", names, last)
		     : *names        ? names
				     : last;
	return 0;
}

int ka_boot_tuned_find(struct ka_grep *grep, const struct ka_boot_units *units,
		       struct ka_tuned *ret_tuned, struct ka_error *reterr)
{
	struct ka_arena *arena = grep->list->arena;
	size_t before = grep->list->count;
	struct tuned *tuned = NULL;
	const char *names;

	*ret_tuned = (struct ka_tuned){0};
	if (!is_directory(&(struct tuned){.tree = grep->tree}, "/etc/tuned"))
		return 0;
	tuned = ka_arena_alloc(arena, sizeof(*tuned));
	if (!tuned)
		return ka_fail_memory(reterr);
	*tuned =
		(struct tuned){.grep = grep, .tree = grep->tree, .arena = arena, .reapplies = true};
	if (read_active(tuned, &names, reterr) < 0)
		return -1;
	if (!*names || !ka_boot_unit_starts(grep->tree, units, "tuned.service"))
		return 0;
	if (load(tuned, names, reterr) < 0)
		return -1;
	ret_tuned->profile = names;
	ret_tuned->is_active = !tuned->is_broken && tuned->profile_count > 0;
	ret_tuned->reapplies =
		ret_tuned->is_active && tuned->reapplies && has_sysctls(&tuned->profiles[0]);
	/* tuned gives up as a whole. */
	if (!ret_tuned->is_active)
		grep->list->count = before;
	return 0;
}
