/* What the three values will be after a boot, which line decides each, and what became of all the
 * other lines. Pure: advisor/edge reads the files, this resolves them. */
#ifndef KA_CORE_BOOT_H
#define KA_CORE_BOOT_H

#include "base/arena.h"
#include "base/error.h"
#include "core/loader.h"
#include "core/sysctls.h"

#include <stddef.h>

/* ---- What was found ---------------------------------------------------------------------- */

/* What stands at a path, its links followed inside the root. */
enum ka_node_type {
	KA_NODE_ABSENT,
	KA_NODE_REGULAR,
	KA_NODE_NULL_DEVICE, /* /dev/null */
	KA_NODE_DEVICE,      /* any other device */
	KA_NODE_DIRECTORY,
	KA_NODE_FIFO,
	KA_NODE_SOCKET,
	KA_NODE_DANGLING, /* a link to nothing */
	KA_NODE_LOOP,     /* links in a circle, more than 40, or through something no directory */
};
extern const char *const ka_node_words[]; /* "a directory", "a link to nothing", ... */

/* Where a file stands that a loader may read. */
enum ka_boot_directory {
	KA_IN_ETC,           /* /etc/sysctl.d */
	KA_IN_RUN,           /* /run/sysctl.d */
	KA_IN_USR_LOCAL_LIB, /* /usr/local/lib/sysctl.d */
	KA_IN_USR_LIB,       /* /usr/lib/sysctl.d */
	KA_IN_LIB,           /* /lib/sysctl.d */
	KA_SYSCTL_CONF,      /* /etc/sysctl.conf itself */
	KA_CREDENTIAL,       /* sysctl.extra in a credential store */
	KA_BOOT_DIRECTORIES,
};
extern const char
	*const ka_boot_directory_paths[]; /* "/etc/sysctl.d", ...; not of the credential */

struct ka_boot_file {
	enum ka_boot_directory directory;
	const char *name; /* "50-base.conf"; bytes from outside */
	const char *path; /* as seen inside the root: "/etc/sysctl.d/50-base.conf" */
	enum ka_node_type type;
	const char *target; /* where the links lead, inside the root; NULL: it is no link */
	const char *bytes;  /* of a regular file, length of them and a NUL; NULL for the others */
	size_t length;
	/* The directory is one that was listed before under another name (/lib is a link to
	 * /usr/lib): the same files once more. */
	bool is_again;
};

/* Who else sets the values. */
enum ka_setter_kind {
	KA_SET_BY_CMDLINE,    /* sysctl.KEY=VALUE on the kernel's command line */
	KA_SET_BY_TUNED,      /* the active profile */
	KA_SET_BY_TMPFILES,   /* tmpfiles.d writes to /proc/sys */
	KA_SET_BY_UDEV,       /* SYSCTL{...} in a rule */
	KA_SET_BY_UNIT,       /* a unit that calls sysctl */
	KA_SET_BY_SCRIPT,     /* rc.local, if-up.d, cron, dispatcher ... */
	KA_SET_BY_CLOUD_INIT, /* bootcmd, runcmd, write_files */
	KA_SETTER_KINDS,
};
extern const char *const ka_setter_words[]; /* "the kernel command line", "tuned", ... */

/* One line of such a file. */
struct ka_setter {
	enum ka_setter_kind kind;
	const char *file; /* as seen inside the root */
	unsigned line;    /* 1-based */
	unsigned column;  /* 1-based, in bytes, of the value or the word that matters; 0: none */
	const char *text; /* the line, bytes from outside, NUL-terminated, at most 1 KiB of it */
	bool has_key; /* it sets this key to this value; else it may set any (`sysctl --system`) */
	enum ka_key key;
	const char *value; /* as written */
};

/* tuned's active profile, variables and includes resolved. */
struct ka_tuned {
	bool is_active;      /* the service is enabled and a profile is chosen */
	const char *profile; /* its name */
	bool reapplies; /* reapply_sysctl: /run, /etc/sysctl.d and /etc/sysctl.conf win over it */
	/* Setters are in ka_boot_facts.setters, kind KA_SET_BY_TUNED, in the order they are set. */
};

/* The kernel that will boot. */
struct ka_kernel {
	const char *source;  /* the file that says so; NULL: no kernel was found */
	const char *version; /* "6.1.0-35-amd64"; NULL: not known */
	unsigned hz;         /* or KA_HZ_UNKNOWN (0) */
	bool has_u8_probes;  /* 5.13 and later, 5.10.178 and later of 5.10; true if not known */
};

