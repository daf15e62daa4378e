/* A baseline: the findings of an earlier run, in a JSON file. Those that are in it do not make a
 * check fail. */
#ifndef KA_EDGE_BASELINE_H
#define KA_EDGE_BASELINE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

#include <stddef.h>

/* Limits of one file. */
enum {
	KA_BASELINE_SIZE_MAX = 8 * 1024 * 1024, /* bytes */
	KA_BASELINE_ENTRIES_MAX = 50000,
	KA_BASELINE_TIMES_MAX = 1000000,
};

/* What makes a finding the same one in a later run: where it is and what it is about, no measured
 * numbers and no line numbers. Texts are escaped, so that they are UTF-8 and harmless. */
struct ka_baseline_entry {
	const char *subject;  /* "host", "root PATH", "netns NAME", "settings" */
	const char *rule;     /* "KA201" */
	const char *severity; /* a finding that turned graver is a new one */
	const char *about;    /* hop, file, key, profile: what the rule's data name; or "" */
	size_t count;         /* findings like this one; 1 to KA_BASELINE_TIMES_MAX */
};

/* The order of the file: by subject, rule, about, severity; 0 for findings that are the same. */
int ka_baseline_compare(const struct ka_baseline_entry *a, const struct ka_baseline_entry *b);

/* Parses a baseline file, strictly and bounded, into entries in their order, each once.
 * KA_E_BASELINE names file and place. Arena-owned. */
int ka_baseline_parse(struct ka_arena *arena, const char *bytes, size_t length, const char *name,
		      struct ka_baseline_entry **ret_entries, size_t *ret_count,
		      struct ka_error *reterr);

/* Adds the file's text, a line for each entry, which are in order. KA_E_BASELINE beyond the limits,
 * KA_E_MEMORY. */
int ka_baseline_format(const struct ka_baseline_entry *entries, size_t count, struct ka_text *text,
		       struct ka_error *reterr);

#endif
