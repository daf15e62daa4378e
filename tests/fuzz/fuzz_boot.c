/* A whole boot: files and setters encoded in the input. Checks what holds for every outcome.
 *
 * Records are divided by the byte 0xff. The first one is: loader, other loader, flags. The others
 * begin with a byte that says what they are: below 7 a file of that directory, then its kind, its
 * name up to a NUL, its bytes; above, a setter of kind (byte - 7), then its key, and its value. */
#include "core/boot.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define require(condition) ((condition) ? (void)0 : abort())

enum { FILES_MAX = 24, SETTERS_MAX = 8, IS_LIVE = 1, HAS_TUNED = 2, REAPPLIES = 4, OLD_PROBES = 8 };

struct input {
	struct ka_arena arena; /* of what is found, not of what comes of it */
	struct ka_boot_facts facts;
	struct ka_boot_file files[FILES_MAX];
	struct ka_setter setters[SETTERS_MAX];
	const uint8_t *at, *end;
};

static const char *const directories[] = {
	"/etc/sysctl.d/", "/run/sysctl.d/", "/usr/local/lib/sysctl.d/", "/usr/lib/sysctl.d/",
	"/lib/sysctl.d/", "/etc/",          "/etc/credstore/"};

/* The next byte of the record, 0 at its end. */
static unsigned take_byte(struct input *input)
{
	return input->at < input->end && *input->at != 0xff ? *input->at++ : 0;
}

static const char *take_text(struct input *input, bool to_nul, size_t *ret_length)
{
	const uint8_t *from = input->at;
	size_t length;

	while (input->at < input->end && *input->at != 0xff && !(to_nul && *input->at == 0))
		input->at++;
	length = (size_t)(input->at - from);
	if (to_nul && input->at < input->end && *input->at == 0)
		input->at++;
	if (ret_length)
		*ret_length = length;
	return ka_arena_copy(&input->arena, (const char *)from, length);
}

static void take_file(struct input *input, unsigned directory)
{
	struct ka_boot_file *file = &input->files[input->facts.file_count++];
	unsigned kind = take_byte(input);
	size_t length;

	file->directory = (enum ka_boot_directory)directory;
	file->type = (enum ka_node_type)(kind % (KA_NODE_LOOP + 1));
	file->is_again = (kind & 0x40) != 0;
	file->name = take_text(input, true, NULL);
	file->path = ka_arena_printf(&input->arena, "%s%s", directories[directory], file->name);
	file->target = kind & 0x80 ? "/etc/sysctl.conf" : NULL;
	file->bytes = take_text(input, false, &length);
	file->length = length;
	if (file->type != KA_NODE_REGULAR) {
		file->bytes = NULL;
		file->length = 0;
	}
}

static void take_setter(struct input *input, unsigned kind)
{
	struct ka_setter *setter = &input->setters[input->facts.setter_count++];
	unsigned key = take_byte(input);

	*setter = (struct ka_setter){
		.kind = (enum ka_setter_kind)(kind % KA_SETTER_KINDS),
		.file = "/boot/grub/grub.cfg",
		.line = 1,
		.column = 1,
		.text = "",
		.has_key = key < 0x80,
		.key = (enum ka_key)(key % KA_KEY_COUNT),
		.value = take_text(input, false, NULL),
	};
}

static void read_input(struct input *input, const uint8_t *data, size_t size)
{
	unsigned loader, other, flags;

	*input = (struct input){
		.arena = ka_arena_make(KA_ARENA_CAP), .at = data, .end = data + size};
	loader = take_byte(input);
	other = take_byte(input);
	flags = take_byte(input);
	input->facts = (struct ka_boot_facts){
		.is_live = flags & IS_LIVE,
		.loader = loader < 0xf0 ? &ka_loaders[loader % ka_loader_count] : NULL,
		.other = other < 0xf0 ? &ka_loaders[other % ka_loader_count] : NULL,
		.kernel = {.hz = flags & 0x10 ? 1000 : 250, .has_u8_probes = !(flags & OLD_PROBES)},
		.files = input->files,
		.tuned = {flags & HAS_TUNED, "custom", flags & REAPPLIES},
		.setters = input->setters,
	};
	while (input->at < input->end) {
		unsigned what;

		input->at++; /* the divider */
		what = take_byte(input);
		if (what < KA_BOOT_DIRECTORIES && input->facts.file_count < FILES_MAX)
			take_file(input, what);
		else if (what >= KA_BOOT_DIRECTORIES && input->facts.setter_count < SETTERS_MAX)
			take_setter(input, what - KA_BOOT_DIRECTORIES);
		take_text(input, false, NULL);
	}
}

static void check_line(const struct ka_boot_facts *facts, const struct ka_boot_outcome *outcome,
		       const struct ka_boot_line *line)
{
	const struct ka_boot_line *by = line->by;

	require(line->file && line->text && strlen(line->text) <= 1024);
	require(line->line >= 1 && line->width >= 1 && line->key < KA_KEY_COUNT);
	require(line->setter >= -1 && line->setter < (int)facts->setter_count);
	require(line->effect < KA_LINE_EFFECTS);
	require((line->effect == KA_LINE_WINS) == !line->reason);
	require(line->effect != KA_LINE_WINS || (line->is_accepted && line->value));
	require(line->effect != KA_LINE_REFUSED || (!line->is_accepted && line->value));
	require(!line->drops_earlier || line->effect == KA_LINE_REFUSED);
	require(!line->misread || line->is_accepted);
	require(!by || (by >= outcome->lines && by < outcome->lines + outcome->line_count));
	/* A file may be given up at a line about another key. */
	require(!by || line->effect == KA_LINE_IGNORED || by->key == line->key);
	require(by != line);
}

static void check_outcome(const struct ka_boot_facts *facts, const struct ka_boot_outcome *outcome)
{
	const struct ka_settings defaults = KA_KERNEL_DEFAULTS;
	unsigned winners[KA_KEY_COUNT] = {0};

	for (size_t i = 0; i < outcome->line_count; i++) {
		check_line(facts, outcome, &outcome->lines[i]);
		winners[outcome->lines[i].key] += outcome->lines[i].effect == KA_LINE_WINS;
	}
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		const struct ka_boot_line *source = outcome->source[key];

		require(winners[key] == (source != NULL));
		if (source)
			require(source->effect == KA_LINE_WINS && source->key == (enum ka_key)key &&
				source->number == outcome->values.value[key]);
		else
			require(outcome->values.value[key] == defaults.value[key]);
		require(!outcome->is_indeterminate[key] || source);
	}
}

/* A loader alone does the same as one with nothing around it. */
static void check_alone(struct input *input, const struct ka_boot *boot)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_boot_outcome outcome;
	struct ka_error error;

	if (ka_boot_run_loader(&arena, &input->facts, input->facts.loader, &boot->base, &outcome,
			       &error) == 0 &&
	    !input->facts.tuned.is_active)
		require(ka_settings_equal(&outcome.values, &boot->main.values));
	ka_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct input input;
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_error error = {0};
	struct ka_boot boot;

	read_input(&input, data, size);
	if (ka_boot_resolve(&arena, &input.facts, &boot, &error) < 0) {
		require(error.id == KA_E_BOOT_LIMIT);
	} else {
		check_outcome(&input.facts, &boot.main);
		if (boot.other.loader)
			check_outcome(&input.facts, &boot.other);
		require(boot.differs ==
			(boot.other.loader &&
			 !ka_settings_equal(&boot.main.values, &boot.other.values)));
		check_alone(&input, &boot);
	}
	ka_arena_clear(&arena);
	ka_arena_clear(&input.arena);
	return 0;
}
