#include "out/json_value.h"

#include <string.h>

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

static void add_escaped(struct ka_text *text, unsigned char byte)
{
	static const char bytes[] = "\b\f\n\r\t\"\\", letters[] = "bfnrt\"\\";
	const char *at = byte ? strchr(bytes, byte) : NULL;

	if (at)
		ka_text_add_bytes(text, (const char[]){'\\', letters[at - bytes]}, 2);
	else
		ka_text_printf(text, "\\u%04X", byte);
}

/* UTF-8 stays as it is. */
static void add_string(struct ka_text *text, const char *bytes, size_t length)
{
	size_t from = 0;

	ka_text_add_bytes(text, "\"", 1);
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		if (byte >= ' ' && byte != '"' && byte != '\\')
			continue;
		ka_text_add_bytes(text, bytes + from, i - from);
		add_escaped(text, byte);
		from = i + 1;
	}
	ka_text_add_bytes(text, bytes + from, length - from);
	ka_text_add_bytes(text, "\"", 1);
}

static void add_integer(struct ka_text *text, json_int_t value)
{
	unsigned long long left =
		value < 0 ? -(unsigned long long)value : (unsigned long long)value;
	char digits[24];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + left % 10);
	while (left /= 10);
	if (value < 0)
		digits[--at] = '-';
	ka_text_add_bytes(text, digits + at, sizeof(digits) - at);
}

static void add_value(struct ka_text *text, json_t *value);

static void add_object(struct ka_text *text, json_t *object)
{
	const char *lead = "{", *key;
	json_t *member;

	json_object_foreach(object, key, member)
	{
		ka_text_add_bytes(text, lead, 1);
		add_string(text, key, strlen(key));
		ka_text_add_bytes(text, ":", 1);
		add_value(text, member);
		lead = ",";
	}
	ka_text_add(text, *lead == '{' ? "{}" : "}");
}

static void add_array(struct ka_text *text, json_t *array)
{
	const char *lead = "[";
	json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		ka_text_add_bytes(text, lead, 1);
		add_value(text, item);
		lead = ",";
	}
	ka_text_add(text, *lead == '[' ? "[]" : "]");
}

static void add_value(struct ka_text *text, json_t *value)
{
	if (json_is_object(value))
		add_object(text, value);
	else if (json_is_array(value))
		add_array(text, value);
	else if (json_is_string(value))
		add_string(text, json_string_value(value), json_string_length(value));
	else if (json_is_integer(value))
		add_integer(text, json_integer_value(value));
	else if (json_is_boolean(value))
		ka_text_add(text, json_is_true(value) ? "true" : "false");
	else
		ka_text_add(text, "null");
}

/* Jansson's own writer looks for documents that hold themselves, by a table of printed addresses:
 * where there are a thousand reports, that is most of what they cost. */
int ka_json_add(json_t *document, struct ka_text *text, struct ka_error *reterr)
{
	bool is_whole = document && !text->has_failed;

	if (is_whole)
		add_value(text, document);
	json_decref(document);
	return is_whole && !text->has_failed ? 0 : ka_fail_memory(reterr);
}
