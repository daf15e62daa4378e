#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/subject.h"
#include "cli/transacting.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

static const char *date_words(struct ka_arena *arena, int64_t date_s)
{
	char text[32];
	time_t time = (time_t)date_s;
	struct tm parts;

	if (!gmtime_r(&time, &parts) ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%MZ", &parts) == 0)
		return "";
	return ka_arena_copy(arena, text, strlen(text));
}

static const char *place_words(struct ka_arena *arena, const struct ka_place *place,
			       const struct ka_place *here)
{
	if (place->netns.is_initial)
		return "initial";
	if (strcmp(place->boot_id, here->boot_id) != 0)
		return "gone";
	return ka_arena_printf(arena, "%" PRIu64, place->netns.inode);
}

static const char *state_words(const struct ka_run *run, const struct ka_transaction *transaction)
{
	if (ka_undone_by(run->list, run->count, transaction->id))
		return "undone";
	if (transaction->state == KA_BEGUN)
		return "unfinished";
	return ka_transaction_state_words[transaction->state];
}

static const char *kind_words(struct ka_arena *arena, const struct ka_transaction *transaction)
{
	if (transaction->kind != KA_ROLLBACK)
		return ka_transaction_kind_words[transaction->kind];
	return ka_arena_printf(arena, "undo %d", transaction->of);
}

static const char *values_words(struct ka_arena *arena, const struct ka_settings *settings)
{
	const int64_t *value = settings->value;

	return ka_arena_printf(arena, "%" PRId64 "/%" PRId64 "/%" PRId64, value[KA_TIME],
			       value[KA_INTVL], value[KA_PROBES]);
}

static void add_row(struct ka_listing *listing, const struct ka_run *run,
		    const struct ka_transaction *transaction)
{
	struct ka_arena *arena = run->arena;

	ka_listing_row(listing, (const char *[]){
					ka_arena_printf(arena, "%d", transaction->id),
					date_words(arena, transaction->date_s),
					kind_words(arena, transaction),
					place_words(arena, &transaction->place, &run->here),
					values_words(arena, &transaction->from.live),
					values_words(arena, &transaction->to.live),
					state_words(run, transaction),
					transaction->drop_in ? transaction->drop_in : "",
				});
}

int ka_cmd_history(const struct ka_options *options, struct ka_error *reterr)
{
	static const struct ka_column columns[] = {{"id", true, NULL},      {"date", false, NULL},
						   {"kind", false, NULL},   {"netns", false, NULL},
						   {"before", false, NULL}, {"after", false, NULL},
						   {"state", false, NULL},  {"file", false, NULL}};
	struct ka_listing listing;
	struct ka_run run = KA_RUN_NONE;
	int result = -1;

	ka_listing_init(&listing, options, columns, sizeof(columns) / sizeof(columns[0]));
	if (ka_enter_netns(options, reterr) == 0 && ka_run_init(&run, options, reterr) == 0 &&
	    ka_run_read_journal(&run, reterr) == 0) {
		for (size_t i = 0; i < run.count; i++)
			if (!options->netns || ka_same_place(&run.list[i].place, &run.here))
				add_row(&listing, &run, &run.list[i]);
		result = ka_listing_write(&listing, reterr);
	}
	return ka_run_end(&run, result, reterr);
}
