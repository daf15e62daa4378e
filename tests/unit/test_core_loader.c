#include "core/loader.h"

#include "ka_test.h"

static const struct {
	const char *word, *name, *row; /* row: whose toggles it has */
	bool has_version;
} words[] = {
	{"systemd", "systemd-252", "systemd-252", false},
	{"systemd-252", "systemd-252", "systemd-252", true},
	{"systemd-253", "systemd-253", "systemd-252", true},
	{"systemd-9999", "systemd-9999", "systemd-258", true},
	{"systemd-1", "systemd-1", "systemd-219", true},
	{"systemd-219", "systemd-219", "systemd-219", true},
	{"systemd-219-rhel7", "systemd-219-rhel7", "systemd-219-rhel7", true},
	{"systemd-229", "systemd-229", "systemd-219", true},
	{"systemd-237", "systemd-237", "systemd-236", true},
	{"systemd-239", "systemd-239", "systemd-238", true},
	{"systemd-239-rhel8", "systemd-239-rhel8", "systemd-239-rhel8", true},
	{"systemd-244", "systemd-244", "systemd-243", true},
	{"systemd-249", "systemd-249", "systemd-245", true},
	{"systemd-257", "systemd-257", "systemd-255", true},
	{"systemd-259", "systemd-259", "systemd-258", true},
	{"procps", "procps-4.0", "procps-4.0", false},
	{"procps-4.0", "procps-4.0", "procps-4.0", true},
	{"procps-4.0.2", "procps-4.0", "procps-4.0", true},
	{"procps-4.0.4", "procps-4.0", "procps-4.0", true},
	{"procps-4.0.7", "procps-4.0.7", "procps-4.0.5", true},
	{"procps-4.1", "procps-4.1.0", "procps-4.0.5", true},
	{"procps-3.3", "procps-3.3.17", "procps-3.3.17", true},
	{"procps-3.3.17", "procps-3.3.17", "procps-3.3.17", true},
	{"procps-3.3.15", "procps-3.3.15", "procps-3.3.10", true},
	{"procps-3.2.8", "procps-3.2.8", "procps-3.3.10", true},
	{"procps-3.3.999", "procps-3.3.999", "procps-3.3.17", true},
	{"busybox", "busybox", "busybox", false},
	{"busybox-alpine", "busybox-alpine", "busybox-alpine", true},
};

static const struct ka_loader *find_row(const char *name)
{
	for (size_t i = 0; i < ka_loader_count; i++)
		if (strcmp(ka_loaders[i].name, name) == 0)
			return &ka_loaders[i];
	fail_msg("there is no row %s", name);
	return NULL;
}

static bool is_same(const struct ka_loader *a, const struct ka_loader *b)
{
#define KA_TOGGLE(name, ...)                                                                       \
	if (a->name != b->name)                                                                    \
		return false;
#include "core/loader_toggles.def"
#undef KA_TOGGLE
	return true;
}

static bool has_toggles_of(const struct ka_loader *a, const struct ka_loader *b)
{
	return is_same(a, b) && a->family == b->family && a->since == b->since;
}

static void finds_the_row_of_a_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct ka_loader_version version;
		struct ka_named_loader storage;
		const struct ka_loader *loader;
		bool has_version;

		assert_int_equal(ka_loader_parse(words[i].word, &version, &has_version, NULL), 0);
		loader = ka_loader_for(&version, &storage);
		assert_string_equal(loader->name, words[i].name);
		ka_test_at("%s", words[i].word);
		assert_int_equal(has_version, words[i].has_version);
		ka_test_at("%s", words[i].word);
		assert_true(has_toggles_of(loader, find_row(words[i].row)));
	}
}

static void refuses_other_words(void **state)
{
	static const char *const bad[] = {"",
					  "sysctl",
					  "systemd-",
					  "systemd-0",
					  "systemd-25x",
					  "systemd252",
					  "systemd-252-rhel9",
					  "systemd-219-rhel8",
					  "systemd-10000",
					  "systemd-252.39",
					  "systemd--252",
					  "procps-",
					  "procps-4",
					  "procps-0.1",
					  "procps-4.",
					  "procps-4.0.",
					  "procps-4.0.2a",
					  "procps-4.x",
					  "procps-4.0.2.1",
					  "busybox-",
					  "busybox-1.36",
					  "systemd-252 ",
					  "Systemd",
					  "systemd-999999999999999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ka_loader_version version = {.major = 77};
		struct ka_error error = {0};
		bool has_version = true;

		ka_test_at("'%s'", bad[i]);
		assert_int_equal(ka_loader_parse(bad[i], &version, &has_version, &error), -1);
		assert_int_equal(error.id, KA_E_OPTION_VALUE);
		assert_contains(error.message, bad[i]);
		assert_int_equal(version.major, 77);
	}
}

/* The patches of RHEL are of two versions only; everything else is what was released. */
static void patches_are_of_one_version(void **state)
{
	struct ka_loader_version version = {.family = KA_SYSTEMD, .major = 252, .is_rhel = true};
	struct ka_named_loader storage;

	(void)state;
	assert_string_equal(ka_loader_for(&version, &storage)->name, "systemd-252");
	version.major = 219;
	assert_string_equal(ka_loader_for(&version, &storage)->name, "systemd-219-rhel7");
	version.major = 239;
	assert_string_equal(ka_loader_for(&version, &storage)->name, "systemd-239-rhel8");
	version.major = 0;
	assert_string_equal(ka_loader_for(&version, &storage)->name, "systemd-252");
}

static void the_table_is_sorted_and_has_no_twins(void **state)
{
	(void)state;
	for (size_t i = 1; i < ka_loader_count; i++) {
		const struct ka_loader *before = &ka_loaders[i - 1], *row = &ka_loaders[i];

		assert_true(row->family >= before->family);
		if (row->family == before->family)
			assert_true(row->since >= before->since);
		assert_true(strlen(row->name) < KA_LOADER_NAME_MAX);
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(row->name, ka_loaders[k].name);
			assert_false(is_same(row, &ka_loaders[k]));
		}
	}
	assert_int_at_least(ka_loader_count, 20);
}

/* A version so long that its numbers do not fit into the rank keeps its family's last row. */
static void names_fit(void **state)
{
	struct ka_loader_version version = {
		.family = KA_PROCPS, .major = 9999, .minor = 9999, .patch = 9999};
	struct ka_named_loader storage;

	(void)state;
	assert_string_equal(ka_loader_for(&version, &storage)->name, "procps-9999.9999.9999");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_row_of_a_word),
		cmocka_unit_test(refuses_other_words),
		cmocka_unit_test(patches_are_of_one_version),
		cmocka_unit_test(the_table_is_sorted_and_has_no_twins),
		cmocka_unit_test(names_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
