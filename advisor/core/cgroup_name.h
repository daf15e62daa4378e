/* What a control group's path says: which unit of systemd, which container. Pure. */
#ifndef KA_CORE_CGROUP_NAME_H
#define KA_CORE_CGROUP_NAME_H

#include <stdbool.h>
#include <stddef.h>

enum { KA_CGROUP_NAME = 72 };

struct ka_cgroup_names {
	char unit[KA_CGROUP_NAME]; /* "nginx.service"; "" where there is none; cut when longer */
	char container[KA_CGROUP_NAME]; /* "docker:3f4a9c0d1e2b", "kubernetes:...", "podman:...",
					 * "lxc:NAME", "nspawn:NAME"; "" */
};

/* Reads the text of /proc/PID/cgroup (cgroups(7)): lines ID:CONTROLLERS:PATH; the unified hierarchy
 * (0::) counts, or else name=systemd. Escapes of systemd (\x2d) are resolved in container names
 * only. Bytes may be anything. */
void ka_cgroup_names_read(const char *text, size_t length, struct ka_cgroup_names *ret_names);

#endif
