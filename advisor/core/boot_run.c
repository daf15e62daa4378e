#include "core/boot_run.h"

#include "core/boot_line.h"
#include "core/boot_reader.h"
#include "core/sysctl_pattern.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 20000000, TEXT_MAX = 1024, BYTES_PER_STEP = 256 };

/* A line that the loader understands: drafts first to first + count - 1, one for each key. */
struct entry {
	const char *path, *identity; /* identity: what makes two entries one */
	const char *value;           /* in the file; NULL: `-key` */
	size_t value_length;
	size_t first, count;
	bool is_pattern, is_live;
	const struct entry *keeper; /* of the last one of an identity: the last that counts */
};

/* A loader at work. */
struct work {
	struct ka_boot_run *run;
	const struct ka_loader *loader;
	struct ka_boot_drafts *drafts;
	struct ka_settings *values;
	struct ka_boot_result *result;
	struct entry *entries;
	size_t entry_count, entry_capacity;
	struct entry **sorted;           /* by identity, then as read */
	const struct entry **exclusions; /* `-key` lines with patterns */
	size_t exclusion_count;
	struct ka_line_reading *reading;
	struct ka_error *reterr;
};

static int fail_limit(struct work *work, const struct ka_boot_file *file)
{
	if (work->run->arena->has_failed)
		return ka_fail_memory(work->reterr);
	return ka_fail_at(work->reterr, KA_E_BOOT_LIMIT, file->path, 0, 0,
			  "more than %d lines about these values", KA_BOOT_LINES_MAX);
}

static int fail_steps(struct work *work, const struct ka_boot_file *file)
{
	return ka_fail_at(work->reterr, KA_E_BOOT_LIMIT, file->path, 0, 0,
			  "patterns that take too long to match");
}

static const char A_LATER_LINE[] = "a later line sets it";

/* ---- Lines -------------------------------------------------------------------------------- */

/* The line as editors show it, at most TEXT_MAX of it. */
static const char *copy_text(struct ka_arena *arena, const struct ka_boot_reader *reader)
{
	const char *from = reader->bytes + reader->line_start;
	size_t left = reader->length - reader->line_start;
	size_t most = left < TEXT_MAX ? left : TEXT_MAX;
	const char *end = memchr(from, '\n', most);
	size_t length = end ? (size_t)(end - from) : most;
	char *copy;

	if (length > 0 && end && from[length - 1] == '\r')
		length--;
	copy = ka_arena_alloc(arena, length + 1);
	if (!copy)
		return "";
	for (size_t i = 0; i < length; i++)
		copy[i] = from[i] == '\0' ? ' ' : from[i];
	return copy;
}

/* Where something that was read stands in its line, 1-based: what is no part of the text as it is
 * in the file is looked for there. */
static unsigned column_of(const struct ka_boot_reader *reader, const struct ka_boot_text *text,
			  const char *place, size_t length)
{
	const char *from = reader->bytes + text->offset, *at = place;
	size_t left = reader->length - text->offset;

	if (text->is_joined || place < text->text || place > text->text + text->length)
		at = memmem(from, left < TEXT_MAX ? left : TEXT_MAX, place, length);
	return (unsigned)((at ? at : from) - (reader->bytes + reader->line_start)) + 1;
}

/* One draft for each key of the reading. */
static int add_drafts(struct work *work, const struct ka_boot_item *item,
		      struct ka_boot_reader *reader, const struct ka_boot_text *text,
		      const char *place, size_t place_length)
{
	const struct ka_line_reading *reading = work->reading;
	const char *copy = "";

	ka_boot_reader_locate(reader, text->offset);
	if (work->drafts->has_texts)
		copy = copy_text(work->run->arena, reader);
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		struct ka_boot_draft *draft;

		if (!(reading->keys & 1u << key))
			continue;
		draft = ka_boot_draft_add(work->drafts);
		if (!draft)
			return fail_limit(work, item->file);
		draft->origin = item->file;
		draft->line.file = item->file->path;
		draft->line.target = item->file->target;
		draft->line.line = reader->line;
		draft->line.column = column_of(reader, text, place, place_length);
		draft->line.width = place_length > 0 ? (unsigned)place_length : 1;
		draft->line.text = copy;
		draft->line.key = (enum ka_key)key;
		draft->line.is_pattern = reading->is_pattern;
	}
	return 0;
}

static void set_effect(struct ka_boot_draft *draft, enum ka_line_effect effect, const char *reason,
		       ptrdiff_t by)
{
	draft->line.effect = effect;
	draft->line.reason = reason;
	draft->by = by;
}

