#include "maker.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CHOOSE(maker, array) ((array)[maker_pick(maker, COUNT(array))])

static void link_to(struct maker *maker, const char *path, const char *target)
{
	maker_add(maker, ITEM_LINK, path, target);
}

static void join(char buffer[static 512], const char *directory, const char *name)
{
	snprintf(buffer, 512, "%s/%s", directory, name);
}

/* Two directories, the one that counts more first. */
static void pick_two(struct maker *maker, const char *ret_two[2])
{
	unsigned first = maker_pick(maker, 4);

	ret_two[0] = maker_directories[first];
	ret_two[1] = maker_directories[first + 1 + maker_pick(maker, 4 - first)];
}

/* ---- Which files, in which order ------------------------------------------------------------ */

static void add_same_name(struct maker *maker)
{
	static const char *const names[] = {"50-same.conf", "zz-same.conf", "99-sysctl.conf"};
	const char *name = CHOOSE(maker, names), *two[2];
	enum ka_key key = maker_key(maker);
	char path[512];

	pick_two(maker, two);
	join(path, two[0], name);
	maker_set(maker, path, key);
	join(path, two[1], name);
	maker_set(maker, path, maker_chance(maker, 60) ? key : maker_key(maker));
}

static void add_etc_and_run(struct maker *maker)
{
	enum ka_key key = maker_key(maker);

	maker_set(maker, "/run/sysctl.d/zy-same.conf", key);
	maker_set(maker, "/etc/sysctl.d/zy-same.conf", key);
}

static void add_lib(struct maker *maker)
{
	enum ka_key key = maker_key(maker);
	const char *name = maker_chance(maker, 50) ? "60-lib.conf" : "zz-lib.conf";
	char path[512];

	join(path, "/lib/sysctl.d", name);
	maker_set(maker, path, key);
	if (maker_chance(maker, 40)) {
		join(path, "/usr/lib/sysctl.d", name);
		maker_set(maker, path, key);
	}
}

static void add_merged_usr(struct maker *maker)
{
	static const char *const targets[] = {"usr/lib", "/usr/lib", "./usr/../usr/lib/"};

	if (maker->linked_count > 0)
		return;
	maker->linked[maker->linked_count][0] = "/lib";
	maker->linked[maker->linked_count++][1] = "/usr/lib";
	link_to(maker, "/lib", CHOOSE(maker, targets));
	maker_set(maker, "/usr/lib/sysctl.d/70-merged.conf", maker_key(maker));
}

static void add_order(struct maker *maker)
{
	static const char *const names[] = {"100-o.conf",      "9-o.conf", "Z-o.conf", "a-o.conf",
					    "99-o.conf",       "~o.conf",  "99.conf",  "99-.conf",
					    "\xc3\xa9-o.conf", "0.conf",   "-.conf",   " o.conf"};
	enum ka_key key = maker_key(maker);
	char path[512];

	for (unsigned i = 2 + maker_pick(maker, 3); i > 0; i--) {
		join(path, maker_directories[maker_pick(maker, 5)], CHOOSE(maker, names));
		maker_set(maker, path, key);
	}
}

static void add_unnumbered(struct maker *maker)
{
	enum ka_key key = maker_key(maker);

	maker_set(maker, "/etc/sysctl.d/99-wanted.conf", key);
	maker_set(maker, "/usr/lib/sysctl.d/package.conf", key);
}

static void add_sysctl_conf(struct maker *maker)
{
	for (unsigned i = 1 + maker_pick(maker, 2); i > 0; i--)
		maker_set(maker, "/etc/sysctl.conf", maker_key(maker));
}

static void add_sysctl_conf_by_link(struct maker *maker)
{
	static const char *const names[] = {"99-sysctl.conf", "99-sysctl.conf", "10-first.conf",
					    "zz-last.conf"};
	static const char *const targets[] = {
		"../sysctl.conf", "/etc/sysctl.conf", "../../etc/sysctl.conf",
		"../../../../etc/sysctl.conf", "../sysctl.d/../sysctl.conf"};
	char path[512];

	add_sysctl_conf(maker);
	join(path, "/etc/sysctl.d", CHOOSE(maker, names));
	link_to(maker, path, CHOOSE(maker, targets));
}

