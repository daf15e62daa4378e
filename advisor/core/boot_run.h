/* One loader at work: reads the files of its plan, and tells what it writes. */
#ifndef KA_CORE_BOOT_RUN_H
#define KA_CORE_BOOT_RUN_H

#include "core/boot_files.h"

enum { KA_BOOT_LINES_MAX = 10000, KA_BOOT_NO_LINE = -1 };

/* A line in the making: `by` is an index, for lines still move. */
struct ka_boot_draft {
	struct ka_boot_line line;
	ptrdiff_t by; /* KA_BOOT_NO_LINE: none */
	const struct ka_boot_file *origin;
	bool is_written;  /* the loader writes it, and the kernel takes it */
	bool has_dropped; /* it stands for an earlier line that the kernel would have taken */
};

struct ka_boot_drafts {
	struct ka_arena *arena;
	struct ka_boot_draft *items;
	size_t count, capacity;
	bool has_texts; /* else the text of lines is left out, until ka_boot_draft_text */
};

/* What is the same for every loader. */
struct ka_boot_run {
	struct ka_arena *arena;
	const struct ka_boot_facts *facts;
	struct ka_boot_index index;
	size_t steps_left; /* of work on patterns, and bytes that are read again */
};

/* What a loader has done to values and drafts. */
struct ka_boot_result {
	ptrdiff_t source[KA_KEY_COUNT]; /* index of a draft; KA_BOOT_NO_LINE: untouched */
	bool is_indeterminate[KA_KEY_COUNT];
	const char *stopped;
};

/* Prepares for runs over the same facts. -1 with KA_E_MEMORY. */
int ka_boot_run_init(struct ka_arena *arena, const struct ka_boot_facts *facts,
		     struct ka_boot_run *ret_run, struct ka_error *reterr);

/* Appends the lines of all files to drafts and changes values as loader would. loader NULL: nothing
 * applies them. -1 with KA_E_MEMORY or KA_E_BOOT_LIMIT. */
int ka_boot_run(struct ka_boot_run *run, const struct ka_loader *loader,
		struct ka_boot_drafts *drafts, struct ka_settings *values,
		struct ka_boot_result *ret_result, struct ka_error *reterr);

/* Appends a draft: no reason, overridden by nothing yet. NULL without memory or beyond the limit.
 */
struct ka_boot_draft *ka_boot_draft_add(struct ka_boot_drafts *drafts);

/* Reads the value of a line as the kernel does: number, misread; when it refuses, why in reason. */
void ka_boot_draft_judge(struct ka_boot_drafts *drafts, struct ka_boot_draft *draft,
			 const char *value, size_t length, const struct ka_kernel *kernel);

#endif
