/* The commands' entry points, one cmd_*.c each. */
#ifndef KA_CLI_COMMANDS_H
#define KA_CLI_COMMANDS_H

#include "cli/options.h"

int ka_cmd_check(const struct ka_options *options, struct ka_error *reterr);
int ka_cmd_recommend(const struct ka_options *options, struct ka_error *reterr);
int ka_cmd_apply(const struct ka_options *options, struct ka_error *reterr);
int ka_cmd_rollback(const struct ka_options *options, struct ka_error *reterr);
int ka_cmd_history(const struct ka_options *options, struct ka_error *reterr);
int ka_cmd_sockets(const struct ka_options *options, struct ka_error *reterr);
int ka_cmd_profiles(const struct ka_options *options, struct ka_error *reterr);
int ka_cmd_config(const struct ka_options *options, struct ka_error *reterr);
int ka_cmd_measure(const struct ka_options *options, struct ka_error *reterr);
int ka_cmd_explain(const struct ka_options *options, struct ka_error *reterr);
int ka_cmd_rules(const struct ka_options *options, struct ka_error *reterr);

#endif
