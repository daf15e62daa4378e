#include "cli/commands.h"

int ka_cmd_config(const struct ka_options *options, struct ka_error *reterr)
{
	(void)options;
	return ka_fail(reterr, KA_E_INTERNAL, "not written yet");
}
