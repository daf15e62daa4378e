#include "cli/transacting.h"

#include "cli/overlay.h"
#include "cli/print.h"
#include "cli/subject.h"
#include "core/plan.h"
#include "core/sysctl_text.h"
#include "edge/dropin.h"
#include "edge/journal.h"
#include "edge/netns.h"
#include "edge/procsys.h"
#include "edge/run_lock.h"
#include "edge/tree.h"

#include <inttypes.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(KA_BOOT_ID_SIZE >= KA_PROCSYS_BOOT_ID_SIZE, "a boot id fits");

static bool is_directory(const struct ka_tree *tree, const char *path)
{
	int fd = ka_tree_open_directory(tree, path);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* An image may lack /var/lib, which its boot makes; directories in which nothing of ours would
 * stay are not made there. */
static const char *state_of_image(const struct ka_tree *tree)
{
	if (!is_directory(tree, KA_STATE_AT_TOP) && is_directory(tree, "/var/lib"))
		return KA_STATE_DIRECTORY;
	return KA_STATE_AT_TOP;
}

/* Opens the files below a root; ka_run_end closes them. */
static int open_tree(struct ka_run *run, const char *root, struct ka_error *reterr)
{
	struct ka_tree *tree = ka_arena_alloc(run->arena, sizeof(*tree));

	if (!tree)
		return ka_fail_memory(reterr);
	if (ka_tree_open(root, tree, reterr) < 0)
		return -1;
	run->tree = tree;
	return 0;
}

static int init_root(struct ka_run *run, struct ka_error *reterr)
{
	if (open_tree(run, run->root, reterr) < 0)
		return -1;
	if (run->tree->is_host && !ka_in_container())
		return ka_fail(reterr, KA_E_OPTION_CONFLICT,
			       "--root %s is this host itself: leave it out (--persist-only writes "
			       "the file alone)",
			       run->root);
	run->state = state_of_image(run->tree);
	run->here.netns.is_initial = true; /* the one that it will boot with */
	return 0;
}

static int init_host(struct ka_run *run, struct ka_error *reterr)
{
	if (ka_netns_identify(&run->here.netns, reterr) < 0 || open_tree(run, "/", reterr) < 0)
		return -1;
	ka_procsys_read_boot_id(run->here.boot_id);
	run->state = KA_STATE_DIRECTORY;
	return 0;
}

int ka_run_init(struct ka_run *ret_run, const struct ka_options *options, struct ka_error *reterr)
{
	struct ka_run *run = ret_run;

	umask(022); /* everybody may read what is written */
	*run = KA_RUN_NONE;
	run->options = options;
	run->arena = options->arena;
	run->root = options->root_count > 0 ? options->roots[0] : NULL;
	run->netns_words = "";
	if ((run->root ? init_root(run, reterr) : init_host(run, reterr)) < 0)
		return -1;
	run->now_s = ka_now_s();
	run->said = ka_make_writer(options, NULL);
	if (options->netns)
		run->netns_words = ka_arena_printf(options->arena, " --netns %s",
						   ka_shell_word(options->arena, options->netns));
	return 0;
}

int ka_run_emit(struct ka_run *run, struct ka_error *reterr)
{
	int result = 0;

	if (run->said.text.length > 0 || run->said.text.has_failed)
		result = ka_emit(&run->said.text, NULL, reterr);
	ka_text_clear(&run->said.text);
	return result;
}

/* What fails here changes nothing about what was done. */
static void give_up_lock(struct ka_run *run)
{
	struct ka_error error;

	if (run->lock < 0)
		return;
	if (run->root && ka_journal_tidy(run->tree, run->state, &error) < 0) {
		ka_error_name_root(&error, run->root);
		ka_print_error(&error);
		ka_print_note("what is left there, the next run removes");
	}
	close(run->lock);
}

int ka_run_end(struct ka_run *run, int result, struct ka_error *reterr)
{
	struct ka_error unsaid;

	if (ka_run_emit(run, &unsaid) < 0) {
		if (!run->has_changed && result >= 0) {
			*reterr = unsaid;
			result = -1;
		} else {
			ka_print_error(&unsaid);
		}
	}
	give_up_lock(run);
	if (run->tree)
		ka_tree_close(run->tree);
	*run = KA_RUN_NONE;
	return result;
}

int ka_run_read_journal(struct ka_run *run, struct ka_error *reterr)
{
	return ka_journal_read(run->arena, run->tree, run->state, &run->list, &run->count, reterr);
}

const struct ka_transaction *ka_run_unfinished(const struct ka_run *run)
{
	for (size_t i = 0; i < run->count; i++)
		if (run->list[i].state == KA_BEGUN &&
		    ka_same_place(&run->list[i].place, &run->here))
			return &run->list[i];
	return NULL;
}

void ka_run_say_unfinished(struct ka_run *run)
{
	const struct ka_transaction *dead = ka_run_unfinished(run);

	if (dead)
		ka_paragraph(&run->said, 0, 2,
			     "Transaction %d (%s) is under way or has died half-way: the next run "
			     "would %s it first.",
			     dead->id, ka_transaction_kind_words[dead->kind],
			     dead->kind == KA_ROLLBACK ? "finish" : "undo");
}

/* A person who presses Ctrl-C, or a shutdown, waits for the end of the change. */
static void hold_signals(sigset_t *ret_before)
{
	sigset_t held;

	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGHUP);
	sigaddset(&held, SIGQUIT);
	sigprocmask(SIG_BLOCK, &held, ret_before);
}

