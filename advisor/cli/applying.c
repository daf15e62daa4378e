#include "cli/applying.h"

#include "cli/change_words.h"
#include "cli/overlay.h"
#include "cli/print.h"
#include "cli/subject.h"
#include "core/plan.h"
#include "core/sysctl_text.h"
#include "edge/dropin.h"
#include "edge/journal.h"
#include "edge/netns.h"

#include <string.h>

/* What apply is about to do, from what it found. */
struct intention {
	bool wants_live, wants_file;
	const char *why_live_only; /* NULL: a file is written too */
	const char *path;          /* of the drop-in */
	struct ka_overlay overlay; /* with wants_file */
	struct ka_transaction transaction;
	bool is_any; /* there is something to change */
};

static const char *why_no_file(const struct ka_run *run)
{
	if (run->root)
		return NULL;
	if (!run->here.netns.is_initial)
		return "This network namespace is not the one that the machine boots with: no file "
		       "sets its values at boot, so only the running values are set.";
	if (ka_in_container())
		return "This is a container: its files are not read at boot, so only the running "
		       "values are set. (With the host's network, set them on the host.)";
	return NULL;
}

/* Decides what may be changed here at all. */
static int intend(struct ka_run *run, const struct ka_apply_request *request,
		  struct intention *intention, struct ka_error *reterr)
{
	*intention = (struct intention){.why_live_only = why_no_file(run)};
	if (request->persist_only && intention->why_live_only)
		return ka_fail(reterr, KA_E_PERSIST_IMPOSSIBLE,
			       "--persist-only: no file sets the values of %s at boot",
			       run->here.netns.is_initial ? "a container"
							  : "this network namespace");
	intention->wants_live = !request->persist_only && !run->root;
	intention->wants_file = !request->live_only && !intention->why_live_only;
	intention->path = ka_arena_printf(run->arena, "%s/%s", KA_DROP_IN_DIRECTORY,
					  request->drop_in ? request->drop_in : KA_DROP_IN_NAME);
	return 0;
}

static const char *drop_in_text(const struct ka_run *run, const struct ka_apply_request *request)
{
	return ka_drop_in_text(run->arena, &request->target, request->purpose, request->reasons,
			       run->root ? "remove this file" : "kaadvise rollback");
}

/* What is to become of the file. */
static int look_at_files(struct ka_run *run, const struct ka_apply_request *request,
			 struct intention *intention, struct ka_error *reterr)
{
	struct ka_transaction *transaction = &intention->transaction;
	struct ka_overlay *overlay = &intention->overlay;
	struct ka_overlay_request wanted = {.options = run->options,
					    .tree = run->tree,
					    .is_image = run->root,
					    .drop_in = intention->path,
					    .text = drop_in_text(run, request),
					    .target = request->target};

	if (run->arena->has_failed)
		return ka_fail_memory(reterr);
	if (ka_overlay_read(&wanted, overlay, reterr) < 0)
		return -1;
	if (overlay->state != KA_OVERLAY_TO_WRITE)
		return 0;
	transaction->drop_in = intention->path;
	transaction->from.file = overlay->text;
	transaction->to.file = wanted.text;
	/* On a host a directory that is missing is a question, not a task. */
	if (!run->root)
		return 0;
	return ka_dropin_missing(run->arena, run->tree, intention->path, &transaction->made,
				 reterr);
}

/* Looks at what is there and works out what is to change. */
static int look(struct ka_run *run, const struct ka_apply_request *request,
		struct intention *intention, struct ka_error *reterr)
{
	struct ka_transaction *transaction = &intention->transaction;
	struct ka_condition *from = &transaction->from, *to = &transaction->to;

	*transaction = (struct ka_transaction){.kind = KA_APPLY, .purpose = request->purpose};
	if (!run->root && ka_read_live_settings(&from->live, reterr) < 0)
		return -1;
	if (intention->wants_file && look_at_files(run, request, intention, reterr) < 0)
		return -1;
	if (run->root)
		from->live = intention->overlay.before;
	to->live = intention->wants_live ? request->target : from->live;
	transaction->has_live = !ka_settings_equal(&from->live, &to->live);
	intention->is_any = transaction->has_live || transaction->drop_in;
	return run->arena->has_failed ? ka_fail_memory(reterr) : 0;
}

static void say_doubts(struct ka_run *run, const struct intention *intention)
{
	const char *line = intention->wants_file ? intention->overlay.doubts : "";

	while (*line) {
		size_t length = strcspn(line, "\n");

		ka_paragraph(&run->said, 0, 2, "%.*s", (int)length, line);
		line += length;
		line += *line == '\n';
	}
}

static void say_boot(struct ka_run *run, const struct intention *intention)
{
	const struct ka_overlay *overlay = &intention->overlay;

	if (!intention->wants_file)
		return;
	if (overlay->state == KA_OVERLAY_OURS)
		ka_paragraph(&run->said, 0, 2, "At boot %s sets them.", intention->path);
	else if (overlay->state == KA_OVERLAY_OTHERS)
		ka_paragraph(&run->said, 0, 2, "At boot %s sets them.", overlay->others);
	else if (overlay->state == KA_OVERLAY_DEFAULTS)
		ka_paragraph(&run->said, 0, 2,
			     "They are the kernel's defaults, and no file sets others at boot.");
}

