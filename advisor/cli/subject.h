/* From options to facts and intent: what the commands that judge values share. */
#ifndef KA_CLI_SUBJECT_H
#define KA_CLI_SUBJECT_H

#include "cli/config.h"
#include "core/analysis.h"

/* Moves the calling thread into the namespace of --netns; nothing without it. */
int ka_enter_netns(const struct ka_options *options, struct ka_error *reterr);

/* Reads the running values of the calling thread's namespace: from /proc/sys or, where that is
 * hidden, from a fresh socket. The error is that of /proc/sys. */
int ka_read_live_settings(struct ka_settings *ret_settings, struct ka_error *reterr);

/* Reads the subject (this host, --netns or --settings) into facts. With --netns the calling
 * thread is in that namespace afterwards. */
int ka_read_facts(const struct ka_options *options, struct ka_facts *ret_facts,
		  struct ka_error *reterr);

/* Reads tcp_retries2 of the calling thread's namespace, if it is shown. */
void ka_read_retries2(struct ka_facts *facts);

/* Asks whether the host translates addresses, where it matters: it costs a netlink dump, so it is
 * asked only when connection tracking forgets before the host speaks. */
void ka_ask_about_nat(const struct ka_intent *intent, struct ka_facts *facts);

/* Reads an unpacked image: what it has after it boots. today_d is a day as in facts.today.
 * Arena-owned; safe in any thread. Errors of ka_next_boot_read. */
int ka_read_root_facts(const struct ka_options *options, struct ka_arena *arena, const char *root,
		       int64_t today_d, struct ka_facts *ret_facts, struct ka_error *reterr);

/* Facts of hypothetical values; no host is read (except its tick rate for --hz host). */
int ka_suppose_facts(const struct ka_options *options, struct ka_facts *ret_facts,
		     struct ka_error *reterr);

/* Loads the profiles of the path, of the options or else of the configuration, chains them with
 * hops on the spot, and merges goals. */
int ka_make_intent(const struct ka_options *options, const struct ka_config *config,
		   struct ka_intent *ret_intent, struct ka_error *reterr);

/* The same with the configuration that the options name. */
int ka_read_intent(const struct ka_options *options, struct ka_intent *ret_intent,
		   struct ka_error *reterr);

/* Seconds since the epoch: SOURCE_DATE_EPOCH, else the clock. */
int64_t ka_now_s(void);

#endif
