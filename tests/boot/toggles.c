#include "toggles.h"

#include <stdio.h>
#include <string.h>

/* The settings of a toggle are a list of words, in the order of their numbers. */
static const struct {
	const char *name, *settings;
	size_t offset;
} toggles[] = {
#define KA_TOGGLE(name, ...) {#name, #__VA_ARGS__, offsetof(struct ka_loader, name)},
#include "core/loader_toggles.def"
#undef KA_TOGGLE
};

/* All toggles are enums, of one size. */
#define KA_TOGGLE(name, ...)                                                                       \
	_Static_assert(sizeof(enum ka_loader_##name) == sizeof(unsigned), "no plain enum");
#include "core/loader_toggles.def"
#undef KA_TOGGLE

static unsigned get(const struct ka_loader *loader, size_t toggle)
{
	unsigned setting;

	memcpy(&setting, (const char *)loader + toggles[toggle].offset, sizeof(setting));
	return setting;
}

static void set(struct ka_loader *loader, size_t toggle, unsigned setting)
{
	memcpy((char *)loader + toggles[toggle].offset, &setting, sizeof(setting));
}

static unsigned count_notices(enum program program, const struct ka_loader *loader,
			      const struct sample *samples, size_t count, uint64_t *ret_seed)
{
	unsigned notices = 0;

	for (size_t i = 0; i < count; i++) {
		struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
		struct ka_boot_outcome outcome = sample_predict(&arena, &samples[i], loader);

		if (sample_differs(&samples[i], program, &outcome) && notices++ == 0)
			*ret_seed = samples[i].seed;
		ka_arena_clear(&arena);
	}
	return notices;
}

static bool check_setting(enum program program, const struct ka_loader *loader, size_t toggle,
			  unsigned setting, const struct sample *samples, size_t count)
{
	const char *word = toggles[toggle].settings;
	struct ka_loader changed = *loader;
	uint64_t seed = 0;
	unsigned notices;

	for (unsigned i = 0; i < setting; i++)
		word = strchr(word, ',') + 2;
	set(&changed, toggle, setting);
	notices = count_notices(program, &changed, samples, count, &seed);
	printf("%5u trees notice %s: %s = %.*s", notices, loader->name, toggles[toggle].name,
	       (int)strcspn(word, ","), word);
	if (notices > 0)
		printf(" (the first is seed %llu)\n", (unsigned long long)seed);
	else
		printf(": WRONG, none\n");
	return notices > 0;
}

static unsigned count_settings(size_t toggle)
{
	unsigned count = 1;

	for (const char *comma = toggles[toggle].settings; (comma = strchr(comma, ',')); comma++)
		count++;
	return count;
}

unsigned toggles_check(enum program program, const struct ka_loader *loader,
		       const struct sample *samples, size_t count)
{
	unsigned unnoticed = 0;

	for (size_t toggle = 0; toggle < sizeof(toggles) / sizeof(toggles[0]); toggle++) {
		for (unsigned i = 0; i < count_settings(toggle); i++) {
			if (i != get(loader, toggle))
				unnoticed +=
					!check_setting(program, loader, toggle, i, samples, count);
		}
	}
	return unnoticed;
}
