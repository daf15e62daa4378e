#include "cli/applying.h"

#include "cli/change_words.h"
#include "cli/subject.h"
#include "core/plan.h"
#include "edge/dropin.h"

#include <inttypes.h>

/* Which transaction to undo. *ret_chosen is NULL, and it is said why, when there is nothing to
 * do. */
static int choose(struct ka_run *run, int id, const struct ka_transaction **ret_chosen,
		  struct ka_error *reterr)
{
	const struct ka_transaction *chosen;
	int undone_by;

	*ret_chosen = NULL;
	if (id == 0) {
		*ret_chosen = ka_newest_to_undo(run->list, run->count, &run->here);
		if (!*ret_chosen)
			ka_paragraph(&run->said, 0, 2,
				     "Nothing to undo in this network namespace.");
		return 0;
	}
	chosen = ka_transaction_find(run->list, run->count, id);
	if (!chosen)
		return ka_fail(reterr, KA_E_TRANSACTION_UNKNOWN, "there is no transaction %d", id);
	if (chosen->kind != KA_APPLY)
		return ka_fail(reterr, KA_E_TRANSACTION_UNKNOWN,
			       "transaction %d is a %s: there is nothing to undo", id,
			       ka_transaction_kind_words[chosen->kind]);
	if (!ka_same_place(&chosen->place, &run->here))
		return ka_fail(reterr, KA_E_TRANSACTION_UNKNOWN,
			       "transaction %d was made in another network namespace", id);
	undone_by = ka_undone_by(run->list, run->count, id);
	if (undone_by)
		ka_paragraph(&run->said, 0, 2, "Nothing to undo: transaction %d was undone by %d.",
			     id, undone_by);
	else if (chosen->state != KA_FINISHED)
		ka_paragraph(&run->said, 0, 2,
			     "Nothing to undo: transaction %d changed nothing in the end.", id);
	else
		*ret_chosen = chosen;
	return 0;
}

/* What is there must be what the transaction left, or already what was there before it. */
static int check_unchanged(const struct ka_transaction *chosen, const struct ka_condition *now,
			   struct ka_error *reterr)
{
	const struct ka_settings *live = &now->live;

	if (chosen->has_live && !ka_settings_equal(live, &chosen->to.live) &&
	    !ka_settings_equal(live, &chosen->from.live))
		return ka_fail(reterr, KA_E_CHANGED_SINCE,
			       "transaction %d left %" PRId64 "/%" PRId64 "/%" PRId64
			       ", and the values are %" PRId64 "/%" PRId64 "/%" PRId64
			       ": somebody changed them since (--force undoes it all the same)",
			       chosen->id, chosen->to.live.value[KA_TIME],
			       chosen->to.live.value[KA_INTVL], chosen->to.live.value[KA_PROBES],
			       live->value[KA_TIME], live->value[KA_INTVL], live->value[KA_PROBES]);
	if (chosen->drop_in && !ka_same_file(now->file, chosen->to.file) &&
	    !ka_same_file(now->file, chosen->from.file))
		return ka_fail_at(reterr, KA_E_CHANGED_SINCE, chosen->drop_in, 0, 0,
				  "changed since transaction %d (--force undoes it all the same)",
				  chosen->id);
	return 0;
}

/* The transaction that undoes the chosen one. */
static int make_undoing(struct ka_run *run, const struct ka_rollback_request *request,
			const struct ka_transaction *chosen, struct ka_transaction *ret_undoing,
			struct ka_error *reterr)
{
	struct ka_transaction undoing = {.kind = KA_ROLLBACK,
					 .of = chosen->id,
					 .drop_in = chosen->drop_in,
					 .purpose = chosen->purpose};

	if (ka_read_live_settings(&undoing.from.live, reterr) < 0)
		return -1;
	if (chosen->drop_in &&
	    ka_dropin_read(run->arena, run->tree, chosen->drop_in, &undoing.from.file, reterr) < 0)
		return -1;
	if (!request->force && check_unchanged(chosen, &undoing.from, reterr) < 0)
		return -1;
	undoing.to.live = chosen->has_live ? chosen->from.live : undoing.from.live;
	undoing.to.file = chosen->from.file;
	undoing.has_live = !ka_settings_equal(&undoing.from.live, &undoing.to.live);
	*ret_undoing = undoing;
	return 0;
}

static int show(struct ka_run *run, const struct ka_rollback_request *request,
		struct ka_error *reterr)
{
	const struct ka_transaction *chosen;
	struct ka_transaction undoing;

	ka_run_say_unfinished(run);
	if (choose(run, request->id, &chosen, reterr) < 0)
		return -1;
	if (!chosen)
		return 0;
	if (make_undoing(run, request, chosen, &undoing, reterr) < 0)
		return -1;
	ka_paragraph(&run->said, 0, 2, "Would undo transaction %d (%s):", chosen->id,
		     chosen->purpose);
	ka_text_add(&run->said.text, "\n");
	ka_plan_diff(run->arena, &run->said.text, "/proc/sys (running)", &undoing.from, &undoing.to,
		     undoing.drop_in);
	return 0;
}

/* With the lock held. */
static int undo(struct ka_run *run, const struct ka_rollback_request *request,
		struct ka_error *reterr)
{
	const struct ka_transaction *chosen;
	struct ka_transaction undoing;

	if (choose(run, request->id, &chosen, reterr) < 0)
		return -1;
	if (!chosen)
		return 0;
	if (make_undoing(run, request, chosen, &undoing, reterr) < 0)
		return -1;
	ka_paragraph(&run->said, 0, 2, "Undoing transaction %d (%s):", chosen->id, chosen->purpose);
	ka_say_change(run, &undoing);
	if (ka_run_probe(run, &undoing, reterr) < 0 || ka_run_emit(run, reterr) < 0 ||
	    ka_run_transact(run, &undoing, reterr) < 0)
		return -1;
	ka_paragraph(&run->said, 0, 2, "Done: transaction %d.", undoing.id);
	return 0;
}

/* Having undone what a dead run left is what a plain rollback asks for: undoing an older
 * transaction as well would surprise. */
static void say_next(struct ka_run *run)
{
	const struct ka_transaction *next = ka_newest_to_undo(run->list, run->count, &run->here);

	if (next)
		ka_paragraph(&run->said, 0, 2,
			     "Transaction %d (%s) stays: to undo it too, run kaadvise rollback%s "
			     "again.",
			     next->id, next->purpose, run->netns_words);
}

int ka_rollback(struct ka_run *run, const struct ka_rollback_request *request,
		struct ka_error *reterr)
{
	const struct ka_transaction *chosen;
	size_t recovered = 0;

	if (ka_run_read_journal(run, reterr) < 0)
		return -1;
	if (request->dry_run)
		return show(run, request, reterr);
	/* Nothing to undo needs no privilege, and no lock. */
	if (!ka_run_unfinished(run)) {
		if (choose(run, request->id, &chosen, reterr) < 0)
			return -1;
		if (!chosen)
			return 0;
	}
	if (ka_run_begin(run, &recovered, reterr) < 0)
		return -1;
	if (recovered > 0 && request->id == 0) {
		say_next(run);
		return 0;
	}
	return undo(run, request, reterr);
}
