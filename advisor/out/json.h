/* The report as JSON, schema kaadvise.report/1 (docs/report.schema.json). */
#ifndef KA_OUT_JSON_H
#define KA_OUT_JSON_H

#include "base/error.h"
#include "base/text.h"
#include "core/report.h"

/* Adds one line: the report as one JSON document and a newline. -1 for lack of memory. */
int ka_json_report(const struct ka_report *report, struct ka_text *text, struct ka_error *reterr);

/* One member of a flat object. */
struct ka_json_member {
	const char *key;
	const char *value; /* NULL: null */
	bool is_number;    /* value is a decimal integer, or "" or NULL for null */
};

/* Adds one line: a flat object and a newline. -1 for lack of memory. */
int ka_json_row(const struct ka_json_member *members, size_t count, struct ka_text *text,
		struct ka_error *reterr);

#endif
