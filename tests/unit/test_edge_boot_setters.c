#include "edge/boot_setters.h"

#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fail_alloc.h"
#include "ka_test.h"

static char root[64];

static int make_root(void **state)
{
	(void)state;
	strcpy(root, "/tmp/ka-setters-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

__attribute__((format(printf, 1, 2))) static void run(const char *format, ...)
{
	char command[2048];
	int length = snprintf(command, sizeof(command), "cd %s && ", root);
	va_list args;

	va_start(args, format);
	vsnprintf(command + length, sizeof(command) - (size_t)length, format, args);
	va_end(args);
	assert_int_equal(system(command), 0);
}

static int remove_root(void **state)
{
	(void)state;
	run("cd / && rm -rf %s", root);
	return 0;
}

static void put_bytes(const char *path, const char *bytes, size_t length, mode_t mode)
{
	char name[512];
	FILE *file;

	snprintf(name, sizeof(name), "%s%s", root, path);
	for (char *slash = name + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(name, 0755) < 0)
			assert_int_equal(errno, EEXIST);
		*slash = '/';
	}
	file = fopen(name, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(name, mode), 0);
}

static void put(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text), 0644);
}

static void put_script(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text), 0755);
}

struct found {
	struct ka_arena arena;
	struct ka_tuned tuned;
	const struct ka_setter *setters;
	size_t count;
};

static int look(struct found *found, bool is_host, struct ka_error *reterr)
{
	struct ka_tree tree;
	int result;

	*found = (struct found){.arena = ka_arena_make(KA_ARENA_CAP)};
	assert_int_equal(ka_tree_open(root, &tree, NULL), 0);
	tree.is_host = is_host;
	result = ka_boot_setters_find(&tree, &found->arena, &found->tuned, &found->setters,
				      &found->count, reterr);
	ka_tree_close(&tree);
	return result;
}

static const char *const kinds[KA_SETTER_KINDS] = {
	[KA_SET_BY_CMDLINE] = "cmdline",   [KA_SET_BY_TUNED] = "tuned",
	[KA_SET_BY_TMPFILES] = "tmpfiles", [KA_SET_BY_UDEV] = "udev",
	[KA_SET_BY_UNIT] = "unit",         [KA_SET_BY_SCRIPT] = "script",
	[KA_SET_BY_CLOUD_INIT] = "cloud",
};

/* The place shows the value, unless that stands elsewhere: in a variable, or the file of a call. */
static void check_place(const struct ka_setter *setter)
{
	if (setter->has_key && setter->kind != KA_SET_BY_TUNED && !strstr(setter->text, " -p"))
		assert_memory_equal(setter->text + setter->column - 1, setter->value,
				    strlen(setter->value));
}

/* One line for each: "cmdline /boot/grub/grub.cfg:3:20 time=300", `?` where it is not known. */
static void describe(const struct found *found, struct ka_text *text)
{
	ka_text_add(text, "");
	for (size_t i = 0; i < found->count; i++) {
		const struct ka_setter *setter = &found->setters[i];

		check_place(setter);
		ka_text_printf(text, "%s %s:%u:%u ", kinds[setter->kind], setter->file,
			       setter->line, setter->column);
		if (setter->has_key)
			ka_text_printf(text, "%s=%s\n",
				       ka_sysctls[setter->key].word + strlen("tcp_keepalive_"),
				       setter->value);
		else
			ka_text_add(text, "?\n");
	}
}

static void expect_on(bool is_host, const char *expected)
{
	struct ka_text text = {0};
	struct ka_error error = {0};
	struct found found;

	if (look(&found, is_host, &error) < 0)
		fail_msg("%s: %s", error.file, error.message);
	describe(&found, &text);
	assert_string_equal(text.bytes, expected);
	for (size_t i = 0; i < found.count; i++)
		assert_int_at_most(strlen(found.setters[i].text), 1024);
	ka_text_clear(&text);
	ka_arena_clear(&found.arena);
}

static void expect(const char *expected)
{
	expect_on(false, expected);
}

#define TIME "net.ipv4.tcp_keepalive_time"
#define INTVL "net.ipv4.tcp_keepalive_intvl"
#define PROBES "net.ipv4.tcp_keepalive_probes"

static void an_empty_root_has_none(void **state)
{
	(void)state;
	expect("");
}

/* ---- The kernel command line -------------------------------------------------------------- */

