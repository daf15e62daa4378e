/* SARIF 2.1.0: one run over all subjects.
 *
 * ka_sarif_begin starts the file. Each subject is made a piece of its own, by ka_sarif_subject or
 * ka_sarif_failure, in any thread; ka_sarif_join puts the pieces into the file, one after the
 * other. ka_sarif_end ends it. Everything but subjects that could not be read is written at once.
 */
#ifndef KA_OUT_SARIF_H
#define KA_OUT_SARIF_H

#include "base/error.h"
#include "base/text.h"
#include "core/report.h"

/* What is remembered of the pieces. Start with {0}; ka_sarif_end releases it. */
struct ka_sarif {
	bool has_results;
	size_t failures;              /* subjects that could not be read */
	size_t unnamed;               /* those of them that notifications has no more room for */
	struct ka_text notifications; /* what their pieces hold, bounded */
};

/* Starts the file: the program, and these rules (ka_rules, ka_rule_count). -1 for lack of memory.
 */
int ka_sarif_begin(const struct ka_rule *const *rules, size_t rule_count, struct ka_text *file,
		   struct ka_error *reterr);

/* The piece of a subject: a result for each finding, suppressed where it is waived. A result of an
 * image without a place points to the image. rules are those of ka_sarif_begin. -1 for lack of
 * memory. */
int ka_sarif_subject(const struct ka_report *report, const struct ka_rule *const *rules,
		     size_t rule_count, struct ka_text *piece, struct ka_error *reterr);

/* The piece of a subject that could not be read; the file of the error is one inside the subject.
 * -1 for lack of memory. */
int ka_sarif_failure(const char *subject, const struct ka_error *error, struct ka_text *piece,
		     struct ka_error *reterr);

/* Adds to the file what a piece, of either kind, puts there; it may be nothing. */
void ka_sarif_join(struct ka_sarif *sarif, const struct ka_text *piece, struct ka_text *file);

/* Ends the file; sarif is {0} afterwards. Call it after a failure too: it frees memory. */
void ka_sarif_end(struct ka_sarif *sarif, struct ka_text *file);

#endif
