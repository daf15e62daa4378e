/* Connections as JSON and for people, with names as bad as names can be. */
#include "core/rearm.h"
#include "out/mending.h"
#include "out/socket.h"
#include "socket_case.h"

#include <jansson.h>
#include <stdlib.h>

static struct ka_socket_judge judge;
static struct ka_arena arena;

static int make(void **state)
{
	(void)state;
	judge = judge_of(350, 300, 10, 9);
	judge.hop_name = "aws \"nlb\"";
	arena = ka_arena_make(KA_ARENA_CAP);
	return 0;
}

static int clear(void **state)
{
	(void)state;
	ka_arena_clear(&arena);
	return 0;
}

static struct ka_socket_judgement judged(const struct ka_connection *connection)
{
	struct ka_socket_judgement judgement;

	ka_socket_judge(&judge, connection, NULL, NULL, 0, &judgement);
	return judgement;
}

static json_t *line_of(const struct ka_socket_view *view)
{
	struct ka_text text = {0};
	json_t *line;

	ka_json_socket(&text, view);
	assert_int_equal(text.bytes[text.length - 1], '\n');
	assert_ptr_equal(strchr(text.bytes, '\n'), text.bytes + text.length - 1);
	line = json_loadb(text.bytes, text.length, JSON_REJECT_DUPLICATES, NULL);
	if (!line)
		print_error("%s\n", text.bytes);
	assert_non_null(line);
	ka_text_clear(&text);
	return line;
}

static int64_t number(const json_t *line, const char *key)
{
	ka_test_at("%s", key);
	assert_int_equal(json_is_integer(json_object_get(line, key)), 1);
	return json_integer_value(json_object_get(line, key));
}

#define assert_text(line, key, wanted)                                                             \
	do {                                                                                       \
		const json_t *ka_value_ = json_object_get(line, key);                              \
		assert_true(json_is_string(ka_value_));                                            \
		assert_string_equal(json_string_value(ka_value_), wanted);                         \
	} while (0)

static void a_line_says_everything(void **state)
{
	struct ka_connection connection = armed(1500, 7198500);
	struct ka_socket_judgement judgement = judged(&connection);
	struct ka_socket_options options = {true, {{300, 10, 9}}, 4000};
	struct ka_socket_view view = {
		.netns = "web",
		.connection = &connection,
		.judgement = &judgement,
		.judge = &judge,
		.has_owner = true,
		.owner = {4242, "nginx", "nginx.service", "docker:3f4a"},
		.fd = 12,
		.options = &options,
	};
	const json_t *settings;
	json_t *line;

	(void)state;
	connection.cookie = UINT64_MAX;
	connection.interface = 3;
	connection.uid = UINT32_MAX;
	judgement.is_silent = true;
	line = line_of(&view);
	assert_text(line, "schema", "kaadvise.socket/1");
	assert_text(line, "netns", "web");
	assert_text(line, "state", "established");
	assert_text(line, "family", "ipv4");
	assert_text(line, "local", "10.0.0.1");
	assert_text(line, "peer", "10.0.0.2");
	assert_text(line, "direction", "outbound");
	assert_text(line, "cookie", "ffffffffffffffff");
	assert_text(line, "timer", "keepalive");
	assert_text(line, "verdict", "late");
	assert_text(line, "reason", "old-timer");
	assert_text(line, "hop", "aws \"nlb\"");
	assert_text(line, "command", "nginx");
	assert_text(line, "unit", "nginx.service");
	assert_text(line, "container", "docker:3f4a");
	assert_int_equal(number(line, "local_port"), 40000);
	assert_int_equal(number(line, "peer_port"), 443);
	assert_int_equal(number(line, "interface"), 3);
	assert_int_equal(number(line, "uid"), UINT32_MAX);
	assert_int_equal(number(line, "inode"), 7);
	assert_int_equal(number(line, "timer_ms"), 7198500);
	assert_int_equal(number(line, "idle_ms"), 1500);
	assert_int_equal(number(line, "left_ms"), 348500);
	assert_int_equal(number(line, "probes"), 0);
	assert_int_equal(number(line, "pid"), 4242);
	assert_int_equal(number(line, "fd"), 12);
	assert_true(json_is_true(json_object_get(line, "keepalive")));
	assert_true(json_is_true(json_object_get(line, "old_timer")));
	assert_true(json_is_true(json_object_get(line, "silent")));
	assert_null(json_object_get(line, "dead_ms"));
	settings = json_object_get(line, "settings");
	assert_int_equal(number(settings, "time"), 300);
	assert_int_equal(number(settings, "user_timeout_ms"), 4000);
	json_decref(line);
}

