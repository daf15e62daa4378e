/* The report for people: 80 columns at most, also without colour. */
#ifndef KA_OUT_TEXT_H
#define KA_OUT_TEXT_H

#include "core/report.h"
#include "out/writer.h"

/* Known middleboxes on which the present values do the same, for a report without a path. */
struct ka_survey_group {
	const char *words;
	const char *ids; /* separated by ", " */
};

/* What the report says beyond the analysis. */
struct ka_text_context {
	const char *path_words;    /* words of the command line that named path and goals, quoted */
	const char *subject_words; /* for the apply command: "" or "--netns NAME " */
	bool can_apply;            /* the subject is one that apply can change */
	const struct ka_survey_group *survey;
	size_t survey_count;
	size_t survey_ignoring; /* products that ignore probes */
};

void ka_text_report(struct ka_writer *writer, const struct ka_report *report,
		    const struct ka_text_context *context);

/* What the host has after it boots, with the lines that win and lose (text_boot.c). */
void ka_text_boot(struct ka_writer *writer, const struct ka_boot *boot);

/* The path's table and what it does not cover (text_path.c). */
void ka_text_path(struct ka_writer *writer, const struct ka_analysis *analysis);

/* Which values to have, with proof and cost, or why none will do (text_recommendation.c). */
void ka_text_recommendation(struct ka_writer *writer, const struct ka_analysis *analysis,
			    const struct ka_text_context *context);

#endif
