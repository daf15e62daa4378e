/* Annotations of GitHub Actions: a workflow command for each finding. Nothing stands before the
 * first subject or behind the last one. Pure; without memory text->has_failed is set. */
#ifndef KA_OUT_GITHUB_H
#define KA_OUT_GITHUB_H

#include "base/error.h"
#include "base/text.h"
#include "core/report.h"

/* A line for each finding: error, warning or notice (also for a waived one), with file, line and
 * column where it has a place. Nothing without findings. */
void ka_github_subject(const struct ka_report *report, struct ka_text *text);

/* The line of a subject that could not be read; the file of the error is one inside the subject. */
void ka_github_failure(const char *subject, const struct ka_error *error, struct ka_text *text);

#endif