static void what_is_not_known_is_null_or_not_there(void **state)
{
	struct ka_connection connection = {
		.state = KA_TCP_LISTEN, .is_v6 = true, .is_inbound = true};
	struct ka_socket_judgement judgement = judged(&connection);
	struct ka_socket_view view = {
		.connection = &connection, .judgement = &judgement, .judge = &judge};
	json_t *line = line_of(&view);

	(void)state;
	assert_text(line, "state", "listening");
	assert_text(line, "family", "ipv6");
	assert_text(line, "local", "::");
	assert_text(line, "direction", "inbound");
	assert_text(line, "verdict", "none");
	assert_true(json_is_null(json_object_get(line, "timer_ms")));
	assert_true(json_is_null(json_object_get(line, "idle_ms")));
	assert_true(json_is_null(json_object_get(line, "keepalive")));
	assert_null(json_object_get(line, "pid"));
	assert_null(json_object_get(line, "hop"));
	assert_null(json_object_get(line, "probe_ms"));
	json_decref(line);
	connection = unarmed(400000);
	connection.state = KA_TCP_ESTABLISHED;
	judgement = judged(&connection);
	line = line_of(&view);
	assert_true(json_is_false(json_object_get(line, "keepalive")));
	assert_int_equal(number(line, "left_ms"), -50000);
	json_decref(line);
	connection = armed(300000, 1000);
	connection.probes = 2;
	judgement = judged(&connection);
	line = line_of(&view);
	assert_int_at_least(number(line, "dead_ms"), 70000);
	json_decref(line);
}

static void names_from_outside_stay_text(void **state)
{
	static const struct {
		const char *name, *text;
	} rows[] = {
		{"a\"b\\c", "a\"b\\c"},
		{"\x1b[31m\n", "\x1b[31m\n"},
		{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
		{"\xff\xc3", "\\xff\\xc3"},
		{"\x7f", "\x7f"},
	};
	struct ka_connection connection = armed(0, 300000);
	struct ka_socket_judgement judgement = judged(&connection);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_socket_view view = {.connection = &connection,
					      .judgement = &judgement,
					      .judge = &judge,
					      .has_owner = true,
					      .owner = {1, rows[i].name, "", ""}};
		json_t *line = line_of(&view);

		assert_text(line, "command", rows[i].text);
		json_decref(line);
	}
}

/* For people */

static struct ka_writer plain_writer(void)
{
	return (struct ka_writer){.arena = &arena, .width = 80};
}

static void add(struct ka_socket_summary *summary, const struct ka_connection *connection,
		const char *program, const char *unit)
{
	struct ka_socket_judgement judgement = judged(connection);

	ka_socket_summary_add(summary, connection, &judgement, program, unit, NULL);
}

static void the_summary_counts_and_names(void **state)
{
	struct ka_writer writer = plain_writer();
	struct ka_socket_summary summary;
	struct ka_connection late = armed(0, 7000000), bare = unarmed(60000);

	(void)state;
	ka_socket_summary_init(&summary, &arena, &judge);
	summary.refused = 3;
	summary.has_owners = true;
	summary.observed_ms = 60000;
	add(&summary, &late, "ng\x1binx", "nginx.service");
	add(&summary, &bare, "", "");
	add(&summary, &bare, "curl", "");
	ka_socket_summary_sort(&summary);
	ka_text_socket_summary(&writer, &summary, 2);
	assert_contains(writer.text.bytes, "3 established connections, judged by aws \"nlb\"");
	assert_contains(writer.text.bytes, "forgets after 350 s\n  (values 300/10/9):");
	assert_contains(writer.text.bytes, "1 late ");
	assert_contains(writer.text.bytes, "2 bare ");
	assert_contains(writer.text.bytes, "ng\\x1binx (nginx.service)");
	assert_contains(writer.text.bytes, "(not known)");
	assert_contains(writer.text.bytes, "and 1 more");
	assert_contains(writer.text.bytes, "3 processes may not be looked at");
	assert_contains(writer.text.bytes, "Observed for 60 s.");
	ka_text_clear(&writer.text);
	assert_string_equal(ka_socket_summary_line(&arena, &summary),
			    "3 established connections: 1 late, 2 bare");
}

