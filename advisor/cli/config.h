/* The configuration file in force: /etc/kaadvise/config.yaml, or --config FILE, or none. */
#ifndef KA_CLI_CONFIG_H
#define KA_CLI_CONFIG_H

#include "cli/options.h"
#include "edge/config_yaml.h"

#define KA_CONFIG_FILE "/etc/kaadvise/config.yaml"

/* Reads and checks it; several errors are printed, and the last is returned. The default file may
 * be missing, one named by --config may not. *ret_config is arena-owned; origin is NULL where
 * there is none. File names in its path are already relative to the working directory. */
int ka_config_read(const struct ka_options *options, struct ka_config *ret_config,
		   struct ka_error *reterr);

#endif
