#include "edge/boot_kernel.h"

#include "core/keepalive.h"

#include "tree_place.h"

#define CONFIG(version, hz)                                                                        \
	"#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 " version                    \
	" Kernel Configuration\n#\nCONFIG_HZ_250=y\n# CONFIG_HZ=1\nCONFIG_HZ=" hz "\nCONFIG_X=y\n"

struct found {
	struct ka_kernel kernel;
	bool has_initramfs;
};

static struct found find(struct place *place)
{
	struct found found = {0};
	struct ka_error error = {0};

	if (ka_boot_kernel_find(&place->tree, &place->arena, &found.kernel, &found.has_initramfs,
				&error) < 0) {
		print_error("%s: %s\n", error.file, error.message);
		fail();
	}
	return found;
}

static void assert_kernel(struct place *place, const char *version, const char *source, unsigned hz)
{
	struct ka_kernel kernel = find(place).kernel;

	assert_string_equal(kernel.version, version);
	assert_string_equal(kernel.source, source);
	assert_int_equal(kernel.hz, hz);
}

static void without_a_kernel_the_narrowest_holds(void **state)
{
	struct found found = find(*state);

	assert_null(found.kernel.version);
	assert_null(found.kernel.source);
	assert_int_equal(found.kernel.hz, KA_HZ_UNKNOWN);
	assert_true(found.kernel.has_u8_probes);
	assert_false(found.has_initramfs);
}

static void the_configuration_is_found(void **state)
{
	struct place *place = *state;

	put(place, "/lib/modules/6.1.0-35-amd64/config", CONFIG("6.1.137", "100"));
	assert_kernel(place, "6.1.0-35-amd64", "/lib/modules/6.1.0-35-amd64/config", 100);
	put(place, "/usr/lib/modules/6.1.0-35-amd64/config", CONFIG("6.1.137", "300"));
	assert_kernel(place, "6.1.0-35-amd64", "/usr/lib/modules/6.1.0-35-amd64/config", 300);
	put(place, "/boot/config-6.1.0-35-amd64", CONFIG("6.1.137", "250"));
	assert_kernel(place, "6.1.0-35-amd64", "/boot/config-6.1.0-35-amd64", 250);
	assert_false(find(place).has_initramfs);
}

static void names_tell_the_version(void **state)
{
	struct place *place = *state;

	put_directory(place, "/lib/modules/5.4.0-1");
	assert_kernel(place, "5.4.0-1", "/lib/modules", KA_HZ_UNKNOWN);
	put_directory(place, "/usr/lib/modules/5.14.0-503.el9.x86_64");
	put(place, "/usr/lib/modules/README", "");
	assert_kernel(place, "5.14.0-503.el9.x86_64", "/usr/lib/modules", KA_HZ_UNKNOWN);
	put(place, "/boot/vmlinuz-linux", "");
	put(place, "/boot/vmlinuz-0-rescue-0123456789abcdef", "");
	put(place, "/boot/grub-9.9", "");
	assert_kernel(place, "5.14.0-503.el9.x86_64", "/usr/lib/modules", KA_HZ_UNKNOWN);
	put(place, "/boot/vmlinuz-4.18.0-553.el8.x86_64", "");
	assert_kernel(place, "4.18.0-553.el8.x86_64", "/boot", KA_HZ_UNKNOWN);
}

static void the_newest_kernel_counts(void **state)
{
	struct place *place = *state;

	put(place, "/boot/config-6.1.0-9-amd64", CONFIG("6.1.27", "250"));
	put(place, "/boot/config-6.1.0-35-amd64", CONFIG("6.1.137", "1000"));
	put(place, "/boot/config-5.10.0-28-amd64", CONFIG("5.10.209", "100"));
	assert_kernel(place, "6.1.0-35-amd64", "/boot/config-6.1.0-35-amd64", 1000);
}

static void an_initramfs_is_noticed(void **state)
{
	static const char *const names[] = {"/boot/initrd.img-6.1.0-35-amd64",
					    "/boot/initramfs-5.14.0.img", "/boot/initrd",
					    "/boot/initramfs-linux.img"};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		put(place, names[i], "");
		ka_test_at("%s", names[i]);
		assert_true(find(place).has_initramfs);
		assert_null(find(place).kernel.version);
		assert_int_equal(remove(in_root(place, names[i])), 0);
	}
}

/* How many probes fit: a byte since 5.13 and 5.10.178. */
static void the_version_tells_the_range_of_probes(void **state)
{
	static const struct {
		const char *version;
		bool has_u8_probes;
	} rows[] = {
		{"3.10.0-1160.el7.x86_64", false},
		{"4.19.0-26-amd64", false},
		{"5.4.0-200-generic", false},
		{"5.10.177", false},
		{"5.10.178", true},
		{"5.10.209", true},
		{"5.11.22", false},
		{"5.12.9", false},
		{"5.13.0", true},
		{"5.15.0-130-generic", true},
		{"6.1.0-35-amd64", true},
		{"10.0", true},
	};
	struct place *place = *state;
	char path[128];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(path, sizeof(path), "/boot/vmlinuz-%s", rows[i].version);
		put(place, path, "");
		ka_test_at("%s", rows[i].version);
		assert_int_equal(find(place).kernel.has_u8_probes, rows[i].has_u8_probes);
		assert_int_equal(remove(in_root(place, path)), 0);
	}
	/* The configuration has the real version, where the name has that of an interface. */
	put(place, "/boot/config-5.10.0-28-amd64", CONFIG("5.10.209", "250"));
	assert_true(find(place).kernel.has_u8_probes);
	put(place, "/boot/config-5.10.0-28-amd64", CONFIG("5.10.162", "250"));
	assert_false(find(place).kernel.has_u8_probes);
	put(place, "/boot/config-5.10.0-28-amd64", "# Linux/x86 unknown\n\nCONFIG_HZ=250\n");
	assert_false(find(place).kernel.has_u8_probes);
}

