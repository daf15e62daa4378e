/* One line of sysctl.d, read by any loader: the first byte names the loader, the rest is the line.
 * Checks what the resolver relies on. */
#include "core/boot_line.h"
#include "core/boot_reader.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define require(condition) ((condition) ? (void)0 : abort())

enum { ALL_KEYS = (1u << KA_KEY_COUNT) - 1, STEPS = 1000000 };

static bool is_within(const char *at, size_t length, const char *from, size_t size)
{
	return at >= from && at + length <= from + size;
}

static void check_assignment(const struct ka_line_reading *reading, const char *text, size_t size)
{
	require(is_within(reading->key, reading->key_length, text, size) ||
		is_within(reading->key, reading->key_length, reading->word, sizeof(reading->word)));
	require(reading->path_length < sizeof(reading->path));
	require(reading->path[reading->path_length] == '\0');
	require((reading->kind == KA_LINE_BARE) == !reading->value);
	if (reading->value)
		require(is_within(reading->value, reading->value_length, text, size) ||
			is_within(reading->value, reading->value_length, reading->word,
				  sizeof(reading->word)));
	/* A line that names a key names one; a pattern may name all. */
	require(reading->is_pattern || (reading->keys & (reading->keys - 1)) == 0);
	require(!reading->is_pattern || !reading->is_no_file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ka_line_reading reading;
	const struct ka_loader *loader;
	const char *text = (const char *)data + 1;
	size_t steps = STEPS;

	if (size == 0)
		return 0;
	loader = &ka_loaders[data[0] % ka_loader_count];
	ka_line_read(loader, text, size - 1, &steps, &reading);
	require((reading.kind == KA_LINE_NOTHING) == (reading.keys == 0));
	require(reading.keys <= ALL_KEYS);
	/* What is passed over unread must mean nothing. */
	require(reading.kind == KA_LINE_NOTHING || ka_bytes_may_matter(text, size - 1));
	if (reading.kind == KA_LINE_LOOKALIKE)
		require(reading.why && strlen(reading.why) > 0);
	else if (reading.kind != KA_LINE_NOTHING)
		check_assignment(&reading, text, size - 1);
	return 0;
}
