#include "core/kernel_number.h"

#include "core/keepalive.h"
#include "ka_test.h"

enum { TICKS = 250, TIME_MAX = 8589934 };

static const struct {
	const char *bytes;
	enum ka_number_result result;
	int64_t value;
} rows[] = {
	{"7200", KA_NUMBER_OK, 7200},
	{"0", KA_NUMBER_OK, 0},
	{"-5", KA_NUMBER_OK, -5},
	{"-0", KA_NUMBER_OK, 0},
	{" \t\v\f\r\n\xa0"
	 "7200",
	 KA_NUMBER_OK, 7200},
	/* What follows a blank does not count. */
	{"7200 # comment", KA_NUMBER_OK, 7200},
	{"7200\t5", KA_NUMBER_OK, 7200},
	{"7200\nx", KA_NUMBER_OK, 7200},
	{"7200 ", KA_NUMBER_OK, 7200},
	/* Other bases. */
	{"010", KA_NUMBER_OK, 8},
	{"-010", KA_NUMBER_OK, -8},
	{"0x1f", KA_NUMBER_OK, 31},
	{"0X1F", KA_NUMBER_OK, 31},
	{"-0xa", KA_NUMBER_OK, -10},
	{"00000000000000000007", KA_NUMBER_OK, 7},
	{"-0000000000000000007", KA_NUMBER_OK, -7},
	/* Refused. */
	{"", KA_NUMBER_MALFORMED, 0},
	{" ", KA_NUMBER_MALFORMED, 0},
	{"-", KA_NUMBER_MALFORMED, 0},
	{"--5", KA_NUMBER_MALFORMED, 0},
	{"- 5", KA_NUMBER_MALFORMED, 0},
	{"+5", KA_NUMBER_MALFORMED, 0},
	{"08", KA_NUMBER_MALFORMED, 0},
	{"0x", KA_NUMBER_MALFORMED, 0},
	{"0xg", KA_NUMBER_MALFORMED, 0},
	{"\"5\"", KA_NUMBER_MALFORMED, 0},
	{"'5'", KA_NUMBER_MALFORMED, 0},
	{"5s", KA_NUMBER_MALFORMED, 0},
	{"1h", KA_NUMBER_MALFORMED, 0},
	{"5.0", KA_NUMBER_MALFORMED, 0},
	{"1e3", KA_NUMBER_MALFORMED, 0},
	{"1_000", KA_NUMBER_MALFORMED, 0},
	{"5,6", KA_NUMBER_MALFORMED, 0},
	{"5\\", KA_NUMBER_MALFORMED, 0},
	{"5\r", KA_NUMBER_MALFORMED, 0},
	{"5\v", KA_NUMBER_MALFORMED, 0},
	{"5\f", KA_NUMBER_MALFORMED, 0},
	{"5\xa0", KA_NUMBER_MALFORMED, 0},
	{"\xc2\xa0"
	 "5",
	 KA_NUMBER_MALFORMED, 0},
	{"7200#", KA_NUMBER_MALFORMED, 0},
	{"7200;", KA_NUMBER_MALFORMED, 0},
	{"abc", KA_NUMBER_MALFORMED, 0},
	{"000000000000000000007", KA_NUMBER_MALFORMED, 0},
	{"-00000000000000000007", KA_NUMBER_MALFORMED, 0},
	/* Ranges. */
	{"8589934", KA_NUMBER_OK, TIME_MAX},
	{"-8589934", KA_NUMBER_OK, -TIME_MAX},
	{"8589935", KA_NUMBER_OUT_OF_RANGE, 0},
	{"-8589935", KA_NUMBER_OUT_OF_RANGE, 0},
	{"18446744073709551615", KA_NUMBER_OUT_OF_RANGE, 0},
	{"18446744073709551616", KA_NUMBER_OUT_OF_RANGE, 0},
	{"99999999999999999999", KA_NUMBER_OUT_OF_RANGE, 0},
};

static void reads_as_the_kernel_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_kernel_number number = ka_kernel_number_read(
			KA_TIME, rows[i].bytes, strlen(rows[i].bytes), TICKS, true);

		ka_test_at("'%s'", rows[i].bytes);
		assert_int_equal(number.result, rows[i].result);
		ka_test_at("'%s'", rows[i].bytes);
		assert_int_equal(number.value, rows[i].value);
	}
}

