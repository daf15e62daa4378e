/* What a measurement found out, for people, for programs, and as a profile. */
#ifndef KA_OUT_MEASURED_H
#define KA_OUT_MEASURED_H

#include "base/error.h"
#include "core/measured.h"
#include "out/writer.h"

/* The result as text, with what to do with it. saved: the word for -p under which it was saved, or
 * NULL. */
void ka_text_measured(struct ka_writer *writer, const struct ka_measured *measured,
		      const char *saved);

/* Adds one line, schema kaadvise.measurement/1 (docs/measurement.schema.json). KA_E_MEMORY. */
int ka_json_measured(struct ka_arena *arena, const struct ka_measured *measured, const char *saved,
		     struct ka_text *text, struct ka_error *reterr);

/* Adds a profile in YAML: the hop, or what the server keeps. date is today's, as 2026-01-31. Only
 * where ka_measured_timeout_s is not 0. */
void ka_yaml_measured(struct ka_text *text, struct ka_arena *arena,
		      const struct ka_measured *measured, const char *id, const char *date);

/* The interval in words: "above 2.960 s, at most 3.040 s". Arena-owned. */
const char *ka_measured_interval(struct ka_arena *arena, const struct ka_idle_bracket *bracket);

#endif
