/* What apply and rollback tell people. */
#ifndef KA_CLI_CHANGE_WORDS_H
#define KA_CLI_CHANGE_WORDS_H

#include "cli/transacting.h"

/* "time 270 s, intvl 10 s, probes 7"; arena-owned. */
const char *ka_triple_words(struct ka_arena *arena, const struct ka_settings *settings);

/* The changes of a transaction, a line each; a last line where there are none. */
void ka_say_change(struct ka_run *run, const struct ka_transaction *transaction);

/* How to have the values where no file of this host is read at boot: docker, compose, pod. */
void ka_say_snippets(struct ka_writer *said, const struct ka_settings *settings);

/* What new values do not help yet, and a command for each. */
void ka_say_not_helped(struct ka_run *run, const struct ka_transaction *transaction);

#endif