static struct ka_kernel_number read_number(enum ka_key key, const char *text, unsigned hz,
					   bool has_u8)
{
	return ka_kernel_number_read(key, text, strlen(text), hz, has_u8);
}

/* kernel/sysctl.c: INT_MAX / HZ seconds; eight bits, or an int, of probes. */
static void ranges_depend_on_the_kernel(void **state)
{
	(void)state;
	assert_int_equal(read_number(KA_TIME, "1", 100, true).max, 21474836);
	assert_int_equal(read_number(KA_INTVL, "1", 250, true).max, 8589934);
	assert_int_equal(read_number(KA_INTVL, "1", 1000, true).max, 2147483);
	assert_int_equal(read_number(KA_TIME, "1", KA_HZ_UNKNOWN, true).max, 2147483);
	assert_int_equal(read_number(KA_TIME, "1", KA_HZ_UNKNOWN, true).min, -2147483);
	assert_int_equal(read_number(KA_TIME, "21474836", 100, true).result, KA_NUMBER_OK);
	assert_int_equal(read_number(KA_TIME, "21474836", 250, true).result,
			 KA_NUMBER_OUT_OF_RANGE);
	assert_int_equal(read_number(KA_PROBES, "255", 250, true).result, KA_NUMBER_OK);
	assert_int_equal(read_number(KA_PROBES, "256", 250, true).result, KA_NUMBER_OUT_OF_RANGE);
	assert_int_equal(read_number(KA_PROBES, "0", 250, true).result, KA_NUMBER_OK);
	assert_int_equal(read_number(KA_PROBES, "-1", 250, true).result, KA_NUMBER_OUT_OF_RANGE);
	assert_int_equal(read_number(KA_PROBES, "-0", 250, true).result, KA_NUMBER_OUT_OF_RANGE);
	assert_int_equal(read_number(KA_PROBES, "256", 250, false).value, 256);
	assert_int_equal(read_number(KA_PROBES, "-1", 250, false).value, -1);
	assert_int_equal(read_number(KA_PROBES, "2147483647", 250, false).value, INT32_MAX);
	assert_int_equal(read_number(KA_PROBES, "2147483648", 250, false).result,
			 KA_NUMBER_OUT_OF_RANGE);
	assert_int_equal(read_number(KA_PROBES, "-2147483648", 250, false).value, INT32_MIN);
}

static void tells_what_is_easily_misread(void **state)
{
	(void)state;
	assert_true(read_number(KA_TIME, "010", TICKS, true).is_octal);
	assert_false(read_number(KA_TIME, "007", TICKS, true).is_octal);
	assert_false(read_number(KA_TIME, "0", TICKS, true).is_octal);
	assert_true(read_number(KA_TIME, "0x5", TICKS, true).is_hex);
	assert_false(read_number(KA_TIME, "0x5", TICKS, true).is_octal);
	assert_false(read_number(KA_TIME, "10", TICKS, true).is_hex);
	assert_true(read_number(KA_TIME, "7200 # two hours", TICKS, true).has_rest);
	assert_false(read_number(KA_TIME, "7200 \t", TICKS, true).has_rest);
	assert_int_equal(read_number(KA_TIME, " -72 5", TICKS, true).length, 3);
	assert_int_equal(read_number(KA_TIME, "000000000000000000007", TICKS, true).length, 21);
}

static void reads_only_the_given_length(void **state)
{
	(void)state;
	assert_int_equal(ka_kernel_number_read(KA_TIME, "7200", 2, TICKS, true).value, 72);
	assert_int_equal(ka_kernel_number_read(KA_TIME, "0x1", 2, TICKS, true).result,
			 KA_NUMBER_MALFORMED);
	assert_int_equal(ka_kernel_number_read(KA_TIME, "5\0", 2, TICKS, true).result,
			 KA_NUMBER_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_as_the_kernel_does),
		cmocka_unit_test(ranges_depend_on_the_kernel),
		cmocka_unit_test(tells_what_is_easily_misread),
		cmocka_unit_test(reads_only_the_given_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
