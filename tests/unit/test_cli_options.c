/* The command line, as words and as what they mean. */
#include "cli/options.h"

#include "ka_test.h"

#include <stdlib.h>

enum { WORDS_MAX = 64 };

static struct ka_arena arena;

static int setup(void **state)
{
	(void)state;
	arena = ka_arena_make(KA_ARENA_CAP);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ka_arena_clear(&arena);
	return 0;
}

static char *copy(const char *word, size_t length)
{
	char *own = ka_arena_alloc(&arena, length + 1);

	memcpy(own, word, length);
	return own;
}

/* Parses a line whose words are separated by single blanks; '_' stands for an empty word. */
static int parse(const char *line, struct ka_options *options, struct ka_error *error)
{
	char *words[WORDS_MAX];
	int count = 0;

	while (*line) {
		size_t length = strcspn(line, " ");
		bool is_empty = length == 1 && *line == '_';

		words[count++] = copy(line, is_empty ? 0 : length);
		line += length;
		line += *line == ' ';
	}
	return ka_options_parse(&arena, count, words, options, error);
}

static struct ka_options accepted(const char *line)
{
	struct ka_options options;
	struct ka_error error;

	if (parse(line, &options, &error) == 0)
		return options;
	print_error("'%s': %s\n", line, error.message);
	_fail(__FILE__, __LINE__);
	return options;
}

