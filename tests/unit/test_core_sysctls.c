#include "core/sysctls.h"

#include "ka_test.h"

static void the_table_says_what_the_kernel_says(void **state)
{
	static const char *const words[] = {"tcp_keepalive_time", "tcp_keepalive_intvl",
					    "tcp_keepalive_probes"};
	struct ka_settings defaults = KA_KERNEL_DEFAULTS;

	(void)state;
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		char name[64];

		assert_string_equal(ka_sysctls[key].word, words[key]);
		snprintf(name, sizeof(name), "net.ipv4.%s", words[key]);
		assert_string_equal(ka_sysctls[key].key, name);
		snprintf(name, sizeof(name), "net/ipv4/%s", words[key]);
		assert_string_equal(ka_sysctls[key].file, name);
		assert_int_equal(ka_sysctls[key].kernel_default, defaults.value[key]);
		assert_int_equal(ka_sysctls[key].min, 1);
		assert_int_equal(ka_sysctls[key].max, key == KA_PROBES ? 127 : 32767);
		assert_string_equal(ka_sysctls[key].unit, key == KA_PROBES ? "" : "s");
	}
	assert_int_equal(defaults.value[KA_TIME], 7200);
	assert_int_equal(defaults.value[KA_INTVL], 75);
	assert_int_equal(defaults.value[KA_PROBES], 9);
}

static void compares_all_three(void **state)
{
	struct ka_settings settings = KA_KERNEL_DEFAULTS, other = settings;

	(void)state;
	assert_true(ka_settings_equal(&settings, &other));
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		other = settings;
		other.value[key]++;
		assert_false(ka_settings_equal(&settings, &other));
	}
}

static const struct {
	int64_t value[KA_KEY_COUNT];
	bool is_in_range, works;
} judged[] = {
	{{7200, 75, 9}, true, true},
	{{1, 1, 1}, true, true},
	{{32767, 32767, 127}, true, true},
	{{32768, 75, 9}, false, true},
	{{7200, 32768, 9}, false, true},
	{{7200, 75, 128}, false, true},
	{{0, 75, 9}, false, false},
	{{7200, 0, 9}, false, false},
	{{7200, 75, 0}, false, false},
	{{-1, 75, 9}, false, false},
	{{7200, -1, 9}, false, false},
	{{7200, 75, -1}, false, false},
	{{INT32_MAX, INT32_MAX, INT32_MAX}, false, true},
};

static void knows_ranges(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(judged) / sizeof(judged[0]); i++) {
		struct ka_settings settings;

		memcpy(settings.value, judged[i].value, sizeof(settings.value));
		ka_test_at("row %zu", i);
		assert_int_equal(ka_settings_in_range(&settings), judged[i].is_in_range);
		assert_int_equal(ka_settings_work(&settings), judged[i].works);
	}
}

static void parses_triples(void **state)
{
	static const struct {
		const char *text;
		int64_t value[KA_KEY_COUNT];
	} rows[] = {
		{"7200,75,9", {7200, 75, 9}},
		{"0,0,0", {0, 0, 0}},
		{"-1,-75,255", {-1, -75, 255}},
		{"2147483647,-2147483648,1", {INT32_MAX, INT32_MIN, 1}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_settings settings;
		struct ka_error error;

		ka_test_at("%s", rows[i].text);
		assert_int_equal(ka_settings_parse(rows[i].text, &settings, &error), 0);
		for (int key = 0; key < KA_KEY_COUNT; key++)
			assert_int_equal(settings.value[key], rows[i].value[key]);
	}
}

static void refuses_what_is_no_triple(void **state)
{
	static const char *const rows[] = {
		"",
		"7200",
		"7200,75",
		"7200,75,9,1",
		"7200,75,9,",
		",7200,75,9",
		"7200,,9",
		",,",
		"7200,75,",
		"7200, 75,9",
		" 7200,75,9",
		"7200,75,9 ",
		"7200;75;9",
		"07200,75,9",
		"0x10,75,9",
		"7200s,75s,9",
		"2147483648,1,1",
		"1,-2147483649,1",
		"1,1,99999999999999999999",
		"00000000000000000000000000000001,1,1",
		"7200,75,9\n",
		"a,b,c",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_settings settings = {{-7, -7, -7}};
		struct ka_error error;

		ka_test_at("'%s'", rows[i]);
		assert_int_equal(ka_settings_parse(rows[i], &settings, &error), -1);
		assert_int_equal(error.id, KA_E_OPTION_VALUE);
		assert_contains(error.message, rows[i]);
		for (int key = 0; key < KA_KEY_COUNT; key++)
			assert_int_equal(settings.value[key], -7);
		assert_int_equal(ka_settings_parse(rows[i], &settings, NULL), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_says_what_the_kernel_says),
		cmocka_unit_test(compares_all_three),
		cmocka_unit_test(knows_ranges),
		cmocka_unit_test(parses_triples),
		cmocka_unit_test(refuses_what_is_no_triple),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
