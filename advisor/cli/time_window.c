#include "cli/time_window.h"

#include "cli/print.h"
#include "cli/subject.h"
#include "edge/procsys.h"

#include <inttypes.h>
#include <unistd.h>

enum { AT_ONE = 1 /* second */ };

static const char *file(void)
{
	return ka_sysctls[KA_TIME].file;
}

/* Results go to standard output; that something was undone first is none. */
static int say_recovered(struct ka_run *run, struct ka_error *reterr)
{
	int result = 0;

	if (run->said.text.length > 0)
		result = ka_emit_to(&run->said.text, "standard error", STDERR_FILENO, reterr);
	ka_text_clear(&run->said.text);
	return result;
}

static int record(struct ka_time_window *window, struct ka_error *reterr)
{
	struct ka_transaction *record = &window->record;

	*record = (struct ka_transaction){
		.kind = KA_REARM, .has_live = true, .purpose = "re-arming open connections"};
	if (ka_read_live_settings(&record->from.live, reterr) < 0)
		return -1;
	record->to = record->from;
	record->to.live.value[KA_TIME] = AT_ONE;
	if (ka_run_record(&window->run, record, reterr) < 0)
		return -1;
	window->is_recorded = true;
	return 0;
}

int ka_time_window_prepare(struct ka_time_window *window, const struct ka_options *options,
			   struct ka_error *reterr)
{
	size_t recovered = 0;

	*window = KA_TIME_WINDOW_NONE;
	if (ka_procsys_probe_write(file(), reterr) < 0 ||
	    ka_run_init(&window->run, options, reterr) < 0 ||
	    ka_run_begin(&window->run, &recovered, reterr) < 0 ||
	    say_recovered(&window->run, reterr) < 0)
		return -1;
	return record(window, reterr);
}

static int write_time(int64_t value, struct ka_error *reterr)
{
	int64_t now;

	if (ka_procsys_write_number(file(), value, reterr) < 0 ||
	    ka_procsys_read_number(file(), &now, reterr) < 0)
		return -1;
	if (now != value)
		return ka_fail(reterr, KA_E_VERIFY, "%s does not become %" PRId64,
			       ka_sysctls[KA_TIME].key, value);
	return 0;
}

int ka_time_window_open(struct ka_time_window *window, struct ka_error *reterr)
{
	int64_t before = window->record.from.live.value[KA_TIME], now;

	if (ka_procsys_read_number(file(), &now, reterr) < 0)
		return -1;
	if (now != before)
		return ka_fail(reterr, KA_E_CHANGED_SINCE,
			       "%s was %" PRId64 " and is %" PRId64 ": somebody else changes it",
			       ka_sysctls[KA_TIME].key, before, now);
	return write_time(AT_ONE, reterr);
}

int ka_time_window_close(struct ka_time_window *window, struct ka_error *reterr)
{
	struct ka_error cause;
	int64_t now;

	if (ka_procsys_read_number(file(), &now, &cause) == 0 && now != AT_ONE)
		return 0;
	if (write_time(window->record.from.live.value[KA_TIME], &cause) == 0)
		return 0;
	return ka_fail(reterr, KA_E_PUT_BACK, "%s is still %d: %.300s", ka_sysctls[KA_TIME].key,
		       AT_ONE, cause.message);
}

int ka_time_window_end(struct ka_time_window *window, bool is_closed, int result,
		       struct ka_error *reterr)
{
	struct ka_error error;

	/* What cannot be marked the next run marks, having seen that nothing is left to do. */
	if (window->is_recorded && is_closed &&
	    ka_run_record_put_back(&window->run, &window->record, &error) < 0)
		ka_print_error(&error);
	return ka_run_end(&window->run, result, reterr);
}
