/* What a boot would set with our file in place, and whether ours would have the last word. */
#ifndef KA_CLI_OVERLAY_H
#define KA_CLI_OVERLAY_H

#include "cli/options.h"
#include "edge/tree.h"

enum ka_overlay_state {
	KA_OVERLAY_TO_WRITE, /* our file is to be written */
	KA_OVERLAY_OURS,     /* our file sets the values */
	KA_OVERLAY_OTHERS,   /* files of somebody else set exactly these values */
	KA_OVERLAY_DEFAULTS, /* they are the kernel's defaults, and nothing sets others */
};

struct ka_overlay_request {
	const struct ka_options *options;
	const struct ka_tree *tree;
	bool is_image;       /* there is no running kernel to be changed alone */
	const char *drop_in; /* the path of our file */
	const char *text;    /* what it is to hold */
	struct ka_settings target;
};

struct ka_overlay {
	enum ka_overlay_state state;
	struct ka_settings before; /* what a boot sets as the files are */
	const char *text;          /* KA_OVERLAY_TO_WRITE: of our file now; NULL: there is none */
	const char *others;        /* KA_OVERLAY_OTHERS: their names */
	const char *doubts; /* lines: who else may set other values in the end, or would under the
			       other loader; "" */
};

/* Resolves what a boot sets, as the files are and, where that is not the target, with our file put
 * in place; nothing is changed. Arena-owned. KA_E_FOREIGN_LINE, with file and line, when another
 * line would win with another value; KA_E_NO_LOADER when no file would be applied at all;
 * KA_E_DROPIN_FOREIGN when the drop-in is not ours; errors of ka_next_boot_of. */
int ka_overlay_read(const struct ka_overlay_request *request, struct ka_overlay *ret_overlay,
		    struct ka_error *reterr);

/* Resolves the files as they are now and compares. KA_E_VERIFY. */
int ka_overlay_verify(const struct ka_options *options, const struct ka_tree *tree,
		      const struct ka_settings *target, struct ka_error *reterr);

#endif
