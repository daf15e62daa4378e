/* A profile as a row of `profiles list -f json` (docs/listing.schema.json). */
#ifndef KA_OUT_JSON_PROFILE_H
#define KA_OUT_JSON_PROFILE_H

#include "base/error.h"
#include "base/text.h"
#include "core/judged_profile.h"

/* Adds one line: the profile as one JSON document and a newline; judged is about the kernel's own
 * values. -1 for lack of memory. */
int ka_json_profile(const struct ka_judged_profile *judged, struct ka_text *text,
		    struct ka_error *reterr);

#endif