static void release_signals(const sigset_t *before)
{
	sigprocmask(SIG_SETMASK, before, NULL);
}

/* Steps */

static int do_file(const struct ka_run *run, const struct ka_transaction *transaction,
		   struct ka_error *reterr)
{
	const char *path = transaction->drop_in, *made = transaction->made;

	if (made && ka_dropin_make(run->tree, path, made, reterr) < 0)
		return -1;
	return ka_dropin_write(run->tree, path, transaction->to.file, reterr);
}

static int do_step(const struct ka_run *run, const struct ka_transaction *transaction,
		   const struct ka_step *step, struct ka_error *reterr)
{
	if (step->kind == KA_STEP_FILE)
		return do_file(run, transaction, reterr);
	return ka_procsys_write_number(ka_sysctls[step->key].file, step->to, reterr);
}

/* The file as written, and as the boot loader will see it. */
static int verify_file(const struct ka_run *run, const struct ka_transaction *transaction,
		       struct ka_error *reterr)
{
	struct ka_drop_in ours;
	const char *text;

	if (ka_dropin_read(run->arena, run->tree, transaction->drop_in, &text, reterr) < 0)
		return -1;
	if (!ka_same_file(text, transaction->to.file))
		return ka_fail(reterr, KA_E_VERIFY, "%s does not hold what was written",
			       transaction->drop_in);
	if (transaction->kind != KA_APPLY || !text)
		return 0;
	ka_drop_in_read(text, &ours);
	return ka_overlay_verify(run->options, run->tree, &ours.values, reterr);
}

static int verify_live(const struct ka_transaction *transaction, struct ka_error *reterr)
{
	struct ka_settings live;

	if (!transaction->has_live)
		return 0;
	if (ka_read_live_settings(&live, reterr) < 0)
		return -1;
	for (int key = 0; key < KA_KEY_COUNT; key++)
		if (live.value[key] != transaction->to.live.value[key])
			return ka_fail(reterr, KA_E_VERIFY,
				       "%s: %" PRId64 " was set, and it is %" PRId64,
				       ka_sysctls[key].key, transaction->to.live.value[key],
				       live.value[key]);
	return 0;
}

static int do_steps(const struct ka_run *run, const struct ka_transaction *transaction,
		    const struct ka_plan *plan, size_t *ret_begun, struct ka_error *reterr)
{
	for (size_t i = 0; i < plan->count; i++) {
		*ret_begun = i + 1;
		if (do_step(run, transaction, &plan->steps[i], reterr) < 0)
			return -1;
		if (plan->steps[i].kind == KA_STEP_FILE &&
		    verify_file(run, transaction, reterr) < 0)
			return -1;
	}
	return verify_live(transaction, reterr);
}

