/* What some values do on a profile, by the rules. */
#ifndef KA_CLI_PROFILE_JUDGING_H
#define KA_CLI_PROFILE_JUDGING_H

#include "base/error.h"
#include "core/judged_profile.h"

/* Judges the profile alone, at any common tick rate. Arena-owned. -1 only for lack of memory. */
int ka_profile_judge(struct ka_arena *arena, const struct ka_profile *profile,
		     const struct ka_settings *settings, struct ka_judged_profile *ret_judged,
		     struct ka_error *reterr);

#endif
