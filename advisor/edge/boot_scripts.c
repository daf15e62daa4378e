#include "edge/boot_scripts.h"

#include "edge/boot_units.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One file, or all files of a directory. */
struct place {
	const char *path;
	enum ka_setter_kind kind;
	enum ka_setter_syntax syntax;
	const char *suffix;    /* of the names that count, or one of the constants below */
	bool needs_permission; /* it runs only when it is executable */
	bool is_masked;        /* a file of the same name in a directory above hides it */
	bool (*counts)(struct ka_grep *grep, const struct ka_grep_file *file);
};

static const char FILE_ITSELF[] = "";   /* the path is the file's */
static const char EVERY[] = "*";        /* every name */
static const char DIRECTORIES[] = ".d"; /* all files of the directories that end so */

static bool init_script_counts(struct ka_grep *grep, const struct ka_grep_file *file);
static bool is_ufw_enabled(struct ka_grep *grep, const struct ka_grep_file *file);

#define CONF(directory, kind, syntax, suffix)                                                      \
	{                                                                                          \
		directory, kind, syntax, suffix, false, true, NULL                                 \
	}
#define TMPFILES(directory) CONF(directory, KA_SET_BY_TMPFILES, KA_SYNTAX_TMPFILES, ".conf")
#define UDEV(directory) CONF(directory, KA_SET_BY_UDEV, KA_SYNTAX_UDEV, ".rules")
#define SCRIPTS(path, suffix)                                                                      \
	{                                                                                          \
		path, KA_SET_BY_SCRIPT, KA_SYNTAX_SCRIPT, suffix, true, false, NULL                \
	}
#define TABLE(path, syntax, suffix)                                                                \
	{                                                                                          \
		path, KA_SET_BY_SCRIPT, syntax, suffix, false, false, NULL                         \
	}
#define CLOUD(path, suffix)                                                                        \
	{                                                                                          \
		path, KA_SET_BY_CLOUD_INIT, KA_SYNTAX_CLOUD_CONFIG, suffix, false, false, NULL     \
	}

static const struct place places[] = {
	TMPFILES("/etc/tmpfiles.d"),
	TMPFILES("/run/tmpfiles.d"),
	TMPFILES("/usr/local/lib/tmpfiles.d"),
	TMPFILES("/usr/lib/tmpfiles.d"),
	UDEV("/etc/udev/rules.d"),
	UDEV("/run/udev/rules.d"),
	UDEV("/usr/local/lib/udev/rules.d"),
	UDEV("/usr/lib/udev/rules.d"),
	UDEV("/lib/udev/rules.d"),
	SCRIPTS("/etc/rc.local", FILE_ITSELF),
	SCRIPTS("/etc/rc.d", EVERY),
	{"/etc/init.d", KA_SET_BY_SCRIPT, KA_SYNTAX_SCRIPT, EVERY, true, false, init_script_counts},
	SCRIPTS("/etc/local.d", ".start"),
	TABLE("/etc/network/interfaces", KA_SYNTAX_INTERFACES, FILE_ITSELF),
	TABLE("/etc/network/interfaces.d", KA_SYNTAX_INTERFACES, EVERY),
	SCRIPTS("/etc/network/if-pre-up.d", EVERY),
	SCRIPTS("/etc/network/if-up.d", EVERY),
	SCRIPTS("/etc/NetworkManager/dispatcher.d", EVERY),
	SCRIPTS("/etc/NetworkManager/dispatcher.d/pre-up.d", EVERY),
	SCRIPTS("/etc/NetworkManager/dispatcher.d/no-wait.d", EVERY),
	SCRIPTS("/usr/lib/NetworkManager/dispatcher.d", EVERY),
	SCRIPTS("/etc/networkd-dispatcher", DIRECTORIES),
	TABLE("/etc/crontab", KA_SYNTAX_CRON_D, FILE_ITSELF),
	TABLE("/etc/cron.d", KA_SYNTAX_CRON_D, EVERY),
	TABLE("/var/spool/cron", KA_SYNTAX_CRONTAB, EVERY),
	TABLE("/var/spool/cron/crontabs", KA_SYNTAX_CRONTAB, EVERY),
	{"/etc/ufw/sysctl.conf", KA_SET_BY_SCRIPT, KA_SYNTAX_SETTINGS, FILE_ITSELF, false, false,
	 is_ufw_enabled},
	CLOUD("/etc/cloud/cloud.cfg", FILE_ITSELF),
	CLOUD("/etc/cloud/cloud.cfg.d", ".cfg"),
	CLOUD("/var/lib/cloud/seed/nocloud", EVERY),
	CLOUD("/var/lib/cloud/seed/nocloud-net", EVERY),
};
enum { PLACE_COUNT = sizeof(places) / sizeof(places[0]) };