static void the_default_entry_of_grub_decides(void **state)
{
	static const char entries[] =
		"menuentry 'Debian' --class debian $menuentry_id_option 'gnulinux-simple' {\n"
		"\tlinux\t/vmlinuz root=/dev/sda ro sysctl." TIME "=300 quiet\n"
		"\tinitrd\t/initrd.img\n"
		"}\n"
		"submenu 'Advanced options' $menuentry_id_option 'gnulinux-advanced' {\n"
		"\tmenuentry 'Debian, with Linux 6.1' --id old {\n"
		"\t\tlinux /vmlinuz-6.1 ro sysctl." TIME "=400 \\\n"
		"  sysctl." INTVL "=5\n"
		"\t}\n"
		"\tmenuentry 'Debian, with Linux 6.1 (recovery mode)' {\n"
		"\t\tlinux /vmlinuz-6.1 ro single sysctl." TIME "=1\n"
		"\t}\n"
		"}\n"
		"menuentry 'Other' {\n"
		"\tlinux /vmlinuz-o sysctl." TIME "=500\n"
		"}\n";
	static const struct {
		const char *preset, *environment, *expected;
	} cases[] = {
		{"", "", "cmdline /boot/grub/grub.cfg:3:69 time=300\n"},
		{"set default=\"0\"", "", "cmdline /boot/grub/grub.cfg:3:69 time=300\n"},
		{"set default=\"1>0\"", "",
		 "cmdline /boot/grub/grub.cfg:8:60 time=400\n"
		 "cmdline /boot/grub/grub.cfg:9:39 intvl=5\n"},
		{"set default=\"2\"", "", "cmdline /boot/grub/grub.cfg:16:54 time=500\n"},
		{"set default=\"gnulinux-advanced>old\"", "",
		 "cmdline /boot/grub/grub.cfg:8:60 time=400\n"
		 "cmdline /boot/grub/grub.cfg:9:39 intvl=5\n"},
		{"set default='Other'", "", "cmdline /boot/grub/grub.cfg:16:54 time=500\n"},
		{"set default=\"${saved_entry}\"", "# GRUB Environment Block\nsaved_entry=Other\n",
		 "cmdline /boot/grub/grub.cfg:16:54 time=500\n"},
		/* What is not there, and what is for recovery only. */
		{"set default=\"7\"", "", "cmdline /boot/grub/grub.cfg:3:69 time=300\n"},
		{"set default=\"1>1\"", "", "cmdline /boot/grub/grub.cfg:3:69 time=300\n"},
		{"set default=\"${saved_entry}\"", "",
		 "cmdline /boot/grub/grub.cfg:3:69 time=300\n"},
		{"set x=1; set default\n# set default=2", "", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char config[2048];

		snprintf(config, sizeof(config), "%s\n%s", cases[i].preset, entries);
		put("/boot/grub/grub.cfg", config);
		put("/boot/grub/grubenv", cases[i].environment);
		/* Only the source of the next update. */
		put("/etc/default/grub", "GRUB_CMDLINE_LINUX=\"sysctl." TIME "=1\"\n");
		put("/etc/kernel/cmdline", "sysctl." TIME "=2\n");
		expect(cases[i].expected ? cases[i].expected
					 : "cmdline /boot/grub/grub.cfg:4:69 time=300\n");
	}
}

static void variables_of_grub_are_followed(void **state)
{
	(void)state;
	put("/boot/grub2/grub.cfg",
	    "set tuned_params=\"sysctl." TIME "=300\"\n"
	    "menuentry one {\n"
	    "  linuxefi /vmlinuz $kernelopts ${tuned_params} $nothing sysctl." TIME "=5\n"
	    "}\n");
	put("/boot/grub2/grubenv", "# GRUB\nkernelopts=ro sysctl." INTVL "=7\n####");
	expect("cmdline /boot/grub2/grubenv:2:51 intvl=7\n"
	       "cmdline /boot/grub2/grub.cfg:1:54 time=300\n"
	       "cmdline /boot/grub2/grub.cfg:3:93 time=5\n");
}

static void variables_in_a_circle_end(void **state)
{
	struct found found;

	(void)state;
	put("/boot/grub/grub.cfg", "set a=\"$a $a $a $a $a $a $a $a sysctl." TIME "=300\"\n"
				   "menuentry one {\n linux /vmlinuz $a $a $a $a\n}\n");
	assert_int_equal(look(&found, false, NULL), 0);
	assert_int_at_least(found.count, 1);
	assert_int_at_most(found.count, 200);
	ka_arena_clear(&found.arena);
}

static void the_efi_partition_may_hold_the_entries(void **state)
{
	(void)state;
	put("/boot/efi/EFI/BOOT/grub.cfg", "configfile /grub2/grub.cfg\n");
	put("/boot/efi/EFI/redhat/grub.cfg",
	    "menuentry x {\n linux /v \"sysctl." TIME "=300\"\n}\n");
	expect("cmdline /boot/efi/EFI/redhat/grub.cfg:2:47 time=300\n");
	/* One entry without any setting decides too. */
	put("/boot/grub/grub.cfg", "menuentry x {\n multiboot2 /xen\n module2 /vmlinuz ro\n}");
	put("/etc/default/grub", "GRUB_CMDLINE_LINUX=\"sysctl." TIME "=1\"\n");
	expect("");
}

static void the_newest_loader_entry_decides(void **state)
{
	(void)state;
	put("/boot/loader/entries/m-5.14.0-70.conf", "title Old\noptions sysctl." TIME "=70\n");
	put("/boot/loader/entries/m-5.14.0-362.conf",
	    "title New\nversion 5.14\noptions ro sysctl." TIME "=362\noptions sysctl." INTVL "=3");
	put("/boot/loader/entries/m-0-rescue.conf", "title R\noptions sysctl." TIME "=1\n");
	put("/boot/loader/entries/z.conf", "title Something (Rescue)\noptions sysctl." TIME "=1\n");
	put("/boot/loader/entries/z.conf.bak", "title A\noptions sysctl." TIME "=1\n");
	expect("cmdline /boot/loader/entries/m-5.14.0-362.conf:3:47 time=362\n"
	       "cmdline /boot/loader/entries/m-5.14.0-362.conf:4:45 intvl=3\n");
	put("/boot/loader/loader.conf", "timeout 3\ndefault m-5.14.0-70.conf\n");
	expect("cmdline /boot/loader/entries/m-5.14.0-70.conf:2:44 time=70\n");
	put("/boot/loader/loader.conf", "default m-5.14.0-7*\n");
	expect("cmdline /boot/loader/entries/m-5.14.0-70.conf:2:44 time=70\n");
	/* grub's own choice comes first. */
	put("/boot/grub2/grub.cfg", "set kernelopts=\"sysctl." TIME "=9\"\nblscfg\n");
	put("/boot/grub2/grubenv", "saved_entry=m-5.14.0-362\n");
	put("/boot/loader/entries/m-5.14.0-362.conf", "options $kernelopts ro\n");
	expect("cmdline /boot/grub2/grub.cfg:1:52 time=9\n");
	/* Without entries what the menu has besides. */
	run("rm -r boot/loader");
	expect("");
	put("/boot/grub2/grub.cfg", "blscfg\nmenuentry x {\nlinux /v sysctl." TIME "=8\n}\n");
	expect("cmdline /boot/grub2/grub.cfg:3:45 time=8\n");
}

static void other_loaders_are_known(void **state)
{
	(void)state;
	put("/boot/cmdline.txt", "console=tty1 sysctl." TIME "=300\n");
	expect("cmdline /boot/cmdline.txt:1:49 time=300\n");
	put("/boot/firmware/cmdline.txt", "sysctl." TIME "=\"400\"\n");
	expect("cmdline /boot/firmware/cmdline.txt:1:37 time=400\n");
	put("/boot/extlinux/extlinux.conf", "DEFAULT l0\nLABEL rescue\n append sysctl." TIME
					    "=1\nLABEL l0\n\tAPPEND ro sysctl." TIME "=500\n");
	expect("cmdline /boot/extlinux/extlinux.conf:5:47 time=500\n");
	put("/boot/extlinux/extlinux.conf",
	    "LABEL rescue\n append sysctl." TIME "=1\nlabel a\nappend sysctl." TIME
	    "=600\nlabel b\nappend sysctl." TIME "=1\n");
	expect("cmdline /boot/extlinux/extlinux.conf:4:43 time=600\n");
	put("/efi/loader/entries/a.conf", "options sysctl." TIME "=700\n");
	expect("cmdline /efi/loader/entries/a.conf:1:44 time=700\n");
}

static void the_sources_of_an_update_count_without_entries(void **state)
{
	(void)state;
	put("/etc/default/grub", "# GRUB_CMDLINE_LINUX=\"sysctl." TIME "=1\"\n"
				 "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet sysctl." PROBES "=4\"\n"
				 "GRUB_CMDLINE_LINUX=\"sysctl." TIME "=300\"\n"
				 "GRUB_CMDLINE_LINUX_RECOVERY=\"sysctl." TIME "=2\"\n");
	expect("cmdline /etc/default/grub:3:56 time=300\n"
	       "cmdline /etc/default/grub:2:72 probes=4\n");
	put("/etc/default/grub.d/50-cloud.cfg",
	    "export GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX \\\nsysctl." INTVL "=5\"\n");
	put("/etc/default/grub.d/60.cfg", "GRUB_CMDLINE_LINUX+=' sysctl." TIME "=400'\n");
	put("/etc/default/grub.d/70.bak", "GRUB_CMDLINE_LINUX=\n");
	expect("cmdline /etc/default/grub:3:56 time=300\n"
	       "cmdline /etc/default/grub.d/50-cloud.cfg:2:37 intvl=5\n"
	       "cmdline /etc/default/grub.d/60.cfg:1:58 time=400\n"
	       "cmdline /etc/default/grub:2:72 probes=4\n");
	put("/etc/default/grub.d/80.cfg", "GRUB_CMDLINE_LINUX=ro\n");
	put("/usr/lib/kernel/cmdline", "sysctl." TIME "=8\n");
	expect("cmdline /etc/default/grub:2:72 probes=4\n"
	       "cmdline /usr/lib/kernel/cmdline:1:36 time=8\n");
	put("/etc/kernel/cmdline", "ro\nsysctl." TIME "=9\n");
	expect("cmdline /etc/default/grub:2:72 probes=4\n"
	       "cmdline /etc/kernel/cmdline:2:36 time=9\n");
}

static void a_variable_that_doubles_itself_is_bounded(void **state)
{
	struct ka_text text = {0};
	struct found found;

	(void)state;
	ka_text_add(&text, "GRUB_CMDLINE_LINUX=\"sysctl." TIME "=1\"\n");
	ka_text_repeat(&text, "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX $GRUB_CMDLINE_LINUX\"\n",
		       60);
	put("/etc/default/grub", text.bytes);
	ka_text_clear(&text);
	assert_int_equal(look(&found, false, NULL), 0);
	assert_int_at_least(found.count, 2);
	assert_int_at_most(found.count, 400);
	ka_arena_clear(&found.arena);
}

static void the_running_kernels_line_counts_on_the_host(void **state)
{
	(void)state;
	put("/proc/cmdline", "ro sysctl." TIME "=300\n");
	put("/etc/kernel/cmdline", "sysctl." TIME "=9\n");
	expect("cmdline /etc/kernel/cmdline:1:36 time=9\n");
	expect_on(true, "cmdline /proc/cmdline:1:39 time=300\n");
	put("/boot/grub/grub.cfg", "menuentry x {\n linux /v ro\n}\n");
	expect_on(true, "");
}

/* ---- tuned -------------------------------------------------------------------------------- */

#define ENABLE_TUNED()                                                                             \
	do {                                                                                       \
		put("/usr/lib/systemd/system/tuned.service", "[Unit]\n");                          \
		run("mkdir -p etc/systemd/system/multi-user.target.wants && ln -sf "               \
		    "/usr/lib/systemd/system/tuned.service "                                       \
		    "etc/systemd/system/multi-user.target.wants/");                                \
	} while (0)

static void expect_tuned(const char *profile, bool is_active, bool reapplies, const char *expected)
{
	struct ka_error error = {0};
	struct found found;

	expect(expected);
	if (look(&found, false, &error) < 0)
		fail_msg("%s", error.message);
	assert_int_equal(found.tuned.is_active, is_active);
	assert_int_equal(found.tuned.reapplies, reapplies);
	if (profile)
		assert_string_equal(found.tuned.profile, profile);
	else
		assert_null(found.tuned.profile);
	ka_arena_clear(&found.arena);
}

static void the_active_profile_sets(void **state)
{
	(void)state;
	put("/etc/tuned/active_profile", "mine\n");
	put("/etc/tuned/mine/tuned.conf", "[main]\nsummary=Mine\n\n[sysctl]\n" TIME "=300\n");
	expect_tuned(NULL, false, false, "");
	ENABLE_TUNED();
	expect_tuned("mine", true, true, "tuned /etc/tuned/mine/tuned.conf:5:29 time=300\n");
	put("/etc/tuned/tuned-main.conf", "daemon = 1\n# no\nreapply_sysctl = False # really\n");
	expect_tuned("mine", true, false, "tuned /etc/tuned/mine/tuned.conf:5:29 time=300\n");
	put("/etc/tuned/tuned-main.conf", "reapply_sysctl = 1\n");
	/* Masked. */
	run("ln -s /dev/null etc/systemd/system/tuned.service");
	expect_tuned(NULL, false, false, "");
	run("rm etc/systemd/system/tuned.service");
	/* Not installed any more. */
	run("rm usr/lib/systemd/system/tuned.service");
	expect_tuned(NULL, false, false, "");
	ENABLE_TUNED();
	put("/etc/tuned/active_profile", " \n");
	expect_tuned(NULL, false, false, "");
	put("/etc/tuned/active_profile", "mine gone\n");
	expect_tuned("mine gone", false, false, "");
	put("/etc/tuned/active_profile", "mine ../evil\n");
	expect_tuned("mine ../evil", false, false, "");
	put("/etc/tuned/active_profile", "mine\n");
	put("/etc/tuned/post_loaded_profile", "mine mine\n");
	expect_tuned("mine mine mine", false, false, "");
	put("/etc/tuned/post_loaded_profile", "\n");
	put("/etc/tuned/mine/tuned.conf", "[vm]\npriority=high\n[sysctl]\n" TIME "=300\n");
	expect_tuned("mine", false, false, "");
	put("/etc/tuned/mine/tuned.conf", "[sysctl]\n" TIME "=300\nnonsense\n");
	expect_tuned("mine", false, false, "");
	put("/etc/tuned/mine/tuned.conf", "[sysctl]\nvm.swappiness=10\n");
	expect_tuned("mine", true, true, "");
	put("/etc/tuned/mine/tuned.conf", "[vm]\ntransparent_hugepages=never\n");
	expect_tuned("mine", true, false, "");
}

static void profiles_are_found_where_the_version_looks(void **state)
{
	(void)state;
	ENABLE_TUNED();
	put("/etc/tuned/active_profile", "p");
	put("/usr/lib/tuned/p/tuned.conf", "[sysctl]\n" TIME "=1\n");
	expect_tuned("p", true, true, "tuned /usr/lib/tuned/p/tuned.conf:2:29 time=1\n");
	put("/etc/tuned/p/tuned.conf", "[sysctl]\n" TIME "=2\n");
	expect_tuned("p", true, true, "tuned /etc/tuned/p/tuned.conf:2:29 time=2\n");
	/* 2.24 looks elsewhere, and only there. */
	put("/usr/lib/tuned/profiles/p/tuned.conf", "[sysctl]\n" TIME "=3\n");
	expect_tuned("p", true, true, "tuned /usr/lib/tuned/profiles/p/tuned.conf:2:29 time=3\n");
	put("/etc/tuned/profiles/p/tuned.conf", "[sysctl]\n" TIME "=4\n");
	expect_tuned("p", true, true, "tuned /etc/tuned/profiles/p/tuned.conf:2:29 time=4\n");
	put("/etc/tuned/tuned-main.conf", "profile_dirs = /a,/b\n");
	put("/a/p/tuned.conf", "[sysctl]\n" TIME "=5\n");
	expect_tuned("p", true, true, "tuned /a/p/tuned.conf:2:29 time=5\n");
	put("/b/p/tuned.conf", "[sysctl]\n" TIME "=6\n");
	expect_tuned("p", true, true, "tuned /b/p/tuned.conf:2:29 time=6\n");
}

static void keys_with_slashes_depend_on_the_version(void **state)
{
	(void)state;
	ENABLE_TUNED();
	put("/etc/tuned/active_profile", "p");
	put("/etc/tuned/p/tuned.conf", "[sysctl]\nnet/ipv4/tcp_keepalive_time=1\n" INTVL "=5\n");
	expect("tuned /etc/tuned/p/tuned.conf:2:29 time=1\n"
	       "tuned /etc/tuned/p/tuned.conf:3:30 intvl=5\n");
	put("/usr/lib/python3/dist-packages/tuned/version.py",
	    "TUNED_VERSION_MAJOR = 2\nTUNED_VERSION_MINOR = 25\n");
	expect("tuned /etc/tuned/p/tuned.conf:3:30 intvl=5\n");
}

static void several_profiles_are_merged(void **state)
{
	(void)state;
	ENABLE_TUNED();
	put("/etc/tuned/active_profile", "one two\n");
	put("/etc/tuned/post_loaded_profile", "last\n");
	put("/etc/tuned/one/tuned.conf", "[main]\ninclude=base , -missing\n"
					 "[sysctl]\n" TIME "=100\n");
	put("/usr/lib/tuned/base/tuned.conf",
	    "[main]\ninclude=one\n[sysctl]\n" TIME "=1\n" INTVL "=1\n" PROBES "=1\n");
	put("/etc/tuned/two/tuned.conf", "[sysctl]\ndrop=" PROBES ", x\n" INTVL "=2\n"
					 "[more]\ntype=sysctl\npriority=-1\n" TIME "=7\n");
	put("/etc/tuned/last/tuned.conf", "[sysctl]\n" PROBES "=\"3\"\n");
	expect_tuned("one two last", true, true,
		     "tuned /etc/tuned/two/tuned.conf:7:29 time=7\n"
		     "tuned /etc/tuned/one/tuned.conf:4:29 time=100\n"
		     "tuned /etc/tuned/two/tuned.conf:3:30 intvl=2\n"
		     "tuned /etc/tuned/last/tuned.conf:2:31 probes=3\n");
	put("/etc/tuned/last/tuned.conf", "[sysctl]\nreplace=1\n" PROBES "=3\n[more]\nenabled=0\n");
	expect_tuned("one two last", true, true,
		     "tuned /etc/tuned/last/tuned.conf:3:31 probes=3\n");
	put("/etc/tuned/one/tuned.conf", "[main]\ninclude=missing\n");
	expect_tuned("one two last", false, false, "");
}

static void a_profile_may_include_its_namesake(void **state)
{
	(void)state;
	ENABLE_TUNED();
	put("/etc/tuned/active_profile", "p");
	put("/etc/tuned/p/tuned.conf", "[main]\ninclude=p\n[sysctl]\n" INTVL "=5\n");
	put("/usr/lib/tuned/p/tuned.conf", "[main]\ninclude=p\n[sysctl]\n" TIME "=300\n");
	expect("tuned /usr/lib/tuned/p/tuned.conf:4:29 time=300\n"
	       "tuned /etc/tuned/p/tuned.conf:4:30 intvl=5\n");
}

static void variables_are_filled_in(void **state)
{
	(void)state;
	ENABLE_TUNED();
	put("/etc/tuned/active_profile", "p");
	put("/etc/tuned/p/tuned.conf", "[variables]\ninclude=/etc/tuned/p-variables.conf\n"
				       "ten=10\nthousand=${ten}${hundred}\n"
				       "[sysctl]\n" TIME "=${thousand}\n" INTVL "=${unknown}5\n"
				       "" PROBES "=\"\\${ten}\"\n");
	put("/etc/tuned/p-variables.conf", "hundred = 00 # a comment\nalone\n");
	expect("tuned /etc/tuned/p/tuned.conf:6:29 time=1000\n"
	       "tuned /etc/tuned/p/tuned.conf:7:30 intvl=${unknown}5\n"
	       "tuned /etc/tuned/p/tuned.conf:8:31 probes=${ten}\n");
	put("/etc/tuned/p/tuned.conf", "[variables]\ninclude=${i:PROFILE_DIR}/v.conf\n"
				       "f=${f:exec:date}\n"
				       "[sysctl]\n" TIME "=${x}\n" INTVL "=${f}\n" PROBES "=>4\n");
	put("/etc/tuned/p/v.conf", "x=3\n");
	expect("tuned /etc/tuned/p/tuned.conf:5:29 time=3\n"
	       "tuned /etc/tuned/p/tuned.conf:6:30 ?\n"
	       "tuned /etc/tuned/p/tuned.conf:7:31 probes=>4\n");
	put("/etc/tuned/p/tuned.conf", "[main]\ninclude=${f:virt_check:a:b}\n[some]\ntype=sysctl\n"
				       "uname_regex=x86\n" TIME "=5\n");
	expect("tuned /etc/tuned/p/tuned.conf:2:9 ?\ntuned /etc/tuned/p/tuned.conf:6:29 ?\n");
}

static void files_of_tuned_are_read_as_python_does(void **state)
{
	(void)state;
	ENABLE_TUNED();
	put("/etc/tuned/active_profile", "p");
	put("/etc/tuned/p/tuned.conf", "; comment\r\n[sysctl]\r\n" TIME " = 300 # five minutes\r\n"
				       "# comment\n" INTVL "=\n  5\n\n  6\n" PROBES "=1#2\n");
	expect("tuned /etc/tuned/p/tuned.conf:3:31 time=300\n"
	       "tuned /etc/tuned/p/tuned.conf:5:30 intvl=\n5\n\n6\n"
	       "tuned /etc/tuned/p/tuned.conf:9:31 probes=1#2\n");
	put("/etc/tuned/p/tuned.conf", TIME "=1\n[sysctl]\n");
	expect_tuned("p", false, false, "");
	put("/etc/tuned/p/tuned.conf", "[sysctl]\n=1\n");
	expect_tuned("p", false, false, "");
}

static void scripts_of_a_profile_are_read(void **state)
{
	(void)state;
	ENABLE_TUNED();
	put("/etc/tuned/active_profile", "p");
	put("/etc/tuned/p/tuned.conf", "[script]\nscript=${i:PROFILE_DIR}/go.sh\n");
	put_script("/etc/tuned/p/go.sh", "#!/bin/sh\nsysctl -w " TIME "=300\n");
	expect("script /etc/tuned/p/go.sh:2:39 time=300\n");
	put("/etc/tuned/p/tuned.conf", "[script]\nscript=go.sh\n");
	expect("script /etc/tuned/p/go.sh:2:39 time=300\n");
}

static void hostile_profiles_are_bounded(void **state)
{
	struct ka_text text = {0};
	struct ka_error error = {0};
	struct found found;

	(void)state;
	ENABLE_TUNED();
	put("/etc/tuned/active_profile", "p");
	run("cd etc/tuned && mkdir p && for i in $(seq 100); do mkdir p$i; "
	    "echo \"[main]\ninclude=p$((i+1))\" >p$i/tuned.conf; done");
	put("/etc/tuned/p/tuned.conf", "[main]\ninclude=p1\n");
	assert_int_equal(look(&found, false, &error), -1);
	assert_int_equal(error.id, KA_E_BOOT_LIMIT);
	ka_arena_clear(&found.arena);
	for (int i = 0; i < 20000; i++)
		ka_text_printf(&text, "[s%d]\ntype=sysctl\n", i);
	put("/etc/tuned/p/tuned.conf", text.bytes);
	assert_int_equal(look(&found, false, &error), -1);
	assert_int_equal(error.id, KA_E_BOOT_LIMIT);
	ka_arena_clear(&found.arena);
	ka_text_clear(&text);
	ka_text_add(&text, "[variables]\n");
	for (int i = 0; i < 20000; i++)
		ka_text_printf(&text, "v%d=1\n", i);
	put("/etc/tuned/p/tuned.conf", text.bytes);
	assert_int_equal(look(&found, false, &error), -1);
	assert_int_equal(error.id, KA_E_BOOT_LIMIT);
	ka_arena_clear(&found.arena);
	ka_text_clear(&text);
	/* A value that grows without end is not known. */
	ka_text_add(&text, "[variables]\nv0=0123456789\n");
	for (int i = 1; i < 60; i++)
		ka_text_printf(&text, "v%d=${v%d}${v%d}\n", i, i - 1, i - 1);
	ka_text_add(&text, "[sysctl]\n" TIME "=${v59}\n");
	put("/etc/tuned/p/tuned.conf", text.bytes);
	expect("tuned /etc/tuned/p/tuned.conf:63:29 ?\n");
	ka_text_clear(&text);
	/* One value of very many lines. */
	ka_text_add(&text, "[sysctl]\n" TIME "=1\n");
	ka_text_repeat(&text, "  #\n\n", 100000);
	ka_text_add(&text, " 2\n" INTVL "=3\n");
	put("/etc/tuned/p/tuned.conf", text.bytes);
	assert_int_equal(look(&found, false, &error), 0);
	assert_int_equal(found.count, 2);
	ka_arena_clear(&found.arena);
	ka_text_clear(&text);
}

/* ---- The others --------------------------------------------------------------------------- */

static void tmpfiles_and_rules_hide_their_namesakes(void **state)
{
	(void)state;
	put("/usr/lib/tmpfiles.d/k.conf", "# w /proc/sys/net/ipv4/tcp_keepalive_time - - - - 1\n"
					  "w /proc/sys/net/ipv4/tcp_keepalive_time - - - - 300\n");
	put("/usr/lib/tmpfiles.d/k.txt", "w /proc/sys/net/ipv4/tcp_keepalive_time - - - - 1\n");
	put("/usr/lib/udev/rules.d/9.rules", "SYSCTL{" TIME "}=\"300\"\n");
	run("ln -s usr/lib lib");
	expect("tmpfiles /usr/lib/tmpfiles.d/k.conf:2:49 time=300\n"
	       "udev /usr/lib/udev/rules.d/9.rules:1:38 time=300\n");
	put("/etc/tmpfiles.d/k.conf", "");
	run("mkdir -p etc/udev/rules.d && ln -s /dev/null etc/udev/rules.d/9.rules");
	expect("");
	put("/etc/tmpfiles.d/k.conf", "w /proc/sys/net/ipv4/tcp_keepalive_intvl - - - - 5\n");
	expect("tmpfiles /etc/tmpfiles.d/k.conf:1:50 intvl=5\n");
	/* /run of an image means nothing. */
	put("/run/tmpfiles.d/r.conf", "w /proc/sys/net/ipv4/tcp_keepalive_time - - - - 7\n");
	expect("tmpfiles /etc/tmpfiles.d/k.conf:1:50 intvl=5\n");
	expect_on(true, "tmpfiles /etc/tmpfiles.d/k.conf:1:50 intvl=5\n"
			"tmpfiles /run/tmpfiles.d/r.conf:1:49 time=7\n");
}

static void units_that_start_are_read(void **state)
{
	static const char unit[] = "[Service]\nExecStart=/sbin/sysctl -w " TIME "=300\n";

	(void)state;
	put("/usr/lib/systemd/system/a.service", unit);
	put("/usr/lib/systemd/system/b@.service", unit);
	put("/usr/lib/systemd/system/systemd-sysctl.service",
	    "[Service]\nExecStart=/lib/systemd/systemd-sysctl\n");
	run("mkdir -p usr/lib/systemd/system/sysinit.target.wants && "
	    "ln -s ../systemd-sysctl.service usr/lib/systemd/system/sysinit.target.wants/ && "
	    "ln -s systemd-sysctl.service usr/lib/systemd/system/procps.service");
	expect("");
	run("mkdir -p etc/systemd/system/x.target.wants && cd etc/systemd/system/x.target.wants && "
	    "ln -s /usr/lib/systemd/system/a.service . && "
	    "ln -s /usr/lib/systemd/system/b@.service b@1.service && "
	    "ln -s /gone.service gone.service");
	expect("unit /usr/lib/systemd/system/a.service:2:55 time=300\n"
	       "unit /usr/lib/systemd/system/b@.service:2:55 time=300\n");
	run("ln -s /dev/null etc/systemd/system/a.service && : >etc/systemd/system/b@1.service");
	expect("");
	/* The administrator's own count, wanted or not, and their drop-ins. */
	put("/etc/systemd/system/own.service", unit);
	put("/etc/systemd/system/ssh.service.d/10.conf",
	    "[Service]\nExecStartPre=sysctl --system\n");
	put("/etc/systemd/system/ssh.service.d/10.txt", "[Service]\nExecStartPre=sysctl -p\n");
	put("/etc/systemd/system/systemd-sysctl.service.d/10.conf",
	    "[Service]\nExecStart=/bin/sh -c 'sysctl --system'\n");
	run("ln -s /usr/lib/systemd/system/systemd-sysctl.service etc/systemd/system/x.service");
	expect("unit /etc/systemd/system/own.service:2:55 time=300\n"
	       "unit /etc/systemd/system/ssh.service.d/10.conf:2:14 ?\n");
}

static void scripts_that_run_are_read(void **state)
{
	static const char *const scripts[] = {
		"/etc/rc.local",
		"/etc/rc.d/rc.firewall",
		"/etc/local.d/tune.start",
		"/etc/network/if-pre-up.d/tune",
		"/etc/network/if-up.d/tune",
		"/etc/NetworkManager/dispatcher.d/50-tune",
		"/etc/NetworkManager/dispatcher.d/pre-up.d/tune",
		"/usr/lib/NetworkManager/dispatcher.d/tune",
		"/etc/networkd-dispatcher/routable.d/tune",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		char expected[256];

		put_script(scripts[i],
			   "#!/bin/sh\n# sysctl -w " TIME "=1\nsysctl -w " TIME "=300\n");
		snprintf(expected, sizeof(expected), "script %s:3:39 time=300\n", scripts[i]);
		expect(expected);
		/* What may not be executed is not. */
		run("chmod a-x .%s", scripts[i]);
		expect("");
		run("rm .%s", scripts[i]);
	}
}

static void copies_of_scripts_do_not_run(void **state)
{
	(void)state;
	put_script("/etc/network/if-up.d/tune.dpkg-old", "sysctl -p\n");
	put_script("/etc/network/if-up.d/tune~", "sysctl --system\n");
	put_script("/etc/network/if-up.d/.tune", "sysctl --system\n");
	put_script("/etc/network/if-down.d/tune", "sysctl --system\n");
	put_script("/etc/profile.d/tune.sh", "sysctl --system\n");
	put_script("/etc/network/if-up.d/program", "\177ELF sysctl --system\n");
	put_script("/etc/rc.d/rc.local", "sysctl --system\n");
	run("ln -s rc.d/rc.local etc/rc.local");
	expect("script /etc/rc.d/rc.local:1:1 ?\n");
}

static void init_scripts_run_in_a_runlevel(void **state)
{
	(void)state;
	put_script("/etc/init.d/tune", "sysctl -w " TIME "=300\n");
	put_script("/etc/init.d/procps", "sysctl --system\n");
	run("mkdir -p etc/rc2.d && ln -s ../init.d/procps etc/rc2.d/S01procps && "
	    "ln -s ../init.d/tune etc/rc2.d/K01tune");
	expect("");
	run("ln -s ../init.d/tune etc/rc2.d/S02tune");
	expect("script /etc/init.d/tune:1:39 time=300\n");
	put("/usr/lib/systemd/system/tune.service", "[Service]\n");
	expect("");
	run("rm usr/lib/systemd/system/tune.service etc/rc2.d/S02tune && "
	    "mkdir -p etc/runlevels/boot && ln -s /etc/init.d/tune etc/runlevels/boot/tune");
	expect("script /etc/init.d/tune:1:39 time=300\n");
}

static void interfaces_and_cron_are_read(void **state)
{
	(void)state;
	put("/etc/network/interfaces", "iface a inet dhcp\n up sysctl -w " TIME "=1\n");
	put("/etc/network/interfaces.d/b",
	    "iface b inet dhcp\n down sysctl -p\n post-up sysctl -w " TIME "=2\n");
	put("/etc/crontab", "@reboot root sysctl -w " TIME "=3\n@daily root sysctl --system\n");
	put("/etc/cron.d/x", "@reboot root sysctl -w " TIME "=4\n");
	put("/var/spool/cron/crontabs/root", "@reboot sysctl -w " TIME "=5\n");
	put("/var/spool/cron/root", "@reboot sysctl -w " TIME "=6\n");
	expect("script /etc/network/interfaces:2:43 time=1\n"
	       "script /etc/network/interfaces.d/b:3:48 time=2\n"
	       "script /etc/crontab:1:52 time=3\n"
	       "script /etc/cron.d/x:1:52 time=4\n"
	       "script /var/spool/cron/root:1:47 time=6\n"
	       "script /var/spool/cron/crontabs/root:1:47 time=5\n");
}

static void cloud_init_is_read(void **state)
{
	(void)state;
	put("/etc/cloud/cloud.cfg", "bootcmd:\n - sysctl -w " TIME "=1\n");
	put("/etc/cloud/cloud.cfg.d/9.cfg", "runcmd:\n - [ sysctl, -w, " TIME "=2 ]\n");
	put("/etc/cloud/cloud.cfg.d/README", "runcmd:\n - [ sysctl, -w, " TIME "=2 ]\n");
	put("/var/lib/cloud/seed/nocloud/user-data",
	    "#cloud-config\nwrite_files:\n- content: |\n    " TIME " = 3\n");
	put("/var/lib/cloud/seed/nocloud-net/user-data", "#!/bin/sh\nsysctl -w " TIME "=4\n");
	expect("cloud /etc/cloud/cloud.cfg:2:42 time=1\n"
	       "cloud /etc/cloud/cloud.cfg.d/9.cfg:2:46 time=2\n"
	       "cloud /var/lib/cloud/seed/nocloud/user-data:4:35 time=3\n"
	       "cloud /var/lib/cloud/seed/nocloud-net/user-data:2:39 time=4\n");
}

static void the_firewalls_own_settings_count_when_it_is_enabled(void **state)
{
	(void)state;
	put("/etc/ufw/sysctl.conf", "# ufw\nnet/ipv4/tcp_keepalive_time = 300\n");
	expect("");
	put("/etc/ufw/ufw.conf", "#\nENABLED=no\n");
	expect("");
	put("/etc/ufw/ufw.conf", "#\nENABLED=yes\n");
	expect("script /etc/ufw/sysctl.conf:2:31 time=300\n");
}

static void files_that_a_call_applies_are_read(void **state)
{
	(void)state;
	put_script("/etc/rc.local", "sysctl -p\nsysctl -p /etc/k.conf /gone\nsysctl --system\n");
	expect("script /etc/rc.local:3:1 ?\n");
	put("/etc/sysctl.conf", "# " TIME "=1\nvm.swappiness=1\n");
	put("/etc/k.conf", TIME " = 300\nnet.ipv4.tcp_keepalive_*=5\n");
	expect("script /etc/rc.local:2:11 time=300\n"
	       "script /etc/rc.local:2:11 ?\n"
	       "script /etc/rc.local:3:1 ?\n");
}

static void the_line_is_shown(void **state)
{
	struct ka_text text = {0};
	struct found found;

	(void)state;
	ka_text_add(&text, "true\nsysctl -w " TIME "=300 # \377");
	ka_text_repeat(&text, "x", 5000);
	ka_text_add(&text, "\nsysctl -w " TIME "=3");
	put_script("/etc/rc.local", text.bytes);
	assert_int_equal(look(&found, false, NULL), 0);
	assert_int_equal(found.count, 2);
	assert_int_equal(strlen(found.setters[0].text), 1024);
	assert_memory_equal(found.setters[0].text, text.bytes + 5, 1024);
	assert_string_equal(found.setters[1].text, "sysctl -w " TIME "=3");
	ka_text_clear(&text);
	ka_arena_clear(&found.arena);
}

/* ---- Faults ------------------------------------------------------------------------------- */

static void links_stay_inside(void **state)
{
	(void)state;
	run("mkdir -p etc/default boot/grub && ln -s /etc/ka-outside etc/rc.local && "
	    "ln -s ../../../../../../../../etc/passwd etc/default/grub && "
	    "ln -s loop2 etc/crontab && ln -s crontab etc/loop2 && "
	    "ln -s /dev/zero boot/grub/grub.cfg && mkfifo boot/grub/grubenv && "
	    "mkdir -p etc/cron.d && mkfifo etc/cron.d/fifo && ln -s / etc/cron.d/root && "
	    "ln -s /dev/zero etc/cron.d/zero");
	put("/etc/passwd", "GRUB_CMDLINE_LINUX=sysctl." TIME "=5\n");
	put_script("/etc/ka-outside", "sysctl -w " TIME "=300\n");
	expect("cmdline /etc/default/grub:1:55 time=5\nscript /etc/rc.local:1:39 time=300\n");
}

static void binary_and_long_files_are_no_trouble(void **state)
{
	static char bytes[900000];
	struct found found;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 2654435761U >> 13);
	memcpy(bytes + 5000, "\nsysctl -w " TIME "=5\n", strlen("\nsysctl -w " TIME "=5\n"));
	put_bytes("/etc/rc.local", bytes, sizeof(bytes), 0755);
	put_bytes("/boot/grub/grub.cfg", bytes, sizeof(bytes), 0644);
	put_bytes("/boot/grub/grubenv", bytes, sizeof(bytes), 0644);
	put_bytes("/boot/loader/entries/a.conf", bytes, sizeof(bytes), 0644);
	put_bytes("/etc/default/grub", bytes, sizeof(bytes), 0644);
	put_bytes("/etc/cloud/cloud.cfg", bytes, sizeof(bytes), 0644);
	put_bytes("/usr/lib/udev/rules.d/x.rules", bytes, sizeof(bytes), 0644);
	put_bytes("/etc/tmpfiles.d/x.conf", bytes, sizeof(bytes), 0644);
	ENABLE_TUNED();
	put("/etc/tuned/active_profile", "p");
	put_bytes("/etc/tuned/p/tuned.conf", bytes, sizeof(bytes), 0644);
	put_bytes("/etc/tuned/tuned-main.conf", bytes, sizeof(bytes), 0644);
	assert_int_equal(look(&found, false, NULL), 0);
	ka_arena_clear(&found.arena);
	memset(bytes, 0, sizeof(bytes));
	put_bytes("/etc/rc.local", bytes, sizeof(bytes), 0755);
	assert_int_equal(look(&found, false, NULL), 0);
	ka_arena_clear(&found.arena);
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* 10^5 lines of one kind in each kind of file, and no time that grows with their square. */
static void very_many_lines_are_quick(void **state)
{
	static const struct {
		const char *path, *line;
	} cases[] = {
		{"/boot/grub/grub.cfg", "menuentry x {\n"},
		{"/boot/grub/grub.cfg", "set a=1\n}\n"},
		{"/boot/grub/grub.cfg", "submenu {\n"},
		{"/boot/grub/grubenv", "a=b\n"},
		{"/boot/loader/entries/a.conf", "options\n"},
		{"/boot/extlinux/extlinux.conf", "label x\n"},
		{"/etc/default/grub", "'\nA="},
		{"/etc/default/grub", "GRUB_CMDLINE_LINUX="},
		{"/etc/rc.local", "sysctl ;"},
		{"/etc/rc.local", "sysctl\\\n"},
		{"/etc/rc.local", "sysctl '\n"},
		{"/etc/tmpfiles.d/x.conf", "w sysctl a\n"},
		{"/etc/udev/rules.d/x.rules", "SYSCTL{sysctl"},
		{"/etc/udev/rules.d/x.rules", "RUN=\"sysctl\"\n"},
		{"/etc/cloud/cloud.cfg", "runcmd: [sysctl\n"},
		{"/etc/tuned/tuned-main.conf", "a=b\n "},
	};

	(void)state;
	ENABLE_TUNED();
	put("/etc/tuned/active_profile", "p");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ka_text text = {0};
		struct found found;
		int64_t before;

		while (text.length < 1000000)
			ka_text_add(&text, cases[i].line);
		put_script(cases[i].path, text.bytes);
		ka_text_clear(&text);
		before = milliseconds();
		look(&found, false, NULL);
		ka_test_at("%s with %s", cases[i].path, cases[i].line);
		assert_int_at_most(milliseconds() - before, 900);
		ka_arena_clear(&found.arena);
		run("rm .%s", cases[i].path);
	}
}

