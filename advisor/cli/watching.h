/* --watch: draws a terminal anew again and again. */
#ifndef KA_CLI_WATCHING_H
#define KA_CLI_WATCHING_H

#include "cli/options.h"
#include "out/writer.h"

/* Writes one picture. options are those of the run, with an arena for this picture alone. */
typedef int ka_redraw(void *context, const struct ka_options *options, struct ka_writer *writer,
		      struct ka_error *reterr);

/* Calls redraw every options->watch_s seconds, and when the terminal's size changes, and shows what
 * it wrote, cut to the terminal, on its second screen; until SIGINT, SIGTERM or SIGHUP, after which
 * the terminal is as it was and the exit code is 0, or until redraw fails. KA_E_NO_TERMINAL. */
int ka_watch(const struct ka_options *options, ka_redraw *redraw, void *context,
	     struct ka_error *reterr);

#endif