/* The draft of an entry that is about key. */
static ptrdiff_t draft_of(const struct work *work, const struct entry *entry, enum ka_key key)
{
	size_t at = entry->first, last = entry->first + entry->count - 1;

	while (at < last && work->drafts->items[at].line.key != key)
		at++;
	return (ptrdiff_t)at;
}

/* ---- Reading ------------------------------------------------------------------------------ */

static struct entry *grow_entries(struct work *work)
{
	if (work->entry_count == work->entry_capacity) {
		size_t capacity = work->entry_capacity ? work->entry_capacity * 2 : 8;
		struct entry *entries =
			ka_arena_array(work->run->arena, capacity, sizeof(*entries));

		if (!entries)
			return NULL;
		if (work->entry_count > 0)
			memcpy(entries, work->entries, work->entry_count * sizeof(*entries));
		work->entries = entries;
		work->entry_capacity = capacity;
	}
	return &work->entries[work->entry_count++];
}

static int add_entry(struct work *work, size_t first)
{
	const struct ka_line_reading *reading = work->reading;
	size_t size = reading->path_length + 1;
	struct entry *entry = grow_entries(work);
	char *texts = ka_arena_array(work->run->arena, 2, size), *identity;

	if (!entry || !texts)
		return ka_fail_memory(work->reterr);
	identity = texts + size;
	memcpy(texts, reading->path, reading->path_length);
	memcpy(identity, reading->path, reading->path_length);
	if (work->loader->key_path == KA_PATH_COMPARED)
		ka_path_simplify(identity, reading->path_length, false);
	*entry = (struct entry){.path = texts,
				.identity = identity,
				.value = reading->value,
				.value_length = reading->value_length,
				.first = first,
				.count = work->drafts->count - first,
				.is_pattern = reading->is_pattern};
	/* It was read into the reading. */
	if (reading->value >= reading->word &&
	    reading->value < reading->word + sizeof(reading->word))
		entry->value =
			ka_arena_copy(work->run->arena, reading->value, reading->value_length);
	return work->run->arena->has_failed ? ka_fail_memory(work->reterr) : 0;
}

/* Lines of a file that is not read, or not so far, or that the loader does not understand. */
static void ignore(struct work *work, size_t first, enum ka_line_effect effect, const char *reason,
		   ptrdiff_t by)
{
	for (size_t i = first; i < work->drafts->count; i++)
		set_effect(&work->drafts->items[i], effect, reason, by);
}

/* What a file is read with. */
struct file_state {
	const struct ka_boot_item *item;
	struct ka_boot_reader reader;
	ptrdiff_t dead_by; /* the line at which the loader gives the file up */
};

/* A value of one line: its drafts' numbers. */
static void judge_line(struct work *work, size_t first)
{
	const struct ka_line_reading *reading = work->reading;

	if (!reading->value)
		return;
	for (size_t i = first; i < work->drafts->count; i++) {
		struct ka_boot_draft *draft = &work->drafts->items[i];

		ka_boot_draft_judge(work->drafts, draft, reading->value, reading->value_length,
				    &work->run->facts->kernel);
		if (!reading->is_no_file)
			continue;
		draft->line.is_accepted = false;
		draft->line.misread = NULL;
		draft->line.reason = "a key with a separator at its end cannot be written";
	}
}

static bool ends_file(const struct work *work, const struct ka_boot_draft *draft)
{
	return work->loader->refused == KA_REFUSED_ENDS_FILE && work->reading->value_length > 0 &&
	       !draft->line.is_accepted;
}

/* A line about some of the keys. */
static int take_line(struct work *work, struct file_state *state, const struct ka_boot_text *text)
{
	const struct ka_line_reading *reading = work->reading;
	const struct ka_boot_item *item = state->item;
	bool is_understood = reading->kind != KA_LINE_LOOKALIKE;
	size_t first = work->drafts->count;
	const char *place = text->text;
	size_t length = text->length;

	if (is_understood) {
		place = reading->value ? reading->value : reading->key;
		length = reading->value ? reading->value_length : reading->key_length;
	}
	if (add_drafts(work, item, &state->reader, text, place, length) < 0)
		return -1;
	if (is_understood)
		judge_line(work, first);
	if (!item->is_read) {
		ignore(work, first, item->effect, item->reason, KA_BOOT_NO_LINE);
	} else if (text->is_lost) {
		ignore(work, first, KA_LINE_IGNORED,
		       "the file is read only up to a line of 1 MiB or more", KA_BOOT_NO_LINE);
	} else if (state->dead_by != KA_BOOT_NO_LINE) {
		ignore(work, first, KA_LINE_IGNORED,
		       "the rest of the file is given up after a value that the kernel refuses",
		       state->dead_by);
	} else if (!is_understood) {
		ignore(work, first, KA_LINE_IGNORED, reading->why, KA_BOOT_NO_LINE);
	} else {
		if (ends_file(work, &work->drafts->items[first]))
			state->dead_by = (ptrdiff_t)first;
		return add_entry(work, first);
	}
	return 0;
}

