/* The report for people where there are many subjects: one line each, and what is wrong. */
#ifndef KA_OUT_TEXT_SUMMARY_H
#define KA_OUT_TEXT_SUMMARY_H

#include "core/report.h"
#include "out/writer.h"

/* "NAME: pass: 300,10,7 (systemd-252), 2 waived" of an image, "NAME: pass: 300,10,7 (running; a
 * dead peer is noticed within 376.4 s)" of a namespace; then each warning and error, and what
 * differs in other namespaces, as compilers write them, with the place joined to the subject's name
 * where there is one. */
void ka_text_summary(struct ka_writer *writer, const struct ka_report *report);

#endif
