#include "edge/boot_kernel.h"

#include "core/keepalive.h"
#include "edge/boot_setter_list.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
	CONFIG_MAX = 1024 * 1024, /* bytes; those of distributions have about 300,000 */
	PIECE = 16 * 1024,        /* the tick rate stands near the beginning */
	LINE_MAX_KEPT = 256,      /* of a piece, in front of the next */
};

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

/* What follows the first '-', where a version does: "config-6.1.0-35-amd64". Not that of an image
 * for emergencies, "vmlinuz-0-rescue-...". */
static const char *version_in(const char *name)
{
	const char *dash = strchr(name, '-');

	if (!dash || !is_version(dash + 1) || starts_with(dash + 1, "0-") ||
	    starts_with(name, "init"))
		return NULL;
	return dash + 1;
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

	if (ka_setter_list_directory(tree, arena, "/boot", is_of_boot, &listing, reterr) < 0)
		return -1;
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

	if (ka_setter_list_directory(tree, arena, directory, is_version, &listing, reterr) < 0)
		return -1;
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

/* What a configuration tells. */
struct config {
	unsigned hz;
	bool has_version, has_u8_probes;
};

/* What stands behind the words in text; NULL: they are not there, or cut off. */
static const char *find(const char *text, size_t length, const char *words)
{
	const char *at = memmem(text, length, words, strlen(words));

	return at ? at + strlen(words) : NULL;
}

/* `# Linux/x86 5.10.209 Kernel Configuration`: the real version, where the names of files have that
 * of an interface (5.10.0-28-amd64). */
static void read_header(const char *text, size_t length, struct config *config)
{
	const char *at = find(text, length, "# Linux/"), *version = at ? strchr(at, ' ') : NULL;

	if (!version || !is_version(version + 1))
		return;
	config->has_version = true;
	config->has_u8_probes = has_u8_probes(version + 1);
}

/* Within the range of kernels. Returns whether it is there. */
static bool read_hz(const char *text, size_t length, struct config *config)
{
	const char *at = find(text, length, "\nCONFIG_HZ=");
	int hz = at ? take_number(&at) : 0;

	if (!at || *at != '\n')
		return false;
	config->hz = hz >= KA_HZ_MIN && hz <= KA_HZ_MAX ? (unsigned)hz : KA_HZ_UNKNOWN;
	return true;
}

/* Reads piece by piece until the tick rate is found. */
static int read_pieces(int fd, struct config *config)
{
	char text[LINE_MAX_KEPT + PIECE + 1];
	size_t kept = 0;

	for (size_t total = 0; total < CONFIG_MAX;) {
		ssize_t got = read(fd, text + kept, PIECE);
		size_t length;

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : 0;
		length = kept + (size_t)got;
		text[length] = '\0';
		if (total == 0)
			read_header(text, length, config);
		if (read_hz(text, length, config))
			return 0;
		total += (size_t)got;
		kept = length < LINE_MAX_KEPT ? length : LINE_MAX_KEPT;
		memmove(text, text + length - kept, kept);
	}
	return 0;
}

/* 1: there is no such file, or it is not for us. */
static int read_config(const struct ka_tree *tree, const char *path, struct config *config,
		       struct ka_error *reterr)
{
	int fd = ka_tree_open_file(tree, path), error = fd;

	if (fd >= 0) {
		error = read_pieces(fd, config);
		close(fd);
	}
	if (error == -ENOENT || error == -ENOTDIR || error == -ELOOP || error == -EINVAL ||
	    (error == -EACCES && tree->is_host))
		return 1;
	return error < 0 ? ka_fail_sys(reterr, KA_E_BOOT_READ, -error, "cannot read %s", path) : 0;
}

/* Looks into the first configuration of this version. */
static int ask_config(struct ka_tree *tree, struct ka_arena *arena, struct ka_kernel *kernel,
		      struct ka_error *reterr)
{
	static const struct {
		const char *before, *after;
	} places[] = {{"/boot/config-", ""},
		      {"/usr/lib/modules/", "/config"},
		      {"/lib/modules/", "/config"}};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct config config = {.hz = KA_HZ_UNKNOWN};
		const char *path = ka_arena_printf(arena, "%s%s%s", places[i].before,
						   kernel->version, places[i].after);
		int result = read_config(tree, path, &config, reterr);

		if (result < 0)
			return -1;
		if (result > 0)
			continue;
		kernel->source = path;
		kernel->hz = config.hz;
		if (config.has_version)
			kernel->has_u8_probes = config.has_u8_probes;
		return 0;
	}
	return 0;
}

/* Names the version, and what says so. */
static int find_version(struct ka_tree *tree, struct ka_arena *arena, struct ka_kernel *kernel,
			bool *has_initramfs, struct ka_error *reterr)
{
	static const char *const directories[] = {"/usr/lib/modules", "/lib/modules"};

	if (look_in_boot(tree, arena, &kernel->version, has_initramfs, reterr) < 0)
		return -1;
	kernel->source = "/boot";
	for (size_t i = 0; i < 2 && !kernel->version; i++) {
		kernel->source = directories[i];
		if (look_in_modules(tree, arena, directories[i], &kernel->version, reterr) < 0)
			return -1;
	}
	if (!kernel->version)
		kernel->source = NULL;
	return 0;
}

int ka_boot_kernel_find(struct ka_tree *tree, struct ka_arena *arena, struct ka_kernel *ret_kernel,
			bool *ret_has_initramfs, struct ka_error *reterr)
{
	struct ka_kernel kernel = {.hz = KA_HZ_UNKNOWN, .has_u8_probes = true};
	bool has_initramfs = false;

	if (find_version(tree, arena, &kernel, &has_initramfs, reterr) < 0)
		return -1;
	if (kernel.version) {
		kernel.has_u8_probes = has_u8_probes(kernel.version);
		if (ask_config(tree, arena, &kernel, reterr) < 0)
			return -1;
	}
	if (arena->has_failed)
		return ka_fail_memory(reterr);
	*ret_kernel = kernel;
	*ret_has_initramfs = has_initramfs;
	return 0;
}
