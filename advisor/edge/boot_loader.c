#include "edge/boot_loader.h"

#include "edge/boot_service.h"
#include "edge/boot_setter_list.h"
#include "edge/boot_version.h"

#include <string.h>
#include <unistd.h>

struct finding {
	struct ka_tree *tree;
	struct ka_arena *arena;
	bool knows_systemd, knows_sysctl; /* the versions were looked for */
	struct ka_found_version systemd, sysctl;
	struct ka_found_loader loader;
};

static int find_systemd(struct finding *finding, struct ka_error *reterr)
{
	if (finding->knows_systemd)
		return 0;
	finding->knows_systemd = true;
	return ka_boot_systemd_version(finding->tree, finding->arena, &finding->systemd, reterr);
}

static int find_sysctl(struct finding *finding, struct ka_error *reterr)
{
	if (finding->knows_sysctl)
		return 0;
	finding->knows_sysctl = true;
	return ka_boot_sysctl_version(finding->tree, &finding->sysctl, reterr);
}

static bool has_procps(const struct finding *finding)
{
	return finding->sysctl.is_found && finding->sysctl.version.family == KA_PROCPS;
}

/* sysctl --system, called by the file source. */
static void run_sysctl(struct finding *finding, const char *source)
{
	finding->loader.runs = true;
	finding->loader.version = (struct ka_loader_version){.family = KA_PROCPS};
	if (has_procps(finding))
		finding->loader.version = finding->sysctl.version;
	finding->loader.source = source;
}

/* ---- systemd ------------------------------------------------------------------------------ */

static int run_systemd(struct finding *finding, struct ka_error *reterr)
{
	static const char unit[] = "systemd-sysctl.service, of a version that nothing tells";

	if (find_systemd(finding, reterr) < 0)
		return -1;
	finding->loader.runs = true;
	finding->loader.version = finding->systemd.version;
	finding->loader.source = finding->systemd.source ? finding->systemd.source : unit;
	return 0;
}

static int follow_service(struct finding *finding, const struct ka_service *service,
			  struct ka_error *reterr)
{
	if (service->calls == KA_SERVICE_CALLS_SYSTEMD)
		return run_systemd(finding, reterr);
	if (service->calls == KA_SERVICE_CALLS_SYSCTL) {
		if (find_sysctl(finding, reterr) < 0)
			return -1;
		run_sysctl(finding, service->reason);
		return 0;
	}
	finding->loader.source = service->reason;
	return 0;
}

/* ---- Others ------------------------------------------------------------------------------- */

/* OpenRC's service, in one of the run levels of a boot. Returns 1 when it is there. */
static int follow_openrc(struct finding *finding, struct ka_error *reterr)
{
	static const char *const levels[] = {"/etc/runlevels/boot/sysctl",
					     "/etc/runlevels/sysinit/sysctl",
					     "/etc/runlevels/default/sysctl"};
	static const char script[] = "/etc/init.d/sysctl";
	struct ka_node node = {0};
	bool is_enabled = false;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]) && !is_enabled; i++) {
		if (ka_setter_look(finding->tree, finding->arena, levels[i], &node, reterr) < 0)
			return -1;
		is_enabled = node.type == KA_NODE_REGULAR;
	}
	if (!is_enabled)
		return 0;
	if (ka_setter_read(finding->tree, finding->arena, script, &node, reterr) < 0 ||
	    find_sysctl(finding, reterr) < 0)
		return -1;
	if (node.bytes && strstr(node.bytes, "--system") && has_procps(finding)) {
		run_sysctl(finding, script);
		return 1;
	}
	finding->loader.runs = true;
	finding->loader.version.family = KA_BUSYBOX;
	/* Alpine's goes through the directories, upstream's through /etc alone. */
	finding->loader.version.is_alpine = node.bytes && strstr(node.bytes, "/lib/sysctl.d");
	finding->loader.source = script;
	return 1;
}

static bool is_start_link(const char *name)
{
	return name[0] == 'S' && ka_has_suffix(name, "procps");
}

/* Debian's script for System V init. Returns 1 when it is there. */
static int follow_sysv(struct finding *finding, struct ka_error *reterr)
{
	struct ka_listing listing;

	if (ka_setter_list_directory(finding->tree, finding->arena, "/etc/rcS.d", is_start_link,
				     &listing, reterr) < 0 ||
	    find_sysctl(finding, reterr) < 0)
		return -1;
	if (listing.fd >= 0)
		close(listing.fd);
	if (listing.count == 0)
		return 0;
	run_sysctl(finding, "/etc/init.d/procps");
	return 1;
}

/* ---- The loader --------------------------------------------------------------------------- */

static int find_what_boots(struct finding *finding, struct ka_error *reterr)
{
	struct ka_service service;
	int result;

	if (ka_boot_service_look(finding->tree, finding->arena, &service, reterr) < 0)
		return -1;
	if (service.calls != KA_SERVICE_ABSENT)
		return follow_service(finding, &service, reterr);
	result = follow_openrc(finding, reterr);
	if (result == 0)
		result = follow_sysv(finding, reterr);
	if (result == 0)
		finding->loader.source = "there is no systemd-sysctl.service, and nothing of "
					 "OpenRC or System V init that would do its work";
	return result < 0 ? -1 : 0;
}

/* The loader of --loader, in the version that the root has. */
static int find_wanted(struct finding *finding, const struct ka_loader_version *wanted,
		       bool has_version, struct ka_error *reterr)
{
	finding->loader.runs = true;
	finding->loader.version = *wanted;
	finding->loader.source = "--loader";
	if (has_version)
		return 0;
	if (wanted->family == KA_SYSTEMD) {
		if (find_systemd(finding, reterr) < 0)
			return -1;
		finding->loader.version = finding->systemd.version;
	} else if (wanted->family == KA_PROCPS) {
		if (find_sysctl(finding, reterr) < 0)
			return -1;
		if (has_procps(finding))
			finding->loader.version = finding->sysctl.version;
	} else {
		if (follow_openrc(finding, reterr) < 0)
			return -1;
		if (finding->loader.version.family != KA_BUSYBOX)
			finding->loader.version = *wanted;
		finding->loader.source = "--loader";
	}
	return 0;
}

/* The other one of systemd and procps. */
static int find_other(struct finding *finding, struct ka_error *reterr)
{
	struct ka_found_loader *loader = &finding->loader;

	if (!loader->runs || loader->version.family == KA_SYSTEMD) {
		if (find_sysctl(finding, reterr) < 0)
			return -1;
		loader->has_other = has_procps(finding);
		loader->other = finding->sysctl.version;
		return 0;
	}
	if (find_systemd(finding, reterr) < 0)
		return -1;
	loader->has_other = finding->systemd.is_found;
	loader->other = finding->systemd.version;
	return 0;
}

int ka_boot_loader_find(struct ka_tree *tree, struct ka_arena *arena,
			const struct ka_loader_version *wanted, bool wanted_has_version,
			struct ka_found_loader *ret_loader, struct ka_error *reterr)
{
	struct finding finding = {.tree = tree, .arena = arena};
	int result = wanted ? find_wanted(&finding, wanted, wanted_has_version, reterr)
			    : find_what_boots(&finding, reterr);

	if (result < 0 || find_other(&finding, reterr) < 0)
		return -1;
	*ret_loader = finding.loader;
	return 0;
}
