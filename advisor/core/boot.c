#include "core/boot.h"

#include "core/boot_run.h"

#include <string.h>

const char *const ka_node_words[] = {
	[KA_NODE_ABSENT] = "nothing",
	[KA_NODE_REGULAR] = "a regular file",
	[KA_NODE_NULL_DEVICE] = "a link to /dev/null",
	[KA_NODE_DEVICE] = "a device",
	[KA_NODE_DIRECTORY] = "a directory",
	[KA_NODE_FIFO] = "a FIFO",
	[KA_NODE_SOCKET] = "a socket",
	[KA_NODE_DANGLING] = "a link to nothing",
	[KA_NODE_LOOP] = "a link that leads nowhere",
};

const char *const ka_boot_directory_paths[] = {
	[KA_IN_ETC] = "/etc/sysctl.d",
	[KA_IN_RUN] = "/run/sysctl.d",
	[KA_IN_USR_LOCAL_LIB] = "/usr/local/lib/sysctl.d",
	[KA_IN_USR_LIB] = "/usr/lib/sysctl.d",
	[KA_IN_LIB] = "/lib/sysctl.d",
	[KA_SYSCTL_CONF] = "/etc/sysctl.conf",
	[KA_CREDENTIAL] = NULL,
};

const char *const ka_setter_words[] = {
	[KA_SET_BY_CMDLINE] = "the kernel command line",
	[KA_SET_BY_TUNED] = "tuned",
	[KA_SET_BY_TMPFILES] = "tmpfiles.d",
	[KA_SET_BY_UDEV] = "a udev rule",
	[KA_SET_BY_UNIT] = "a systemd unit",
	[KA_SET_BY_SCRIPT] = "a script",
	[KA_SET_BY_CLOUD_INIT] = "cloud-init",
};

const char *const ka_line_effect_words[] = {
	[KA_LINE_WINS] = "wins",         [KA_LINE_OVERRIDDEN] = "overridden",
	[KA_LINE_REFUSED] = "refused",   [KA_LINE_MASKED] = "masked",
	[KA_LINE_EXCLUDED] = "excluded", [KA_LINE_IGNORED] = "ignored",
	[KA_LINE_SHADOWED] = "shadowed",
};

/* How tuned applies sysctl.d once more after its profile (its plugin for sysctl). */
static const struct ka_loader tuned_reader = {
	.name = "tuned",
	.family = KA_LOADER_FAMILIES,
	.directories = KA_DIRS_RUN_AND_ETC,
	.lib_directory = KA_LIB_UNREAD,
	.same_name = KA_SAME_NAME_HIDES,
	.sysctl_conf = KA_CONF_LAST,
	.hidden_files = KA_HIDDEN_READ,
	.special_files = KA_SPECIAL_HIDES,
	.loops = KA_LOOP_HIDES,
	.file_names = KA_NAME_LITERAL,
	.credential = KA_CREDENTIAL_UNREAD,
	.waiting = KA_WAIT_KEEPS_EARLIER,
	.line_ends = KA_ENDS_LF_CR,
	.pieces = KA_PIECES_NONE,
	.long_lines = KA_LONG_LINE_FINE,
	.continuation = KA_CONTINUES_NEVER,
	.blanks = KA_BLANKS_ALL,
	.comments = KA_COMMENT_HASH_SEMICOLON,
	.syntax = KA_SYNTAX_EQUALS,
	.dash_assigns = KA_DASH_LITERAL,
	.dash_blank = KA_DASH_BLANK_LITERAL,
	.dash_dash = KA_DASH_DASH_LITERAL,
	.dash_bare = KA_BARE_ERROR,
	.separators = KA_SEPARATOR_ANY,
	.key_globs = KA_GLOB_NONE,
	.key_path = KA_PATH_AS_WRITTEN,
	.dot_dot = KA_DOT_DOT_FOLLOWED,
	.assignments = KA_ASSIGN_EVERY,
	.refused = KA_REFUSED_KEEPS_EARLIER,
	.order = KA_ORDER_AS_READ,
};

/* Everything that sets the values at one boot, one after the other. */
struct sequence {
	struct ka_boot_run *run;
	const struct ka_boot_facts *facts;
	struct ka_boot_drafts drafts;
	struct ka_settings values;
	ptrdiff_t source[KA_KEY_COUNT]; /* drafts; KA_BOOT_NO_LINE: the kernel's default */
	struct ka_boot_result result;   /* of the loader */
	struct ka_error *reterr;
};

static int fail_drafts(struct sequence *sequence, const char *file)
{
	if (sequence->run->arena->has_failed)
		return ka_fail_memory(sequence->reterr);
	return ka_fail_at(sequence->reterr, KA_E_BOOT_LIMIT, file, 0, 0,
			  "more than %d lines about these values", KA_BOOT_LINES_MAX);
}

