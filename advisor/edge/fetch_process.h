/* One exchange with kaadvise-fetch: words in, words out, within a time. */
#ifndef KA_EDGE_FETCH_PROCESS_H
#define KA_EDGE_FETCH_PROCESS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

struct ka_exchange {
	const char *helper;       /* the program's path */
	const char *argument;     /* NULL: none */
	char *const *environment; /* handed on as it is */
	const struct ka_text *request;
	size_t answer_max; /* bytes */
	int time_ms;
	/* Called once when it takes longer than a second; NULL: nobody wants to know. */
	void (*on_wait)(void *context);
	void *context;
};

/* Starts the program, sends the request, reads its answer to the end and waits for it to die. The
 * answer is arena-owned and NUL-terminated. -1 with KA_E_FETCH_PROGRAM when it cannot be started,
 * ends without a word, or ends badly after other words than "error ...", KA_E_FETCH_TIME,
 * KA_E_FETCH_CONTENT beyond answer_max, or KA_E_MEMORY; it is killed then. */
int ka_fetch_exchange(struct ka_arena *arena, const struct ka_exchange *exchange,
		      const char **ret_answer, size_t *ret_length, struct ka_error *reterr);

#endif
