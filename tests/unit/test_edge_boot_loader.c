#include "edge/boot_loader.h"

#include "tree_place.h"

#define VENDOR "/usr/lib/systemd/system/systemd-sysctl.service"
#define ETC "/etc/systemd/system/systemd-sysctl.service"
#define CALLS_SYSTEMD                                                                              \
	"[Unit]\nDescription=x\n[Service]\nExecStart=/usr/lib/systemd/systemd-sysctl\n"

static struct ka_found_loader find_wanted(struct place *place,
					  const struct ka_loader_version *wanted, bool has_version)
{
	struct ka_found_loader found = {0};
	struct ka_error error = {0};

	if (ka_boot_loader_find(&place->tree, &place->arena, wanted, has_version, &found, &error) <
	    0) {
		print_error("%s: %s\n", error.file, error.message);
		fail();
	}
	return found;
}

static struct ka_found_loader find(struct place *place)
{
	return find_wanted(place, NULL, false);
}

static void assert_runs(struct place *place, const char *name, const char *source)
{
	struct ka_found_loader found = find(place);
	struct ka_named_loader storage;

	assert_true(found.runs);
	assert_string_equal(ka_loader_for(&found.version, &storage)->name, name);
	assert_string_equal(found.source, source);
}

static void assert_other(struct place *place, const char *name)
{
	struct ka_found_loader found = find(place);
	struct ka_named_loader storage;

	assert_int_equal(found.has_other, name != NULL);
	if (name)
		assert_string_equal(ka_loader_for(&found.other, &storage)->name, name);
}

static void assert_nothing(struct place *place, const char *why)
{
	struct ka_found_loader found = find(place);

	assert_false(found.runs);
	assert_contains(found.source, why);
}

static void put_library(struct place *place, const char *path)
{
	put(place, VENDOR, CALLS_SYSTEMD);
	put(place, path, "");
}

static void put_bytes(struct place *place, const char *path, const char *bytes, size_t length)
{
	put(place, path, "");
	write_file(in_root(place, path), bytes, length);
}

static void take_away(struct place *place, const char *path)
{
	assert_int_equal(remove(in_root(place, path)), 0);
}

/* ---- Versions of systemd ------------------------------------------------------------------ */

static void the_library_names_the_version(void **state)
{
	static const struct {
		const char *path, *name;
	} rows[] = {
		{"/usr/lib/systemd/libsystemd-shared-252.so", "systemd-252"},
		{"/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-252.so", "systemd-252"},
		{"/usr/lib/aarch64-linux-gnu/systemd/libsystemd-shared-257.so", "systemd-257"},
		{"/usr/lib64/systemd/libsystemd-shared-255.4-1.fc40.so", "systemd-255"},
		{"/lib/systemd/libsystemd-shared-247.so", "systemd-247"},
		{"/lib/systemd/libsystemd-shared-230.so", "systemd-230"},
	};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ka_test_at("%s", rows[i].path);
		put_library(place, rows[i].path);
		assert_runs(place, rows[i].name, rows[i].path);
		take_away(place, rows[i].path);
	}
}

static void of_several_libraries_the_newest_counts(void **state)
{
	struct place *place = *state;

	put_library(place, "/usr/lib/systemd/libsystemd-shared-249.so");
	put_library(place, "/usr/lib/systemd/libsystemd-shared-252.12.so");
	put_library(place, "/usr/lib/systemd/libsystemd-shared-99.so");
	put_library(place, "/usr/lib/systemd/libsystemd-shared-2555.so");
	put_library(place, "/usr/lib/systemd/libsystemd-shared-.so");
	put_library(place, "/usr/lib/systemd/libsystemd-shared-260");
	assert_runs(place, "systemd-252", "/usr/lib/systemd/libsystemd-shared-252.12.so");
}

