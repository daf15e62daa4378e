#include "out/json_value.h"

json_t *ka_json_text(struct ka_arena *arena, const char *text)
{
	return json_string(ka_is_utf8(text) ? text : ka_escape(arena, text));
}

void ka_json_append(json_t **list, json_t *item)
{
	if (json_array_append_new(*list, item) == 0)
		return;
	json_decref(*list);
	*list = NULL;
}

void ka_json_set(json_t **object, const char *key, json_t *item)
{
	if (json_object_set_new(*object, key, item) == 0)
		return;
	json_decref(*object);
	*object = NULL;
}

json_t *ka_json_data(struct ka_arena *arena, const struct ka_finding *finding)
{
	json_t *data = json_object();

	for (size_t i = 0; i < finding->data_count; i++) {
		const struct ka_datum *datum = &finding->data[i];

		ka_json_set(&data, datum->key,
			    datum->text ? ka_json_text(arena, datum->text)
					: json_integer(datum->number));
	}
	return data;
}

static int add_bytes(const char *bytes, size_t length, void *text)
{
	ka_text_add_bytes(text, bytes, length);
	return 0;
}

/* Straight into the text, which remembers a failure: jansson's own buffer forgets some. */
int ka_json_add(json_t *document, struct ka_text *text, struct ka_error *reterr)
{
	bool is_whole =
		document && json_dump_callback(document, add_bytes, text, JSON_COMPACT) == 0;

	json_decref(document);
	return is_whole && !text->has_failed ? 0 : ka_fail_memory(reterr);
}
