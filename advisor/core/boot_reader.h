/* The bytes of a file of settings, cut into what a loader takes for its lines. Most lines are about
 * something else: only those that hold a sign of being about the keys are cut out. */
#ifndef KA_CORE_BOOT_READER_H
#define KA_CORE_BOOT_READER_H

#include "base/arena.h"
#include "core/loader.h"

struct ka_boot_reader {
	const struct ka_loader *loader;
	struct ka_arena *arena; /* for lines that are joined */
	const char *bytes;
	size_t length, at;
	size_t next[3];    /* where the next LF, CR and NUL stand; length: nowhere */
	size_t signs[6];   /* the same of the signs, see ka_bytes_may_matter */
	bool is_lost;      /* a line of 1 MiB has come */
	size_t line_start; /* of the line that editors count as number line */
	unsigned line;
	size_t located; /* newlines were counted so far */
};

struct ka_boot_text {
	const char *text; /* not NUL-terminated */
	size_t length;
	size_t offset; /* of its first byte in the file */
	bool is_lost;  /* the loader does not come so far */
	bool is_joined;
};

void ka_boot_reader_init(struct ka_boot_reader *reader, const struct ka_loader *loader,
			 struct ka_arena *arena, const char *bytes, size_t length);

/* A quick look at a whole file: false when no line of it can be about the keys. */
bool ka_bytes_may_matter(const char *bytes, size_t length);

/* The next line that may matter; false at the end. */
bool ka_boot_reader_next(struct ka_boot_reader *reader, struct ka_boot_text *ret_text);

/* Moves line and line_start to the line, as editors count, that holds offset. Offsets must not
 * fall. */
void ka_boot_reader_locate(struct ka_boot_reader *reader, size_t offset);

#endif