static void old_programs_name_themselves(void **state)
{
	static const char upstream[] = "\177ELF\0systemd daemon\0systemd 229\0+PAM -AUDIT\0";
	static const char patched[] = "\177ELF\0systemd 219\0/etc/sysctl.d\0/etc/sysctl.conf\0";
	static const char unpatched[] = "\177ELF\0systemd 219\0/etc/sysctl.d\0";
	struct place *place = *state;

	put(place, VENDOR, "");
	put_bytes(place, "/usr/lib/systemd/systemd-sysctl", upstream, sizeof(upstream));
	assert_runs(place, "systemd-229", "/usr/lib/systemd/systemd-sysctl");
	put_bytes(place, "/usr/lib/systemd/systemd-sysctl", unpatched, sizeof(unpatched));
	assert_runs(place, "systemd-219", "/usr/lib/systemd/systemd-sysctl");
	put_bytes(place, "/usr/lib/systemd/systemd-sysctl", patched, sizeof(patched));
	assert_runs(place, "systemd-219-rhel7", "/usr/lib/systemd/systemd-sysctl");
}

static void the_distribution_names_the_version(void **state)
{
	static const struct {
		const char *release, *name;
	} rows[] = {
		{"ID=debian\nVERSION_ID=\"12\"\n", "systemd-252"},
		{"ID=debian\nVERSION_ID='9'\n", "systemd-232"},
		{"NAME=x\nID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"18.04\"\n", "systemd-237"},
		{"ID=\"centos\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"7\"\n", "systemd-219-rhel7"},
		{"ID=\"rhel\"\nVERSION_ID=\"7.9\"\n", "systemd-219-rhel7"},
		{"ID=\"amzn\"\nID_LIKE=\"centos rhel fedora\"\nVERSION_ID=\"2\"\n",
		 "systemd-219-rhel7"},
		{"ID=\"amzn\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"2023\"\n", "systemd-252"},
		{"ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"8.10\"\n",
		 "systemd-239-rhel8"},
		{"ID=\"ol\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"8.9\"\n", "systemd-239-rhel8"},
		{"ID=\"other\"\nID_LIKE=\"rhel\"\nVERSION_ID=\"9.4\"\n", "systemd-252"},
		/* Unknown: what is not known is taken for 252. */
		{"ID=\"rhel\"\nVERSION_ID=\"10.0\"\n", "systemd-252"},
		{"ID=strange\nVERSION_ID=3\n", "systemd-252"},
		{"ID=\"debian\nVERSION_ID=\n", "systemd-252"},
		{"", "systemd-252"},
	};
	struct place *place = *state;

	put(place, VENDOR, "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_found_loader found;
		struct ka_named_loader storage;

		put(place, "/usr/lib/os-release", rows[i].release);
		found = find(place);
		ka_test_at("%s", rows[i].release);
		assert_true(found.runs);
		assert_string_equal(ka_loader_for(&found.version, &storage)->name, rows[i].name);
		assert_non_null(found.source);
	}
	/* /etc/os-release goes before. */
	put(place, "/etc/os-release", "ID=debian\nVERSION_ID=\"11\"\n");
	assert_runs(place, "systemd-247", "/etc/os-release");
}

static void rhel_8_is_told_from_others(void **state)
{
	struct place *place = *state;

	put_library(place, "/usr/lib/systemd/libsystemd-shared-239.so");
	assert_runs(place, "systemd-239", "/usr/lib/systemd/libsystemd-shared-239.so");
	put(place, "/etc/os-release", "ID=\"almalinux\"\nVERSION_ID=\"8.10\"\n");
	assert_runs(place, "systemd-239-rhel8", "/usr/lib/systemd/libsystemd-shared-239.so");
	put(place, "/etc/os-release", "ID=ubuntu\nVERSION_ID=\"18.10\"\n");
	assert_runs(place, "systemd-239", "/usr/lib/systemd/libsystemd-shared-239.so");
}

/* ---- The unit ----------------------------------------------------------------------------- */

static void a_masked_unit_applies_nothing(void **state)
{
	struct place *place = *state;

	put_library(place, "/usr/lib/systemd/libsystemd-shared-252.so");
	put_link(place, ETC, "/dev/null");
	assert_nothing(place, "systemd-sysctl.service is masked: " ETC " is a link to /dev/null");
	take_away(place, ETC);
	put(place, ETC, "");
	assert_nothing(place, ETC " is empty");
	take_away(place, ETC);
	/* A boot begins with an empty /run, except that of the running host. */
	put(place, "/run/systemd/system/systemd-sysctl.service", "");
	assert_runs(place, "systemd-252", "/usr/lib/systemd/libsystemd-shared-252.so");
	place->tree.is_host = true;
	assert_nothing(place, "is masked: /run/systemd/system/");
}