static void too_much_is_an_error_where_it_decides(void **state)
{
	struct ka_error error = {0};
	struct found found;

	(void)state;
	put("/boot/grub/grub.cfg", "");
	run("truncate -s 2M boot/grub/grub.cfg");
	assert_int_equal(look(&found, false, &error), -1);
	assert_int_equal(error.id, KA_E_BOOT_LIMIT);
	assert_string_equal(error.file, "/boot/grub/grub.cfg");
	ka_arena_clear(&found.arena);
	run("mv boot/grub/grub.cfg etc-rc.local && mkdir etc && mv etc-rc.local etc/rc.local");
	expect("");
	/* Very many calls. */
	run("mkdir -p etc/local.d && seq -f 'sysctl -w " TIME "=%%g' 900 >etc/local.d/0.start && "
	    "chmod 755 etc/local.d/0.start && cd etc/local.d && "
	    "for i in 1 2 3 4 5 6; do cp -p 0.start $i.start; done");
	assert_int_equal(look(&found, false, &error), -1);
	assert_int_equal(error.id, KA_E_BOOT_LIMIT);
	ka_arena_clear(&found.arena);
}

/* Runs a check in a child without privilege, and returns what look() did. */
static int look_as_nobody(bool is_host, struct ka_error *reterr)
{
	struct found found;
	int result;

	assert_int_equal(seteuid(65534), 0);
	result = look(&found, is_host, reterr);
	assert_int_equal(seteuid(0), 0);
	ka_arena_clear(&found.arena);
	return result;
}

