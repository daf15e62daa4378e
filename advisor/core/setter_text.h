/* Text outside of sysctl.d that sets the three values at boot: kernel command lines, calls of
 * sysctl in scripts and units, tmpfiles.d, udev rules, cloud-init. It finds what it can tell by
 * reading; nothing is run. */
#ifndef KA_CORE_SETTER_TEXT_H
#define KA_CORE_SETTER_TEXT_H

#include "base/arena.h"
#include "core/sysctls.h"

#include <stddef.h>

/* What separates the parts of a key. */
enum ka_key_syntax {
	KA_KEY_SYSCTL,  /* the first of `.` and `/` decides, the other belongs to a name: sysctl(8)
			 */
	KA_KEY_ANY,     /* both do: the kernel's command line, tuned before 2.25 */
	KA_KEY_BY_DOTS, /* only `.` does: tuned since 2.25 */
};

/* Whether name[0..length) is one of the three keys. Repeated separators count as one, as in a path
 * below /proc/sys. */
bool ka_key_read(const char *name, size_t length, enum ka_key_syntax syntax, enum ka_key *ret_key);

/* Whether a path with wildcards (* ? [) as in glob(7) means the file of this key in /proc/sys. */
bool ka_key_matches_path(const char *pattern, size_t length, enum ka_key key);

enum ka_hit_kind {
	KA_HIT_VALUE,    /* key is set to value */
	KA_HIT_UNKNOWN,  /* some key may be set, or one to what only a run would tell */
	KA_HIT_FILE,     /* the lines of a file of settings are applied: word */
	KA_HIT_VARIABLE, /* a variable stands there that may hold settings: word is its name */
};

/* One place in a text. */
struct ka_hit {
	enum ka_hit_kind kind;
	size_t at; /* offset in the text of the value, or else of the word that matters */
	enum ka_key key;
	const char *value; /* as written, without quotes; arena-owned, like word */
	const char *word;  /* the file or the variable */
};

/* Hits in the order of the text; begin with {.arena = arena}. Those beyond KA_HITS_MAX are
 * dropped. Without memory the arena's has_failed is set. */
struct ka_hits {
	struct ka_arena *arena;
	struct ka_hit *items;
	size_t count, capacity;
};
enum { KA_HITS_MAX = 1000 };

/* Adds a copy of *hit. */
void ka_hits_add(struct ka_hits *hits, const struct ka_hit *hit);

/* ---- Kernel command lines ------------------------------------------------------------------ */

enum ka_cmdline_syntax {
	KA_CMDLINE_OF_KERNEL, /* double quotes, lib/cmdline.c, next_arg() */
	KA_CMDLINE_OF_GRUB,   /* quoting like the shell's; $name is a variable */
};

/* The settings of a kernel command line, text[from..to), in its order. Words that are `$name` or
 * `${name}` are KA_HIT_VARIABLE in both syntaxes. */
void ka_cmdline_read(struct ka_hits *hits, const char *text, size_t from, size_t to,
		     enum ka_cmdline_syntax syntax);

/* ---- Files of other programs --------------------------------------------------------------- */

enum ka_setter_syntax {
	KA_SYNTAX_SCRIPT,       /* of a shell */
	KA_SYNTAX_UNIT,         /* systemd.service(5): what Exec*= starts at boot */
	KA_SYNTAX_TMPFILES,     /* tmpfiles.d(5) */
	KA_SYNTAX_UDEV,         /* udev(7) */
	KA_SYNTAX_INTERFACES,   /* interfaces(5): up, pre-up, post-up */
	KA_SYNTAX_CRONTAB,      /* crontab(5): @reboot */
	KA_SYNTAX_CRON_D,       /* the same with a user in front of the command */
	KA_SYNTAX_CLOUD_CONFIG, /* cloud-init: bootcmd, runcmd, write_files */
	KA_SYNTAX_SETTINGS,     /* sysctl.conf(5) as sysctl -p reads it */
	KA_SYNTAXES,
};

/* Whether a text can have any hit at all: a quick look. */
bool ka_setter_text_is_candidate(const char *text, size_t length);

/* The hits of a whole file. */
void ka_setter_text_read(struct ka_hits *hits, const char *text, size_t length,
			 enum ka_setter_syntax syntax);

#endif
