/* --idle: a hop's idle timeout where the site has changed it. */
#ifndef KA_CORE_OVERRIDE_H
#define KA_CORE_OVERRIDE_H

#include "core/facts.h"

/* Gives a hop of the path another idle timeout (that of the side towards the client, where the two
 * differ). word is the hop's name, the id of a profile that has one hop, or the hop's number from
 * 1; the first of these that fits counts. *ret_remark is NULL, or a sentence about a value that
 * the hop's profile calls impossible; arena-owned, as is the changed path. -1 with
 * KA_E_OPTION_VALUE, the intent untouched, when no hop fits or several do, or KA_E_MEMORY. */
int ka_intent_set_idle(struct ka_arena *arena, struct ka_intent *intent, const char *word,
		       int64_t idle_s, const char **ret_remark, struct ka_error *reterr);

#endif
