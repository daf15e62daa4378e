/* What one line of a file of settings means to a loader. */
#ifndef KA_CORE_BOOT_LINE_H
#define KA_CORE_BOOT_LINE_H

#include "core/loader.h"
#include "core/sysctls.h"

enum ka_line_kind {
	KA_LINE_NOTHING,   /* a comment, or about something else */
	KA_LINE_ASSIGNS,   /* key = value */
	KA_LINE_BARE,      /* -key */
	KA_LINE_LOOKALIKE, /* people take it for a line about the keys, the loader does not */
};

enum { KA_SYSCTL_PATH_SIZE = 4096 };

struct ka_line_reading {
	enum ka_line_kind kind;
	unsigned keys;   /* bits 1u << enum ka_key */
	bool is_pattern; /* the path is one */
	bool is_no_file; /* it counts for the key, but the path has a slash at its end */
	const char *why; /* KA_LINE_LOOKALIKE: half a sentence */
	/* As written: within the text, or within word. */
	const char *key, *value; /* value NULL: none */
	size_t key_length, value_length;
	size_t path_length;
	char path[KA_SYSCTL_PATH_SIZE]; /* below /proc/sys, as the loader makes it of the key */
	char word[1024]; /* storage of key and value where they are not in the text */
};

/* Reads one line without its end. Only the fields of the kind are set. steps_left bounds the work
 * on patterns, see ka_pattern_rules. */
void ka_line_read(const struct ka_loader *loader, const char *text, size_t length,
		  size_t *steps_left, struct ka_line_reading *ret_reading);

/* Which keys people would take the line to be about, as bits, and why the loader does not. */
unsigned ka_line_lookalike(const struct ka_loader *loader, const char *text, size_t length,
			   size_t *steps_left, const char **ret_why);

/* Removes repeated and trailing slashes and, if asked, components that are a dot; not the slash in
 * front. Returns the length. */
size_t ka_path_simplify(char *path, size_t length, bool drops_dots);

/* Whether a component of the path is `..`. */
bool ka_path_goes_up(const char *path, size_t length);

#endif
