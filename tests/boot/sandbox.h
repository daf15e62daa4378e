/* A root of its own, below which the real loaders run, in namespaces of its own: nothing that they
 * do reaches the machine. */
#ifndef KA_BOOT_SANDBOX_H
#define KA_BOOT_SANDBOX_H

#include "boot/generate.h"

#define SANDBOX_ROOT "/mnt" /* in the private mount namespace */
/* Where the loaders find the credential, seen inside the root. */
#define SANDBOX_CREDENTIALS "/etc/credstore"

enum program { PROGRAM_SYSTEMD, PROGRAM_PROCPS, PROGRAM_COUNT };

enum run_end {
	RUN_ENDED,
	RUN_WAITS, /* for a FIFO or at an endless device; it was stopped */
	RUN_FAILED,
};

/* Enters private namespaces and mounts the root. The programs and their libraries are those of the
 * directory usr. false, with the reason in *ret_reason, where that is not possible. */
bool sandbox_open(const char *usr, const char **ret_reason);

/* The first line that the program says of its version. */
bool sandbox_version(enum program program, char *ret_line, size_t size);

/* Puts the tree below the root in place of what was there. */
void sandbox_lay_out(const struct tree *tree);

/* Sets the values, runs the program, and tells what they are then. What it says on standard error
 * is added to said, if that is not NULL. */
enum run_end sandbox_run(enum program program, const struct tree *tree,
			 const struct ka_settings *before, struct ka_settings *ret_after,
			 struct ka_text *said);

/* A file below the root, all links followed inside it; -1 with errno. */
int sandbox_open_file(const char *path, int flags);

#endif