static void refuses(void **state)
{
	static const struct {
		const char *line;
		enum ka_error_id id;
		const char *message;
	} cases[] = {
		{"", KA_E_COMMAND_UNKNOWN, "no command"},
		{"chek", KA_E_COMMAND_UNKNOWN, "did you mean 'check'?"},
		{"zebra", KA_E_COMMAND_UNKNOWN, "`kaadvise --help` lists the commands"},
		{"--no-config", KA_E_COMMAND_UNKNOWN, "no command"},
		{"check --profil aws-nlb", KA_E_OPTION_UNKNOWN, "did you mean '--profile'?"},
		{"check --prof aws-nlb", KA_E_OPTION_UNKNOWN, "unknown option '--prof'"},
		{"check --color=always --colour always", KA_E_OPTION_UNKNOWN, "'--color'"},
		{"check --zebra", KA_E_OPTION_UNKNOWN, "see `kaadvise check --help`"},
		{"--zebra", KA_E_OPTION_UNKNOWN, "see `kaadvise --help`"},
		{"check -x", KA_E_OPTION_UNKNOWN, "unknown option '-x'"},
		{"check -hx", KA_E_OPTION_UNKNOWN, "unknown option '-hx'"},
		{"check --", 0, NULL},
		{"check -- --help", KA_E_OPERAND, "'--help' is one operand too many"},
		{"check aws-nlb", KA_E_OPERAND, "'aws-nlb' is one operand too many"},
		{"explain", KA_E_OPERAND, "an operand is missing"},
		{"explain a b", KA_E_OPERAND, "'b' is one operand too many"},
		{"rules x", KA_E_OPERAND, "one operand too many"},
		{"profiles", KA_E_OPERAND, "an operand is missing"},
		{"rollback a b", KA_E_OPERAND, "'b' is one operand too many"},
		/* Options belong to commands. */
		{"recommend --netns x", KA_E_OPTION_UNKNOWN, "--netns"},
		{"check --dry-run", KA_E_OPTION_UNKNOWN, "--dry-run"},
		{"check --set 1,1,1", KA_E_OPTION_UNKNOWN, "--set"},
		{"apply --settings 1,1,1", KA_E_OPTION_UNKNOWN, "--settings"},
		{"rules -p x", KA_E_OPTION_UNKNOWN, "-p"},
		/* In front of the command stands only what all of them take. */
		{"-p x check", KA_E_OPTION_UNKNOWN, "unknown option '-p' in front of the command"},
		{"--netns x check", KA_E_OPTION_UNKNOWN, "'--netns' in front of the command"},
		{"--no-config --color never check --no-config", 0, NULL},
		/* Values. */
		{"check -p", KA_E_OPTION_VALUE, "--profile needs a value: "},
		{"check --profile", KA_E_OPTION_VALUE, "--profile needs a value: "},
		{"check -p _", KA_E_OPTION_VALUE, "expected an id or a file"},
		{"check --no-config=yes", KA_E_OPTION_VALUE, "--no-config takes no value, 'yes'"},
		{"check --http-server 75", KA_E_OPTION_VALUE, "'75' has no unit: write 75s"},
		{"check --http-server 0s", KA_E_OPTION_VALUE, "expected at least 1s"},
		{"check --http-client 1.5h", KA_E_OPTION_VALUE,
		 "'1.5h' found, expected a duration"},
		{"check --detect-within 367d", KA_E_OPTION_VALUE, "expected at most 366d"},
		{"check --detect-within=", KA_E_OPTION_VALUE, "'' found, expected a duration"},
		{"check --survive-outage -1s", KA_E_OPTION_VALUE, "'-1s' found"},
		{"check --min-time 0s", KA_E_OPTION_VALUE, "expected at least 1s"},
		{"check --lost-probes 127", KA_E_OPTION_VALUE, "0 to 126"},
		{"check --lost-probes 01", KA_E_OPTION_VALUE, "0 to 126"},
		{"check --lost-probes -1", KA_E_OPTION_VALUE, "0 to 126"},
		{"check --margin 91%", KA_E_OPTION_VALUE, "0% to 90%"},
		{"check --margin %", KA_E_OPTION_VALUE, "0% to 90%"},
		{"check --margin 10", KA_E_OPTION_VALUE, "has no unit"},
		{"check --hz 23", KA_E_OPTION_VALUE, "24 to 1200"},
		{"check --hz 1201", KA_E_OPTION_VALUE, "24 to 1200"},
		{"check --hz any", KA_E_OPTION_VALUE, "24 to 1200"},
		{"check --side left", KA_E_OPTION_VALUE, "client, server or both"},
		{"check --settings 7200,75", KA_E_OPTION_VALUE, "'7200,75' is not a triple"},
		{"check --settings 7200,75,9,1", KA_E_OPTION_VALUE, "not a triple"},
		{"check --settings 7200s,75,9", KA_E_OPTION_VALUE, "not a triple"},
		{"check --settings 2147483648,75,9", KA_E_OPTION_VALUE, "not a triple"},
		{"check --fail-on info", KA_E_OPTION_VALUE, "note, warning, error or never"},
		{"check --color red", KA_E_OPTION_VALUE, "auto, always or never"},
		{"check --netns _", KA_E_OPTION_VALUE, "a name, a process id, a path or all"},
		{"check -f yaml", KA_E_OPTION_VALUE, "expected text, json, sarif, junit or github"},
		{"check -f sysctl", KA_E_OPTION_VALUE,
		 "expected text, json, sarif, junit or github"},
		{"check -f json:", KA_E_OPTION_VALUE, "'json:' found"},
		{"check -f JSON", KA_E_OPTION_VALUE, "'JSON' found"},
		{"apply --set 0,75,9", KA_E_SETTINGS_RANGE, "expected time and intvl 1 to 32767"},
		{"apply --set 32768,75,9", KA_E_SETTINGS_RANGE, "'32768,75,9' found"},
		{"apply --set 7200,75,128", KA_E_SETTINGS_RANGE, "probes 1 to 127"},
		{"apply --drop-in x", KA_E_OPTION_VALUE, "a file name such as 90-kaadvise.conf"},
		{"apply --drop-in ../x.conf", KA_E_OPTION_VALUE, "a file name"},
		{"apply --drop-in .x.conf", KA_E_OPTION_VALUE, "a file name"},
		{"apply --drop-in .conf", KA_E_OPTION_VALUE, "a file name"},
		{"apply --drop-in a\x01.conf", KA_E_OPTION_VALUE, "printable ASCII"},
		/* Hops. */
		{"check --hop _", KA_E_OPTION_VALUE, "expected an idle timeout"},
		{"check --hop layer=4", KA_E_OPTION_VALUE, "an idle timeout, as in idle=350s"},
		{"check --hop 350s", KA_E_OPTION_VALUE, "idle=350s[,key=value]"},
		{"check --hop idle=350", KA_E_OPTION_VALUE, "'350' has no unit"},
		{"check --hop idle=0s", KA_E_OPTION_VALUE, "at least 1s"},
		{"check --hop idle=350s,layer=5", KA_E_OPTION_VALUE, "layer=3, 4 or 7"},
		{"check --hop idle=350s,layer=8", KA_E_OPTION_VALUE, "layer=3, 4 or 7"},
		{"check --hop idle=350s,layer=", KA_E_OPTION_VALUE, "layer=3, 4 or 7"},
		{"check --hop idle=350s,keepalive=yes", KA_E_OPTION_VALUE, "keepalive=refreshes"},
		{"check --hop idle=350s,expiry=never", KA_E_OPTION_VALUE, "expiry=silent"},
		{"check --hop idle=350s,name=", KA_E_OPTION_VALUE, "a name"},
		{"check --hop idle=350s,color=red", KA_E_OPTION_VALUE, "'color' found"},
		{"check --hop idle=350s,layer", KA_E_OPTION_VALUE, "idle=350s[,key=value]"},
		/* Words that exclude each other. */
		{"check --netns x --settings 1,1,1", KA_E_OPTION_CONFLICT, "two subjects"},
		{"check -f text -f json", KA_E_OPTION_CONFLICT, "give one a file"},
		{"check -f json -f json", KA_E_OPTION_CONFLICT, "give one a file"},
		{"apply --live-only --persist-only -p x", KA_E_OPTION_CONFLICT,
		 "exclude each other"},
		{"apply --set 1,1,1 -p x", KA_E_OPTION_CONFLICT, "--set and a path"},
		{"check -f json:1 -f json:2 -f json:3 -f json:4 -f json:5 -f json:6 -f json:7 "
		 "-f json:8 -f json:9",
		 KA_E_OPTION_CONFLICT, "more than 8 --format"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ka_options options;
		struct ka_error error;
		int result;

		memset(&options, 0x55, sizeof(options));
		memset(&error, 0, sizeof(error));
		result = parse(cases[i].line, &options, &error);
		ka_test_at("'%s': %s", cases[i].line, error.message);
		assert_int_equal(error.id, cases[i].id);
		assert_int_equal(result, cases[i].id ? -1 : 0);
		if (!cases[i].id) {
			ka_text_clear(&options.path_words);
			continue;
		}
		assert_contains(error.message, cases[i].message);
		/* The result stays untouched. */
		assert_int_equal(((unsigned char *)&options)[0], 0x55);
	}
}

static void takes_subject_and_goals(void **state)
{
	struct ka_options options =
		accepted("check --settings 60,-1,0 --detect-within 2m --survive-outage 0s "
			 "--lost-probes 0 --min-time=1h30m --hz 250 --fail-on never --color never");

	(void)state;
	assert_string_equal(options.command->name, "check");
	assert_true(options.has_settings);
	assert_int_equal(options.settings.value[KA_TIME], 60);
	assert_int_equal(options.settings.value[KA_INTVL], -1);
	assert_int_equal(options.settings.value[KA_PROBES], 0);
	assert_int_equal(options.stated.goals.detect_within_s, 120);
	assert_true(options.stated.goals.has_survive_outage);
	assert_int_equal(options.stated.goals.survive_outage_s, 0);
	assert_true(options.stated.goals.has_lost_probes);
	assert_int_equal(options.stated.goals.lost_probes, 0);
	assert_int_equal(options.stated.goals.min_time_s, 5400);
	assert_int_equal(options.stated.choose_hz, 250);
	assert_int_equal(options.fail_on, KA_FAIL_ON_NEVER);
	assert_int_equal(options.color, KA_COLOR_NEVER);
	ka_text_clear(&options.path_words);
}

static void chains_profiles_and_hops_in_order(void **state)
{
	struct ka_options options =
		accepted("check -paws-alb --hop idle=60s -p ./x.yaml "
			 "--hop idle=1h,layer=7,keepalive=ignored,expiry=reset-both,name=proxy "
			 "--profile=nginx");

	(void)state;
	assert_int_equal(options.path_count, 5);
	assert_string_equal(options.path[0].profile, "aws-alb");
	assert_null(options.path[1].profile);
	assert_string_equal(options.path[1].hop.name, "hop1");
	assert_int_equal(options.path[1].hop.idle_s, 60);
	assert_int_equal(options.path[1].hop.layer, 4);
	assert_int_equal(options.path[1].hop.probes, KA_REFRESHES);
	assert_int_equal(options.path[1].hop.on_expiry, KA_SILENT);
	assert_true(options.path[1].hop.breaks_connection);
	assert_string_equal(options.path[2].profile, "./x.yaml");
	assert_string_equal(options.path[3].hop.name, "proxy");
	assert_int_equal(options.path[3].hop.layer, 7);
	assert_int_equal(options.path[3].hop.probes, KA_IGNORED);
	assert_int_equal(options.path[3].hop.on_expiry, KA_RESET_BOTH);
	assert_string_equal(options.path[4].profile, "nginx");
	ka_text_clear(&options.path_words);
}

static void the_last_margin_holds(void **state)
{
	struct ka_options options = accepted("check --margin 5s --margin 10%");

	(void)state;
	assert_true(options.stated.goals.margin.has_percent);
	assert_false(options.stated.goals.margin.has_ms);
	assert_int_equal(options.stated.goals.margin.percent, 10);
	ka_text_clear(&options.path_words);
	options = accepted("check --margin 10% --margin 0s");
	assert_false(options.stated.goals.margin.has_percent);
	assert_true(options.stated.goals.margin.has_ms);
	assert_int_equal(options.stated.goals.margin.ms, 0);
	ka_text_clear(&options.path_words);
}

static void outputs_go_where_they_should(void **state)
{
	struct ka_options options = accepted("recommend -f text -f json:a.json -f sysctl:b:c.conf");

	(void)state;
	assert_int_equal(options.output_count, 3);
	assert_int_equal(options.outputs[0].format, KA_FORMAT_TEXT);
	assert_null(options.outputs[0].file);
	assert_int_equal(options.outputs[1].format, KA_FORMAT_JSON);
	assert_string_equal(options.outputs[1].file, "a.json");
	assert_int_equal(options.outputs[2].format, KA_FORMAT_SYSCTL);
	assert_string_equal(options.outputs[2].file, "b:c.conf");
}

/* Path and goals can be pasted into a shell again. */
static void remembers_the_path_as_shell_words(void **state)
{
	static const char *const line[] = {
		"recommend", "-p",         "aws-nlb",   "--hop", "idle=60s,name=it's a $hop",
		"-f",        "json",       "--margin",  "10%",   "--http-only",
		"--color",   "always",     "--profile", "x y",   "--hz",
		"host",      "--settings", "1,1,1"};
	enum { COUNT = sizeof(line) / sizeof(line[0]) };
	char *words[COUNT];
	struct ka_options options;

	(void)state;
	for (int i = 0; i < COUNT; i++)
		words[i] = copy(line[i], strlen(line[i]));
	assert_int_equal(ka_options_parse(&arena, COUNT, words, &options, NULL), 0);
	assert_string_equal(options.path_words.bytes,
			    "-p aws-nlb --hop 'idle=60s,name=it'\\''s a $hop' --margin 10% "
			    "--http-only -p 'x y' --hz host");
	assert_true(options.hz_from_host);
	ka_text_clear(&options.path_words);
}

static void quotes_for_a_shell(void **state)
{
	static const char *const cases[][2] = {
		{"/run/netns/blue", "/run/netns/blue"},
		{"", "''"},
		{"a b", "'a b'"},
		{"it's", "'it'\\''s'"},
		{"$(x)", "'$(x)'"},
		{"~", "'~'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(ka_shell_word(&arena, cases[i][0]), cases[i][1]);
}

static void help_and_version_ask_for_nothing_else(void **state)
{
	(void)state;
	assert_true(accepted("--help").help);
	assert_true(accepted("-h").help);
	assert_true(accepted("--version").version);
	assert_true(accepted("explain --help").help);
	assert_true(accepted("apply --help --set 1,1,1").help);
}

static void operands_may_follow_a_double_dash(void **state)
{
	struct ka_options options = accepted("profiles list -- --settings -");

	(void)state;
	assert_int_equal(options.operand_count, 3);
	assert_string_equal(options.operands[0], "list");
	assert_string_equal(options.operands[1], "--settings");
	assert_string_equal(options.operands[2], "-");
}

static char *help_of(const struct ka_command *command)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	ka_help(file, command);
	fclose(file);
	return text;
}

static void help_names_every_option_that_the_command_takes(void **state)
{
	(void)state;
	for (size_t command = 0; command < KA_CMD_COUNT; command++) {
		char *text = help_of(&ka_commands[command]);

		for (size_t i = 0; i < ka_option_count; i++) {
			const struct ka_option *option = &ka_option_table[i];
			const char *line = ka_arena_printf(&arena, "--%s%s%s\n", option->name,
							   option->metavar ? " " : "",
							   option->metavar ? option->metavar : "");

			ka_test_at("%s %s", ka_commands[command].name, line);
			assert_int_equal(strstr(text, line) != NULL,
					 (option->commands & 1u << command) != 0);
		}
		free(text);
	}
}

static void help_fits_the_screen(void **state)
{
	(void)state;
	for (size_t command = 0; command <= KA_CMD_COUNT; command++) {
		char *text = help_of(command < KA_CMD_COUNT ? &ka_commands[command] : NULL);

		for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
			size_t length = strcspn(line, "\n");

			ka_test_at("'%.*s'", (int)length, line);
			assert_int_at_most(length, 80);
			assert_true(length == 0 || line[length - 1] != ' ');
		}
		free(text);
	}
}

static void the_program_help_names_every_command(void **state)
{
	char *text = help_of(NULL);

	(void)state;
	for (size_t command = 0; command < KA_CMD_COUNT; command++) {
		assert_contains(text,
				ka_arena_printf(&arena, "\n  %s ", ka_commands[command].name));
		assert_contains(text, ka_commands[command].summary);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(takes_subject_and_goals),
		cmocka_unit_test(chains_profiles_and_hops_in_order),
		cmocka_unit_test(the_last_margin_holds),
		cmocka_unit_test(outputs_go_where_they_should),
		cmocka_unit_test(remembers_the_path_as_shell_words),
		cmocka_unit_test(quotes_for_a_shell),
		cmocka_unit_test(help_and_version_ask_for_nothing_else),
		cmocka_unit_test(operands_may_follow_a_double_dash),
		cmocka_unit_test(help_names_every_option_that_the_command_takes),
		cmocka_unit_test(help_fits_the_screen),
		cmocka_unit_test(the_program_help_names_every_command),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
