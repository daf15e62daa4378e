/* Shell text: words, and the commands among them that set the three values. */
#ifndef KA_CORE_SETTER_SHELL_H
#define KA_CORE_SETTER_SHELL_H

#include "core/setter_text.h"

/* One word as a shell reads it, its quotes and backslashes undone. */
struct ka_word {
	size_t from, to;  /* where it stands in the text, with its quotes */
	const char *text; /* arena-owned */
	bool is_quoted;   /* one pair of quotes is around all of it */
};

/* Reads the word that begins at text[*at] (no blank) and ends before to, and moves *at behind it.
 * Quoted text may span lines; a blank, a newline or an operator (one of ; & | < > ( ) and the
 * backquote) ends it. At an operator the word is empty and *at stays. */
struct ka_word ka_word_read(struct ka_arena *arena, const char *text, size_t *at, size_t to);

/* The commands of text[from..to): sysctl, systemd-sysctl, restarts of their services, echo or tee
 * into /proc/sys, and the same in `sh -c '...'`. */
void ka_shell_read(struct ka_hits *hits, const char *text, size_t from, size_t to);

/* The same for one command whose words are the items of a YAML flow sequence: text[from..to) is
 * what stands between its brackets. */
void ka_shell_list_read(struct ka_hits *hits, const char *text, size_t from, size_t to);

#endif
