/* From what is there to what is to be there: the steps in order, and the difference as text. */
#ifndef KA_CORE_PLAN_H
#define KA_CORE_PLAN_H

#include "base/text.h"
#include "core/transaction.h"

enum ka_step_kind { KA_STEP_FILE, KA_STEP_VALUE };

struct ka_step {
	enum ka_step_kind kind;
	enum ka_key key; /* KA_STEP_VALUE */
	int64_t from, to;
};

enum { KA_STEPS_MAX = 1 + KA_KEY_COUNT };

struct ka_plan {
	struct ka_step steps[KA_STEPS_MAX];
	size_t count;
};

/* The steps that lead from one condition to the other: the file first, where has_file is set and
 * it differs, then the values that rise (intvl, probes, time), then those that fall. So time spent
 * probing, P*I, is never less on the way than before and afterwards. */
struct ka_plan ka_plan_make(const struct ka_condition *from, const struct ka_condition *to,
			    bool has_file);

/* Whether the texts are the same; NULL is an absent file. */
bool ka_same_file(const char *a, const char *b);

/* Adds a unified diff of both texts (NULL: /dev/null), with their lines escaped; nothing when they
 * are the same. name is one line. */
void ka_diff(struct ka_arena *arena, struct ka_text *text, const char *name, const char *from,
	     const char *to);

/* Adds what changes: the values under the name live, and the file of this path (NULL: none). */
void ka_plan_diff(struct ka_arena *arena, struct ka_text *text, const char *live,
		  const struct ka_condition *from, const struct ka_condition *to, const char *file);

#endif
