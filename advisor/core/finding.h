/* What a rule found, in words and in data. */
#ifndef KA_CORE_FINDING_H
#define KA_CORE_FINDING_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ka_rule;
struct ka_waiver;

enum ka_severity { KA_NOTE, KA_WARNING, KA_ERROR_SEVERITY };
extern const char *const ka_severity_words[]; /* "note", "warning", "error"; NULL-terminated */

/* One member of a finding's data: an integer, or a string where text is not NULL. The key's
 * ending says the unit (_s, _ms). */
struct ka_datum {
	const char *key;
	const char *text;
	int64_t number;
};

enum { KA_DATA_MAX = 8 };

/* A place in a file of the subject, as seen inside its root. */
struct ka_location {
	const char *file; /* NULL: none */
	unsigned line;    /* 1-based */
	unsigned column;  /* 1-based, in bytes; 0: none */
};

struct ka_finding {
	const struct ka_rule *rule;
	enum ka_severity severity;
	const char *message; /* one or two sentences: what is wrong here, with the numbers */
	const char *remedy;  /* what to do here; NULL: the rule's own remedy */
	struct ka_location location; /* what it is about; else the line that sets rule->about */
	bool is_ours; /* the location is in a file of ours (the configuration), named as it was
		       * given, and not inside the subject's root */
	struct ka_datum data[KA_DATA_MAX];
	size_t data_count;
	const struct ka_waiver *waiver; /* NULL: none; a waived finding never makes a check fail */
};

/* A growing list, arena-owned. */
struct ka_findings {
	struct ka_arena *arena;
	struct ka_finding *items;
	size_t count, capacity;
};

/* Appends a finding and returns it for its data to be added. Never NULL: without memory a spare
 * is returned and the arena's has_failed says so. */
struct ka_finding *ka_find(struct ka_findings *findings, const struct ka_rule *rule,
			   enum ka_severity severity, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

void ka_add_number(struct ka_finding *finding, const char *key, int64_t number);
void ka_add_text(struct ka_finding *finding, const char *key, const char *text);

/* The text that the finding's data have under key; NULL: none. */
const char *ka_finding_text(const struct ka_finding *finding, const char *key);

/* The gravest severity of those that no waiver excuses; -1 when there is no finding. */
int ka_worst_severity(const struct ka_findings *findings);

#endif