static int read_file(struct work *work, const struct ka_boot_item *item)
{
	struct file_state state = {.item = item, .dead_by = KA_BOOT_NO_LINE};
	struct ka_boot_text text;
	size_t cost = item->file->length / BYTES_PER_STEP;

	if (item->file->type != KA_NODE_REGULAR)
		return 0;
	/* A file may be read again and again, by names that are patterns. */
	if (!ka_spend_steps(&work->run->steps_left, cost))
		return fail_steps(work, item->file);
	ka_boot_reader_init(&state.reader, work->loader, work->run->arena, item->file->bytes,
			    item->file->length);
	while (ka_boot_reader_next(&state.reader, &text)) {
		ka_line_read(work->loader, text.text, text.length, &work->run->steps_left,
			     work->reading);
		if (work->run->steps_left == 0)
			return fail_steps(work, item->file);
		if (work->reading->kind != KA_LINE_NOTHING && take_line(work, &state, &text) < 0)
			return -1;
	}
	return 0;
}

/* ---- Which entries stay ------------------------------------------------------------------- */

static bool is_same_value(const struct entry *a, const struct entry *b)
{
	if (!a->value || !b->value)
		return a->value == b->value;
	return a->value_length == b->value_length &&
	       memcmp(a->value, b->value, a->value_length) == 0;
}

static bool is_refused(const struct work *work, const struct entry *entry)
{
	return entry->value && !entry->is_pattern &&
	       !work->drafts->items[entry->first].line.is_accepted;
}

/* Whether the entry takes away what earlier ones have set. */
static bool drops_earlier(const struct work *work, const struct entry *entry)
{
	if (!entry->value)
		return work->loader->dash_bare == KA_BARE_CANCELS;
	if (is_refused(work, entry))
		return work->loader->refused == KA_REFUSED_DROPS_EARLIER;
	return work->loader->assignments == KA_ASSIGN_ONE_PER_KEY;
}

static void drop_entry(struct work *work, struct entry *entry, const struct entry *by)
{
	entry->is_live = false;
	for (size_t i = 0; i < entry->count; i++) {
		struct ka_boot_draft *draft = &work->drafts->items[entry->first + i];
		ptrdiff_t index = draft_of(work, by, draft->line.key);

		if (draft->line.is_accepted)
			work->drafts->items[index].has_dropped = true;
		set_effect(draft, by->value ? KA_LINE_OVERRIDDEN : KA_LINE_EXCLUDED,
			   by->value ? A_LATER_LINE : "a later `-key` line cancels it", index);
	}
}

static void repeat_entry(struct work *work, struct entry *entry, const struct entry *earlier)
{
	for (size_t i = 0; i < entry->count; i++) {
		struct ka_boot_draft *draft = &work->drafts->items[entry->first + i];

		set_effect(draft, KA_LINE_OVERRIDDEN, "an earlier line says the same and counts",
			   draft_of(work, earlier, draft->line.key));
	}
}

/* A refused value that is not kept in place of an earlier one. */
static void refuse_entry(struct work *work, const struct entry *entry)
{
	work->drafts->items[entry->first].line.effect = KA_LINE_REFUSED;
}

/* A `-key` with a pattern takes away the very same pattern and nothing else. */
static void ignore_idle_exclusion(struct work *work, const struct entry *entry)
{
	for (size_t i = 0; i < entry->count; i++)
		set_effect(&work->drafts->items[entry->first + i], KA_LINE_IGNORED,
			   "a pattern behind the - excludes no key", KA_BOOT_NO_LINE);
}

static void keep_entry(struct work *work, struct entry *entry)
{
	entry->is_live = true;
	if (entry->value)
		return;
	for (size_t i = 0; i < entry->count; i++)
		set_effect(&work->drafts->items[entry->first + i], KA_LINE_EXCLUDED,
			   work->loader->dash_bare == KA_BARE_CANCELS
				   ? "it takes the key away from earlier lines and from patterns"
				   : "it takes the key away from patterns",
			   KA_BOOT_NO_LINE);
}

