#include "edge/boot_kernel.h"

#include "core/keepalive.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CONFIG_MAX = 1024 * 1024 }; /* bytes; those of distributions have about 300,000 */

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_of_boot(const char *name)
{
	return starts_with(name, "config-") || starts_with(name, "vmlinu") ||
	       starts_with(name, "initrd") || starts_with(name, "initramfs");
}

static bool is_version(const char *name)
{
	return name[0] >= '0' && name[0] <= '9';
}

/* What follows the first '-', where a version does: "config-6.1.0-35-amd64". */
static const char *version_in(const char *name)
{
	const char *dash = strchr(name, '-');

	if (!dash || !is_version(dash + 1) || starts_with(name, "init"))
		return NULL;
	return dash + 1;
}

static int fail_read(const char *path, int error, struct ka_error *reterr)
{
	return ka_fail_at(reterr, KA_E_BOOT_READ, path, 0, 0, "cannot read it: %s",
			  strerror(-error));
}

static const char *newer(const char *version, const char *other)
{
	return !version || (other && strverscmp(other, version) > 0) ? other : version;
}

/* /boot: kernels, configurations, initramfs. */
static int look_in_boot(struct ka_tree *tree, struct ka_arena *arena, const char **version,
			bool *has_initramfs, struct ka_error *reterr)
{
	struct ka_listing listing;
	int result = ka_tree_list(tree, arena, "/boot", is_of_boot, &listing);

	/* Only root may look into some of them: on a running host this tells nothing. */
	if (result == -EACCES && tree->is_host)
		return 0;
	if (result < 0)
		return fail_read("/boot", result, reterr);
	for (size_t i = 0; i < listing.count; i++) {
		const char *name = listing.entries[i].name;

		*has_initramfs |= starts_with(name, "init");
		*version = newer(*version, version_in(name));
	}
	if (listing.fd >= 0)
		close(listing.fd);
	return 0;
}

static int look_in_modules(struct ka_tree *tree, struct ka_arena *arena, const char *directory,
			   const char **version, struct ka_error *reterr)
{
	struct ka_listing listing;
	int result = ka_tree_list(tree, arena, directory, is_version, &listing);

	if (result < 0)
		return fail_read(directory, result, reterr);
	for (size_t i = 0; i < listing.count; i++)
		*version = newer(*version, listing.entries[i].name);
	if (listing.fd >= 0)
		close(listing.fd);
	return 0;
}

/* A number of at most four digits behind *text, which is moved behind it; -1: there is none. */
static int take_number(const char **text)
{
	int number = -1;

	for (int digits = 0; **text >= '0' && **text <= '9' && digits < 4; digits++)
		number = (number < 0 ? 0 : number) * 10 + *(*text)++ - '0';
	return number;
}

/* net/ipv4/sysctl_net_ipv4.c holds the count in a u8 since 5.13; 5.10.178 took that over. */
static bool has_u8_probes(const char *version)
{
	int major, minor, patch = 0;

	major = take_number(&version);
	if (*version == '.')
		version++;
	minor = take_number(&version);
	if (*version == '.') {
		version++;
		patch = take_number(&version);
	}
	if (major == 5)
		return minor >= 13 || (minor == 10 && patch >= 178);
	return major > 5;
}

/* CONFIG_HZ of a configuration, within the range of kernels. */
static unsigned hz_of(const char *bytes, size_t length)
{
	static const char key[] = "\nCONFIG_HZ=";
	const char *at = memmem(bytes, length, key, strlen(key));
	int hz;

	if (!at)
		return KA_HZ_UNKNOWN;
	at += strlen(key);
	hz = take_number(&at);
	if (*at != '\n' || hz < KA_HZ_MIN || hz > KA_HZ_MAX)
		return KA_HZ_UNKNOWN;
	return (unsigned)hz;
}

/* Reads the tick rate of this version from the first place that has its configuration. */
static int read_config(struct ka_tree *tree, struct ka_arena *arena, struct ka_kernel *kernel,
		       struct ka_error *reterr)
{
	const char *const places[] = {
		ka_arena_printf(arena, "/boot/config-%s", kernel->version),
		ka_arena_printf(arena, "/usr/lib/modules/%s/config", kernel->version),
		ka_arena_printf(arena, "/lib/modules/%s/config", kernel->version),
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct ka_node node;
		int result = ka_tree_read(tree, arena, places[i], CONFIG_MAX, &node);

		if (result < 0 && !(result == -EACCES && tree->is_host))
			return fail_read(places[i], result, reterr);
		if (result < 0 || node.type != KA_NODE_REGULAR)
			continue;
		kernel->source = places[i];
		kernel->hz = hz_of(node.bytes, node.length);
		return 0;
	}
	return 0;
}

int ka_boot_kernel_find(struct ka_tree *tree, struct ka_arena *arena, struct ka_kernel *ret_kernel,
			bool *ret_has_initramfs, struct ka_error *reterr)
{
	struct ka_kernel kernel = {.hz = KA_HZ_UNKNOWN, .has_u8_probes = true};
	bool has_initramfs = false;

	if (look_in_boot(tree, arena, &kernel.version, &has_initramfs, reterr) < 0)
		return -1;
	kernel.source = kernel.version ? "/boot" : "/usr/lib/modules";
	if (!kernel.version &&
	    (look_in_modules(tree, arena, "/usr/lib/modules", &kernel.version, reterr) < 0 ||
	     look_in_modules(tree, arena, "/lib/modules", &kernel.version, reterr) < 0))
		return -1;
	if (!kernel.version) {
		kernel.source = NULL;
	} else {
		kernel.has_u8_probes = has_u8_probes(kernel.version);
		if (read_config(tree, arena, &kernel, reterr) < 0)
			return -1;
	}
	*ret_kernel = kernel;
	*ret_has_initramfs = has_initramfs;
	return 0;
}