struct search {
	struct ka_grep *grep;
	struct ka_arena arena;
	dev_t device; /* of the directory listed before */
	ino_t inode;
};

/* ---- What counts -------------------------------------------------------------------------- */

static bool exists(struct ka_grep *grep, const char *path)
{
	struct ka_node node;

	return ka_tree_read(grep->tree, &grep->scratch, path, KA_SETTER_FILE_MAX, &node) < 0 ||
	       node.type != KA_NODE_ABSENT;
}

static bool is_of_run(const char *path)
{
	return strncmp(path, "/run/", 5) == 0;
}

/* Whether no directory of the same kind that comes before has a file of this name. */
static bool is_not_hidden(struct ka_grep *grep, const struct ka_grep_file *file)
{
	const struct place *own = file->context;
	const char *name = strrchr(file->path, '/') + 1;

	for (const struct place *above = places; above < own; above++)
		if (above->kind == own->kind && (grep->tree->is_host || !is_of_run(above->path)) &&
		    exists(grep, ka_arena_printf(&grep->scratch, "%s/%s", above->path, name)))
			return false;
	return true;
}

/* S??NAME of a runlevel's directory. */
static bool starts_in(struct ka_grep *grep, const char *directory, const char *name)
{
	struct ka_listing listing;
	bool result = false;

	if (ka_tree_list(grep->tree, &grep->scratch, directory, NULL, &listing) < 0)
		return false;
	if (listing.fd >= 0)
		close(listing.fd);
	for (size_t i = 0; i < listing.count; i++) {
		const char *entry = listing.entries[i].name;

		result |= entry[0] == 'S' && strlen(entry) > 3 && strcmp(entry + 3, name) == 0;
	}
	return result;
}

/* An init script runs when a runlevel has it, and systemd does not have a unit of its name. */
static bool init_script_counts(struct ka_grep *grep, const struct ka_grep_file *file)
{
	static const char *const runlevels[] = {"/etc/rcS.d", "/etc/rc2.d",      "/etc/rc3.d",
						"/etc/rc5.d", "/etc/rc.d/rc3.d", "/etc/rc.d/rc5.d"};
	static const char *const openrc[] = {"/etc/runlevels/sysinit", "/etc/runlevels/boot",
					     "/etc/runlevels/default"};
	const char *name = strrchr(file->path, '/') + 1;

	/* The loaders of sysctl.d. */
	if (strcmp(name, "procps") == 0 || strcmp(name, "sysctl") == 0 ||
	    ka_boot_unit_exists(grep->tree, ka_arena_printf(&grep->scratch, "%s.service", name)))
		return false;
	for (size_t i = 0; i < sizeof(runlevels) / sizeof(runlevels[0]); i++)
		if (starts_in(grep, runlevels[i], name))
			return true;
	for (size_t i = 0; i < sizeof(openrc) / sizeof(openrc[0]); i++)
		if (exists(grep, ka_arena_printf(&grep->scratch, "%s/%s", openrc[i], name)))
			return true;
	return false;
}

/* The firewall applies its own file when it starts. */
static bool is_ufw_enabled(struct ka_grep *grep, const struct ka_grep_file *file)
{
	struct ka_node node;

	(void)file;
	return ka_tree_read(grep->tree, &grep->scratch, "/etc/ufw/ufw.conf", KA_SETTER_FILE_MAX,
			    &node) == 0 &&
	       node.bytes && strstr(node.bytes, "\nENABLED=yes");
}

/* ---- The places --------------------------------------------------------------------------- */

