#include "core/transaction.h"

#include "ka_test.h"

static const struct ka_place initial = {{.inode = 1, .is_initial = true}, "boot-1"};
static const struct ka_place other = {{.inode = 2, .cookie = 20, .has_cookie = true}, "boot-1"};

static void places_are_namespaces_of_one_boot(void **state)
{
	static const struct {
		struct ka_place a, b;
		bool is_same;
	} rows[] = {
		{{{1, 0, false, true}, "x"}, {{1, 0, false, true}, "x"}, true},
		/* The initial one is the same after a boot, also under another kernel. */
		{{{1, 0, false, true}, "x"}, {{9, 5, true, true}, "y"}, true},
		{{{1, 0, false, true}, "x"}, {{1, 0, false, false}, "x"}, false},
		{{{2, 7, true, false}, "x"}, {{2, 7, true, false}, "x"}, true},
		/* An inode is used again, a cookie is not. */
		{{{2, 7, true, false}, "x"}, {{2, 8, true, false}, "x"}, false},
		{{{2, 7, true, false}, "x"}, {{3, 7, true, false}, "x"}, false},
		{{{2, 7, true, false}, "x"}, {{2, 7, true, false}, "y"}, false},
		{{{2, 0, false, false}, "x"}, {{2, 0, false, false}, "x"}, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ka_test_at("row %zu", i);
		assert_int_equal(ka_same_place(&rows[i].a, &rows[i].b), rows[i].is_same);
		assert_int_equal(ka_same_place(&rows[i].b, &rows[i].a), rows[i].is_same);
	}
}

/* 1 and 4 are the initial namespace's, 4 undone; 3 another one's; 2 and 5 did not happen. */
static struct ka_transaction list[] = {
	{.id = 1, .kind = KA_APPLY, .state = KA_FINISHED},
	{.id = 2, .kind = KA_APPLY, .state = KA_PUT_BACK},
	{.id = 3, .kind = KA_APPLY, .state = KA_FINISHED},
	{.id = 4, .kind = KA_APPLY, .state = KA_FINISHED},
	{.id = 5, .kind = KA_APPLY, .state = KA_BEGUN},
	{.id = 6, .kind = KA_ROLLBACK, .of = 1, .state = KA_PUT_BACK},
	{.id = 7, .kind = KA_ROLLBACK, .of = 4, .state = KA_FINISHED},
};
enum { COUNT = sizeof(list) / sizeof(list[0]) };

static int set_places(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		list[i].place = list[i].id == 3 ? other : initial;
	return 0;
}

static void only_a_done_rollback_undoes(void **state)
{
	(void)state;
	assert_int_equal(ka_undone_by(list, COUNT, 1), 0);
	assert_int_equal(ka_undone_by(list, COUNT, 4), 7);
	assert_int_equal(ka_undone_by(list, COUNT, 7), 0);
	assert_int_equal(ka_undone_by(list, 0, 4), 0);
}

static void the_newest_of_the_place_is_undone(void **state)
{
	(void)state;
	assert_int_equal(ka_newest_to_undo(list, COUNT, &initial)->id, 1);
	assert_int_equal(ka_newest_to_undo(list, COUNT, &other)->id, 3);
	assert_int_equal(ka_newest_to_undo(list, 6, &initial)->id, 4);
	assert_null(ka_newest_to_undo(list, 0, &initial));
	assert_null(ka_newest_to_undo(list, 2, &other));
}

/* The list need not be in order. */
static void the_newest_has_the_highest_id(void **state)
{
	struct ka_transaction turned[] = {list[3], list[0]};

	(void)state;
	assert_int_equal(ka_newest_to_undo(turned, 2, &initial)->id, 4);
}

static void finds_by_id(void **state)
{
	(void)state;
	assert_ptr_equal(ka_transaction_find(list, COUNT, 5), &list[4]);
	assert_null(ka_transaction_find(list, COUNT, 8));
	assert_null(ka_transaction_find(list, 0, 1));
}

static void words_stand_in_enum_order(void **state)
{
	(void)state;
	assert_string_equal(ka_transaction_kind_words[KA_APPLY], "apply");
	assert_string_equal(ka_transaction_kind_words[KA_ROLLBACK], "rollback");
	assert_string_equal(ka_transaction_kind_words[KA_REARM], "rearm");
	assert_null(ka_transaction_kind_words[KA_REARM + 1]);
	assert_string_equal(ka_transaction_state_words[KA_BEGUN], "begun");
	assert_string_equal(ka_transaction_state_words[KA_FINISHED], "done");
	assert_string_equal(ka_transaction_state_words[KA_PUT_BACK], "put-back");
	assert_null(ka_transaction_state_words[KA_PUT_BACK + 1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_are_namespaces_of_one_boot),
		cmocka_unit_test(only_a_done_rollback_undoes),
		cmocka_unit_test(the_newest_of_the_place_is_undone),
		cmocka_unit_test(the_newest_has_the_highest_id),
		cmocka_unit_test(finds_by_id),
		cmocka_unit_test(words_stand_in_enum_order),
	};

	return cmocka_run_group_tests(tests, set_places, NULL);
}
