#include "edge/yaml_tree.h"

#include "base/text.h"
#include "edge/profile_yaml.h"

#include <string.h>
#include <yaml.h>

struct walk {
	struct ka_arena *arena;
	const struct ka_input *input;
	struct ka_errors *errors;
	struct ka_node *root;
	struct ka_node *open[KA_PROFILE_DEPTH_MAX]; /* lists and mappings not yet ended */
	struct ka_node *last[KA_PROFILE_DEPTH_MAX]; /* their latest children */
	size_t depth;
	size_t nodes;
	size_t documents;
	size_t character, byte; /* one place in the input, counted both ways */
};

/* libyaml's marks count characters; places are wanted in bytes. Marks mostly rise, so the search
 * goes on where it ended. */
static size_t offset_of(struct walk *walk, const yaml_mark_t *mark)
{
	const struct ka_input *input = walk->input;

	if (mark->index < walk->character)
		walk->character = walk->byte = 0;
	while (walk->character < mark->index && walk->byte < input->length) {
		walk->byte++;
		while (walk->byte < input->length &&
		       ((unsigned char)input->bytes[walk->byte] & 0xc0) == 0x80)
			walk->byte++;
		walk->character++;
	}
	return walk->byte;
}

static void attach(struct walk *walk, struct ka_node *node)
{
	size_t top;

	if (walk->depth == 0) {
		walk->root = node;
		return;
	}
	top = walk->depth - 1;
	if (walk->last[top])
		walk->last[top]->next = node;
	else
		walk->open[top]->first = node;
	walk->last[top] = node;
	walk->open[top]->count++;
}

/* A new node below the innermost open one; NULL when the walk must stop. */
static struct ka_node *add_node(struct walk *walk, enum ka_node_kind kind, size_t offset)
{
	struct ka_node *node;

	if (++walk->nodes > KA_PROFILE_NODES_MAX) {
		ka_errors_add(walk->errors, walk->input, offset, KA_E_PROFILE_TOO_LARGE,
			      "found more than %d keys and values, expected at most that many",
			      KA_PROFILE_NODES_MAX);
		return NULL;
	}
	node = ka_arena_alloc(walk->arena, sizeof(*node));
	if (!node)
		return NULL;
	node->kind = kind;
	node->offset = offset;
	attach(walk, node);
	return node;
}

/* Anchors and tags are reported, and the walk goes on: the values beside them may have errors
 * too. */
static void refuse_properties(struct walk *walk, const yaml_char_t *anchor, const yaml_char_t *tag,
			      size_t offset)
{
	if (anchor)
		ka_errors_add(walk->errors, walk->input, offset, KA_E_PROFILE_FORBIDDEN,
			      "found the anchor \"&%.40s\", expected a value without one",
			      (const char *)anchor);
	if (tag)
		ka_errors_add(walk->errors, walk->input, offset, KA_E_PROFILE_FORBIDDEN,
			      "found the tag \"%.100s\", expected a value without one",
			      ka_escape(walk->arena, (const char *)tag));
}

static bool add_scalar(struct walk *walk, const yaml_event_t *event, size_t offset)
{
	struct ka_node *node = add_node(walk, KA_NODE_SCALAR, offset);

	if (!node)
		return false;
	refuse_properties(walk, event->data.scalar.anchor, event->data.scalar.tag, offset);
	node->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->length = event->data.scalar.length;
	node->text =
		ka_arena_copy(walk->arena, (const char *)event->data.scalar.value, node->length);
	return true;
}

static struct ka_node *add_nothing(struct walk *walk)
{
	struct ka_node *node = add_node(walk, KA_NODE_SCALAR, 0);

	if (!node)
		return NULL;
	node->is_plain = true;
	node->text = "";
	return node;
}

static bool open_node(struct walk *walk, enum ka_node_kind kind, const yaml_char_t *anchor,
		      const yaml_char_t *tag, size_t offset)
{
	struct ka_node *node;

	if (walk->depth == KA_PROFILE_DEPTH_MAX) {
		ka_errors_add(walk->errors, walk->input, offset, KA_E_PROFILE_FORBIDDEN,
			      "found nesting deeper than %d, expected at most that",
			      KA_PROFILE_DEPTH_MAX);
		return false;
	}
	node = add_node(walk, kind, offset);
	if (!node)
		return false;
	refuse_properties(walk, anchor, tag, offset);
	walk->open[walk->depth] = node;
	walk->last[walk->depth] = NULL;
	walk->depth++;
	return true;
}