/* Putting back */

static int unmake(const struct ka_run *run, const struct ka_transaction *transaction,
		  struct ka_error *reterr)
{
	if (!transaction->made)
		return 0;
	return ka_dropin_unmake(run->tree, transaction->drop_in, transaction->made, reterr);
}

static int put_back_file(const struct ka_run *run, const struct ka_transaction *transaction,
			 struct ka_error *reterr)
{
	const char *path = transaction->drop_in, *text;

	if (ka_dropin_read(run->arena, run->tree, path, &text, reterr) < 0)
		return -1;
	/* Otherwise it is the old one still, or somebody else's by now. */
	if (ka_same_file(text, transaction->to.file) &&
	    ka_dropin_write(run->tree, path, transaction->from.file, reterr) < 0)
		return -1;
	return unmake(run, transaction, reterr);
}

static int put_back_value(const struct ka_step *step, struct ka_error *reterr)
{
	const char *file = ka_sysctls[step->key].file;
	int64_t value;

	if (ka_procsys_read_number(file, &value, reterr) < 0)
		return -1;
	if (value != step->to)
		return 0;
	if (ka_procsys_write_number(file, step->from, reterr) < 0 ||
	    ka_procsys_read_number(file, &value, reterr) < 0)
		return -1;
	if (value != step->from)
		return ka_fail(reterr, KA_E_VERIFY, "%s does not go back to %" PRId64,
			       ka_sysctls[step->key].key, step->from);
	return 0;
}

/* Says in the journal that the transaction is over. An image keeps no record, unless it is one of
 * the host that the image was taken from. */
static int conclude(const struct ka_run *run, struct ka_transaction *transaction,
		    enum ka_transaction_state state, struct ka_error *reterr)
{
	if (run->root && transaction->place.boot_id[0] == '\0')
		return ka_journal_remove(run->tree, run->state, transaction->id, reterr);
	transaction->state = state;
	return ka_journal_write(run->tree, run->state, transaction, reterr);
}

/* Undoes the first begun steps, the last of them first. What fails does not keep the others from
 * being undone. */
static int put_back(const struct ka_run *run, struct ka_transaction *transaction,
		    const struct ka_plan *plan, size_t begun, struct ka_error *reterr)
{
	struct ka_error ignored;
	int result = 0;

	for (size_t i = begun; i-- > 0;) {
		const struct ka_step *step = &plan->steps[i];

		if ((step->kind == KA_STEP_FILE ? put_back_file(run, transaction, reterr)
						: put_back_value(step, reterr)) < 0)
			result = -1;
	}
	if (result < 0)
		return -1;
	/* Where this fails the next run sees that everything is as it was. */
	conclude(run, transaction, KA_PUT_BACK, &ignored);
	return 0;
}

static int fail_put_back(const struct ka_error *second, struct ka_error *reterr)
{
	const struct ka_error cause = *reterr;

	return ka_fail(reterr, KA_E_PUT_BACK, "%.300s; not put back: %.300s", cause.message,
		       second->message);
}

static int probe_step(const struct ka_run *run, const struct ka_transaction *transaction,
		      const struct ka_step *step, struct ka_error *reterr)
{
	if (step->kind == KA_STEP_FILE)
		return ka_dropin_probe(run->tree, transaction->drop_in, transaction->made, reterr);
	return ka_procsys_probe_write(ka_sysctls[step->key].file, reterr);
}

int ka_run_probe(const struct ka_run *run, const struct ka_transaction *transaction,
		 struct ka_error *reterr)
{
	struct ka_plan plan =
		ka_plan_make(&transaction->from, &transaction->to, transaction->drop_in);

	/* The file last: without any privilege it is the values that one is told about. */
	for (size_t i = plan.count; i-- > 0;)
		if (probe_step(run, transaction, &plan.steps[i], reterr) < 0)
			return -1;
	return 0;
}