static void without_a_unit_nothing_is_applied(void **state)
{
	struct place *place = *state;

	assert_nothing(place, "there is no systemd-sysctl.service");
	put(place, "/usr/lib/systemd/libsystemd-shared-252.so", "");
	assert_nothing(place, "there is no systemd-sysctl.service");
	put(place, "/lib/systemd/system/systemd-sysctl.service", "x");
	assert_runs(place, "systemd-252", "/usr/lib/systemd/libsystemd-shared-252.so");
}

static void a_unit_of_the_administrator_is_read(void **state)
{
	struct place *place = *state;

	put_library(place, "/usr/lib/systemd/libsystemd-shared-252.so");
	put(place, ETC, CALLS_SYSTEMD);
	assert_runs(place, "systemd-252", "/usr/lib/systemd/libsystemd-shared-252.so");
	put(place, ETC, "[Service]\nExecStart=-/sbin/sysctl --system\n");
	assert_runs(place, "procps-4.0", ETC " calls -/sbin/sysctl --system");
	put(place, ETC, "[Unit]\nExecStart=/sbin/sysctl --system\n[Service]\nType=oneshot\n");
	assert_nothing(place, ETC " calls nothing");
	take_away(place, ETC);
	put_link(place, ETC, VENDOR);
	assert_runs(place, "systemd-252", "/usr/lib/systemd/libsystemd-shared-252.so");
	take_away(place, ETC);
	put(place, "/usr/local/lib/systemd/system/systemd-sysctl.service",
	    "[Service]\nExecStart=/opt/tune\n");
	assert_nothing(place, "systemd-sysctl.service calls /opt/tune");
}

static void drop_ins_change_what_is_called(void **state)
{
#define DROP_IN ETC ".d/10-x.conf"
	static const struct {
		const char *text, *name; /* NULL: nothing is applied */
		const char *source;
	} rows[] = {
		{"[Service]\nTimeoutSec=5\n", "systemd-252", NULL},
		{"[Service]\nExecStart=\nExecStart=/sbin/sysctl --system\n", "procps-4.0",
		 DROP_IN " calls /sbin/sysctl --system"},
		{"[Service]\nExecStart =\n  ExecStart = /sbin/sysctl -e \\\n  -p /etc/x.conf\n",
		 "procps-4.0", NULL},
		{"[Service]\r\nExecStart=\r\nExecStart=@/usr/lib/systemd/systemd-sysctl x\r\n",
		 "systemd-252", NULL},
		/* One more command beside the known one. */
		{"[Service]\nExecStart=/bin/true\n", "systemd-252", NULL},
		{"[Service]\nExecStart=\n", NULL, DROP_IN " takes away what it calls"},
		{"[Service]\nExecStart=\nExecStart=/opt/tune --all\n", NULL,
		 DROP_IN " calls /opt/tune --all"},
		/* Of another section, or of another key. */
		{"[Install]\nExecStart=\n[Service]\nExecStartPost=\n", "systemd-252", NULL},
		{"#[Service]\n#ExecStart=\n", "systemd-252", NULL},
		{"", "systemd-252", NULL},
	};
	struct place *place = *state;

	put_library(place, "/usr/lib/systemd/libsystemd-shared-252.so");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_found_loader found;
		struct ka_named_loader storage;

		put(place, DROP_IN, rows[i].text);
		found = find(place);
		ka_test_at("%s", rows[i].text);
		assert_int_equal(found.runs, rows[i].name != NULL);
		if (rows[i].name)
			assert_string_equal(ka_loader_for(&found.version, &storage)->name,
					    rows[i].name);
		if (rows[i].source)
			assert_string_equal(found.source, rows[i].source);
	}
}

