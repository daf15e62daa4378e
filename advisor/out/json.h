/* The report as JSON, schema kaadvise.report/1 (docs/report.schema.json). */
#ifndef KA_OUT_JSON_H
#define KA_OUT_JSON_H

#include "base/error.h"
#include "base/text.h"
#include "core/report.h"

/* Adds one line: the report as one JSON document and a newline. -1 for lack of memory. */
int ka_json_report(const struct ka_report *report, struct ka_text *text, struct ka_error *reterr);

#endif
