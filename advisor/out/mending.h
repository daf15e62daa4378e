/* What became of one connection that was to be mended. */
#ifndef KA_OUT_MENDING_H
#define KA_OUT_MENDING_H

#include "core/rearm.h"
#include "core/socket_filter.h"
#include "out/writer.h"

enum ka_mend_result {
	KA_MENDED,
	KA_MEND_PLANNED,  /* with --dry-run */
	KA_MEND_NEEDLESS, /* by now it needs nothing */
	KA_MEND_GONE,     /* it ended */
	KA_MEND_REFUSED,  /* why says what stood in the way */
	KA_MEND_RESULT_COUNT,
};
extern const char *const ka_mend_result_words[]; /* "mended", "planned", "needless", ... */
extern const char *const ka_mend_how_words[];    /* "none", "toggle", "toggle-at-one", "pin" */

struct ka_mending_view {
	enum ka_mend_result result;
	enum ka_mend_how how;
	const char *why;                            /* KA_MEND_REFUSED; else "" */
	const char *netns;                          /* NULL: the only one */
	enum ka_socket_verdict verdict;             /* before */
	const struct ka_connection *before, *after; /* after: NULL but for KA_MENDED */
	struct ka_socket_owner_words owner;
	int fd;
};

/* Adds one line, schema kaadvise.mending/1 (docs/mending.schema.json). -1: no memory. */
int ka_json_mending(struct ka_arena *arena, const struct ka_mending_view *view,
		    struct ka_text *text, struct ka_error *reterr);

/* Adds a line for people. */
void ka_text_mending(struct ka_writer *writer, const struct ka_mending_view *view);

#endif
