/* What the rules about the next boot share: how a line is named, and how much is said at most. */
#ifndef KA_RULES_BOOT_RULE_H
#define KA_RULES_BOOT_RULE_H

#include "core/rule.h"

/* Findings of one rule, so that an image with a thousand bad lines cannot flood the report. */
enum { KA_BOOT_FINDINGS_MAX = 20 };

/* Where a line stands, and who reads it where that is not a loader: "/etc/sysctl.d/50-a.conf:3",
 * "/etc/sysctl.d/99-sysctl.conf:3 (a link to /etc/sysctl.conf)", "/etc/kernel/cmdline:1 (the kernel
 * command line)". NULL: "the kernel's default". */
const char *ka_boot_place(struct ka_arena *arena, const struct ka_boot *boot,
			  const struct ka_boot_line *line);

/* The first 40 bytes of a value, in quotes. */
const char *ka_boot_value(struct ka_arena *arena, const char *value);

/* Adds the key, and the value as it is written (the first 256 bytes of it). */
void ka_boot_add_written(struct ka_finding *finding, struct ka_arena *arena, enum ka_key key,
			 const char *value);

/* Points the finding to the line; nothing for NULL. */
void ka_boot_point(struct ka_finding *finding, const struct ka_boot_line *line);

/* "systemd-252", or "the boot" where nothing applies sysctl.d. */
const char *ka_boot_loader_word(const struct ka_boot_outcome *outcome);

/* Whether the line is of the credential sysctl.extra. */
bool ka_boot_is_credential(const struct ka_boot *boot, const struct ka_boot_line *line);

/* A setter that runs apart from the loader (not the kernel command line, not tuned) and sets the
 * key to this number; NULL: none does. */
const struct ka_setter *ka_boot_setter_of(const struct ka_boot *boot, enum ka_key key,
					  int64_t number);

/* Whether this setter does so, and to which number. False for one whose value the kernel refuses.
 */
bool ka_boot_setter_number(const struct ka_boot *boot, const struct ka_setter *setter,
			   int64_t *ret_number);

/* Says how many findings beyond KA_BOOT_FINDINGS_MAX of count were left out, if any. */
void ka_boot_find_more(const struct ka_rule *rule, struct ka_findings *findings, size_t count);

#endif
