#include "core/profile.h"

#include "ka_test.h"

static void words_stand_in_enum_order(void **state)
{
	(void)state;
	assert_string_equal(ka_probe_effect_words[KA_REFRESHES], "refreshes");
	assert_string_equal(ka_probe_effect_words[KA_REGENERATED], "regenerated");
	assert_string_equal(ka_probe_effect_words[KA_IGNORED], "ignored");
	assert_string_equal(ka_probe_effect_words[KA_UNKNOWN], "unknown");
	assert_null(ka_probe_effect_words[KA_UNKNOWN + 1]);
	assert_string_equal(ka_expiry_words[KA_SILENT], "silent");
	assert_string_equal(ka_expiry_words[KA_RESET_ON_NEXT], "reset-on-next");
	assert_string_equal(ka_expiry_words[KA_RESET_BOTH], "reset-both");
	assert_string_equal(ka_expiry_words[KA_DROP], "drop");
	assert_string_equal(ka_expiry_words[KA_CLOSE], "close");
	assert_string_equal(ka_expiry_words[KA_EXPIRY_UNKNOWN], "unknown");
	assert_null(ka_expiry_words[KA_EXPIRY_UNKNOWN + 1]);
	assert_string_equal(ka_confirmed_words[KA_VENDOR], "vendor");
	assert_string_equal(ka_confirmed_words[KA_PARAMETER_REFERENCE], "parameter-reference");
	assert_string_equal(ka_confirmed_words[KA_SOURCE_CODE], "source-code");
	assert_string_equal(ka_confirmed_words[KA_EXPERIMENT], "experiment");
	assert_string_equal(ka_confirmed_words[KA_SECOND_HAND], "second-hand");
	assert_string_equal(ka_confirmed_words[KA_INFERRED], "inferred");
	assert_null(ka_confirmed_words[KA_INFERRED + 1]);
	assert_string_equal(ka_client_closes_words[KA_CLOSES_ACTIVE], "active");
	assert_string_equal(ka_client_closes_words[KA_CLOSES_ON_REUSE], "on-reuse");
	assert_null(ka_client_closes_words[KA_CLOSES_ON_REUSE + 1]);
	assert_string_equal(ka_client_closes_meanings[KA_CLOSES_UNSTATED], "");
	assert_string_equal(ka_client_closes_meanings[KA_CLOSES_ACTIVE],
			    "closes idle connections itself");
	assert_string_equal(ka_client_closes_meanings[KA_CLOSES_ON_REUSE],
			    "looks at their age only on reuse");
	assert_string_equal(ka_profile_kind_words[KA_PRODUCT], "product");
	assert_string_equal(ka_profile_kind_words[KA_SERVER], "server");
	assert_string_equal(ka_profile_kind_words[KA_CLIENT], "client");
	assert_string_equal(ka_profile_kind_words[KA_COMPOSED], "path");
	assert_string_equal(ka_profile_kind_words[KA_ALIAS], "alias");
	assert_null(ka_profile_kind_words[KA_ALIAS + 1]);
}

static void the_kind_follows_from_what_is_stated(void **state)
{
	static const struct {
		struct ka_profile profile;
		enum ka_profile_kind kind;
	} rows[] = {
		{{.hop_count = 1}, KA_PRODUCT},
		{{.hop_count = 1, .http = {.has_server = true}}, KA_PRODUCT},
		{{.hop_count = 2}, KA_COMPOSED},
		{{.http = {.has_server = true}}, KA_SERVER},
		{{.http = {.has_client = true}}, KA_CLIENT},
		{{.http = {.has_server = true, .has_client = true}}, KA_SERVER},
		{{.http = {.has_only = true}}, KA_SERVER},
		{{.is_alias = true, .hop_count = 1}, KA_ALIAS},
		{{.is_alias = true, .hop_count = 2}, KA_ALIAS},
		{{.is_alias = true, .http = {.has_client = true}}, KA_ALIAS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ka_test_at("row %zu", i);
		assert_int_equal(ka_profile_kind(&rows[i].profile), rows[i].kind);
	}
}

static void days_of_known_dates(void **state)
{
	static const struct {
		int64_t year, month, day, days;
	} rows[] = {
		{1970, 1, 1, 0},       {1970, 1, 2, 1},         {1969, 12, 31, -1},
		{1970, 3, 1, 59},      {1972, 2, 29, 789},      {1999, 12, 31, 10956},
		{2000, 2, 29, 11016},  {2000, 3, 1, 11017},     {2024, 2, 29, 19782},
		{2026, 11, 22, 20779}, {2100, 2, 28, 47540},    {2100, 3, 1, 47541},
		{1, 1, 1, -719162},    {9999, 12, 31, 2932896},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ka_test_at("%" PRId64 "-%" PRId64 "-%" PRId64, rows[i].year, rows[i].month,
			   rows[i].day);
		assert_int_equal(ka_day_of_date(rows[i].year, rows[i].month, rows[i].day),
				 rows[i].days);
	}
}

/* Counting day by day over four centuries, with the leap years by their rule. */
static void days_follow_each_other(void **state)
{
	static const int64_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t next = ka_day_of_date(1800, 1, 1);

	(void)state;
	for (int64_t year = 1800; year <= 2200; year++)
		for (int64_t month = 1; month <= 12; month++) {
			int64_t leap =
				month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

			for (int64_t day = 1; day <= lengths[month - 1] + leap; day++)
				assert_int_equal(ka_day_of_date(year, month, day), next++);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_stand_in_enum_order),
		cmocka_unit_test(the_kind_follows_from_what_is_stated),
		cmocka_unit_test(days_of_known_dates),
		cmocka_unit_test(days_follow_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
