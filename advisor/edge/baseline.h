/* A baseline: the findings of an earlier run, in a JSON file. Those that are in it do not make a
 * check fail. */
#ifndef KA_EDGE_BASELINE_H
#define KA_EDGE_BASELINE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

#include <stddef.h>

/* What makes a finding the same one in a later run: where it is and what it is about, no measured
 * numbers and no line numbers. "" where it has none. */
struct ka_baseline_entry {
	const char *subject;  /* "host", "root PATH", "netns NAME", "settings" */
	const char *rule;     /* "KA201" */
	const char *severity; /* a finding that turned graver is a new one */
	const char *about;    /* hop, file, key, profile: what the rule's data name */
	size_t count;         /* findings like this one */
};

/* Parses a baseline file, strictly and bounded. KA_E_BASELINE names file and place. Arena-owned. */
int ka_baseline_parse(struct ka_arena *arena, const char *bytes, size_t length, const char *name,
		      struct ka_baseline_entry **ret_entries, size_t *ret_count,
		      struct ka_error *reterr);

/* The file's text, entries in a stable order. KA_E_MEMORY. */
int ka_baseline_format(const struct ka_baseline_entry *entries, size_t count, struct ka_text *text,
		       struct ka_error *reterr);

#endif
