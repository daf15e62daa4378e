/* The page of all built-in profiles. */
#ifndef KA_DOCS_GENERATE_PROFILES_H
#define KA_DOCS_GENERATE_PROFILES_H

#include "base/error.h"
#include "base/text.h"

/* Adds the page, in Markdown. -1 only for lack of memory. */
int ka_profiles_markdown(struct ka_text *text, struct ka_error *reterr);

#endif