static void add_odd_sysctl_conf(struct maker *maker)
{
	unsigned which = maker_pick(maker, 5);

	if (which == 0) {
		maker_add(maker, ITEM_DIRECTORY, "/etc/sysctl.conf", NULL);
	} else if (which == 1) {
		link_to(maker, "/etc/sysctl.conf", "nowhere");
	} else if (which == 2) {
		link_to(maker, "/etc/sysctl.conf", "/dev/null");
	} else if (which == 3) {
		maker_add(maker, ITEM_FIFO, "/etc/sysctl.conf", NULL);
		/* A link to it is waited for. */
		maker->tree->may_wait = true;
	} else {
		link_to(maker, "/etc/sysctl.conf", "../opt/real.conf");
		maker_set(maker, "/opt/real.conf", maker_key(maker));
	}
}

static void add_hidden(struct maker *maker)
{
	static const char *const names[] = {".hidden.conf", ".conf", "..conf", "...conf"};
	char path[512];

	join(path, maker_directories[maker_pick(maker, 5)], CHOOSE(maker, names));
	maker_set(maker, path, maker_key(maker));
}

static void add_ending(struct maker *maker)
{
	static const char *const names[] = {"zz-x.bak",           "zz-x.conf~", "zz-x.CONF",
					    "zz-x.conf.rpmsave",  "zz-xconf",   "conf",
					    "zz-x.conf.dpkg-old", "zz-x",       "zz-x.conf ",
					    "zz-x.conf.conf~"};
	char path[512];

	join(path, maker_directories[maker_pick(maker, 5)], CHOOSE(maker, names));
	maker_set(maker, path, maker_key(maker));
}

static void add_odd_name(struct maker *maker)
{
	static const char *const names[] = {
		"zz-\xff\xfe.conf", "zz \n x.conf", "zz-x.conf.conf", "zz-\\.conf",
		"zz-~.conf",        "~.conf",       "\x01.conf",      "\xe2\x80\xae.conf"};
	char path[512], name[256];

	if (maker_chance(maker, 15)) {
		memset(name, 'z', 250);
		strcpy(name + 250, ".conf");
		join(path, "/etc/sysctl.d", name);
	} else {
		join(path, maker_directories[maker_pick(maker, 5)], CHOOSE(maker, names));
	}
	maker_set(maker, path, maker_key(maker));
}

/* ---- Masks ---------------------------------------------------------------------------------- */

/* A file in a directory that counts less, under whose name something else will stand in one that
 * counts more. ret_path is the latter. */
static void set_below(struct maker *maker, const char *name, char ret_path[static 512])
{
	const char *two[2];
	char path[512];

	pick_two(maker, two);
	join(path, two[1], name);
	maker_set(maker, path, maker_key(maker));
	maker_set(maker, path, maker_key(maker));
	join(ret_path, two[0], name);
}

static void mask_by_link(struct maker *maker, const char *target)
{
	char path[512];

	set_below(maker, maker_chance(maker, 50) ? "zz-m.conf" : "50-m.conf", path);
	link_to(maker, path, target);
}

static void add_mask(struct maker *maker)
{
	static const char *const targets[] = {"/dev/null", "../../dev/null",
					      "../../../../../../dev/null"};

	mask_by_link(maker, CHOOSE(maker, targets));
}

static void add_empty_mask(struct maker *maker)
{
	char path[512];

	set_below(maker, maker_chance(maker, 50) ? "zz-m.conf" : "99-m.conf", path);
	maker_add(maker, ITEM_FILE, path, maker_chance(maker, 50) ? "" : "\n# nothing\n");
}

