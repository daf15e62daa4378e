#include "base/error.h"

#include "ka_test.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

static void ids_are_well_formed_and_unique(void **state)
{
	(void)state;
	for (int id = KA_E_NONE; id < KA_E_COUNT; id++) {
		const struct ka_error_info *info = ka_error_info((enum ka_error_id)id);

		ka_test_at("%s", info->id);
		assert_int_equal(strlen(info->id), 7);
		assert_memory_equal(info->id, "KA-", 3);
		assert_true(strchr("UPFCSAI", info->id[3]) != NULL);
		for (int i = 4; i < 7; i++)
			assert_true(isdigit((unsigned char)info->id[i]));
		for (int other = KA_E_NONE; other < id; other++)
			assert_string_not_equal(info->id,
						ka_error_info((enum ka_error_id)other)->id);
	}
}

/* The letter of an id says the exit code. */
static void exit_codes_follow_the_letter(void **state)
{
	(void)state;
	for (int id = KA_E_NONE + 1; id < KA_E_COUNT; id++) {
		const struct ka_error_info *info = ka_error_info((enum ka_error_id)id);

		ka_test_at("%s", info->id);
		assert_int_equal(info->exit_code, info->id[3] == 'U'           ? 2
						  : strchr("PFC", info->id[3]) ? 3
									       : 4);
		assert_int_at_least(strlen(info->title), 5);
		assert_int_at_least(strlen(info->remedy), 5);
	}
}

static void finds_by_id(void **state)
{
	(void)state;
	assert_ptr_equal(ka_error_find("KA-P012"), ka_error_info(KA_E_PROFILE_DURATION));
	assert_null(ka_error_find("KA-P999"));
	assert_null(ka_error_find("ka-p012"));
	assert_null(ka_error_find("KA-I000"));
	assert_null(ka_error_find(""));
}

static void fills_the_message(void **state)
{
	struct ka_error error;

	(void)state;
	memset(&error, 0xff, sizeof(error));
	assert_int_equal(ka_fail(&error, KA_E_OPERAND, "%s takes %d", "show", 1), -1);
	assert_int_equal(error.id, KA_E_OPERAND);
	assert_int_equal(error.sys_errno, 0);
	assert_string_equal(error.file, "");
	assert_int_equal(error.line, 0);
	assert_int_equal(error.column, 0);
	assert_string_equal(error.message, "show takes 1");
}

static void remembers_the_place(void **state)
{
	struct ka_error error;

	(void)state;
	assert_int_equal(ka_fail_at(&error, KA_E_PROFILE_VALUE, "a.yaml", 3, 7, "'%s'", "x"), -1);
	assert_int_equal(error.id, KA_E_PROFILE_VALUE);
	assert_string_equal(error.file, "a.yaml");
	assert_int_equal(error.line, 3);
	assert_int_equal(error.column, 7);
	assert_string_equal(error.message, "'x'");
}

static void tells_the_system_error(void **state)
{
	struct ka_error error;

	(void)state;
	assert_int_equal(ka_fail_sys(&error, KA_E_WRITE, ENOSPC, "cannot write %s", "x"), -1);
	assert_int_equal(error.id, KA_E_WRITE);
	assert_int_equal(error.sys_errno, ENOSPC);
	assert_string_equal(error.message, "cannot write x: No space left on device");
}

static void wraps_keep_the_innermost_place(void **state)
{
	struct ka_error error;

	(void)state;
	ka_fail_at(&error, KA_E_PROFILE_RANGE, "a.yaml", 3, 7, "too long");
	assert_int_equal(ka_error_wrap(&error, "profile %s", "a"), -1);
	assert_int_equal(ka_error_wrap(&error, "path"), -1);
	assert_string_equal(error.message, "path: profile a: too long");
	assert_int_equal(error.id, KA_E_PROFILE_RANGE);
	assert_int_equal(error.line, 3);
	assert_string_equal(error.file, "a.yaml");
}

static void cuts_what_is_too_long(void **state)
{
	struct ka_error error;
	char text[3000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ka_fail_at(&error, KA_E_PROFILE_READ, text, 1, 1, "%s", text);
	assert_int_equal(strlen(error.file), sizeof(error.file) - 1);
	assert_int_equal(strlen(error.message), sizeof(error.message) - 1);
	ka_error_wrap(&error, "outer");
	assert_int_equal(strlen(error.message), sizeof(error.message) - 1);
	assert_memory_equal(error.message, "outer: xxx", 10);
	ka_error_wrap(&error, "%s", text);
	assert_int_equal(strlen(error.message), sizeof(error.message) - 1);
	ka_fail_sys(&error, KA_E_WRITE, EIO, "%s", text);
	assert_int_equal(strlen(error.message), sizeof(error.message) - 1);
}

static void nobody_need_want_the_error(void **state)
{
	(void)state;
	assert_int_equal(ka_fail(NULL, KA_E_WRITE, "x"), -1);
	assert_int_equal(ka_fail_at(NULL, KA_E_WRITE, "x", 1, 1, "x"), -1);
	assert_int_equal(ka_fail_sys(NULL, KA_E_WRITE, EIO, "x"), -1);
	assert_int_equal(ka_error_wrap(NULL, "x"), -1);
	assert_int_equal(ka_fail_memory(NULL), -1);
}

static void memory_has_its_own_error(void **state)
{
	struct ka_error error;

	(void)state;
	assert_int_equal(ka_fail_memory(&error), -1);
	assert_int_equal(error.id, KA_E_MEMORY);
	assert_int_equal(ka_error_info(error.id)->exit_code, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_well_formed_and_unique),
		cmocka_unit_test(exit_codes_follow_the_letter),
		cmocka_unit_test(finds_by_id),
		cmocka_unit_test(fills_the_message),
		cmocka_unit_test(remembers_the_place),
		cmocka_unit_test(tells_the_system_error),
		cmocka_unit_test(wraps_keep_the_innermost_place),
		cmocka_unit_test(cuts_what_is_too_long),
		cmocka_unit_test(nobody_need_want_the_error),
		cmocka_unit_test(memory_has_its_own_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
