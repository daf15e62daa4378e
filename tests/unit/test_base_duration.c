#include "base/duration.h"

#include "ka_test.h"

#define YEAR_S ((int64_t)366 * 86400)

static const struct {
	const char *text;
	enum ka_duration_result result;
	int64_t seconds;
} rows[] = {
	{"90s", KA_DURATION_OK, 90},
	{"5m", KA_DURATION_OK, 300},
	{"2h", KA_DURATION_OK, 7200},
	{"1d", KA_DURATION_OK, 86400},
	{"0s", KA_DURATION_OK, 0},
	{"0d0h0m0s", KA_DURATION_OK, 0},
	{"1h30m", KA_DURATION_OK, 5400},
	{"1d2h3m4s", KA_DURATION_OK, 86400 + 7200 + 180 + 4},
	{"1d4s", KA_DURATION_OK, 86404},
	{"90m", KA_DURATION_OK, 5400},
	{"1m90s", KA_DURATION_OK, 150},
	{"366d", KA_DURATION_OK, YEAR_S},
	{"365d24h", KA_DURATION_OK, YEAR_S},
	{"31622400s", KA_DURATION_OK, YEAR_S},
	{"31622401s", KA_DURATION_TOO_LONG, 0},
	{"366d1s", KA_DURATION_TOO_LONG, 0},
	{"367d", KA_DURATION_TOO_LONG, 0},
	{"999999999999999999d", KA_DURATION_TOO_LONG, 0},
	{"9223372036854775807s", KA_DURATION_TOO_LONG, 0},
	{"9223372036854775808s", KA_DURATION_TOO_LONG, 0},
	{"99999999999999999999999s", KA_DURATION_TOO_LONG, 0},
	{"350", KA_DURATION_NO_UNIT, 0},
	{"0", KA_DURATION_NO_UNIT, 0},
	{"", KA_DURATION_BAD, 0},
	{"s", KA_DURATION_BAD, 0},
	{"-5s", KA_DURATION_BAD, 0},
	{"+5s", KA_DURATION_BAD, 0},
	{"05s", KA_DURATION_BAD, 0},
	{"00s", KA_DURATION_BAD, 0},
	{"1.5h", KA_DURATION_BAD, 0},
	{"1h 30m", KA_DURATION_BAD, 0},
	{" 90s", KA_DURATION_BAD, 0},
	{"90s ", KA_DURATION_BAD, 0},
	{"90S", KA_DURATION_BAD, 0},
	{"90sec", KA_DURATION_BAD, 0},
	{"90ms", KA_DURATION_BAD, 0},
	{"1w", KA_DURATION_BAD, 0},
	{"30m1h", KA_DURATION_BAD, 0},
	{"1h2h", KA_DURATION_BAD, 0},
	{"1h30", KA_DURATION_BAD, 0},
	{"1h30m20", KA_DURATION_BAD, 0},
	{"60s;reboot", KA_DURATION_BAD, 0},
};

static void parses_durations(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t seconds = -77;

		ka_test_at("'%s'", rows[i].text);
		assert_int_equal(ka_parse_duration(rows[i].text, strlen(rows[i].text), &seconds),
				 rows[i].result);
		assert_int_equal(seconds, rows[i].result == KA_DURATION_OK ? rows[i].seconds : -77);
	}
}

static void reads_only_the_given_length(void **state)
{
	int64_t seconds = 0;

	(void)state;
	assert_int_equal(ka_parse_duration("90s,layer=4", 3, &seconds), KA_DURATION_OK);
	assert_int_equal(seconds, 90);
	assert_int_equal(ka_parse_duration("90s", 2, &seconds), KA_DURATION_NO_UNIT);
	assert_int_equal(ka_parse_duration("90s", 0, &seconds), KA_DURATION_BAD);
}

static void formats_durations(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {
		{0, "0s"},
		{1, "1s"},
		{59, "59s"},
		{60, "1m"},
		{90, "1m30s"},
		{350, "5m50s"},
		{3600, "1h"},
		{5400, "1h30m"},
		{7200, "2h"},
		{86400, "1d"},
		{93784, "1d2h3m4s"},
		{-5, "-5s"},
		{-5400, "-1h30m"},
		{INT64_MAX, "106751991167300d15h30m7s"},
		{INT64_MIN, "-106751991167300d15h30m8s"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[KA_DURATION_TEXT];

		assert_ptr_equal(ka_format_duration(text, cases[i].seconds), text);
		assert_string_equal(text, cases[i].text);
	}
}

/* What is written can be read again, and means the same. */
static void formats_what_it_parses(void **state)
{
	(void)state;
	for (int64_t seconds = 0; seconds < YEAR_S; seconds += 1 + seconds / 50) {
		char text[KA_DURATION_TEXT];
		int64_t again = -1;

		ka_format_duration(text, seconds);
		ka_test_at("%s", text);
		assert_int_equal(ka_parse_duration(text, strlen(text), &again), KA_DURATION_OK);
		assert_int_equal(again, seconds);
	}
}

static void formats_milliseconds(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
		{0, "0 s"},
		{1, "0.001 s"},
		{350000, "350 s"},
		{8024504, "8024.504 s"},
		{-1, "-0.001 s"},
		{-2500, "-2.500 s"},
		{-3000, "-3 s"},
		{INT64_MAX, "9223372036854775.807 s"},
		{INT64_MIN, "-9223372036854775.808 s"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[KA_DURATION_TEXT];

		assert_ptr_equal(ka_format_ms(text, cases[i].ms), text);
		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_durations),
		cmocka_unit_test(reads_only_the_given_length),
		cmocka_unit_test(formats_durations),
		cmocka_unit_test(formats_what_it_parses),
		cmocka_unit_test(formats_milliseconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