static void add_dangling(struct maker *maker)
{
	static const char *const targets[] = {"nowhere", "/etc/nowhere", "../../../no/where",
					      "/etc/sysctl.d/zz-none.conf", "/proc/none"};

	mask_by_link(maker, CHOOSE(maker, targets));
}

static void add_loop(struct maker *maker)
{
	char path[512];

	if (maker_chance(maker, 50)) {
		mask_by_link(maker, maker_chance(maker, 50) ? "zz-m.conf" : "./50-m.conf");
		return;
	}
	set_below(maker, "zz-circle.conf", path);
	link_to(maker, path, "/opt/a");
	link_to(maker, "/opt/a", "b");
	link_to(maker, "/opt/b", "/opt/a");
}

static void add_through_file(struct maker *maker)
{
	maker_file(maker, "/etc/hostname");
	mask_by_link(maker, maker_chance(maker, 50) ? "/etc/hostname/x" : "/etc/hostname/../x");
}

static void add_directory(struct maker *maker)
{
	char path[512];

	set_below(maker, maker_chance(maker, 50) ? "zz-d.conf" : "50-d.conf", path);
	if (maker_chance(maker, 60)) {
		maker_add(maker, ITEM_DIRECTORY, path, NULL);
	} else {
		link_to(maker, path, "/opt/directory");
		maker_add(maker, ITEM_DIRECTORY, "/opt/directory", NULL);
	}
}

static void add_socket(struct maker *maker)
{
	char path[512];

	set_below(maker, "zz-s.conf", path);
	maker_add(maker, ITEM_SOCKET, path, NULL);
}

static void add_fifo(struct maker *maker)
{
	char path[512];

	set_below(maker, maker_chance(maker, 50) ? "zz-f.conf" : "00-f.conf", path);
	if (maker_chance(maker, 60)) {
		maker_add(maker, ITEM_FIFO, path, NULL);
	} else {
		link_to(maker, path, "/opt/fifo");
		maker_add(maker, ITEM_FIFO, "/opt/fifo", NULL);
	}
	maker_set(maker, "/etc/sysctl.d/10-before.conf", maker_key(maker));
	maker->tree->may_wait = true;
}

static void add_masked_fifo(struct maker *maker)
{
	maker_add(maker, ITEM_FIFO, "/usr/lib/sysctl.d/zz-g.conf", NULL);
	maker_set(maker, "/etc/sysctl.d/zz-g.conf", maker_key(maker));
	maker->tree->may_wait = true;
}

static void add_endless(struct maker *maker)
{
	mask_by_link(maker, "/dev/zero");
	maker_set(maker, "/etc/sysctl.d/10-before.conf", maker_key(maker));
	maker->tree->may_wait = true;
}

/* ---- Links ---------------------------------------------------------------------------------- */

static void add_link(struct maker *maker)
{
	static const char *const targets[] = {"/opt/settings", "../../opt/settings",
					      "../../../../../opt/settings", "/opt/link",
					      "//opt/./settings"};
	enum ka_key key = maker_key(maker);
	char buffer[256];

	maker_set(maker, "/opt/settings", key);
	link_to(maker, "/opt/link", "settings");
	if (maker_chance(maker, 60)) {
		link_to(maker, "/etc/sysctl.d/zz-link.conf", CHOOSE(maker, targets));
		return;
	}
	maker_path(maker, buffer);
	link_to(maker, buffer, CHOOSE(maker, targets));
}

static void add_link_to_sysctld(struct maker *maker)
{
	maker_set(maker, "/usr/lib/sysctl.d/50-shared.conf", maker_key(maker));
	link_to(maker, "/etc/sysctl.d/zz-again.conf",
		maker_chance(maker, 50) ? "/usr/lib/sysctl.d/50-shared.conf"
					: "../../usr/lib/sysctl.d/50-shared.conf");
}

static void link_directory(struct maker *maker, const char *from, const char *target,
			   const char *to)
{
	if (maker->linked_count > 0)
		return;
	maker->linked[maker->linked_count][0] = from;
	maker->linked[maker->linked_count++][1] = to;
	link_to(maker, from, target);
}