static void drop_ins_go_by_name(void **state)
{
	struct place *place = *state;

	put_library(place, "/usr/lib/systemd/libsystemd-shared-252.so");
	put(place, VENDOR ".d/20.conf", "[Service]\nExecStart=\nExecStart=/opt/vendor\n");
	assert_nothing(place, VENDOR ".d/20.conf calls /opt/vendor");
	/* One that comes later. */
	put(place, ETC ".d/30.conf", "[Service]\nExecStart=\nExecStart=sysctl --system\n");
	assert_runs(place, "procps-4.0", ETC ".d/30.conf calls sysctl --system");
	take_away(place, ETC ".d/30.conf");
	/* One of the same name hides it; so does a mask. */
	put(place, ETC ".d/20.conf", "[Service]\n");
	assert_runs(place, "systemd-252", "/usr/lib/systemd/libsystemd-shared-252.so");
	take_away(place, ETC ".d/20.conf");
	put_link(place, ETC ".d/20.conf", "/dev/null");
	assert_runs(place, "systemd-252", "/usr/lib/systemd/libsystemd-shared-252.so");
	/* Not of another unit directory than the unit's own. */
	put(place, "/lib/systemd/system/systemd-sysctl.service.d/90.conf",
	    "[Service]\nExecStart=\n");
	assert_runs(place, "systemd-252", "/usr/lib/systemd/libsystemd-shared-252.so");
	/* Only *.conf count. */
	put(place, ETC ".d/90", "[Service]\nExecStart=\n");
	assert_runs(place, "systemd-252", "/usr/lib/systemd/libsystemd-shared-252.so");
}

static void drop_ins_are_bounded(void **state)
{
	struct place *place = *state;
	struct ka_found_loader found;
	struct ka_error error = {0};
	char path[128];

	put_library(place, "/usr/lib/systemd/libsystemd-shared-252.so");
	for (int i = 0; i <= 1000; i++) {
		snprintf(path, sizeof(path), ETC ".d/%d.conf", i);
		put(place, path, "[Service]\n");
		if (i == 999)
			assert_true(find(place).runs);
	}
	assert_int_equal(
		ka_boot_loader_find(&place->tree, &place->arena, NULL, false, &found, &error), -1);
	assert_int_equal(error.id, KA_E_BOOT_LIMIT);
	assert_string_equal(error.file, ETC ".d");
}

/* ---- sysctl ------------------------------------------------------------------------------- */

static void sysctl_names_its_version(void **state)
{
	static const struct {
		const char *bytes, *name;
	} rows[] = {
		{"procps-ng\nprocps-ng 4.0.2\n", "procps-4.0"},
		{"libproc2.so.0 procps-ng 4.0.4\n", "procps-4.0"},
		{"procps-ng 4.0.5\n", "procps-4.0.5"},
		{"procps-ng 3.3.17\n", "procps-3.3.17"},
		{"procps-ng 3.3.10\n", "procps-3.3.10"},
		{"libproc2.so.0 procps-ng UNKNOWN", "procps-4.0"},
		{"libproc2.so.1 procps-ng UNKNOWN", "procps-4.0.5"},
		{"libprocps.so.8 procps-ng UNKNOWN", "procps-3.3.17"},
		{"libprocps.so.7 procps", "procps-3.3.15"},
		{"libprocps.so.6 procps", "procps-3.3.12"},
		{"libprocps.so.4 procps", "procps-3.3.10"},
		{"procps version of long ago", "procps-4.0"},
		{"something else", NULL},
		{"BusyBox v1.36.1", NULL},
	};
	static const char *const paths[] = {"/usr/sbin/sysctl", "/usr/bin/sysctl", "/sbin/sysctl",
					    "/bin/sysctl"};
	struct place *place = *state;

	put_library(place, "/usr/lib/systemd/libsystemd-shared-252.so");
	assert_other(place, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *path = paths[i % 4];

		put(place, path, rows[i].bytes);
		ka_test_at("%s", rows[i].bytes);
		assert_other(place, rows[i].name);
		take_away(place, path);
	}
	put(place, "/bin/busybox", "BusyBox");
	put_link(place, "/sbin/sysctl", "/bin/busybox");
	assert_other(place, NULL);
}

/* A program that is too large to be looked through has no version, and stops nothing. */
static void a_large_program_is_left_alone(void **state)
{
	struct place *place = *state;

	put_library(place, "/usr/lib/systemd/libsystemd-shared-252.so");
	put(place, "/usr/sbin/sysctl", "x");
	assert_int_equal(truncate(in_root(place, "/usr/sbin/sysctl"), (off_t)1 << 40), 0);
	assert_other(place, "procps-4.0");
}