static int next_id(const struct ka_run *run, struct ka_error *reterr)
{
	int last = run->count > 0 ? run->list[run->count - 1].id : 0;

	if (last >= KA_TRANSACTION_ID_MAX)
		return ka_fail(reterr, KA_E_JOURNAL,
			       "the journal's numbers are used up: move %s/journal away",
			       run->state);
	return last + 1;
}

/* Writes down what is about to be changed, or nothing. */
static int open_record(const struct ka_run *run, struct ka_transaction *transaction,
		       struct ka_error *reterr)
{
	struct ka_error ignored;

	transaction->state = KA_BEGUN;
	if (ka_journal_write(run->tree, run->state, transaction, reterr) == 0)
		return 0;
	ka_journal_remove(run->tree, run->state, transaction->id, &ignored);
	return -1;
}

static int carry_out(struct ka_run *run, struct ka_transaction *transaction,
		     struct ka_error *reterr)
{
	struct ka_plan plan =
		ka_plan_make(&transaction->from, &transaction->to, transaction->drop_in);
	struct ka_error second = {0};
	size_t begun = 0;

	if (open_record(run, transaction, reterr) < 0)
		return -1;
	if (do_steps(run, transaction, &plan, &begun, reterr) == 0 &&
	    conclude(run, transaction, KA_FINISHED, reterr) == 0)
		return 0;
	if (put_back(run, transaction, &plan, begun, &second) < 0)
		return fail_put_back(&second, reterr);
	return -1;
}

/* Gives it its number, date and place. */
static int number(const struct ka_run *run, struct ka_transaction *transaction,
		  struct ka_error *reterr)
{
	transaction->id = next_id(run, reterr);
	if (transaction->id < 0)
		return -1;
	if (run->arena->has_failed)
		return ka_fail_memory(reterr);
	transaction->date_s = run->now_s;
	transaction->place = run->here;
	return 0;
}

int ka_run_record(struct ka_run *run, struct ka_transaction *transaction, struct ka_error *reterr)
{
	if (number(run, transaction, reterr) < 0)
		return -1;
	return open_record(run, transaction, reterr);
}

int ka_run_record_put_back(struct ka_run *run, struct ka_transaction *transaction,
			   struct ka_error *reterr)
{
	return conclude(run, transaction, KA_PUT_BACK, reterr);
}

int ka_run_transact(struct ka_run *run, struct ka_transaction *transaction, struct ka_error *reterr)
{
	sigset_t before;
	int result;

	if (number(run, transaction, reterr) < 0)
		return -1;
	hold_signals(&before);
	result = carry_out(run, transaction, reterr);
	release_signals(&before);
	run->has_changed |= result == 0;
	return result;
}

/* Recovery */

/* Where the dead run's transaction is to end: before it for an apply, after it for a rollback. */
struct recovery {
	const struct ka_condition *goal, *other;
	struct ka_condition now, wanted;
	const char *left_alone[KA_KEY_COUNT + 1]; /* what somebody else has changed since */
	size_t left_count;
};

static int read_now(const struct ka_run *run, const struct ka_transaction *transaction,
		    struct ka_condition *now, struct ka_error *reterr)
{
	*now = transaction->from;
	if (transaction->has_live && ka_read_live_settings(&now->live, reterr) < 0)
		return -1;
	if (transaction->drop_in &&
	    ka_dropin_read(run->arena, run->tree, transaction->drop_in, &now->file, reterr) < 0)
		return -1;
	return 0;
}

/* What is the transaction's own goes to the goal; the rest stays. */
static void want(const struct ka_transaction *transaction, struct recovery *recovery)
{
	recovery->wanted = recovery->now;
	for (int key = 0; key < KA_KEY_COUNT && transaction->has_live; key++) {
		int64_t now = recovery->now.live.value[key];

		if (now == recovery->other->live.value[key])
			recovery->wanted.live.value[key] = recovery->goal->live.value[key];
		else if (now != recovery->goal->live.value[key])
			recovery->left_alone[recovery->left_count++] = ka_sysctls[key].key;
	}
	if (!transaction->drop_in)
		return;
	if (ka_same_file(recovery->now.file, recovery->other->file))
		recovery->wanted.file = recovery->goal->file;
	else if (!ka_same_file(recovery->now.file, recovery->goal->file))
		recovery->left_alone[recovery->left_count++] = transaction->drop_in;
}

