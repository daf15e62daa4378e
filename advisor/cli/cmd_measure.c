#include "cli/commands.h"
#include "cli/listening.h"
#include "cli/measure_save.h"
#include "cli/measuring.h"
#include "cli/print.h"
#include "cli/target.h"
#include "out/measured.h"

#include <string.h>

/* Idle times to begin with where none are stated, milliseconds. */
enum {
	MIN_MS = 10 * 1000,
	MAX_MS = 3600 * 1000,
	PRECISION_MS = 1000,
	CONNECTIONS = 4,
	PARALLEL = 20
};

static int read_plan(const struct ka_options *options, struct ka_idle_plan *ret_plan,
		     struct ka_error *reterr)
{
	struct ka_idle_plan plan = options->idle_plan;

	if (plan.connections == 0)
		plan.connections = CONNECTIONS;
	if (plan.parallel == 0)
		plan.parallel = plan.connections * 2 > PARALLEL ? plan.connections * 2 : PARALLEL;
	if (plan.max_ms == 0)
		plan.max_ms = MAX_MS;
	if (plan.min_ms == 0)
		plan.min_ms = plan.max_ms > MIN_MS ? MIN_MS : plan.max_ms / 2;
	if (plan.precision_ms == 0)
		plan.precision_ms = PRECISION_MS;
	if (plan.min_ms >= plan.max_ms)
		return ka_fail(reterr, KA_E_OPTION_CONFLICT, "--min must be below --max");
	if (plan.precision_ms > plan.max_ms)
		return ka_fail(reterr, KA_E_OPTION_CONFLICT, "--precision must not be above --max");
	if (plan.parallel < 2 * plan.connections)
		return ka_fail(reterr, KA_E_OPTION_CONFLICT,
			       "--parallel must be at least twice --connections");
	*ret_plan = plan;
	return 0;
}

static int check_words(const struct ka_options *options, struct ka_error *reterr)
{
	bool measures = options->idle_plan.min_ms > 0 || options->idle_plan.max_ms > 0 ||
			options->idle_plan.precision_ms > 0 || options->idle_plan.connections > 0 ||
			options->idle_plan.parallel > 0 || options->uses_http ||
			options->reads_first || options->send || options->save ||
			options->output_count > 0;

	if (options->listen && (measures || options->operand_count > 0))
		return ka_fail(reterr, KA_E_OPTION_CONFLICT,
			       "--listen is the other end of a measurement: it takes nothing else");
	if (!options->listen && options->operand_count == 0)
		return ka_fail(reterr, KA_E_OPERAND,
			       "measure needs HOST:PORT, as in app.example.com:80");
	if (options->uses_http && (options->send || options->reads_first))
		return ka_fail(reterr, KA_E_OPTION_CONFLICT, "--http excludes --send and --read");
	if (options->force && !options->save)
		return ka_fail(reterr, KA_E_OPTION_CONFLICT, "--force goes with --save");
	return 0;
}

static void set_manner(const struct ka_options *options, const struct ka_target *target,
		       struct ka_trial_manner *ret_manner, struct ka_measured *measured)
{
	struct ka_arena *arena = options->arena;
	const char *words = "\n";

	measured->used_by = "a line feed";
	if (options->uses_http) {
		words = ka_arena_printf(arena,
					"HEAD / HTTP/1.1\r\nHost: %s\r\n"
					"User-Agent: kaadvise/" KA_VERSION "\r\n\r\n",
					measured->target);
		measured->used_by = "a HEAD request";
	} else if (options->send) {
		words = ka_arena_printf(arena, "%s\n", options->send);
		measured->used_by = "the text of --send";
	}
	measured->is_http = options->uses_http;
	*ret_manner = (struct ka_trial_manner){
		.peer = target->end,
		.is_v6 = target->is_v6,
		.words = words,
		.length = strlen(words),
		.reads_first = options->reads_first,
		.is_http = options->uses_http,
		.expects_reply = options->uses_http,
	};
}

static int write_one(const struct ka_options *options, const struct ka_output_request *request,
		     const struct ka_measured *measured, const char *saved, struct ka_error *reterr)
{
	struct ka_writer writer = ka_make_writer(options, request->file);
	int result = 0;

	if (request->format == KA_FORMAT_JSON)
		result = ka_json_measured(options->arena, measured, saved, &writer.text, reterr);
	else
		ka_text_measured(&writer, measured, saved);
	if (result == 0)
		result = options->arena->has_failed ? ka_fail_memory(reterr)
						    : ka_emit(&writer.text, request->file, reterr);
	ka_text_clear(&writer.text);
	return result;
}

static int write_all(const struct ka_options *options, const struct ka_measured *measured,
		     const char *saved, struct ka_error *reterr)
{
	static const struct ka_output_request text = {.format = KA_FORMAT_TEXT};

	if (options->output_count == 0)
		return write_one(options, &text, measured, saved, reterr);
	for (size_t i = 0; i < options->output_count; i++)
		if (write_one(options, &options->outputs[i], measured, saved, reterr) < 0)
			return -1;
	return 0;
}

/* Saves what can be saved; *ret_word is what -p takes then, NULL otherwise. */
static int save(const struct ka_options *options, const struct ka_save_place *place,
		const struct ka_measured *measured, const char **ret_word, struct ka_error *reterr)
{
	*ret_word = NULL;
	if (!options->save)
		return 0;
	if (ka_measured_timeout_s(measured) == 0) {
		ka_print_note("there is nothing to save");
		return 0;
	}
	if (ka_save_measured(options, place, measured, reterr) < 0)
		return -1;
	*ret_word = options->save;
	return 0;
}

/* What a measurement brought is told also when it failed late, or cannot be saved: it may have
 * taken an hour. */
static int finish(const struct ka_options *options, const struct ka_save_place *place,
		  const struct ka_measured *measured, int result, struct ka_error *reterr)
{
	const char *saved = NULL;

	if (result < 0 && measured->rounds == 0)
		return -1;
	if (result == 0)
		result = save(options, place, measured, &saved, reterr);
	/* The first error is the one to be told. */
	if (write_all(options, measured, saved, result < 0 ? NULL : reterr) < 0 || result < 0)
		return -1;
	return measured->is_found ? 0 : 1;
}

static int measure(const struct ka_options *options, const struct ka_idle_plan *plan,
		   struct ka_error *reterr)
{
	struct ka_measured measured = {.target = options->operands[0]};
	struct ka_trial_manner manner;
	struct ka_save_place place;
	struct ka_target target;

	if (options->save && ka_save_prepare(options, &place, reterr) < 0)
		return -1;
	if (ka_target_read(options, options->operands[0], &target, reterr) < 0)
		return -1;
	measured.address = target.address;
	set_manner(options, &target, &manner, &measured);
	return finish(options, &place, &measured,
		      ka_measure(options, plan, &manner, &measured, reterr), reterr);
}

int ka_cmd_measure(const struct ka_options *options, struct ka_error *reterr)
{
	struct ka_idle_plan plan;

	if (check_words(options, reterr) < 0 || read_plan(options, &plan, reterr) < 0)
		return -1;
	return options->listen ? ka_listen(options, reterr) : measure(options, &plan, reterr);
}
