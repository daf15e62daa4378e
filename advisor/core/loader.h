/* The programs that apply sysctl.d at boot, and in what they differ: one row of toggles each. */
#ifndef KA_CORE_LOADER_H
#define KA_CORE_LOADER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum ka_loader_family { KA_SYSTEMD, KA_PROCPS, KA_BUSYBOX, KA_LOADER_FAMILIES };

/* Every toggle with the words of its settings: core/loader_toggles.def. */
#define KA_TOGGLE(name, ...) enum ka_loader_##name{__VA_ARGS__};
#include "core/loader_toggles.def"
#undef KA_TOGGLE

struct ka_loader {
	const char *name; /* "systemd-252", "systemd-239-rhel8", "procps-4.0", "busybox" */
	enum ka_loader_family family;
	unsigned since; /* systemd: the first version of this row; others: rank among the family */
#define KA_TOGGLE(name, ...) enum ka_loader_##name name;
#include "core/loader_toggles.def"
#undef KA_TOGGLE
};

/* All rows: the families in the order of their enum, the oldest first. */
extern const struct ka_loader ka_loaders[];
extern const size_t ka_loader_count;

enum { KA_LOADER_NAME_MAX = 32 };

/* What an image says about its loader. */
struct ka_loader_version {
	enum ka_loader_family family;
	unsigned major, minor, patch; /* systemd: major only; 0.0.0: not known */
	bool is_rhel;                 /* systemd 219 or 239 with the patches of RHEL 7 or 8 */
	bool is_alpine;               /* busybox: with the patched OpenRC of Alpine */
};

/* Makes the row for this version: the toggles of the nearest row that is not newer (or the oldest),
 * its name with the version itself, "systemd-254". A version that is not known is taken as systemd
 * 252 or procps 4.0.2. */
struct ka_named_loader {
	struct ka_loader loader;
	char name[KA_LOADER_NAME_MAX]; /* loader.name points here only after ka_loader_row */
};
const struct ka_loader *ka_loader_for(const struct ka_loader_version *version,
				      struct ka_named_loader *storage);

/* Parses the word of --loader: a family ("systemd", "procps", "busybox") or a family with its
 * version ("systemd-252", "systemd-239-rhel8", "procps-3.3.17", "procps-4.0", "busybox-alpine").
 * *ret_has_version is false for a bare family. -1 with KA_E_OPTION_VALUE. */
int ka_loader_parse(const char *word, struct ka_loader_version *ret_version, bool *ret_has_version,
		    struct ka_error *reterr);

#endif
