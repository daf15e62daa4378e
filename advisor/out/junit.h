/* JUnit's XML: a test suite for each subject, a test case for each rule. Pure; without memory
 * text->has_failed is set. */
#ifndef KA_OUT_JUNIT_H
#define KA_OUT_JUNIT_H

#include "base/error.h"
#include "base/text.h"
#include "core/report.h"

/* What stands before the first subject, and behind the last one. */
void ka_junit_begin(struct ka_text *text);
void ka_junit_end(struct ka_text *text);

/* A suite with a test case for each of these rules (ka_rules, ka_rule_count): failed where it has
 * findings of the severity fail_on or a graver one, else skipped where it has waived ones; the
 * others are its output. fail_on above KA_ERROR_SEVERITY: none fails. */
void ka_junit_subject(const struct ka_report *report, const struct ka_rule *const *rules,
		      size_t rule_count, int fail_on, struct ka_text *text);

/* A suite for a subject that could not be read; the file of the error is one inside the subject. */
void ka_junit_failure(const char *subject, const struct ka_error *error, struct ka_text *text);

#endif
