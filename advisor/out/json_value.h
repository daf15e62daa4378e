/* Pieces of JSON documents, for the formats that are made of them. A builder returns a new
 * reference, or NULL without memory, which json_pack passes on; only the end looks. */
#ifndef KA_OUT_JSON_VALUE_H
#define KA_OUT_JSON_VALUE_H

#include "base/error.h"
#include "base/text.h"
#include "core/finding.h"

#include <jansson.h>

/* Text from outside may hold anything: what is not UTF-8 is escaped like on a terminal. */
json_t *ka_json_text(struct ka_arena *arena, const char *text);

/* Both take the item. A collection that lost one must not pass for the whole: it becomes NULL. */
void ka_json_append(json_t **list, json_t *item);
void ka_json_set(json_t **object, const char *key, json_t *item);

/* The finding's data, as one object. */
json_t *ka_json_data(struct ka_arena *arena, const struct ka_finding *finding);

/* Adds the document without blanks, and releases it. -1 for lack of memory, also for a document
 * that is NULL; the text is then not to be used. */
int ka_json_add(json_t *document, struct ka_text *text, struct ka_error *reterr);

#endif