static void say_live_only(struct ka_run *run, const struct ka_apply_request *request,
			  const struct intention *intention)
{
	if (intention->why_live_only) {
		bool is_told = request->has_snippets && *request->has_snippets;

		ka_text_add(&run->said.text, "\n");
		ka_paragraph(&run->said, 0, 0,
			     "%s To make them last, set them where it is created%s",
			     intention->why_live_only, is_told ? ", as is told above." : ":");
		if (!is_told)
			ka_say_snippets(&run->said, &request->target);
		if (request->has_snippets)
			*request->has_snippets = true;
	} else if (request->live_only) {
		ka_paragraph(&run->said, 0, 0,
			     "No file is written (--live-only): the next boot brings back what the "
			     "files set.");
	}
}

static void say_nothing_to_do(struct ka_run *run, const struct ka_apply_request *request,
			      const struct intention *intention)
{
	ka_paragraph(&run->said, 0, 2, "Nothing to change: %s %s.",
		     ka_triple_words(run->arena, &request->target),
		     intention->wants_live ? "are in force" : "are set already");
	say_boot(run, intention);
	say_doubts(run, intention);
	if (intention->why_live_only)
		ka_paragraph(&run->said, 0, 0, "%s", intention->why_live_only);
}

/* Where it is done, for "Setting ... for PURPOSE:". */
static const char *where(const struct ka_run *run)
{
	return run->root ? ka_arena_printf(run->arena, "in the image %s ",
					   ka_escape(run->arena, run->root))
			 : "";
}

static int dry_run(struct ka_run *run, const struct ka_apply_request *request,
		   const struct intention *intention)
{
	const struct ka_transaction *transaction = &intention->transaction;
	struct ka_condition from = transaction->from, to = transaction->to;

	if (!intention->is_any) {
		say_nothing_to_do(run, request, intention);
		return 0;
	}
	if (run->root)
		to.live = request->target;
	ka_paragraph(&run->said, 0, 2, "Would change %sfor %s:", where(run), request->purpose);
	ka_text_add(&run->said.text, "\n");
	ka_plan_diff(run->arena, &run->said.text,
		     run->root ? "/proc/sys (after boot)" : "/proc/sys (running)", &from, &to,
		     transaction->drop_in);
	say_doubts(run, intention);
	say_live_only(run, request, intention);
	return 0;
}

static void say_change(struct ka_run *run, const struct ka_apply_request *request,
		       const struct intention *intention)
{
	struct ka_transaction shown = intention->transaction;

	if (run->root)
		shown.to.live = request->target;
	ka_paragraph(&run->said, 0, 2, "Setting %sfor %s:", where(run), request->purpose);
	ka_say_change(run, &shown);
}

static void say_done(struct ka_run *run, const struct ka_apply_request *request,
		     struct intention *intention)
{
	const struct ka_transaction *transaction = &intention->transaction;

	if (run->root)
		ka_paragraph(&run->said, 0, 2, "Done. To undo it: remove %s from the image.",
			     transaction->drop_in);
	else
		ka_paragraph(&run->said, 0, 2,
			     "Done: transaction %d. To undo it: kaadvise rollback%s",
			     transaction->id, run->netns_words);
	if (!transaction->drop_in)
		say_boot(run, intention);
	say_doubts(run, intention);
	say_live_only(run, request, intention);
	ka_say_not_helped(run, transaction);
}

/* With the lock held: looks again, shows, changes. */
static int change(struct ka_run *run, const struct ka_apply_request *request,
		  struct intention *intention, struct ka_error *reterr)
{
	if (look(run, request, intention, reterr) < 0)
		return -1;
	if (!intention->is_any) {
		say_nothing_to_do(run, request, intention);
		return 0;
	}
	say_change(run, request, intention);
	if (ka_run_probe(run, &intention->transaction, reterr) < 0 ||
	    ka_run_emit(run, reterr) < 0 ||
	    ka_run_transact(run, &intention->transaction, reterr) < 0)
		return -1;
	say_done(run, request, intention);
	return 0;
}

static bool is_refusal(const struct ka_error *error)
{
	return error->id == KA_E_READ_ONLY || error->id == KA_E_PERMISSION;
}

/* Whether a run that died has left anything behind. */
static bool is_left_over(const struct ka_run *run)
{
	return ka_run_unfinished(run) ||
	       (run->root && run->count == 0 && ka_journal_has_directory(run->tree, run->state));
}

int ka_apply(struct ka_run *run, const struct ka_apply_request *request, struct ka_error *reterr)
{
	struct intention intention;
	size_t recovered;
	int result;

	if (intend(run, request, &intention, reterr) < 0 ||
	    look(run, request, &intention, reterr) < 0 || ka_run_read_journal(run, reterr) < 0)
		return -1;
	if (request->dry_run) {
		ka_run_say_unfinished(run);
		return dry_run(run, request, &intention);
	}
	/* Values that are in force need no privilege, and no lock. */
	if (!intention.is_any && !is_left_over(run)) {
		say_nothing_to_do(run, request, &intention);
		return 0;
	}
	result = ka_run_probe(run, &intention.transaction, reterr);
	if (result == 0)
		result = ka_run_begin(run, &recovered, reterr);
	if (result == 0)
		result = change(run, request, &intention, reterr);
	if (result < 0 && is_refusal(reterr))
		say_live_only(run, request, &intention);
	return result;
}