static void add_linked_directory(struct maker *maker)
{
	static const struct {
		const char *from, *target, *to;
	} links[] = {
		{"/etc/sysctl.d", "../opt/sysctl.d", "/opt/sysctl.d"},
		{"/etc/sysctl.d", "/opt/sysctl.d", "/opt/sysctl.d"},
		{"/usr/lib/sysctl.d", "/opt/sysctl.d", "/opt/sysctl.d"},
		{"/run/sysctl.d", "/etc/sysctl.d", "/etc/sysctl.d"},
		{"/etc/sysctl.d", "/usr/lib/sysctl.d", "/usr/lib/sysctl.d"},
		{"/lib/sysctl.d", "../usr/lib/sysctl.d", "/usr/lib/sysctl.d"},
		{"/usr/local/lib/sysctl.d", "/lib/sysctl.d", "/lib/sysctl.d"},
		{"/usr/local/lib", "/opt/lib", "/opt/lib"},
		{"/etc/sysctl.d", "../../../run/sysctl.d/", "/run/sysctl.d"},
	};
	size_t which = maker_pick(maker, COUNT(links));
	char path[512];

	link_directory(maker, links[which].from, links[which].target, links[which].to);
	join(path, links[which].from, "60-through.conf");
	if (strstr(links[which].from, "sysctl.d"))
		maker_set(maker, path, maker_key(maker));
	maker_set(maker, "/usr/local/lib/sysctl.d/65-local.conf", maker_key(maker));
}

static void add_odd_directory(struct maker *maker)
{
	const char *path = maker_directories[maker_pick(maker, 4)];
	unsigned which = maker_pick(maker, 4);

	if (maker->linked_count > 0)
		return;
	/* What was to be in it moves away. */
	maker->linked[maker->linked_count][0] = path;
	maker->linked[maker->linked_count++][1] = "/opt/away";
	if (which == 0)
		maker_add(maker, ITEM_FILE, path, "net.ipv4.tcp_keepalive_time = 5\n");
	else if (which == 1)
		link_to(maker, path, "nowhere");
	else if (which == 2)
		link_to(maker, path, "sysctl.d");
	else
		link_to(maker, path, "/dev/null");
	maker_set(maker, "/lib/sysctl.d/70-left.conf", maker_key(maker));
}

/* ---- Names that are patterns ---------------------------------------------------------------- */

static void add_file_pattern(struct maker *maker)
{
	static const char *const names[] = {
		"zz-{a,b}.conf",     "zz-[ab].conf",        "zz-?.conf",          "zz-*.conf",
		"zz-{a,c,b}.conf",   "zz-{c,d}.conf",       "zz-[cd].conf",       "zz-{a.conf",
		"zz-{a,{b,d}}.conf", "zz-{}a.conf",         "zz-\\a.conf",        "zz-[!a].conf",
		"zz-{b,b}.conf",     "zz-[a.conf",          "zz-{,a}.conf",       "zz-{a}.conf",
		"zz-?{,x}.conf",     "zz-[[:alpha:]].conf", "z{z-a.conf,y}.conf", "zz-a}.conf",
		"zz-\\{a,b}.conf",   "zz-{a,..}.conf"};
	enum ka_key key = maker_key(maker);
	char path[512];

	maker_set(maker, "/etc/sysctl.d/zz-a.conf", key);
	maker_set(maker, "/etc/sysctl.d/zz-b.conf",
		  maker_chance(maker, 50) ? key : maker_key(maker));
	join(path, maker_chance(maker, 80) ? "/etc/sysctl.d" : "/usr/lib/sysctl.d",
	     CHOOSE(maker, names));
	maker_set(maker, path, maker_chance(maker, 50) ? key : maker_key(maker));
}

/* The directories of the other patterns: what is in them is read by a pattern as well, whatever its
 * name. */
