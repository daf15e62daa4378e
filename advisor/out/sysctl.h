/* Values as lines for a sysctl.d file. */
#ifndef KA_OUT_SYSCTL_H
#define KA_OUT_SYSCTL_H

#include "base/text.h"
#include "core/report.h"

/* The recommended values as a sysctl.d file, with comments that say why; the reason alone when
 * there is no recommendation. path_words are the words that named the path and goals. */
void ka_sysctl_report(const struct ka_report *report, const char *path_words, struct ka_text *text);

#endif