static bool is_hidden_or_copy(const char *name)
{
	size_t length = strlen(name);

	return name[0] == '.' || (length > 0 && name[length - 1] == '~') ||
	       ka_has_suffix(name, ".dpkg-old") || ka_has_suffix(name, ".dpkg-dist") ||
	       ka_has_suffix(name, ".dpkg-new") || ka_has_suffix(name, ".rpmsave") ||
	       ka_has_suffix(name, ".rpmnew") || ka_has_suffix(name, ".bak");
}

static int grep_entry(struct search *search, const struct place *place, const char *directory,
		      const struct ka_listing *listing, const struct ka_entry *entry,
		      struct ka_error *reterr)
{
	struct ka_grep_file file = {
		.kind = place->kind,
		.syntax = place->syntax,
		.needs_permission = place->needs_permission,
		.counts = place->is_masked ? is_not_hidden : place->counts,
		.context = place,
	};

	if (entry->type == DT_DIR || is_hidden_or_copy(entry->name))
		return 0;
	file.path = ka_arena_printf(&search->grep->scratch, "%s/%s", directory, entry->name);
	return ka_grep_entry(search->grep, &file, directory, listing, entry, reterr);
}

static int grep_directory(struct search *search, const struct place *place, const char *directory,
			  struct ka_error *reterr);

static bool matches(const struct place *place, const char *name)
{
	return place->suffix == EVERY || ka_has_suffix(name, place->suffix);
}

static int grep_entries(struct search *search, const struct place *place, const char *directory,
			const struct ka_listing *listing, struct ka_error *reterr)
{
	struct place inner = *place;
	int result = 0;

	inner.suffix = EVERY;
	for (size_t i = 0; i < listing->count && result == 0; i++) {
		const struct ka_entry *entry = &listing->entries[i];

		if (!matches(place, entry->name))
			continue;
		result = place->suffix == DIRECTORIES
				 ? grep_directory(search, &inner,
						  ka_arena_printf(&search->arena, "%s/%s",
								  directory, entry->name),
						  reterr)
				 : grep_entry(search, place, directory, listing, entry, reterr);
	}
	return result;
}

/* Whether the directory is the one that was listed before. */
static bool is_listed_again(struct search *search, int fd)
{
	dev_t device = search->device;
	ino_t inode = search->inode;
	struct stat status;

	if (fstat(fd, &status) < 0)
		return false;
	search->device = status.st_dev;
	search->inode = status.st_ino;
	return device == status.st_dev && inode == status.st_ino;
}

static int grep_directory(struct search *search, const struct place *place, const char *directory,
			  struct ka_error *reterr)
{
	struct ka_listing listing;
	bool is_again;
	int result;

	if (ka_tree_list(search->grep->tree, &search->arena, directory, NULL, &listing) < 0) {
		search->grep->skipped++;
		return 0;
	}
	if (listing.fd < 0)
		return 0;
	/* /lib is a link to /usr/lib on many systems. */
	is_again = is_listed_again(search, listing.fd);
	result = is_again ? 0 : grep_entries(search, place, directory, &listing, reterr);
	close(listing.fd);
	return result;
}

static int grep_place(struct search *search, const struct place *place, struct ka_error *reterr)
{
	/* /etc/rc.local is a link to /etc/rc.d/rc.local on some systems. */
	static const char *const linked[] = {"rc.local", NULL};
	struct ka_grep_file file = {
		.path = place->path,
		.kind = place->kind,
		.syntax = place->syntax,
		.needs_permission = place->needs_permission,
		.never = linked,
		.counts = place->counts,
	};
	int result;

	if (is_of_run(place->path) && !search->grep->tree->is_host)
		return 0;
	if (place->suffix == FILE_ITSELF)
		return ka_grep_file(search->grep, &file, reterr);
	result = grep_directory(search, place, place->path, reterr);
	if (result == 0 && search->arena.has_failed)
		result = ka_fail_memory(reterr);
	ka_arena_clear(&search->arena);
	return result;
}

int ka_boot_scripts_grep(struct ka_grep *grep, struct ka_error *reterr)
{
	struct search search = {.grep = grep, .arena = ka_arena_make(KA_ARENA_CAP)};

	for (size_t i = 0; i < PLACE_COUNT; i++)
		if (grep_place(&search, &places[i], reterr) < 0)
			return -1;
	return 0;
}
