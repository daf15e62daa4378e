#include "out/github.h"

#include "out/spot.h"

#include <string.h>

/* One command under construction; what it needs on the way goes with it. */
struct command {
	struct ka_text *text;
	struct ka_arena arena;
};

static struct command start(struct ka_text *text, const char *word)
{
	struct command command = {text, ka_arena_make(KA_ARENA_CAP)};

	ka_text_printf(text, "::%s ", word);
	return command;
}

static void finish(struct command *command)
{
	ka_text_add(command->text, "\n");
	command->text->has_failed |= command->arena.has_failed;
	ka_arena_clear(&command->arena);
}

/* Adds a string from outside; what would end the command, or a property of it, as %NN. */
static void add_encoded(struct command *command, const char *string, const char *special)
{
	const char *from = ka_escape(&command->arena, string);

	while (*from) {
		size_t length = strcspn(from, special);

		ka_text_add_bytes(command->text, from, length);
		from += length;
		if (*from)
			ka_text_printf(command->text, "%%%02X", (unsigned char)*from++);
	}
}

static void add_property(struct command *command, const char *string)
{
	add_encoded(command, string, "%:,");
}

static void add_message(struct command *command, const char *string)
{
	add_encoded(command, string, "%");
}

static void add_place(struct command *command, const struct ka_spot *spot)
{
	ka_text_add(command->text, "file=");
	add_property(command, spot->path);
	if (spot->line > 0)
		ka_text_printf(command->text, ",line=%u", spot->line);
	if (spot->column > 0)
		ka_text_printf(command->text, ",col=%u", spot->column);
	ka_text_add(command->text, ",");
}

static void add_words(struct command *command, const char *id, const char *title,
		      const char *subject, const char *message)
{
	ka_text_printf(command->text, "title=%s ", id);
	add_property(command, title);
	ka_text_add(command->text, "::");
	add_message(command, subject);
	ka_text_add(command->text, ": ");
	add_message(command, message);
}

static void add_finding(struct ka_text *text, const struct ka_spots *spots,
			const struct ka_finding *finding)
{
	static const char *const words[] = {
		[KA_NOTE] = "notice", [KA_WARNING] = "warning", [KA_ERROR_SEVERITY] = "error"};
	const struct ka_rule *rule = finding->rule;
	struct command command = start(text, words[finding->waiver ? KA_NOTE : finding->severity]);
	struct ka_spot spot;

	if (ka_spot_find(spots, &command.arena, finding, &spot))
		add_place(&command, &spot);
	add_words(&command, rule->id, rule->title, spots->facts->name, finding->message);
	ka_text_add(text, "%0A");
	if (finding->waiver)
		add_message(&command, ka_waiver_words(&command.arena, finding->waiver));
	else
		add_message(&command, finding->remedy ? finding->remedy : rule->remedy);
	finish(&command);
}

void ka_github_subject(const struct ka_report *report, struct ka_text *text)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_spots spots = ka_spots_make(&arena, report->analysis->facts);

	for (size_t i = 0; i < report->findings->count; i++)
		add_finding(text, &spots, &report->findings->items[i]);
	text->has_failed |= arena.has_failed;
	ka_arena_clear(&arena);
}

void ka_github_failure(const char *subject, const struct ka_error *error, struct ka_text *text)
{
	const struct ka_error_info *info = ka_error_info(error->id);
	struct command command = start(text, "error");
	struct ka_spot spot = {.line = error->line};

	if (error->file[0]) {
		spot.path = ka_spot_path(&command.arena, subject, error->file);
		add_place(&command, &spot);
	}
	add_words(&command, info->id, info->title, subject, error->message);
	finish(&command);
}