static void without_a_path_the_facts_are_told(void **state)
{
	struct ka_writer writer = plain_writer();
	struct ka_socket_summary summary;
	struct ka_connection late = armed(0, 7000000), bare = unarmed(60000);

	(void)state;
	judge = judge_of(0, 300, 10, 9);
	ka_socket_summary_init(&summary, &arena, &judge);
	assert_string_equal(ka_socket_summary_line(&arena, &summary), "0 established connections");
	add(&summary, &late, "a", "");
	assert_string_equal(ka_socket_summary_line(&arena, &summary),
			    "1 established connection: 1 with an old timer");
	add(&summary, &bare, "b", "");
	assert_string_equal(
		ka_socket_summary_line(&arena, &summary),
		"2 established connections: 1 without SO_KEEPALIVE, 1 with an old timer");
	ka_socket_summary_sort(&summary);
	ka_text_socket_summary(&writer, &summary, 10);
	assert_contains(writer.text.bytes, "1 without SO_KEEPALIVE, idle for up to 60 s");
	assert_contains(writer.text.bytes, "of up to 7000 s");
	assert_contains(writer.text.bytes, "1 not judged");
	ka_text_clear(&writer.text);
}

static void the_table_has_a_row_for_each(void **state)
{
	struct ka_writer writer = plain_writer();
	struct ka_connection connections[8];
	struct ka_socket_judgement judgements[8];
	struct ka_socket_view views[8];

	(void)state;
	for (int i = 0; i < 8; i++)
		connections[i] = armed(i * 1000, 7000000);
	connections[1] = unarmed(400000);
	connections[2].timer = KA_TIMER_RETRANSMIT;
	connections[3].probes = 1;
	connections[4].is_v6 = true;
	connections[5].state = KA_TCP_CLOSE_WAIT;
	connections[6].has_info = false;
	connections[7].peer.address[0] = 127;
	for (int i = 0; i < 8; i++) {
		judgements[i] = judged(&connections[i]);
		views[i] = (struct ka_socket_view){.connection = &connections[i],
						   .judgement = &judgements[i],
						   .judge = &judge,
						   .has_owner = i == 0,
						   .owner = {12, "c\x1b", "", ""},
						   .fd = 9};
	}
	judgements[1].is_silent = true;
	judgements[7].verdict = KA_V_NONE;
	ka_text_socket_table(&writer, views, 8, 100);
	assert_contains(writer.text.bytes, "The worst 8 of 100 connections");
	assert_contains(writer.text.bytes, "late:timer");
	assert_contains(writer.text.bytes, "forgotten:silent");
	assert_contains(writer.text.bytes, "unknown:data");
	assert_contains(writer.text.bytes, "dead in");
	assert_contains(writer.text.bytes, "close-wait");
	assert_contains(writer.text.bytes, "[a00:2:");
	assert_contains(writer.text.bytes, "c\\x1b(12/9)");
	assert_contains(writer.text.bytes, "--all shows every one.");
	ka_text_clear(&writer.text);
	ka_text_socket_table(&writer, views, 1, 1);
	assert_contains(writer.text.bytes, "Connections\n");
	ka_text_clear(&writer.text);
	ka_text_socket_table(&writer, views, 0, 0);
	assert_null(writer.text.bytes);
}

/* Mending */

