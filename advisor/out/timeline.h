/* What happens on an idle connection, drawn to scale. */
#ifndef KA_OUT_TIMELINE_H
#define KA_OUT_TIMELINE_H

#include "core/analysis.h"
#include "out/writer.h"

/* What these values do on the path, at hz ticks a second (or KA_HZ_UNKNOWN): a line from the last
 * packet ('*') over the probes ('p') to the detection of a dead peer ('D') or the last hop's
 * forgetting ('X'), whichever is later, and below it what stands where, in order of time. A column
 * with several probes shows one 'p'; an 'X' or 'D' hides probes but never each other, except that
 * two hops may share an 'X'. A hop whose timeout is far beyond the detection is not drawn: '>' at
 * the line's end stands for it. The settings must work. */
void ka_timeline(struct ka_writer *writer, const struct ka_analysis *analysis,
		 const struct ka_settings *settings, unsigned hz);

#endif