/* Entries of one identity, as read. live is the first that is still alive. */
static void settle_group(struct work *work, struct entry **group, size_t count)
{
	bool one = work->loader->assignments == KA_ASSIGN_ONE_PER_KEY;
	struct entry *last = NULL;
	size_t live = 0;

	for (size_t i = 0; i < count; i++) {
		struct entry *entry = group[i];
		bool drops = drops_earlier(work, entry), has_dropped = false;

		if (one && last && is_same_value(last, entry)) {
			repeat_entry(work, entry, last);
			continue;
		}
		if (one && last && is_refused(work, entry) && !drops) {
			refuse_entry(work, entry);
			continue;
		}
		for (; drops && live < i; live++)
			if (group[live]->is_live) {
				drop_entry(work, group[live], entry);
				has_dropped = true;
			}
		keep_entry(work, entry);
		last = entry;
		if (!entry->value && entry->is_pattern && !has_dropped &&
		    work->loader->dash_bare != KA_BARE_EXCLUDES_PATTERN)
			ignore_idle_exclusion(work, entry);
	}
	group[count - 1]->keeper = last;
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *left = *(struct entry *const *)a, *right = *(struct entry *const *)b;
	int identities = strcmp(left->identity, right->identity);

	return identities ? identities
			  : (left->first > right->first) - (left->first < right->first);
}

static int settle(struct work *work)
{
	size_t count = work->entry_count, from = 0;

	work->sorted = ka_arena_array(work->run->arena, count + 1, sizeof(*work->sorted));
	work->exclusions = ka_arena_array(work->run->arena, count + 1, sizeof(*work->exclusions));
	if (!work->sorted || !work->exclusions)
		return ka_fail_memory(work->reterr);
	for (size_t i = 0; i < count; i++) {
		work->sorted[i] = &work->entries[i];
		if (!work->entries[i].value && work->entries[i].is_pattern)
			work->exclusions[work->exclusion_count++] = &work->entries[i];
	}
	qsort(work->sorted, count, sizeof(*work->sorted), compare_entries);
	for (size_t i = 1; i <= count && count > 0; i++) {
		if (i < count &&
		    strcmp(work->sorted[i]->identity, work->sorted[from]->identity) == 0)
			continue;
		settle_group(work, work->sorted + from, i - from);
		from = i;
	}
	return 0;
}

/* ---- Applying ----------------------------------------------------------------------------- */

/* The last entry of this identity that counts; NULL: none. */
static const struct entry *find_entry(const struct work *work, const char *identity)
{
	size_t low = 0, high = work->entry_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(work->sorted[middle]->identity, identity) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || strcmp(work->sorted[low - 1]->identity, identity) != 0)
		return NULL;
	return work->sorted[low - 1]->keeper;
}

/* The kernel takes the value of this draft. */
static void write_draft(struct work *work, size_t index)
{
	struct ka_boot_draft *draft = &work->drafts->items[index];
	enum ka_key key = draft->line.key;
	ptrdiff_t *source = &work->result->source[key];

	if (!draft->line.is_accepted) {
		draft->line.effect = KA_LINE_REFUSED;
		draft->line.drops_earlier = draft->has_dropped;
		return;
	}
	if (*source != KA_BOOT_NO_LINE && work->loader->order == KA_ORDER_UNDETERMINED &&
	    work->values->value[key] != draft->line.number)
		work->result->is_indeterminate[key] = true;
	draft->is_written = true;
	work->values->value[key] = draft->line.number;
	*source = (ptrdiff_t)index;
}

/* A pattern on its way to the kernel. */
struct pattern_use {
	struct work *work;
	const struct entry *beaten_by[KA_KEY_COUNT];
	bool is_written[KA_KEY_COUNT];
	char identity[KA_SYSCTL_PATH_SIZE];
};

static const struct entry *find_exclusion(const struct work *work, const char *path)
{
	for (size_t i = 0; i < work->exclusion_count; i++) {
		const struct entry *exclusion = work->exclusions[i];

		if (!ka_spend_steps(&work->run->steps_left, 1 + strlen(exclusion->path)))
			return NULL;
		if (ka_text_matches(exclusion->path, path))
			return exclusion;
	}
	return NULL;
}

static bool use_match(void *context, enum ka_key key, const char *path)
{
	struct pattern_use *use = context;
	const struct work *work = use->work;
	const struct entry *beater;

	if (work->loader->dot_dot == KA_DOT_DOT_REFUSED && ka_path_goes_up(path, strlen(path)))
		return false;
	strcpy(use->identity, path);
	if (work->loader->key_path == KA_PATH_COMPARED)
		ka_path_simplify(use->identity, strlen(path), false);
	beater = find_entry(work, use->identity);
	if (!beater && work->loader->dash_bare == KA_BARE_EXCLUDES_PATTERN)
		beater = find_exclusion(work, path);
	if (beater)
		use->beaten_by[key] = beater;
	else
		use->is_written[key] = true;
	return !beater;
}

