#include "cli/config.h"

int ka_config_read(const struct ka_options *options, struct ka_config *ret_config,
		   struct ka_error *reterr)
{
	(void)options;
	(void)reterr;
	*ret_config = (struct ka_config){0};
	return 0;
}