static void add_pattern_for_others(struct maker *maker)
{
	static const char *const names[] = {"zz-*", "zz-[n]ote*", "zz-{note.txt,x}",
					    "zz-{note,n}.{txt,"};
	char path[512];

	maker_set(maker, "/etc/sysctl.d/zz-note.txt", maker_key(maker));
	join(path, "/etc/sysctl.d", CHOOSE(maker, names));
	strcat(path, strchr(path, '{') && !strchr(path, '}') ? "conf}.conf" : ".conf");
	maker_set(maker, path, maker_key(maker));
}

/* ---- Other ---------------------------------------------------------------------------------- */

static void add_credential(struct maker *maker)
{
	enum ka_key key = maker_key(maker);

	maker_set(maker, "/etc/sysctl.d/zz-last.conf", key);
	maker_set(maker, "/etc/credstore/sysctl.extra", key);
	if (maker_chance(maker, 30))
		maker_line(maker, maker_file(maker, "/etc/credstore/sysctl.extra"), key,
			   maker_chance(maker, 50) ? "-@D" : "@G = @V");
}

static void add_many_files(struct maker *maker)
{
	char path[512];

	if (maker->tree->count + 40 >= ITEMS_MAX)
		return;
	for (unsigned i = 0; i < 30; i++) {
		snprintf(path, sizeof(path), "%s/%u-many.conf",
			 maker_directories[maker_pick(maker, 5)], maker_pick(maker, 120));
		maker_set(maker, path, maker_key(maker));
	}
}

static void add_random_bytes(struct maker *maker)
{
	maker_set(maker, "/etc/sysctl.d/zz-last.conf", maker_key(maker));
	maker->changes_bytes = true;
}

const struct row file_rows[] = {
	{"of files with one name, the first directory's", .add = add_same_name},
	{"/etc before /run", .add = add_etc_and_run},
	{"/lib/sysctl.d comes last where /lib is not /usr/lib", .add = add_lib},
	{"/lib is a link to /usr/lib", .add = add_merged_usr, .is_rare = true},
	{"one list sorted by name, in the order of bytes", .add = add_order},
	{"a name without number beats 99-", .add = add_unnumbered},
	{"/etc/sysctl.conf: never for systemd, last for procps", .add = add_sysctl_conf},
	{"/etc/sysctl.conf by a link", .add = add_sysctl_conf_by_link},
	{"/etc/sysctl.conf is no regular file", .add = add_odd_sysctl_conf},
	{"hidden files: skipped by systemd, read by procps", .add = add_hidden},
	{"other endings are never read", .add = add_ending},
	{"names in any bytes", .add = add_odd_name},
	{"a link to /dev/null hides", .add = add_mask},
	{"an empty file hides", .add = add_empty_mask},
	{"a link to nothing hides", .add = add_dangling},
	{"a link in a circle hides", .add = add_loop},
	{"a link through a file hides", .add = add_through_file},
	{"a directory hides", .add = add_directory},
	{"a socket hides", .add = add_socket},
	{"a FIFO is waited for, and nothing is applied", .add = add_fifo, .is_rare = true},
	{"a FIFO that is hidden harms nobody", .add = add_masked_fifo, .is_rare = true},
	{"a link to /dev/zero is read for ever", .add = add_endless, .is_rare = true},
	{"a link to a file", .add = add_link},
	{"a link to a file of another directory", .add = add_link_to_sysctld},
	{"sysctl.d itself is a link", .add = add_linked_directory, .is_rare = true},
	{"sysctl.d is no directory", .add = add_odd_directory, .is_rare = true},
	{"a pattern in a file's name: literal for systemd, a pattern for procps",
	 .add = add_file_pattern},
	{"a pattern in a file's name finds others", .add = add_pattern_for_others},
	{"the credential beats every file for systemd", .add = add_credential},
	{"many files", .add = add_many_files},
	{"bytes changed at random", .add = add_random_bytes},
};
const size_t file_row_count = COUNT(file_rows);
