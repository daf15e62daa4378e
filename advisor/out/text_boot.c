#include "out/text.h"

#include "core/boot.h"

#include <inttypes.h>
#include <string.h>

enum {
	STACK_MAX = 20,  /* lines below a winner */
	EXCERPT_MAX = 60 /* bytes of a line in front of the place that is shown */
};

static const char *link_words(struct ka_arena *arena, const struct ka_boot_line *line)
{
	return line->target ? ka_arena_printf(arena, " -> %s", line->target) : "";
}

/* The columns that the first length bytes of a line take once escaped. */
static size_t columns_of(struct ka_arena *arena, const char *text, size_t length)
{
	return ka_text_columns(ka_escape(arena, ka_arena_copy(arena, text, length)));
}

/* The line as compilers show it, the place marked below it. */
static void write_excerpt(struct ka_writer *writer, const struct ka_boot_line *line)
{
	size_t length = strlen(line->text);
	size_t column = line->column > 0 ? line->column - 1 : 0;
	size_t first = column > EXCERPT_MAX ? column - EXCERPT_MAX / 2 : 0;
	size_t last = column + line->width, marks, before;

	column = column < length ? column : length;
	first = first < column ? first : column;
	last = last < length ? last : length;
	last = last < first + EXCERPT_MAX ? last : first + EXCERPT_MAX;
	length = length < first + EXCERPT_MAX ? length : first + EXCERPT_MAX;
	ka_text_printf(&writer->text, "      %6u | %s%s\n", line->line, first > 0 ? "..." : "",
		       ka_escape(writer->arena,
				 ka_arena_copy(writer->arena, line->text + first, length - first)));
	before = columns_of(writer->arena, line->text + first, column - first) +
		 (first > 0 ? strlen("...") : 0);
	marks = last > column ? columns_of(writer->arena, line->text + column, last - column) : 1;
	ka_text_add(&writer->text, "             | ");
	ka_text_repeat(&writer->text, " ", before);
	ka_style_on(writer, KA_GREEN);
	ka_text_add(&writer->text, "^");
	ka_text_repeat(&writer->text, "~", marks > 0 ? marks - 1 : 0);
	ka_style_off(writer);
	ka_text_add(&writer->text, "\n");
}

static void write_winner(struct ka_writer *writer, const struct ka_boot_line *line)
{
	ka_text_add(&writer->text, "    ");
	ka_text_printf(&writer->text, "%s:%u:%u", ka_escape(writer->arena, line->file), line->line,
		       line->column);
	ka_text_add(&writer->text, ka_escape(writer->arena, link_words(writer->arena, line)));
	ka_text_add(&writer->text, "\n");
	write_excerpt(writer, line);
}

static void write_loser(struct ka_writer *writer, const struct ka_boot_line *line)
{
	ka_paragraph(writer, 4, 8, "%s: %s:%u%s%s%s: %s", ka_line_effect_words[line->effect],
		     line->file, line->line, link_words(writer->arena, line),
		     line->value ? " sets " : "", line->value ? line->value : "", line->reason);
}

/* The lines that lost, the nearest to winning first. */
static void write_stack(struct ka_writer *writer, const struct ka_boot_outcome *outcome, int key)
{
	size_t shown = 0, more = 0;

	for (size_t i = outcome->line_count; i-- > 0;) {
		const struct ka_boot_line *line = &outcome->lines[i];

		if ((int)line->key != key || line->effect == KA_LINE_WINS)
			continue;
		if (shown < STACK_MAX)
			write_loser(writer, line);
		shown < STACK_MAX ? shown++ : more++;
	}
	if (more > 0)
		ka_paragraph(writer, 4, 8, "... and %zu more lines", more);
}

static const char *source_words(struct ka_arena *arena, const struct ka_boot *boot, int key)
{
	const struct ka_boot_line *line = boot->main.source[key];
	const struct ka_setter *base = boot->base_source[key];

	if (line && line->setter >= 0)
		return ka_arena_printf(arena, ", set by %s",
				       ka_setter_words[boot->facts->setters[line->setter].kind]);
	if (line)
		return "";
	if (base)
		return ka_arena_printf(arena, ", set by the kernel command line: %s:%u", base->file,
				       base->line);
	return ", the kernel's default: no line sets it";
}

static void write_key(struct ka_writer *writer, const struct ka_boot *boot, int key)
{
	const struct ka_boot_outcome *outcome = &boot->main;

	ka_paragraph(writer, 2, 4, "%s = %" PRId64 "%s%s", ka_sysctls[key].key,
		     outcome->values.value[key], source_words(writer->arena, boot, key),
		     outcome->is_indeterminate[key]
			     ? "; indeterminate: the order of two spellings cannot be told"
			     : "");
	if (outcome->source[key])
		write_winner(writer, outcome->source[key]);
	write_stack(writer, outcome, key);
}

static void write_loader(struct ka_writer *writer, const struct ka_boot *boot)
{
	const struct ka_boot_facts *facts = boot->facts;

	if (!facts->loader)
		ka_paragraph(writer, 2, 2, "Nothing applies sysctl.d at boot%s%s.",
			     facts->loader_source ? ": " : "",
			     facts->loader_source ? facts->loader_source : "");
	else
		ka_paragraph(writer, 2, 2, "Applied by %s (%s).", facts->loader->name,
			     facts->loader_source ? facts->loader_source : "supposed");
	if (boot->main.stopped)
		ka_paragraph(writer, 2, 2, "It stops: %s.", boot->main.stopped);
	if (boot->differs)
		ka_paragraph(
			writer, 2, 2,
			"%s%s would set %" PRId64 ", %" PRId64 ", %" PRId64 " from the same files.",
			boot->other.loader->family == KA_PROCPS ? "`sysctl --system` of " : "",
			boot->other.loader->name, boot->other.values.value[KA_TIME],
			boot->other.values.value[KA_INTVL], boot->other.values.value[KA_PROBES]);
	if (!facts->is_live && facts->has_initramfs)
		ka_paragraph(writer, 2, 2,
			     "Not examined: the initramfs, whose copy of sysctl.d is applied "
			     "before.");
}

void ka_text_boot(struct ka_writer *writer, const struct ka_boot *boot)
{
	ka_heading(writer, "After boot");
	write_loader(writer, boot);
	for (int key = 0; key < KA_KEY_COUNT; key++)
		write_key(writer, boot, key);
}
