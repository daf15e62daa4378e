#include "edge/boot_grub.h"

#include "core/setter_shell.h"

#include <string.h>

enum { DEPTH_MAX = 8, WORDS_MAX = 32 };

bool ka_is_rescue(const char *words)
{
	return strcasestr(words, "rescue") || strcasestr(words, "recovery") ||
	       strcasestr(words, "memtest") || strcasestr(words, "memory test");
}

static void add_variable(struct ka_grub *grub, struct ka_setter_source *source, const char *name,
			 size_t length, size_t from, size_t to)
{
	struct ka_grub_variable *variable = NULL;

	for (size_t i = 0; i < grub->variable_count; i++)
		if (strlen(grub->variables[i].name) == length &&
		    memcmp(grub->variables[i].name, name, length) == 0)
			variable = &grub->variables[i];
	if (!variable && grub->variable_count < KA_GRUB_VARIABLES_MAX) {
		variable = &grub->variables[grub->variable_count++];
		variable->name = ka_arena_copy(grub->arena, name, length);
	}
	if (!variable)
		return;
	variable->source = source;
	variable->from = from;
	variable->to = to;
}

const struct ka_grub_variable *ka_grub_variable_find(const struct ka_grub *grub, const char *name)
{
	for (size_t i = 0; i < grub->variable_count; i++)
		if (strcmp(grub->variables[i].name, name) == 0)
			return &grub->variables[i];
	return NULL;
}

/* ---- The configuration -------------------------------------------------------------------- */

/* One line of words. */
struct line {
	struct ka_word words[WORDS_MAX];
	size_t count;
	size_t end;
};

struct menu {
	struct ka_grub *grub;
	struct ka_setter_source *source;
	unsigned depth;              /* of submenus */
	unsigned indexes[DEPTH_MAX]; /* of the next entry in each */
	bool is_entry;               /* inside a menuentry */
	bool has_linux;              /* of which the line was seen */
	struct ka_grub_entry entry;
};

static void read_words(struct menu *menu, size_t at, size_t to, struct line *line)
{
	const char *text = menu->source->text;

	line->count = 0;
	line->end = to;
	while (at < to && line->count < WORDS_MAX) {
		size_t start = at;
		struct ka_word word = ka_word_read(menu->grub->arena, text, &at, to);

		if (at == start) {
			at++;
			continue;
		}
		if (text[start] == '#')
			return;
		line->words[line->count++] = word;
	}
}

static const char *number_of(const struct menu *menu)
{
	const char *number = "";

	for (unsigned i = 0; i <= menu->depth; i++)
		number = ka_arena_printf(menu->grub->arena, "%s%s%u", number, i ? ">" : "",
					 menu->indexes[i]);
	return number;
}

static const char *find_id(const struct line *line)
{
	for (size_t i = 2; i + 1 < line->count; i++) {
		const char *word = line->words[i].text;

		if (strcmp(word, "--id") == 0 || strcmp(word, "$menuentry_id_option") == 0 ||
		    strcmp(word, "${menuentry_id_option}") == 0)
			return line->words[i + 1].text;
		if (strncmp(word, "--id=", 5) == 0)
			return word + 5;
	}
	return "";
}

static void begin_entry(struct menu *menu, const struct line *line)
{
	menu->is_entry = true;
	menu->has_linux = false;
	menu->entry = (struct ka_grub_entry){
		.title = line->count > 1 ? line->words[1].text : "",
		.id = find_id(line),
		.number = number_of(menu),
	};
	menu->indexes[menu->depth]++;
}

static void end_entry(struct menu *menu)
{
	struct ka_grub *grub = menu->grub;

	if (menu->has_linux && grub->entry_count < KA_GRUB_ENTRIES_MAX)
		grub->entries[grub->entry_count++] = menu->entry;
	menu->is_entry = false;
}

static void begin_submenu(struct menu *menu)
{
	if (menu->depth + 1 == DEPTH_MAX)
		return;
	menu->depth++;
	menu->indexes[menu->depth] = 0;
}

static void close_brace(struct menu *menu)
{
	if (menu->is_entry) {
		end_entry(menu);
	} else if (menu->depth > 0) {
		menu->depth--;
		menu->indexes[menu->depth]++;
	}
}

static void set_variable(struct menu *menu, const struct line *line)
{
	const struct ka_word *word = &line->words[1];
	const char *raw = menu->source->text + word->from;
	const char *equals = memchr(raw, '=', word->to - word->from);
	size_t from, to = word->to;

	if (!equals || equals == raw)
		return;
	from = (size_t)(equals + 1 - menu->source->text);
	if (to - from >= 2 && strchr("\"'", equals[1]) && raw[to - word->from - 1] == equals[1]) {
		from++;
		to--;
	}
	add_variable(menu->grub, menu->source, raw, (size_t)(equals - raw), from, to);
}

