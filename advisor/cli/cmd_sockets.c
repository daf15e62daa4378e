#include "cli/commands.h"

int ka_cmd_sockets(const struct ka_options *options, struct ka_error *reterr)
{
	(void)options;
	return ka_fail(reterr, KA_E_INTERNAL, "not there yet");
}