static const char *recovered_word(const struct ka_transaction *dead)
{
	return dead->kind == KA_ROLLBACK ? "finished" : "undone";
}

static void say_recovered(struct ka_run *run, const struct ka_transaction *dead,
			  const struct recovery *recovery)
{
	ka_paragraph(&run->said, 0, 2, "Transaction %d (%s) had died half-way: %s.", dead->id,
		     ka_transaction_kind_words[dead->kind], recovered_word(dead));
	for (size_t i = 0; i < recovery->left_count; i++)
		ka_paragraph(&run->said, 2, 4, "%s was changed by somebody else since: left alone.",
			     recovery->left_alone[i]);
}

/* Does what is left of the dead run's transaction; *rest is what that is. */
static int carry_to_goal(const struct ka_run *run, struct ka_transaction *rest,
			 struct recovery *recovery, struct ka_error *reterr)
{
	struct ka_plan plan;
	size_t begun;

	if ((rest->drop_in && ka_dropin_clean(run->tree, rest->drop_in, reterr) < 0) ||
	    read_now(run, rest, &recovery->now, reterr) < 0)
		return -1;
	want(rest, recovery);
	rest->from = recovery->now;
	rest->to = recovery->wanted;
	plan = ka_plan_make(&rest->from, &rest->to, rest->drop_in);
	return do_steps(run, rest, &plan, &begun, reterr);
}

/* Carries the dead run's transaction to its goal and marks it in the journal. */
static int recover_one(struct ka_run *run, const struct ka_transaction *dead,
		       struct ka_error *reterr)
{
	bool is_undone = dead->kind != KA_ROLLBACK;
	struct recovery recovery = {.goal = is_undone ? &dead->from : &dead->to,
				    .other = is_undone ? &dead->to : &dead->from};
	struct ka_transaction rest = *dead, marked = *dead;

	rest.kind = KA_ROLLBACK; /* puts old values back: no other file is asked */
	rest.made = NULL;
	rest.has_live = dead->has_live && !run->root; /* an image's values live in another kernel */
	if (carry_to_goal(run, &rest, &recovery, reterr) < 0 ||
	    (is_undone && unmake(run, dead, reterr) < 0) ||
	    conclude(run, &marked, is_undone ? KA_PUT_BACK : KA_FINISHED, reterr) < 0)
		return -1;
	say_recovered(run, dead, &recovery);
	return 0;
}

static int recover_all(struct ka_run *run, size_t *ret_count, struct ka_error *reterr)
{
	size_t count = 0;

	for (size_t i = run->count; i-- > 0;) {
		const struct ka_transaction *dead = &run->list[i];

		if (dead->state != KA_BEGUN || !ka_same_place(&dead->place, &run->here))
			continue;
		if (recover_one(run, dead, reterr) < 0)
			return ka_error_wrap(reterr, "transaction %d, whose run died, cannot be %s",
					     dead->id, recovered_word(dead));
		count++;
	}
	*ret_count = count;
	return count > 0 ? ka_run_read_journal(run, reterr) : 0;
}

static int take_lock(struct ka_run *run, struct ka_error *reterr)
{
	if (run->root)
		return ka_run_lock_take_root(run->tree, &run->lock, reterr);
	return ka_run_lock_take(run->tree, run->state, &run->lock, reterr);
}

int ka_run_begin(struct ka_run *run, size_t *ret_count, struct ka_error *reterr)
{
	sigset_t before;
	int result;

	if (take_lock(run, reterr) < 0 || ka_run_read_journal(run, reterr) < 0)
		return -1;
	hold_signals(&before);
	result = ka_journal_clean(run->tree, run->state, reterr);
	if (result == 0)
		result = recover_all(run, ret_count, reterr);
	release_signals(&before);
	run->has_changed |= result == 0 && *ret_count > 0;
	return result;
}