/* linux, linux16, linuxefi, linux$suffix; and module2 for a kernel that Xen starts */
static bool starts_kernel(const char *command)
{
	return strncmp(command, "linux", 5) == 0 || strcmp(command, "module") == 0 ||
	       strcmp(command, "module2") == 0;
}

static void read_line(struct menu *menu, size_t from, size_t to)
{
	struct line line;
	const char *command;

	read_words(menu, from, to, &line);
	if (line.count == 0)
		return;
	command = line.words[0].text;
	if (strcmp(command, "menuentry") == 0) {
		begin_entry(menu, &line);
	} else if (strcmp(command, "submenu") == 0) {
		begin_submenu(menu);
	} else if (strcmp(command, "}") == 0) {
		close_brace(menu);
	} else if (strcmp(command, "set") == 0 && line.count > 1) {
		set_variable(menu, &line);
	} else if (strcmp(command, "blscfg") == 0) {
		menu->grub->has_blscfg = true;
	} else if (menu->is_entry && !menu->has_linux && starts_kernel(command)) {
		menu->has_linux = true;
		menu->entry.from = line.words[0].to;
		menu->entry.to = to;
	}
}

static size_t line_end(const char *text, size_t from, size_t length)
{
	for (size_t at = from;;) {
		const char *end = memchr(text + at, '\n', length - at);

		if (!end)
			return length;
		at = (size_t)(end - text);
		if (at == from || text[at - 1] != '\\')
			return at;
		at++;
	}
}

void ka_grub_read(struct ka_grub *grub, struct ka_setter_source *config)
{
	struct menu menu = {.grub = grub, .source = config};

	grub->config = config;
	grub->entry_count = 0;
	if (!grub->entries)
		grub->entries =
			ka_arena_array(grub->arena, KA_GRUB_ENTRIES_MAX, sizeof(*grub->entries));
	if (!grub->entries)
		return;
	for (size_t at = 0, end; at < config->length; at = end + 1) {
		end = line_end(config->text, at, config->length);
		read_line(&menu, at, end);
	}
	if (menu.is_entry)
		end_entry(&menu);
}

void ka_grub_read_environment(struct ka_grub *grub, struct ka_setter_source *environment)
{
	const char *text = environment->text;

	for (size_t at = 0, end; at < environment->length; at = end + 1) {
		const char *equals;

		end = line_end(text, at, environment->length);
		equals = memchr(text + at, '=', end - at);
		if (text[at] != '#' && equals)
			add_variable(grub, environment, text + at, (size_t)(equals - text) - at,
				     (size_t)(equals + 1 - text), end);
	}
}

/* ---- The default -------------------------------------------------------------------------- */

static const char *value_of(const struct ka_grub *grub, const char *name)
{
	const struct ka_grub_variable *variable = ka_grub_variable_find(grub, name);

	return variable ? ka_arena_copy(grub->arena, variable->source->text + variable->from,
					variable->to - variable->from)
			: "";
}

const char *ka_grub_default(const struct ka_grub *grub)
{
	const char *wanted = value_of(grub, "default");

	return strchr(wanted, '$') || !*wanted ? value_of(grub, "saved_entry") : wanted;
}

static bool is_rescue(const struct ka_grub_entry *entry)
{
	return ka_is_rescue(entry->title) || ka_is_rescue(entry->id);
}

/* "Advanced options>Debian, with Linux 6.1" names an entry by its last part. */
static bool is_named(const struct ka_grub_entry *entry, const char *wanted)
{
	const char *last = strrchr(wanted, '>');

	last = last ? last + 1 : wanted;
	return *last && (strcmp(entry->number, wanted) == 0 || strcmp(entry->title, last) == 0 ||
			 strcmp(entry->id, last) == 0);
}

const struct ka_grub_entry *ka_grub_choose(const struct ka_grub *grub, const char *wanted)
{
	const struct ka_grub_entry *first = NULL;

	for (size_t i = grub->entry_count; i-- > 0;) {
		const struct ka_grub_entry *entry = &grub->entries[i];

		if (!is_rescue(entry))
			first = entry;
	}
	for (size_t i = 0; i < grub->entry_count; i++)
		if (is_named(&grub->entries[i], wanted) && !is_rescue(&grub->entries[i]))
			return &grub->entries[i];
	return first;
}