static void a_strange_tick_rate_is_none(void **state)
{
	static const char *const texts[] = {
		CONFIG("6.1", "0"),    CONFIG("6.1", ""),      CONFIG("6.1", "x"),
		CONFIG("6.1", "250x"), CONFIG("6.1", "23"),    CONFIG("6.1", "1201"),
		CONFIG("6.1", "-250"), CONFIG("6.1", "99999"), "",
		"CONFIG_HZ",           "XCONFIG_HZ=250\n",
	};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		put(place, "/boot/config-6.1", texts[i]);
		ka_test_at("%s", texts[i]);
		assert_kernel(place, "6.1", "/boot/config-6.1", KA_HZ_UNKNOWN);
	}
}

/* The line may stand anywhere, also across the pieces that are read. */
static void the_tick_rate_is_found_anywhere(void **state)
{
	static const char line[] = "\nCONFIG_HZ=300\n";
	enum { SIZE = 100000 };
	struct place *place = *state;
	char *bytes = malloc(SIZE);

	assert_non_null(bytes);
	put(place, "/boot/config-6.1", "");
	for (size_t at = 16384 - 20; at < SIZE - 100; at += at < 16400 ? 1 : 9973) {
		memset(bytes, '#', SIZE);
		memcpy(bytes + at, line, strlen(line));
		write_file(in_root(place, "/boot/config-6.1"), bytes, SIZE);
		ka_test_at("at %zu", at);
		assert_kernel(place, "6.1", "/boot/config-6.1", 300);
	}
	free(bytes);
}

static void strange_files_are_survived(void **state)
{
	struct place *place = *state;
	int64_t start = used_ms();

	put(place, "/boot/config-6.1", "");
	assert_int_equal(truncate(in_root(place, "/boot/config-6.1"), (off_t)1 << 40), 0);
	assert_kernel(place, "6.1", "/boot/config-6.1", KA_HZ_UNKNOWN);
	assert_int_equal(remove(in_root(place, "/boot/config-6.1")), 0);
	assert_int_equal(mkfifo(in_root(place, "/boot/config-6.1"), 0644), 0);
	put_link(place, "/usr/lib/modules/6.1/config", "/dev/zero");
	put_link(place, "/lib/modules/6.1/config", "../../../../outside/canary");
	assert_kernel(place, "6.1", "/boot", KA_HZ_UNKNOWN);
	assert_int_at_most(used_ms() - start, 500);
}

static int find_as_nobody(struct place *place)
{
	struct found found;
	struct ka_error error = {0};

	if (ka_boot_kernel_find(&place->tree, &place->arena, &found.kernel, &found.has_initramfs,
				&error) == 0)
		return found.kernel.hz == KA_HZ_UNKNOWN;
	return error.id == KA_E_BOOT_READ && strstr(error.message, "/boot") ? 10 : 20;
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
	put(place, "/boot/config-6.1", CONFIG("6.1", "250"));
	assert_int_equal(chmod(in_root(place, "/boot/config-6.1"), 0600), 0);
	assert_int_equal(as_nobody(place, find_as_nobody), 10);
	assert_int_equal(as_nobody(place, find_on_host_as_nobody), 1);
	assert_int_equal(chmod(in_root(place, "/boot"), 0700), 0);
	assert_int_equal(as_nobody(place, find_as_nobody), 10);
	assert_int_equal(as_nobody(place, find_on_host_as_nobody), 1);
}

static void lack_of_memory_is_told(void **state)
{
	struct place *place = *state;
	size_t cap = 0;

	put(place, "/boot/config-6.1", CONFIG("6.1", "250"));
	for (;; cap += 8) {
		struct ka_arena arena = ka_arena_make(cap);
		struct found found;
		struct ka_error error = {0};
		int result = ka_boot_kernel_find(&place->tree, &arena, &found.kernel,
						 &found.has_initramfs, &error);

		if (result < 0)
			assert_int_equal(error.id, KA_E_MEMORY);
		ka_arena_clear(&arena);
		if (result == 0)
			break;
	}
	assert_int_at_least(cap, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_PLACE(without_a_kernel_the_narrowest_holds),
		IN_A_PLACE(the_configuration_is_found),
		IN_A_PLACE(names_tell_the_version),
		IN_A_PLACE(the_newest_kernel_counts),
		IN_A_PLACE(an_initramfs_is_noticed),
		IN_A_PLACE(the_version_tells_the_range_of_probes),
		IN_A_PLACE(a_strange_tick_rate_is_none),
		IN_A_PLACE(the_tick_rate_is_found_anywhere),
		IN_A_PLACE(strange_files_are_survived),
		IN_A_PLACE(what_may_not_be_read_is_told),
		IN_A_PLACE(lack_of_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
