#include "core/boot_run.h"
#include "core/kernel_number.h"

#include <inttypes.h>
#include <string.h>

enum { FIRST_CAPACITY = 8, VALUE_MAX = 1024 };

struct ka_boot_draft *ka_boot_draft_add(struct ka_boot_drafts *drafts)
{
	struct ka_boot_draft *draft;

	if (drafts->count == KA_BOOT_LINES_MAX)
		return NULL;
	if (drafts->count == drafts->capacity) {
		size_t capacity = drafts->capacity ? drafts->capacity * 2 : FIRST_CAPACITY;
		struct ka_boot_draft *items =
			ka_arena_array(drafts->arena, capacity, sizeof(*items));

		if (!items)
			return NULL;
		if (drafts->count > 0)
			memcpy(items, drafts->items, drafts->count * sizeof(*items));
		drafts->items = items;
		drafts->capacity = capacity;
	}
	draft = &drafts->items[drafts->count++];
	*draft = (struct ka_boot_draft){
		.line = {.text = "", .setter = -1, .effect = KA_LINE_OVERRIDDEN, .width = 1},
		.by = KA_BOOT_NO_LINE};
	return draft;
}

static const char *why_refused(struct ka_arena *arena, const struct ka_kernel_number *number,
			       size_t length)
{
	if (number->result == KA_NUMBER_OUT_OF_RANGE)
		return ka_arena_printf(arena,
				       "the kernel refuses it: it takes %" PRId64 " to %" PRId64,
				       number->min, number->max);
	if (length == 0)
		return "the kernel refuses an empty value";
	if (number->length == 0)
		return "the kernel refuses what does not begin with a number";
	return number->length > 20 ? "the kernel refuses a number of more than 20 characters"
				   : "the kernel refuses a number with something glued to it";
}

void ka_boot_draft_judge(struct ka_boot_drafts *drafts, struct ka_boot_draft *draft,
			 const char *value, size_t length, const struct ka_kernel *kernel)
{
	struct ka_kernel_number number = ka_kernel_number_read(draft->line.key, value, length,
							       kernel->hz, kernel->has_u8_probes);
	struct ka_boot_line *line = &draft->line;
	const char *text =
		ka_arena_copy(drafts->arena, value, length < VALUE_MAX ? length : VALUE_MAX);

	line->value = text;
	if (length > 0)
		line->width = (unsigned)length;
	line->is_accepted = number.result == KA_NUMBER_OK;
	line->number = number.value;
	if (!line->is_accepted)
		line->reason = why_refused(drafts->arena, &number, length);
	else if (number.is_octal || number.is_hex)
		line->misread = ka_arena_printf(drafts->arena, "%.*s is %s", (int)number.length,
						text + strspn(text, " \t\v\f\r\n\xa0"),
						number.is_hex ? "hexadecimal" : "octal");
}