static void what_a_user_may_not_read(void **state)
{
	struct ka_error error = {0};

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: it needs root to become another user\n");
		skip();
	}
	run("chmod 755 .");
	put_script("/etc/rc.local", "sysctl -w " TIME "=300\n");
	run("mkdir -p etc/cron.d var/spool/cron && chmod 700 var/spool/cron etc/cron.d "
	    "etc/rc.local");
	assert_int_equal(look_as_nobody(false, &error), 0);
	put("/boot/grub/grub.cfg", "menuentry x {\n linux /v sysctl." TIME "=300\n}\n");
	run("chmod 600 boot/grub/grub.cfg");
	assert_int_equal(look_as_nobody(true, &error), 0);
	assert_int_equal(look_as_nobody(false, &error), -1);
	assert_int_equal(error.id, KA_E_BOOT_READ);
	assert_contains(error.message, "/boot/grub/grub.cfg");
	run("rm boot/grub/grub.cfg && mkdir -p boot/loader/entries && chmod 700 boot/loader");
	assert_int_equal(look_as_nobody(true, &error), 0);
	assert_int_equal(look_as_nobody(false, &error), -1);
	assert_int_equal(error.id, KA_E_BOOT_READ);
}

static void fill_all_kinds(void)
{
	put("/boot/grub/grub.cfg", "set x=1\nmenuentry a {\n linux /v $y sysctl." TIME "=1\n}\n");
	put("/boot/grub/grubenv", "y=sysctl." TIME "=2\n");
	ENABLE_TUNED();
	put("/etc/tuned/active_profile", "p");
	put("/etc/tuned/p/tuned.conf",
	    "[main]\ninclude=q\n[variables]\nx=5\n[sysctl]\n" TIME "=${x}\n");
	put("/etc/tuned/q/tuned.conf", "[sysctl]\n" INTVL "=\"5\"\n");
	put("/etc/tmpfiles.d/k.conf", "w /proc/sys/net/ipv4/tcp_keepalive_time - - - - 300\n");
	put("/etc/systemd/system/own.service", "[Service]\nExecStart=sysctl --system\n");
	put_script("/etc/rc.local", "sysctl -p\n");
	put("/etc/sysctl.conf", TIME "=300\n");
}

