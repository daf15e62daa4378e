/* A measurement under way: opens connections, lets them be idle, uses them again. */
#ifndef KA_CLI_MEASURING_H
#define KA_CLI_MEASURING_H

#include "cli/options.h"
#include "core/measured.h"
#include "edge/trial.h"

/* Measures what answers at manner->peer: first whether it answers at all, then by rounds until the
 * idle timeout is known as exactly as plan asks, at last whether keepalive probes refresh it.
 * Progress goes to standard error. SIGINT, SIGTERM and SIGHUP end it early. Fills what it finds out
 * of *measured and leaves the rest, also when it fails: then with what was known by then.
 * KA_E_MEASURE when the other end does not answer connections that were not idle. */
int ka_measure(const struct ka_options *options, const struct ka_idle_plan *plan,
	       struct ka_trial_manner *manner, struct ka_measured *measured,
	       struct ka_error *reterr);

#endif
