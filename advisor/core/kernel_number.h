/* How the kernel reads a number that is written to one of the three sysctls (kernel/sysctl.c,
 * proc_get_long, do_proc_dointvec_jiffies_conv, do_proc_dou8vec_minmax_conv). */
#ifndef KA_CORE_KERNEL_NUMBER_H
#define KA_CORE_KERNEL_NUMBER_H

#include "core/sysctls.h"

#include <stddef.h>

enum ka_number_result {
	KA_NUMBER_OK,
	KA_NUMBER_MALFORMED,    /* refused: not a number, or glued to something */
	KA_NUMBER_OUT_OF_RANGE, /* refused: the kernel has a limit for the key */
};

struct ka_kernel_number {
	enum ka_number_result result;
	int64_t value;         /* KA_NUMBER_OK */
	bool is_octal, is_hex; /* so it is another number than it seems: 010 is 8 */
	size_t length;         /* bytes of the number; what follows its blank is ignored */
	bool has_rest;         /* something follows: `7200 # two hours` */
	int64_t min, max;      /* the range of the key on this kernel */
};

/* Reads bytes[0..length), the value as a loader writes it. hz is the kernel's tick rate, which
 * limits time and intvl to INT_MAX/hz seconds; KA_HZ_UNKNOWN takes the narrowest, that of 1000.
 * has_u8_probes: the kernel holds the count in eight bits (since 5.13). */
struct ka_kernel_number ka_kernel_number_read(enum ka_key key, const char *bytes, size_t length,
					      unsigned hz, bool has_u8_probes);

#endif
