/* Pages about rules, errors and profiles: the same text for `explain` and for the documents. */
#ifndef KA_OUT_EXPLAIN_H
#define KA_OUT_EXPLAIN_H

#include "core/rule.h"
#include "out/writer.h"

void ka_explain_rule(struct ka_writer *writer, const struct ka_rule *rule);
void ka_explain_error(struct ka_writer *writer, const struct ka_error_info *error);
void ka_explain_profile(struct ka_writer *writer, const struct ka_profile *profile);

/* The rule's page of docs/rules/, in Markdown. */
void ka_rule_markdown(const struct ka_rule *rule, struct ka_text *text);

#endif
