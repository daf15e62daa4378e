#include "core/path.h"

#include "ka_test.h"

enum { HOPS_MAX = 8 };

/* A path in letters, client to server: r refreshes, u unknown, i ignored, g regenerated; capitals
 * for layer 7. */
struct drawn {
	struct ka_hop hops[HOPS_MAX];
	struct ka_path path;
};

static void draw(struct drawn *drawn, const char *letters)
{
	*drawn = (struct drawn){.path = {drawn->hops, strlen(letters)}};
	for (size_t i = 0; letters[i]; i++) {
		struct ka_hop *hop = &drawn->hops[i];

		hop->layer = letters[i] < 'a' ? 7 : 4;
		hop->idle_s = 100 + (int64_t)i;
		switch (letters[i] | 0x20) {
		case 'r':
			hop->probes = KA_REFRESHES;
			break;
		case 'u':
			hop->probes = KA_UNKNOWN;
			break;
		case 'i':
			hop->probes = KA_IGNORED;
			break;
		default:
			hop->probes = KA_REGENERATED;
		}
	}
}

static const struct {
	const char *letters;
	const char *client, *server, *both; /* which hops are reached: x */
	size_t first, last, first_l7, last_l7;
} rows[] = {
	{"", "", "", "", 0, 0, 0, 0},
	{"r", "x", "x", "x", 1, 1, 1, 1},
	{"u", "x", "x", "x", 1, 1, 1, 1},
	{"i", "x", "x", "x", 0, 0, 1, 1},
	{"g", "x", "x", "x", 0, 0, 1, 1},
	{"I", "x", "x", "x", 0, 0, 0, 0},
	{"R", "x", "x", "x", 1, 1, 1, 1}, /* layer 7 alone terminates nothing */
	{"rur", "xxx", "xxx", "xxx", 3, 3, 3, 3},
	{"rIr", "xx-", "-xx", "xxx", 1, 1, 1, 1},
	{"rgr", "xx-", "-xx", "xxx", 1, 1, 3, 3},
	{"rrIrr", "xxx--", "--xxx", "xxxxx", 2, 2, 2, 2},
	{"IrI", "x--", "--x", "x-x", 0, 2, 0, 2},
	{"rgrIr", "xx---", "---xx", "xx-xx", 1, 3, 3, 3},
	{"rIrgr", "xx---", "---xx", "xx-xx", 1, 3, 1, 1},
	{"IIuI", "x---", "---x", "x--x", 0, 3, 0, 3},
	{"igGI", "x---", "---x", "x--x", 0, 3, 2, 3},
};

static void segments_end_where_tcp_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct drawn drawn;

		draw(&drawn, rows[i].letters);
		ka_test_at("path '%s'", rows[i].letters);
		assert_int_equal(ka_path_first_terminating(&drawn.path), rows[i].first);
		assert_int_equal(ka_path_last_terminating(&drawn.path), rows[i].last);
		assert_int_equal(ka_path_first_l7(&drawn.path), rows[i].first_l7);
		assert_int_equal(ka_path_last_l7(&drawn.path), rows[i].last_l7);
	}
}

static void probes_reach_their_own_segment(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct drawn drawn;

		draw(&drawn, rows[i].letters);
		for (size_t at = 0; at < drawn.path.count; at++) {
			ka_test_at("path '%s', hop %zu", rows[i].letters, at);
			assert_int_equal(ka_path_reaches(&drawn.path, at, KA_SIDE_CLIENT),
					 rows[i].client[at] == 'x');
			assert_int_equal(ka_path_reaches(&drawn.path, at, KA_SIDE_SERVER),
					 rows[i].server[at] == 'x');
			assert_int_equal(ka_path_reaches(&drawn.path, at, KA_SIDE_BOTH),
					 rows[i].both[at] == 'x');
		}
	}
}

static void the_effect_on_probes_says_who_terminates(void **state)
{
	struct drawn drawn;

	(void)state;
	draw(&drawn, "ruigRUIG");
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(ka_hop_terminates(&drawn.hops[i]), i % 4 >= 2);
}

/* A proxy with two timeouts counts with the one on the side from which the probes come. */
static void the_side_chooses_the_timeout(void **state)
{
	static const struct {
		const char *letters;
		size_t at;
		int64_t idle_s, backend_s, client, server, both;
	} cases[] = {
		{"g", 0, 60, 600, 60, 600, 60},      {"g", 0, 600, 60, 600, 60, 60},
		{"rgr", 1, 60, 600, 60, 600, 60},    {"rgrgr", 1, 60, 600, 60, 60, 60},
		{"rgrgr", 3, 60, 600, 60, 600, 600},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct drawn drawn;
		size_t at = cases[i].at;

		draw(&drawn, cases[i].letters);
		drawn.hops[at].idle_s = cases[i].idle_s;
		ka_test_at("row %zu", i);
		assert_int_equal(ka_path_idle_s(&drawn.path, at, KA_SIDE_BOTH), cases[i].idle_s);
		drawn.hops[at].has_backend_idle = true;
		drawn.hops[at].backend_idle_s = cases[i].backend_s;
		assert_int_equal(ka_path_idle_s(&drawn.path, at, KA_SIDE_BOTH), cases[i].both);
		if (ka_path_reaches(&drawn.path, at, KA_SIDE_CLIENT))
			assert_int_equal(ka_path_idle_s(&drawn.path, at, KA_SIDE_CLIENT),
					 cases[i].client);
		if (ka_path_reaches(&drawn.path, at, KA_SIDE_SERVER))
			assert_int_equal(ka_path_idle_s(&drawn.path, at, KA_SIDE_SERVER),
					 cases[i].server);
	}
}

static void words_stand_in_enum_order(void **state)
{
	(void)state;
	assert_string_equal(ka_side_words[KA_SIDE_BOTH], "both");
	assert_string_equal(ka_side_words[KA_SIDE_CLIENT], "client");
	assert_string_equal(ka_side_words[KA_SIDE_SERVER], "server");
	assert_null(ka_side_words[KA_SIDE_SERVER + 1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments_end_where_tcp_ends),
		cmocka_unit_test(probes_reach_their_own_segment),
		cmocka_unit_test(the_effect_on_probes_says_who_terminates),
		cmocka_unit_test(the_side_chooses_the_timeout),
		cmocka_unit_test(words_stand_in_enum_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