/* Everything that the edges found out. */
struct ka_boot_facts {
	bool is_live;                   /* the running host: /run counts */
	const struct ka_loader *loader; /* NULL: nothing applies sysctl.d at boot */
	const char *loader_source; /* how it was told: a file, "--loader", or what masks the unit */
	const struct ka_loader *other; /* the loader of `sysctl --system` (or systemd's), for a
					  comparison */
	struct ka_kernel kernel;
	const struct ka_boot_file *files; /* in no particular order within a directory */
	size_t file_count;
	struct ka_tuned tuned;
	const struct ka_setter *setters;
	size_t setter_count;
	bool has_initramfs; /* there is one, and it was not examined */
};

/* ---- What comes of it --------------------------------------------------------------------- */

enum ka_line_effect {
	KA_LINE_WINS,
	KA_LINE_OVERRIDDEN, /* a later line, or a more explicit one, or tuned sets the key */
	KA_LINE_REFUSED,    /* the kernel refuses the value */
	KA_LINE_MASKED,     /* its file is hidden by something that is no file of settings */
	KA_LINE_EXCLUDED,   /* a `-key` line takes the key away from it */
	KA_LINE_IGNORED,    /* not read, or not understood by this loader */
	KA_LINE_SHADOWED,   /* its file is hidden by a file of the same name */
	KA_LINE_EFFECTS,
};
extern const char *const ka_line_effect_words[]; /* "wins", "overridden", ... */

/* One line about one of the keys. A line with a pattern gives one for each key it is about. */
struct ka_boot_line {
	const char *file;   /* as seen inside the root */
	const char *target; /* where the file's links lead; NULL: it is no link */
	unsigned line;      /* 1-based, lines ended by \n as editors count */
	unsigned column;    /* 1-based, in bytes: where the value stands, else the key */
	unsigned width;     /* bytes of what stands there, at least 1 */
	const char *text; /* the line without its end, bytes from outside, NUL-terminated, a NUL in
			     it as a blank, at most 1 KiB of it */
	enum ka_key key;
	const char *value; /* as written, NUL-terminated; NULL: the line has none (`-key`) */
	bool is_accepted;  /* the kernel takes the value: number */
	int64_t number;
	bool is_pattern;     /* the key was matched by a pattern */
	const char *misread; /* how the kernel reads the number otherwise than people do: "010 is
				octal"; NULL: it does not */
	enum ka_line_effect effect;
	const char *reason; /* half a sentence: "a later line sets it", "/etc/sysctl.conf is not
			       read by systemd-sysctl"; NULL for the winner */
	const struct ka_boot_line *by; /* the line that is the reason; NULL: none */
	/* KA_LINE_REFUSED: it took away what an earlier line had set, so the value before boot
	 * stays (systemd). */
	bool drops_earlier;
	int setter; /* index of the setter that it came from (the kernel's command line, tuned); -1:
		       a line of sysctl.d */
};

/* What one loader makes of the files. */
struct ka_boot_outcome {
	const struct ka_loader *loader;
	struct ka_settings values;
	const struct ka_boot_line *source[KA_KEY_COUNT]; /* NULL: the kernel's default stays */
	/* The order in which this old loader writes two spellings of a key cannot be told. */
	bool is_indeterminate[KA_KEY_COUNT];
	const char *stopped; /* why nothing, or not everything, is applied (a FIFO that it waits for
				for ever); NULL: it runs through */
	const struct ka_boot_line
		*lines; /* in the order of their files, as the loader takes them */
	size_t line_count;
};

struct ka_boot {
	const struct ka_boot_facts *facts;
	struct ka_settings base; /* before the files: the kernel command line over its defaults */
	const struct ka_setter *base_source[KA_KEY_COUNT]; /* NULL: the kernel's default */
	struct ka_boot_outcome main;  /* the boot loader's, with tuned and credentials above it */
	struct ka_boot_outcome other; /* under the other loader; only values, source and loader
					 matter; loader NULL: there is none to compare with */
	bool differs;                 /* other gives another value for some key */
};

/* Resolves everything. facts must outlive the result, which is arena-owned. -1 only without memory
 * (KA_E_MEMORY) or with more than 10,000 lines about these keys (KA_E_BOOT_LIMIT). */
int ka_boot_resolve(struct ka_arena *arena, const struct ka_boot_facts *facts,
		    struct ka_boot *ret_boot, struct ka_error *reterr);

/* The same for one loader alone, without command line, credentials of others, or tuned: what the
 * loader itself would do to a kernel that has these values. */
int ka_boot_run_loader(struct ka_arena *arena, const struct ka_boot_facts *facts,
		       const struct ka_loader *loader, const struct ka_settings *base,
		       struct ka_boot_outcome *ret_outcome, struct ka_error *reterr);

#endif
