/* Kernel values under /proc/sys, of the calling thread's network namespace. */
#ifndef KA_EDGE_PROCSYS_H
#define KA_EDGE_PROCSYS_H

#include "base/error.h"
#include "core/sysctls.h"

#include <stdint.h>

/* Reads one number, in one bounded read at offset 0. below_proc_sys is like
 * "net/ipv4/tcp_keepalive_time". Decimal, an optional '-' in front, an optional newline behind it,
 * else KA_E_PROC_MALFORMED. KA_E_PROC_MISSING when there is no such file, KA_E_PROC_PERMISSION when
 * it may not be read, KA_E_PROC_READ for any other failure. */
int ka_procsys_read_number(const char *below_proc_sys, int64_t *ret_value, struct ka_error *reterr);

/* Reads the three values; errors as ka_procsys_read_number. */
int ka_procsys_read_settings(struct ka_settings *ret_settings, struct ka_error *reterr);

enum { KA_PROCSYS_BOOT_ID_SIZE = 40 };

/* Reads the id of this boot (kernel.random.boot_id), "" where it is not shown. */
void ka_procsys_read_boot_id(char boot_id[static KA_PROCSYS_BOOT_ID_SIZE]);

/* Opens the file for writing and closes it again: whether ka_procsys_write_number would be
 * permitted. KA_E_PERMISSION, KA_E_READ_ONLY, KA_E_PROC_MISSING or KA_E_WRITE. Root may be refused
 * and others be permitted, so only trying tells. */
int ka_procsys_probe_write(const char *below_proc_sys, struct ka_error *reterr);

/* Writes one number: plain decimal, one write at offset 0 (later ones would be ignored without an
 * error), all of it taken. Errors as ka_procsys_probe_write. Reading back is the caller's. */
int ka_procsys_write_number(const char *below_proc_sys, int64_t value, struct ka_error *reterr);

#endif
