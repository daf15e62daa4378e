#include "cli/listening.h"

#include "cli/ending.h"
#include "cli/print.h"
#include "cli/target.h"
#include "edge/answering.h"

static int serve(struct ka_answering *answering, const char *address, struct ka_error *reterr)
{
	sigset_t before;
	int signals = ka_ending_open(&before, reterr), result;

	if (signals < 0)
		return -1;
	ka_print_note("listening on %s; end it with Ctrl-C", address);
	result = ka_answering_run(answering, signals, reterr);
	if (result == 0)
		ka_print_note("%zu connections, %zu of them open at the end; %zu refused",
			      answering->accepted, answering->count, answering->refused);
	ka_ending_close(signals, &before);
	return result;
}

int ka_listen(const struct ka_options *options, struct ka_error *reterr)
{
	struct ka_answering answering;
	struct ka_target target;
	int result;

	if (ka_target_read_local(options, options->listen, &target, reterr) < 0)
		return -1;
	if (ka_answering_open(&answering, options->arena, &target.end, target.is_v6, reterr) < 0)
		return ka_error_wrap(reterr, "%s", target.address);
	ka_target_name_address(options->arena, &target);
	result = serve(&answering, target.address, reterr);
	ka_answering_close(&answering);
	return result;
}