/* ---- Other inits -------------------------------------------------------------------------- */

static void openrc_is_found(void **state)
{
	struct place *place = *state;

	put(place, "/bin/busybox", "");
	put_link(place, "/sbin/sysctl", "/bin/busybox");
	put(place, "/etc/init.d/sysctl", "for conf in /etc/sysctl.d/*.conf; do sysctl -p; done");
	/* It is there, but nobody calls it. */
	assert_nothing(place, "nothing of OpenRC");
	put_link(place, "/etc/runlevels/boot/sysctl", "/etc/init.d/sysctl");
	assert_runs(place, "busybox", "/etc/init.d/sysctl");
	assert_other(place, NULL);
	put(place, "/etc/init.d/sysctl", "for i in /run/sysctl.d /usr/lib/sysctl.d; do :; done");
	assert_runs(place, "busybox-alpine", "/etc/init.d/sysctl");
	put(place, "/etc/init.d/sysctl", "sysctl --system");
	assert_runs(place, "busybox", "/etc/init.d/sysctl");
	take_away(place, "/sbin/sysctl");
	put(place, "/sbin/sysctl", "procps-ng 3.3.17");
	assert_runs(place, "procps-3.3.17", "/etc/init.d/sysctl");
	/* systemd, where both are there. */
	put_library(place, "/usr/lib/systemd/libsystemd-shared-252.so");
	assert_runs(place, "systemd-252", "/usr/lib/systemd/libsystemd-shared-252.so");
}

static void system_v_init_is_found(void **state)
{
	struct place *place = *state;

	put(place, "/etc/init.d/procps", "sysctl -q --system");
	put_link(place, "/etc/rcS.d/K01procps", "../init.d/procps");
	put(place, "/sbin/sysctl", "procps-ng 4.0.2");
	assert_nothing(place, "System V init");
	put_link(place, "/etc/rcS.d/S12procps", "../init.d/procps");
	assert_runs(place, "procps-4.0", "/etc/init.d/procps");
	assert_other(place, NULL);
	put(place, "/usr/lib/systemd/libsystemd-shared-247.so", "");
	assert_other(place, "systemd-247");
}

/* ---- --loader ----------------------------------------------------------------------------- */

static void assert_wanted(struct place *place, const char *word, const char *name,
			  const char *other)
{
	struct ka_loader_version wanted;
	struct ka_named_loader storage;
	struct ka_found_loader found;
	bool has_version;

	ka_test_at("%s", word);
	assert_int_equal(ka_loader_parse(word, &wanted, &has_version, NULL), 0);
	found = find_wanted(place, &wanted, has_version);
	assert_true(found.runs);
	assert_string_equal(found.source, "--loader");
	assert_string_equal(ka_loader_for(&found.version, &storage)->name, name);
	assert_int_equal(found.has_other, other != NULL);
	if (other)
		assert_string_equal(ka_loader_for(&found.other, &storage)->name, other);
}

static void a_wanted_loader_is_taken(void **state)
{
	struct place *place = *state;

	assert_wanted(place, "systemd", "systemd-252", NULL);
	assert_wanted(place, "procps", "procps-4.0", NULL);
	assert_wanted(place, "busybox", "busybox", NULL);
	put(place, "/usr/lib/systemd/libsystemd-shared-249.so", "");
	put(place, "/usr/sbin/sysctl", "procps-ng 3.3.17");
	put_link(place, ETC, "/dev/null");
	assert_wanted(place, "systemd", "systemd-249", "procps-3.3.17");
	assert_wanted(place, "systemd-239-rhel8", "systemd-239-rhel8", "procps-3.3.17");
	assert_wanted(place, "procps", "procps-3.3.17", "systemd-249");
	assert_wanted(place, "procps-4.0", "procps-4.0", "systemd-249");
	assert_wanted(place, "busybox", "busybox", "systemd-249");
	put(place, "/etc/init.d/sysctl", "/lib/sysctl.d");
	put_link(place, "/etc/runlevels/boot/sysctl", "/etc/init.d/sysctl");
	assert_wanted(place, "busybox", "busybox-alpine", "systemd-249");
	put(place, "/etc/init.d/sysctl", "sysctl --system");
	assert_wanted(place, "busybox", "busybox", "systemd-249");
}

