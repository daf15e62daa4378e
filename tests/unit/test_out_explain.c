#include "out/explain.h"

#include "ka_test.h"

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

static const char *const sources[] = {"RFC 1122, section 4.2.3.6", "a man page", NULL};
static const struct ka_rule rule = {
	.id = "KA999",
	.title = "something is not right",
	.severity = KA_WARNING,
	.when = "It fires.",
	.rationale = "It matters.",
	.remedy = "Mend it.",
	.sources = sources,
};

static void explains_a_rule(void **state)
{
	struct ka_writer writer = {.arena = &arena, .width = 80};

	(void)state;
	ka_explain_rule(&writer, &rule);
	assert_string_equal(writer.text.bytes, "KA999: something is not right (warning)\n"
					       "Fires when: It fires.\n\n"
					       "Why: It matters.\n\n"
					       "What to do: Mend it.\n\n"
					       "Sources:\n"
					       "  RFC 1122, section 4.2.3.6\n"
					       "  a man page\n");
	ka_text_clear(&writer.text);
}

static void writes_a_rule_as_markdown(void **state)
{
	struct ka_text text = {0};

	(void)state;
	ka_rule_markdown(&rule, &text);
	assert_string_equal(text.bytes, "# KA999: something is not right\n\n"
					"Severity: warning\n\n"
					"## When it fires\n\nIt fires.\n\n"
					"## Why it matters\n\nIt matters.\n\n"
					"## What to do\n\nMend it.\n\n"
					"## Sources\n\n"
					"- RFC 1122, section 4.2.3.6\n"
					"- a man page\n");
	ka_text_clear(&text);
}

static void explains_an_error(void **state)
{
	struct ka_writer writer = {.arena = &arena, .width = 80};

	(void)state;
	ka_explain_error(&writer, ka_error_find("KA-P007"));
	assert_string_equal(writer.text.bytes, "KA-P007: a key is given twice (exit code 3)\n"
					       "Remove one of the two.\n");
	ka_text_clear(&writer.text);
}

static void explains_a_profile(void **state)
{
	static const struct ka_hop hops[] = {
		{.name = "first",
		 .layer = 7,
		 .idle_s = 610,
		 .is_configurable = true,
		 .configurable_min_s = 5,
		 .configurable_max_s = 1200,
		 .setting = "keptFor",
		 .probes = KA_IGNORED,
		 .on_expiry = KA_CLOSE,
		 .breaks_connection = true,
		 .has_backend_idle = true,
		 .backend_idle_s = 600},
		{.name = "second\033", .layer = 4, .idle_s = 60, .probes = KA_REFRESHES},
		{.name = "third",
		 .layer = 4,
		 .idle_s = 60,
		 .setting = "idle\033",
		 .probes = KA_REFRESHES,
		 .breaks_connection = true},
	};
	static const struct ka_source profile_sources[] = {
		{.url = "https://a.example/", .checked = "2026-11-22", .says = "so it is"},
		{.url = "https://b.example/", .checked = "2026-11-23", .confirmed = KA_EXPERIMENT},
	};
	static const struct ka_profile profile = {
		.id = "x",
		.title = "A path",
		.notes = "Notes.",
		.origin = "./x.yaml",
		.sha256 = "00ff",
		.hops = hops,
		.hop_count = 3,
		.http = {.has_server = true, .has_client = true, .server_s = 75, .client_s = 60},
		.sources = profile_sources,
		.source_count = 2,
	};
	struct ka_writer writer = {.arena = &arena, .width = 80};

	(void)state;
	ka_explain_profile(&writer, &profile);
	assert_string_equal(
		writer.text.bytes,
		"x: A path\n"
		"  hop 1, first: layer 7, idle timeout 10m10s, can be set from 5s to 20m\n"
		"    (keptFor); keepalive probes: ignored; at expiry: close\n"
		"    towards the server: 10m\n"
		"  hop 2, second\\x1b: layer 4, idle timeout 1m, no range stated; keepalive\n"
		"    probes: refreshes; at expiry: silent; breaks nothing\n"
		"  hop 3, third: layer 4, idle timeout 1m, can be set (idle\\x1b); keepalive\n"
		"    probes: refreshes; at expiry: silent\n"
		"  the server keeps idle HTTP connections for 1m15s\n"
		"  the client keeps idle HTTP connections for 1m\n"
		"\nNotes.\n"
		"\nSources:\n"
		"  https://a.example/ (vendor, checked 2026-11-22): so it is\n"
		"  https://b.example/ (experiment, checked 2026-11-23)\n"
		"Origin: ./x.yaml, sha256 00ff\n");
	ka_text_clear(&writer.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(explains_a_rule),
		cmocka_unit_test(writes_a_rule_as_markdown),
		cmocka_unit_test(explains_an_error),
		cmocka_unit_test(explains_a_profile),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