static void beat(struct sequence *sequence, ptrdiff_t loser, const char *reason, ptrdiff_t by)
{
	struct ka_boot_draft *draft;

	if (loser == KA_BOOT_NO_LINE || loser == by)
		return;
	draft = &sequence->drafts.items[loser];
	draft->line.effect = KA_LINE_OVERRIDDEN;
	draft->line.reason = reason;
	draft->by = by;
}

static void win(struct sequence *sequence, enum ka_key key, ptrdiff_t winner, const char *reason)
{
	struct ka_boot_draft *draft = &sequence->drafts.items[winner];

	beat(sequence, sequence->source[key], reason, winner);
	draft->line.effect = KA_LINE_WINS;
	draft->line.reason = NULL;
	draft->by = KA_BOOT_NO_LINE;
	sequence->source[key] = winner;
	sequence->values.value[key] = draft->line.number;
}

/* Appends the line of a setter. */
static struct ka_boot_draft *add_setter(struct sequence *sequence, size_t index)
{
	const struct ka_setter *setter = &sequence->facts->setters[index];
	struct ka_boot_draft *draft = ka_boot_draft_add(&sequence->drafts);

	if (!draft)
		return NULL;
	draft->line.file = setter->file;
	draft->line.line = setter->line;
	draft->line.column = setter->column;
	draft->line.text = setter->text;
	draft->line.key = setter->key;
	draft->line.setter = (int)index;
	return draft;
}

/* tuned's `>300` and `<300`: only where that raises or lowers the value. */
static bool is_kept_by_tuned(const struct sequence *sequence, const struct ka_boot_draft *draft,
			     char sign)
{
	int64_t present = sequence->values.value[draft->line.key];

	return (sign == '>' && draft->line.number <= present) ||
	       (sign == '<' && draft->line.number >= present);
}

/* The value of a setter is written: the kernel may refuse it. */
static int write_setter(struct sequence *sequence, size_t index, const char *reason)
{
	const struct ka_setter *setter = &sequence->facts->setters[index];
	struct ka_boot_draft *draft = add_setter(sequence, index);
	ptrdiff_t at = (ptrdiff_t)sequence->drafts.count - 1;
	const char *value = setter->value;
	char sign = '\0';

	if (!draft)
		return fail_drafts(sequence, setter->file);
	if (setter->kind == KA_SET_BY_TUNED && (*value == '>' || *value == '<'))
		sign = *value++;
	ka_boot_draft_judge(&sequence->drafts, draft, value, strlen(value),
			    &sequence->facts->kernel);
	if (sequence->run->arena->has_failed)
		return ka_fail_memory(sequence->reterr);
	if (!draft->line.is_accepted) {
		draft->line.effect = KA_LINE_REFUSED;
	} else if (is_kept_by_tuned(sequence, draft, sign)) {
		draft->line.effect = KA_LINE_IGNORED;
		draft->line.reason =
			sign == '>' ? "the value is not lower" : "the value is not higher";
	} else {
		win(sequence, setter->key, at, reason);
	}
	return 0;
}

static int write_setters(struct sequence *sequence, enum ka_setter_kind kind, const char *reason)
{
	for (size_t i = 0; i < sequence->facts->setter_count; i++) {
		const struct ka_setter *setter = &sequence->facts->setters[i];

		if (setter->kind == kind && setter->has_key &&
		    write_setter(sequence, i, reason) < 0)
			return -1;
	}
	return 0;
}

static int write_files(struct sequence *sequence, const struct ka_loader *loader)
{
	if (ka_boot_run(sequence->run, loader, &sequence->drafts, &sequence->values,
			&sequence->result, sequence->reterr) < 0)
		return -1;
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		ptrdiff_t winner = sequence->result.source[key];

		if (winner == KA_BOOT_NO_LINE)
			continue;
		beat(sequence, sequence->source[key], "sysctl.d is applied later", winner);
		sequence->source[key] = winner;
	}
	return 0;
}

/* One line, which the loader may not have understood, and then placed as a whole. */
static bool is_same_line(const struct ka_boot_draft *a, const struct ka_boot_draft *b)
{
	return a->origin == b->origin && a->line.line == b->line.line &&
	       a->line.key == b->line.key && (a->line.column == b->line.column || !a->line.value);
}

/* Puts the line as tuned reads it in its place among the first count; behind them where the loader
 * saw none. */
static ptrdiff_t place_line(struct sequence *sequence, const struct ka_boot_draft *line,
			    size_t count)
{
	struct ka_boot_draft *draft;

	for (size_t i = count; i > 0; i--) {
		draft = &sequence->drafts.items[i - 1];
		if (draft->origin && is_same_line(draft, line)) {
			*draft = *line;
			return (ptrdiff_t)i - 1;
		}
	}
	draft = ka_boot_draft_add(&sequence->drafts);
	if (!draft)
		return KA_BOOT_NO_LINE;
	*draft = *line;
	return (ptrdiff_t)sequence->drafts.count - 1;
}