static void a_small_arena_is_an_error(void **state)
{
	struct ka_error error = {0};
	size_t cap = 0;
	int result;

	(void)state;
	fill_all_kinds();
	do {
		struct ka_arena arena = ka_arena_make(cap);
		const struct ka_setter *setters = NULL;
		struct ka_tuned tuned;
		struct ka_tree tree;
		size_t count = 0;

		assert_int_equal(ka_tree_open(root, &tree, NULL), 0);
		result = ka_boot_setters_find(&tree, &arena, &tuned, &setters, &count, &error);
		if (result < 0)
			assert_int_equal(error.id, KA_E_MEMORY);
		else
			assert_int_equal(count, 7);
		ka_tree_close(&tree);
		ka_arena_clear(&arena);
		cap += cap < 5000 ? 17 : 211;
	} while (result < 0);
	assert_int_at_least(cap, 1000);
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	fill_all_kinds();
	for (size_t n = 1;; n++) {
		struct ka_error error = {0};
		struct found found;
		int result;

		ka_fail_allocation(n);
		result = look(&found, false, &error);
		ka_fail_allocation(0);
		if (result < 0)
			assert_int_equal(error.id, KA_E_MEMORY);
		ka_arena_clear(&found.arena);
		if (!ka_allocation_failed && result == 0)
			break;
		assert_int_at_most(n, 10000);
	}
}

