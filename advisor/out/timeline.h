/* What happens on an idle connection, drawn to scale. */
#ifndef KA_OUT_TIMELINE_H
#define KA_OUT_TIMELINE_H

#include "core/analysis.h"
#include "out/writer.h"

/* A line from the last packet to the detection of a dead peer or the last hop's forgetting,
 * whichever is later, and below it what stands where, in order of time. A hop whose timeout is far
 * beyond the detection is named at the line's end instead of drawn. */
void ka_timeline(struct ka_writer *writer, const struct ka_analysis *analysis,
		 const struct ka_settings *settings, int64_t bound_ms);

#endif
