#include "base/number.h"

#include "ka_test.h"

static const struct {
	const char *text;
	bool is_ok;
	int64_t value;
} decimals[] = {
	{"0", true, 0},
	{"7", true, 7},
	{"7200", true, 7200},
	{"9223372036854775807", true, INT64_MAX},
	{"9223372036854775808", false, 0},
	{"9223372036854775817", false, 0},
	{"92233720368547758070", false, 0},
	{"18446744073709551616", false, 0},
	{"", false, 0},
	{"00", false, 0},
	{"010", false, 0},
	{"0x10", false, 0},
	{"-1", false, 0},
	{"+1", false, 0},
	{" 1", false, 0},
	{"1 ", false, 0},
	{"1e3", false, 0},
	{"1.5", false, 0},
	{"1_000", false, 0},
	{"1\n", false, 0},
	{"/", false, 0},
	{":", false, 0},
	{"\xd9\xa1", false, 0}, /* ARABIC-INDIC DIGIT ONE */
};

static void parses_decimals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(decimals) / sizeof(decimals[0]); i++) {
		const char *text = decimals[i].text;
		int64_t value = -77;

		ka_test_at("'%s'", text);
		assert_int_equal(ka_parse_decimal(text, strlen(text), &value), decimals[i].is_ok);
		assert_int_equal(value, decimals[i].is_ok ? decimals[i].value : -77);
	}
}

static void reads_only_the_given_length(void **state)
{
	int64_t value = -77;

	(void)state;
	assert_true(ka_parse_decimal("350s", 3, &value));
	assert_int_equal(value, 350);
	assert_false(ka_parse_decimal("350s", 0, &value));
	assert_false(ka_parse_decimal("1\0"
				      "2",
				      3, &value));
	assert_int_equal(value, 350);
}

static const struct {
	const char *text;
	bool is_ok;
	int64_t value;
} integers[] = {
	{"0", true, 0},
	{"-0", true, 0},
	{"-1", true, -1},
	{"42", true, 42},
	{"-9223372036854775807", true, -INT64_MAX},
	{"-9223372036854775808", false, 0},
	{"9223372036854775808", false, 0},
	{"", false, 0},
	{"-", false, 0},
	{"--1", false, 0},
	{"-01", false, 0},
	{"- 1", false, 0},
	{"1-", false, 0},
	{"+1", false, 0},
};

static void parses_integers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++) {
		int64_t value = -77;

		ka_test_at("'%s'", integers[i].text);
		assert_int_equal(ka_parse_integer(integers[i].text, &value), integers[i].is_ok);
		assert_int_equal(value, integers[i].is_ok ? integers[i].value : -77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_decimals),
		cmocka_unit_test(reads_only_the_given_length),
		cmocka_unit_test(parses_integers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
