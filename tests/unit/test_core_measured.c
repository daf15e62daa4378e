/* What a measurement means for a profile. */
#include "core/measured.h"

#include "case.h"

static struct ka_measured found(enum ka_idle_end end, int64_t lower_ms, int64_t upper_ms)
{
	return (struct ka_measured){
		.is_found = true,
		.end = end,
		.bracket = {.lower_ms = lower_ms, .upper_ms = upper_ms, .has_upper = true},
	};
}

static void test_timeouts_are_rounded_to_the_safe_side(void **state)
{
	struct ka_measured forgotten = found(KA_IDLE_RESET_ON_NEXT, 349900, 350400);
	struct ka_measured closed = found(KA_IDLE_CLOSED, 74900, 75400);

	(void)state;
	/* A hop may forget as early as the lower end; a server's own close comes by the upper. */
	assert_int_equal(ka_measured_timeout_s(&forgotten), 349);
	assert_int_equal(ka_measured_timeout_s(&closed), 75);
	assert_false(ka_measured_is_closed(&forgotten));
	assert_true(ka_measured_is_closed(&closed));
}

static void test_nothing_is_made_of_what_was_not_found(void **state)
{
	struct ka_measured wide = found(KA_IDLE_RESET, 1000, 9000);
	struct ka_measured open = found(KA_IDLE_SURVIVED, 3600000, 0);

	(void)state;
	wide.is_found = false;
	open.bracket.has_upper = false;
	assert_int_equal(ka_measured_timeout_s(&wide), 0);
	assert_int_equal(ka_measured_timeout_s(&open), 0);
}

static void test_ends_are_those_of_profiles(void **state)
{
	static const struct {
		enum ka_idle_end end;
		enum ka_expiry expiry;
	} rows[] = {
		{KA_IDLE_RESET_ON_NEXT, KA_RESET_ON_NEXT},
		{KA_IDLE_SILENT, KA_DROP},
		{KA_IDLE_RESET, KA_RESET_BOTH},
		{KA_IDLE_CLOSED, KA_CLOSE},
		{KA_IDLE_SURVIVED, KA_EXPIRY_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_measured measured = found(rows[i].end, 1000, 2000);

		assert_int_equal(ka_measured_expiry(&measured), rows[i].expiry);
	}
}

static void test_probes_are_those_of_profiles(void **state)
{
	struct ka_measured measured = found(KA_IDLE_RESET, 1000, 2000);

	(void)state;
	assert_int_equal(ka_measured_effect(&measured), KA_UNKNOWN);
	measured.probes = KA_MEASURED_PROBES_REFRESH;
	assert_int_equal(ka_measured_effect(&measured), KA_REFRESHES);
	measured.probes = KA_MEASURED_PROBES_IGNORED;
	assert_int_equal(ka_measured_effect(&measured), KA_IGNORED);
	measured.probes = KA_MEASURED_PROBES_UNCLEAR;
	assert_int_equal(ka_measured_effect(&measured), KA_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timeouts_are_rounded_to_the_safe_side),
		cmocka_unit_test(test_nothing_is_made_of_what_was_not_found),
		cmocka_unit_test(test_ends_are_those_of_profiles),
		cmocka_unit_test(test_probes_are_those_of_profiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