static void what_became_of_one_is_told(void **state)
{
	struct ka_connection before = armed(2000, 7000000), after = armed(2000, 1000);
	static const char *const words[KA_MEND_RESULT_COUNT] = {
		"mended 10.0.0.1:40000 to 10.0.0.2:443 of app(7) fd 5: timer 7000 s -> 1 s",
		("planned 10.0.0.1:40000 to 10.0.0.2:443 of app(7) fd 5: timer 7000 s, idle 2 s: "
		 "would be armed anew"),
		"needless 10.0.0.1:40000 to 10.0.0.2:443 of app(7) fd 5: needs nothing any more",
		"gone 10.0.0.1:40000 to 10.0.0.2:443 of app(7) fd 5: has ended",
		"refused 10.0.0.1:40000 to 10.0.0.2:443 of app(7) fd 5: because",
	};

	(void)state;
	for (int i = 0; i < KA_MEND_RESULT_COUNT; i++) {
		struct ka_mending_view view = {
			.result = (enum ka_mend_result)i,
			.how = KA_MEND_TOGGLE,
			.why = i == KA_MEND_REFUSED ? "because" : "",
			.verdict = KA_V_LATE,
			.before = &before,
			.after = i == KA_MENDED ? &after : NULL,
			.owner = {7, "app", "", ""},
			.fd = 5,
		};
		struct ka_writer writer = plain_writer();
		struct ka_text text = {0};
		json_t *line;

		writer.width = 400;
		ka_text_mending(&writer, &view);
		writer.text.bytes[writer.text.length - 1] = '\0';
		assert_string_equal(writer.text.bytes, words[i]);
		ka_text_clear(&writer.text);
		view.netns = i == 0 ? "web" : NULL;
		assert_int_equal(ka_json_mending(&arena, &view, &text, NULL), 0);
		line = json_loadb(text.bytes, text.length, 0, NULL);
		assert_text(line, "schema", "kaadvise.mending/1");
		assert_text(line, "result", ka_mend_result_words[i]);
		assert_text(line, "how", "toggle");
		assert_text(line, "verdict", "late");
		assert_int_equal(number(line, "pid"), 7);
		assert_int_equal(number(line, "timer_before_ms"), 7000000);
		assert_int_equal(json_is_null(json_object_get(line, "timer_ms")), i != KA_MENDED);
		assert_int_equal(json_object_get(line, "netns") != NULL, i == 0);
		assert_int_equal(json_object_get(line, "why") != NULL, i == KA_MEND_REFUSED);
		json_decref(line);
		ka_text_clear(&text);
	}
}

static void other_timers_and_owners_are_told(void **state)
{
	struct ka_connection before = unarmed(0), after = armed(0, 1500);
	struct ka_mending_view view = {.result = KA_MENDED,
				       .how = KA_MEND_PIN,
				       .why = "",
				       .verdict = KA_V_BARE,
				       .before = &before,
				       .after = &after,
				       .owner = {-1, "", "", ""}};
	struct ka_writer writer = plain_writer();
	struct ka_text text = {0};
	json_t *line;

	(void)state;
	before.is_v6 = true;
	ka_text_mending(&writer, &view);
	assert_contains(writer.text.bytes, "]:443: timer none ->");
	assert_contains(writer.text.bytes, "1.5 s, pinned");
	ka_text_clear(&writer.text);
	assert_int_equal(ka_json_mending(&arena, &view, &text, NULL), 0);
	line = json_loadb(text.bytes, text.length, 0, NULL);
	assert_null(json_object_get(line, "pid"));
	assert_true(json_is_null(json_object_get(line, "timer_before_ms")));
	json_decref(line);
	ka_text_clear(&text);
	view.result = KA_MEND_PLANNED;
	ka_text_mending(&writer, &view);
	assert_contains(writer.text.bytes, "would be pinned");
	ka_text_clear(&writer.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_line_says_everything, make, clear),
		cmocka_unit_test_setup_teardown(what_is_not_known_is_null_or_not_there, make,
						clear),
		cmocka_unit_test_setup_teardown(names_from_outside_stay_text, make, clear),
		cmocka_unit_test_setup_teardown(the_summary_counts_and_names, make, clear),
		cmocka_unit_test_setup_teardown(without_a_path_the_facts_are_told, make, clear),
		cmocka_unit_test_setup_teardown(the_table_has_a_row_for_each, make, clear),
		cmocka_unit_test_setup_teardown(what_became_of_one_is_told, make, clear),
		cmocka_unit_test_setup_teardown(other_timers_and_owners_are_told, make, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