static void write_pattern(struct work *work, const struct entry *entry)
{
	struct ka_pattern_rules rules = {work->loader->key_globs == KA_GLOB_BRACES,
					 &work->run->steps_left};
	struct pattern_use use = {.work = work};

	ka_pattern_each(entry->path, &rules, use_match, &use);
	for (size_t i = entry->first; i < entry->first + entry->count; i++) {
		struct ka_boot_draft *draft = &work->drafts->items[i];
		const struct entry *beater = use.beaten_by[draft->line.key];

		if (use.is_written[draft->line.key])
			write_draft(work, i);
		else if (beater)
			set_effect(draft, beater->value ? KA_LINE_OVERRIDDEN : KA_LINE_EXCLUDED,
				   beater->value
					   ? "a line that names the key itself beats a pattern"
					   : "a `-key` line excludes the key from patterns",
				   draft_of(work, beater, draft->line.key));
	}
}

static int apply(struct work *work)
{
	struct ka_boot_drafts *drafts = work->drafts;

	for (size_t i = 0; i < work->entry_count; i++) {
		const struct entry *entry = &work->entries[i];

		if (!entry->is_live || !entry->value)
			continue;
		if (entry->is_pattern)
			write_pattern(work, entry);
		else
			write_draft(work, entry->first);
		if (work->run->steps_left == 0)
			return fail_steps(work, drafts->items[entry->first].origin);
	}
	return 0;
}

/* Of all that was written the last one wins. */
static void finish(struct work *work, size_t first)
{
	for (size_t i = first; i < work->drafts->count; i++) {
		struct ka_boot_draft *draft = &work->drafts->items[i];
		ptrdiff_t winner = work->result->source[draft->line.key];

		if (!draft->is_written)
			continue;
		if ((ptrdiff_t)i == winner)
			set_effect(draft, KA_LINE_WINS, NULL, KA_BOOT_NO_LINE);
		else
			set_effect(draft, KA_LINE_OVERRIDDEN, A_LATER_LINE, winner);
	}
	/* Not the next one, but the one that stays. */
	for (size_t i = work->drafts->count; i > first; i--) {
		struct ka_boot_draft *draft = &work->drafts->items[i - 1];

		if (draft->line.reason == A_LATER_LINE &&
		    work->drafts->items[draft->by].line.reason == A_LATER_LINE)
			draft->by = work->drafts->items[draft->by].by;
	}
}

/* ---- The run ------------------------------------------------------------------------------ */

int ka_boot_run_init(struct ka_arena *arena, const struct ka_boot_facts *facts,
		     struct ka_boot_run *ret_run, struct ka_error *reterr)
{
	*ret_run = (struct ka_boot_run){.arena = arena, .facts = facts, .steps_left = STEPS_MAX};
	return ka_boot_index_make(arena, facts, &ret_run->index, reterr);
}

static int read_all(struct work *work, const struct ka_boot_plan *plan)
{
	if (work->run->steps_left == 0)
		return ka_fail(work->reterr, KA_E_BOOT_LIMIT,
			       "names of files that are patterns and name too many");
	for (size_t i = 0; i < plan->count; i++)
		if (read_file(work, &plan->items[i]) < 0)
			return -1;
	return settle(work);
}

int ka_boot_run(struct ka_boot_run *run, const struct ka_loader *loader,
		struct ka_boot_drafts *drafts, struct ka_settings *values,
		struct ka_boot_result *ret_result, struct ka_error *reterr)
{
	struct ka_boot_result result = {
		.source = {KA_BOOT_NO_LINE, KA_BOOT_NO_LINE, KA_BOOT_NO_LINE}};
	struct ka_line_reading reading;
	const struct ka_loader_version modern_version = {.family = KA_SYSTEMD};
	struct ka_named_loader modern;
	/* What nothing reads is shown as a modern loader would read it. */
	struct work work = {.run = run,
			    .loader = loader ? loader : ka_loader_for(&modern_version, &modern),
			    .drafts = drafts,
			    .values = values,
			    .result = &result,
			    .reading = &reading,
			    .reterr = reterr};
	struct ka_boot_plan plan;
	size_t first = drafts->count;

	if (ka_boot_plan_make(run->arena, run->facts, &run->index, loader, &run->steps_left, &plan,
			      reterr) < 0 ||
	    read_all(&work, &plan) < 0 || apply(&work) < 0)
		return -1;
	finish(&work, first);
	result.stopped = plan.stopped;
	*ret_result = result;
	return 0;
}