static bool add_alias(struct walk *walk, const yaml_event_t *event, size_t offset)
{
	ka_errors_add(walk->errors, walk->input, offset, KA_E_PROFILE_FORBIDDEN,
		      "found the alias \"*%.40s\", expected the value itself",
		      (const char *)event->data.alias.anchor);
	return add_node(walk, KA_NODE_REFUSED, offset);
}

static bool start_document(struct walk *walk, size_t offset)
{
	if (walk->documents++ == 0)
		return true;
	ka_errors_add(walk->errors, walk->input, offset, KA_E_PROFILE_FORBIDDEN,
		      "found a second document, expected one document per file");
	return false;
}

/* False when the walk must stop before the end. */
static bool take_event(struct walk *walk, const yaml_event_t *event)
{
	size_t offset = offset_of(walk, &event->start_mark);

	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return start_document(walk, offset);
	case YAML_SCALAR_EVENT:
		return add_scalar(walk, event, offset);
	case YAML_ALIAS_EVENT:
		return add_alias(walk, event, offset);
	case YAML_SEQUENCE_START_EVENT:
		return open_node(walk, KA_NODE_LIST, event->data.sequence_start.anchor,
				 event->data.sequence_start.tag, offset);
	case YAML_MAPPING_START_EVENT:
		return open_node(walk, KA_NODE_MAPPING, event->data.mapping_start.anchor,
				 event->data.mapping_start.tag, offset);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		walk->depth--;
		return true;
	default:
		return true;
	}
}

/* The reader knows bytes, not lines. */
static void report_reader(struct walk *walk, const yaml_parser_t *parser)
{
	bool is_control = strncmp(parser->problem, "control", strlen("control")) == 0;

	ka_errors_add(walk->errors, walk->input, parser->problem_offset, KA_E_PROFILE_ENCODING,
		      is_control ? "found a control character, expected printable text"
				 : "found bytes that are not UTF-8, expected UTF-8 text");
}

static void report_parser(struct walk *walk, const yaml_parser_t *parser)
{
	const char *context = parser->context ? parser->context : "";

	if (parser->error == YAML_MEMORY_ERROR)
		walk->arena->has_failed = true;
	else if (parser->error == YAML_READER_ERROR)
		report_reader(walk, parser);
	else
		ka_errors_add(walk->errors, walk->input, offset_of(walk, &parser->problem_mark),
			      KA_E_PROFILE_SYNTAX, "%s%s%s", parser->problem, *context ? ", " : "",
			      context);
}

/* The whole tree, or false when reading stopped before its end. */
static bool walk_events(struct walk *walk, yaml_parser_t *parser)
{
	bool goes_on = true, is_last = false;

	while (goes_on && !is_last) {
		yaml_event_t event;

		if (!yaml_parser_parse(parser, &event)) {
			report_parser(walk, parser);
			return false;
		}
		is_last = event.type == YAML_STREAM_END_EVENT;
		goes_on = take_event(walk, &event) && !walk->arena->has_failed;
		yaml_event_delete(&event);
	}
	return goes_on;
}

static bool is_line_start(const char *bytes, size_t at)
{
	static const char *const breaks[] = {"\n", "\r", "\xc2\x85", "\xe2\x80\xa8",
					     "\xe2\x80\xa9"};

	if (at == 0)
		return true;
	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		size_t length = strlen(breaks[i]);

		if (at >= length && memcmp(bytes + at - length, breaks[i], length) == 0)
			return true;
	}
	return false;
}

/* Directives are refused by their look, because libyaml compares each %TAG with all before it:
 * 64 KiB of them take as long as everything else together may. */
static bool has_directive(struct walk *walk)
{
	const struct ka_input *input = walk->input;

	for (size_t i = 0; i < input->length; i++) {
		if (input->bytes[i] != '%' || !is_line_start(input->bytes, i))
			continue;
		ka_errors_add(walk->errors, input, i, KA_E_PROFILE_FORBIDDEN,
			      "found a line that begins with %%, expected no YAML directives");
		return true;
	}
	return false;
}

const struct ka_node *ka_yaml_tree(struct ka_arena *arena, const struct ka_input *input,
				   struct ka_errors *errors)
{
	struct walk walk = {.arena = arena, .input = input, .errors = errors};
	__attribute__((cleanup(yaml_parser_delete))) yaml_parser_t parser = {0};

	if (has_directive(&walk))
		return NULL;
	if (!yaml_parser_initialize(&parser)) {
		arena->has_failed = true;
		return NULL;
	}
	/* Stated, or a UTF-16 mark would make libyaml read the file as that. */
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)input->bytes, input->length);
	if (!walk_events(&walk, &parser))
		return NULL;
	return walk.root ? walk.root : add_nothing(&walk);
}
