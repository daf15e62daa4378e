/* What a process is called, and to which unit or container it belongs. */
#ifndef KA_EDGE_PROCESS_H
#define KA_EDGE_PROCESS_H

#include "core/cgroup_name.h"

#include <stdbool.h>

enum { KA_COMMAND_SIZE = 64 };

struct ka_process {
	int pid;
	char command[KA_COMMAND_SIZE]; /* /proc/PID/comm; any bytes but NUL and newline */
	struct ka_cgroup_names names;
};

/* Reads /proc/PID/comm and /proc/PID/cgroup. False when the process is gone or hidden; what cannot
 * be read alone is "". */
bool ka_process_read(int pid, struct ka_process *ret_process);

#endif
