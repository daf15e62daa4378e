/* The three sysctls, in one table: everything else that knows their names or ranges asks here. */
#ifndef KA_CORE_SYSCTLS_H
#define KA_CORE_SYSCTLS_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum ka_key { KA_TIME, KA_INTVL, KA_PROBES, KA_KEY_COUNT };

struct ka_sysctl {
	const char *key;  /* "net.ipv4.tcp_keepalive_time" */
	const char *file; /* below /proc/sys: "net/ipv4/tcp_keepalive_time" */
	const char *word; /* "tcp_keepalive_time" */
	const char *unit; /* "s", or "" for a count */
	int64_t kernel_default;
	int64_t min, max; /* what setsockopt allows too, tcp(7); the kernel's sysctl is laxer */
};

extern const struct ka_sysctl ka_sysctls[KA_KEY_COUNT];

/* One triple. Any value that a kernel may hold, also 0 and negative ones. */
struct ka_settings {
	int64_t value[KA_KEY_COUNT]; /* seconds, seconds, probes */
};

#define KA_KERNEL_DEFAULTS ((struct ka_settings){{7200, 75, 9}})

bool ka_settings_equal(const struct ka_settings *a, const struct ka_settings *b);

/* Every value within min..max of its row. */
bool ka_settings_in_range(const struct ka_settings *settings);

/* False for triples that kill healthy connections or switch keepalive off: time or intvl not
 * above 0, probes 0 (net/ipv4/tcp_timer.c, tcp_keepalive_timer). */
bool ka_settings_work(const struct ka_settings *settings);

/* Parses "7200,75,9" (integers, possibly negative). -1 with KA_E_OPTION_VALUE. */
int ka_settings_parse(const char *text, struct ka_settings *ret_settings, struct ka_error *reterr);

#endif
