/* Text of sysctl.d files: what a line means for the three values, and the file that is ours. */
#ifndef KA_CORE_SYSCTL_TEXT_H
#define KA_CORE_SYSCTL_TEXT_H

#include "base/arena.h"
#include "core/sysctls.h"

#include <stddef.h>

/* What one line says about the three values (sysctl.d(5), sysctl.conf(5)). */
struct ka_sysctl_line {
	bool matters;  /* it sets one of them, may set one by a pattern, or exempts one */
	bool is_plain; /* it sets exactly one of them to a plain decimal number: key and value */
	enum ka_key key;
	int64_t value;
};

/* Reads a line of length bytes without its newline. Where the two boot loaders read a line
 * differently, the line matters if either could mean one of the values. */
void ka_sysctl_line_read(const char *line, size_t length, struct ka_sysctl_line *ret_line);

/* A file that kaadvise wrote, or one that has its name. */
struct ka_drop_in {
	bool is_ours;          /* our first line, and nothing but comments and the three values */
	unsigned foreign_line; /* 1-based: why it is not ours */
	bool has_values;       /* sets each of the three once */
	struct ka_settings values;
};
void ka_drop_in_read(const char *text, struct ka_drop_in *ret_drop_in);

/* The text of our file: comments that say for what the values are (purpose is one line, reasons
 * are lines; both may hold bytes from outside) and how to undo them, then the values. The same
 * input gives the same text. Arena-owned. */
const char *ka_drop_in_text(struct ka_arena *arena, const struct ka_settings *settings,
			    const char *purpose, const char *reasons);

#endif
