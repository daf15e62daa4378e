/* A baseline of any bytes: what is accepted is written again as the same, and read again. */
#include "edge/baseline.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define require(condition) ((condition) ? (void)0 : abort())

static void check_entries(const struct ka_baseline_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		require(strlen(entries[i].rule) == 5 && *entries[i].subject);
		require(entries[i].count >= 1 && entries[i].count <= KA_BASELINE_TIMES_MAX);
		require(i == 0 || ka_baseline_compare(&entries[i - 1], &entries[i]) < 0);
	}
}

static void check_again(struct ka_arena *arena, const struct ka_baseline_entry *entries,
			size_t count)
{
	struct ka_baseline_entry *again;
	struct ka_text text = {0};
	size_t again_count;

	require(ka_baseline_format(entries, count, &text, NULL) == 0);
	require(ka_baseline_parse(arena, text.bytes, text.length, "b", &again, &again_count,
				  NULL) == 0);
	require(again_count == count);
	for (size_t i = 0; i < count; i++)
		require(ka_baseline_compare(&entries[i], &again[i]) == 0 &&
			entries[i].count == again[i].count);
	ka_text_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_baseline_entry *entries;
	struct ka_error error = {0};
	size_t count;

	if (ka_baseline_parse(&arena, (const char *)data, size, "b", &entries, &count, &error) ==
	    0) {
		check_entries(entries, count);
		check_again(&arena, entries, count);
	} else {
		require(error.id == KA_E_BASELINE && error.message[0]);
	}
	ka_arena_clear(&arena);
	return 0;
}