/* ---- What is wrong ------------------------------------------------------------------------ */

static int find_as_nobody(struct place *place)
{
	struct ka_found_loader found;
	struct ka_error error = {0};

	if (ka_boot_loader_find(&place->tree, &place->arena, NULL, false, &found, &error) == 0)
		return found.runs;
	return error.id == KA_E_BOOT_READ && strstr(error.message, "/etc/systemd/system") ? 10 : 20;
}

static int find_on_host_as_nobody(struct place *place)
{
	place->tree.is_host = true;
	return find_as_nobody(place);
}

static void what_may_not_be_read_is_told(void **state)
{
	struct place *place = *state;

	need_root();
	put_library(place, "/usr/lib/systemd/libsystemd-shared-252.so");
	put_link(place, ETC, "/dev/null");
	assert_int_equal(as_nobody(place, find_as_nobody), 0);
	assert_int_equal(chmod(in_root(place, "/etc/systemd/system"), 0700), 0);
	assert_int_equal(as_nobody(place, find_as_nobody), 10);
	assert_int_equal(as_nobody(place, find_on_host_as_nobody), 1);
}

static void hostile_images_are_survived(void **state)
{
	struct place *place = *state;
	int64_t start = now_ms();

	put_directory(place, VENDOR);
	put_link(place, ETC, "systemd-sysctl.service");
	put_link(place, "/etc/runlevels/boot/sysctl", "../../../../../../etc/passwd");
	put_link(place, "/usr/sbin/sysctl", "/dev/zero");
	assert_int_equal(mkfifo(in_root(place, "/usr/lib/os-release"), 0666), 0);
	assert_nothing(place, "there is no systemd-sysctl.service");
	take_away(place, VENDOR);
	put(place, VENDOR, "");
	assert_runs(place, "systemd-252",
		    "systemd-sysctl.service, of a version that nothing tells");
	assert_int_at_most(now_ms() - start, 1000);
}

static void lack_of_memory_is_told(void **state)
{
	struct place *place = *state;
	size_t cap = 0;

	put_library(place, "/usr/lib/systemd/libsystemd-shared-252.so");
	put(place, ETC ".d/10.conf", "[Service]\nExecStart=\nExecStart=sysctl --system\n");
	for (;; cap += 16) {
		struct ka_arena arena = ka_arena_make(cap);
		struct ka_found_loader found;
		struct ka_error error = {0};
		int result = ka_boot_loader_find(&place->tree, &arena, NULL, false, &found, &error);

		if (result < 0)
			assert_int_equal(error.id, KA_E_MEMORY);
		else
			assert_false(arena.has_failed);
		ka_arena_clear(&arena);
		if (result == 0)
			break;
	}
	assert_int_at_least(cap, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_PLACE(the_library_names_the_version),
		IN_A_PLACE(of_several_libraries_the_newest_counts),
		IN_A_PLACE(old_programs_name_themselves),
		IN_A_PLACE(the_distribution_names_the_version),
		IN_A_PLACE(rhel_8_is_told_from_others),
		IN_A_PLACE(a_masked_unit_applies_nothing),
		IN_A_PLACE(without_a_unit_nothing_is_applied),
		IN_A_PLACE(a_unit_of_the_administrator_is_read),
		IN_A_PLACE(drop_ins_change_what_is_called),
		IN_A_PLACE(drop_ins_go_by_name),
		IN_A_PLACE(drop_ins_are_bounded),
		IN_A_PLACE(sysctl_names_its_version),
		IN_A_PLACE(a_large_program_is_left_alone),
		IN_A_PLACE(openrc_is_found),
		IN_A_PLACE(system_v_init_is_found),
		IN_A_PLACE(a_wanted_loader_is_taken),
		IN_A_PLACE(what_may_not_be_read_is_told),
		IN_A_PLACE(hostile_images_are_survived),
		IN_A_PLACE(lack_of_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