#define IN_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOT(an_empty_root_has_none),
		IN_ROOT(the_default_entry_of_grub_decides),
		IN_ROOT(variables_of_grub_are_followed),
		IN_ROOT(variables_in_a_circle_end),
		IN_ROOT(the_efi_partition_may_hold_the_entries),
		IN_ROOT(the_newest_loader_entry_decides),
		IN_ROOT(other_loaders_are_known),
		IN_ROOT(the_sources_of_an_update_count_without_entries),
		IN_ROOT(a_variable_that_doubles_itself_is_bounded),
		IN_ROOT(the_running_kernels_line_counts_on_the_host),
		IN_ROOT(the_active_profile_sets),
		IN_ROOT(profiles_are_found_where_the_version_looks),
		IN_ROOT(keys_with_slashes_depend_on_the_version),
		IN_ROOT(several_profiles_are_merged),
		IN_ROOT(a_profile_may_include_its_namesake),
		IN_ROOT(variables_are_filled_in),
		IN_ROOT(files_of_tuned_are_read_as_python_does),
		IN_ROOT(scripts_of_a_profile_are_read),
		IN_ROOT(hostile_profiles_are_bounded),
		IN_ROOT(tmpfiles_and_rules_hide_their_namesakes),
		IN_ROOT(units_that_start_are_read),
		IN_ROOT(scripts_that_run_are_read),
		IN_ROOT(copies_of_scripts_do_not_run),
		IN_ROOT(init_scripts_run_in_a_runlevel),
		IN_ROOT(interfaces_and_cron_are_read),
		IN_ROOT(cloud_init_is_read),
		IN_ROOT(the_firewalls_own_settings_count_when_it_is_enabled),
		IN_ROOT(files_that_a_call_applies_are_read),
		IN_ROOT(the_line_is_shown),
		IN_ROOT(links_stay_inside),
		IN_ROOT(binary_and_long_files_are_no_trouble),
		IN_ROOT(very_many_lines_are_quick),
		IN_ROOT(too_much_is_an_error_where_it_decides),
		IN_ROOT(what_a_user_may_not_read),
		IN_ROOT(a_small_arena_is_an_error),
		IN_ROOT(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
