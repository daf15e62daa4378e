/* What the files say that are read at boot, and whether ours would have the last word. */
#ifndef KA_CLI_OVERLAY_H
#define KA_CLI_OVERLAY_H

#include "base/arena.h"
#include "base/error.h"
#include "core/sysctls.h"

enum ka_overlay_state {
	KA_OVERLAY_TO_WRITE, /* our file is to be written */
	KA_OVERLAY_OURS,     /* our file sets the values */
	KA_OVERLAY_OTHERS,   /* files of somebody else set exactly these values */
	KA_OVERLAY_DEFAULTS, /* they are the kernel's defaults, and no file sets others */
};

struct ka_overlay {
	enum ka_overlay_state state;
	const char *text;   /* of our file now; NULL: there is none */
	const char *others; /* KA_OVERLAY_OTHERS: their names */
};

/* Looks at the drop-in of this path and at all other files. Arena-owned. KA_E_FOREIGN_LINE, with
 * file and line, when another line might win with another value; KA_E_DROPIN_FOREIGN when the
 * drop-in is not ours. */
int ka_overlay_read(struct ka_arena *arena, const char *drop_in, const struct ka_settings *target,
		    struct ka_overlay *ret_overlay, struct ka_error *reterr);

#endif
