/* The lines about the three values in the files that are read at boot. */
#ifndef KA_EDGE_SYSCTL_LINES_H
#define KA_EDGE_SYSCTL_LINES_H

#include "base/arena.h"
#include "base/error.h"
#include "core/sysctl_text.h"

struct ka_found_line {
	const char *file; /* absolute path, without the root */
	unsigned line;    /* 1-based; 0: the file has the drop-in's name in another directory, which
			     may hide the drop-in from a boot loader */
	struct ka_sysctl_line meaning;
	/* Every boot loader reads this file: it lies in (or is linked into) one of the directories,
	 * and no file of the same name in another one hides it. */
	bool is_certain;
};

struct ka_found_lines {
	const struct ka_found_line *items;
	size_t count;
};

/* Looks through *.conf of /etc/sysctl.d, /run/sysctl.d, /usr/local/lib/sysctl.d, /usr/lib/sysctl.d
 * and /lib/sysctl.d, and /etc/sysctl.conf, below root ("" for this host), each directory and file
 * once however many names lead to it. The file drop_in (an absolute path without the root) is left
 * out. Arena-owned. KA_E_DROPIN where something cannot be read or is too large to be looked
 * through (1 MiB a file, 4,096 files, 1,000 lines). */
int ka_sysctl_lines_find(struct ka_arena *arena, const char *root, const char *drop_in,
			 struct ka_found_lines *ret_lines, struct ka_error *reterr);

#endif