/* Lines of /run and /etc that tuned applies over its own. */
static int reapply(struct sequence *sequence)
{
	struct ka_boot_drafts again = {.arena = sequence->run->arena,
				       .has_texts = sequence->drafts.has_texts};
	struct ka_settings values = sequence->values;
	struct ka_boot_result result;

	if (ka_boot_run(sequence->run, &tuned_reader, &again, &values, &result, sequence->reterr) <
	    0)
		return -1;
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		const struct ka_boot_draft *winner;
		ptrdiff_t at;

		if (result.source[key] == KA_BOOT_NO_LINE)
			continue;
		winner = &again.items[result.source[key]];
		at = place_line(sequence, winner, sequence->drafts.count);
		if (at == KA_BOOT_NO_LINE)
			return fail_drafts(sequence, winner->line.file);
		win(sequence, (enum ka_key)key, at, "tuned applies this file after its profile");
	}
	return 0;
}

static int write_tuned(struct sequence *sequence)
{
	if (!sequence->facts->tuned.is_active)
		return 0;
	if (write_setters(sequence, KA_SET_BY_TUNED, "tuned sets it later") < 0)
		return -1;
	return sequence->facts->tuned.reapplies ? reapply(sequence) : 0;
}

/* ---- Results ------------------------------------------------------------------------------ */

static int make_outcome(const struct sequence *sequence, const struct ka_loader *loader,
			struct ka_boot_outcome *ret_outcome)
{
	const struct ka_boot_drafts *drafts = &sequence->drafts;
	struct ka_boot_line *lines =
		ka_arena_array(drafts->arena, drafts->count + 1, sizeof(*lines));

	if (!lines)
		return ka_fail_memory(sequence->reterr);
	for (size_t i = 0; i < drafts->count; i++) {
		lines[i] = drafts->items[i].line;
		if (drafts->items[i].by != KA_BOOT_NO_LINE)
			lines[i].by = &lines[drafts->items[i].by];
	}
	*ret_outcome = (struct ka_boot_outcome){.loader = loader,
						.values = sequence->values,
						.stopped = sequence->result.stopped,
						.lines = lines,
						.line_count = drafts->count};
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		ptrdiff_t source = sequence->source[key];

		if (source != KA_BOOT_NO_LINE)
			ret_outcome->source[key] = &lines[source];
		/* What is set later does not depend on it. */
		ret_outcome->is_indeterminate[key] = sequence->result.is_indeterminate[key] &&
						     source == sequence->result.source[key];
	}
	return 0;
}

static struct sequence begin(struct ka_boot_run *run, const struct ka_settings *values,
			     struct ka_error *reterr)
{
	return (struct sequence){
		.run = run,
		.facts = run->facts,
		.drafts = {.arena = run->arena, .has_texts = true},
		.values = *values,
		.source = {KA_BOOT_NO_LINE, KA_BOOT_NO_LINE, KA_BOOT_NO_LINE},
		.reterr = reterr,
	};
}

/* A whole boot with one loader. The base is what is there before it. */
static int boot_with(struct ka_boot_run *run, const struct ka_loader *loader, struct ka_boot *boot,
		     struct ka_boot_outcome *ret_outcome, struct ka_error *reterr)
{
	const struct ka_settings defaults = KA_KERNEL_DEFAULTS;
	struct sequence sequence = begin(run, &defaults, reterr);

	if (write_setters(&sequence, KA_SET_BY_CMDLINE, "a later parameter sets it") < 0)
		return -1;
	boot->base = sequence.values;
	for (int key = 0; key < KA_KEY_COUNT; key++)
		if (sequence.source[key] != KA_BOOT_NO_LINE)
			boot->base_source[key] =
				&run->facts->setters[sequence.drafts.items[sequence.source[key]]
							     .line.setter];
	if (write_files(&sequence, loader) < 0 || write_tuned(&sequence) < 0)
		return -1;
	return make_outcome(&sequence, loader, ret_outcome);
}

int ka_boot_resolve(struct ka_arena *arena, const struct ka_boot_facts *facts,
		    struct ka_boot *ret_boot, struct ka_error *reterr)
{
	struct ka_boot boot = {.facts = facts};
	struct ka_boot_run run;

	if (ka_boot_run_init(arena, facts, &run, reterr) < 0 ||
	    boot_with(&run, facts->loader, &boot, &boot.main, reterr) < 0)
		return -1;
	if (facts->other && boot_with(&run, facts->other, &boot, &boot.other, reterr) < 0)
		return -1;
	boot.differs = facts->other && !ka_settings_equal(&boot.main.values, &boot.other.values);
	*ret_boot = boot;
	return 0;
}

int ka_boot_run_loader(struct ka_arena *arena, const struct ka_boot_facts *facts,
		       const struct ka_loader *loader, const struct ka_settings *base,
		       struct ka_boot_outcome *ret_outcome, struct ka_error *reterr)
{
	struct ka_boot_run run;
	struct sequence sequence;

	if (ka_boot_run_init(arena, facts, &run, reterr) < 0)
		return -1;
	sequence = begin(&run, base, reterr);
	if (write_files(&sequence, loader) < 0)
		return -1;
	return make_outcome(&sequence, loader, ret_outcome);
}
