#include "out/json_value.h"
#include "out/measured.h"

static json_t *bracket(const struct ka_measured *measured)
{
	const struct ka_idle_bracket *known = &measured->bracket;

	return json_pack("{s:I, s:o}", "above_ms", (json_int_t)known->lower_ms, "at_most_ms",
			 known->has_upper ? json_integer(known->upper_ms) : json_null());
}

static json_t *evidence(const struct ka_measured *measured)
{
	const size_t *ends = measured->ends;

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "survived",
			 (json_int_t)ends[KA_IDLE_SURVIVED], "reset_on_next",
			 (json_int_t)ends[KA_IDLE_RESET_ON_NEXT], "silent",
			 (json_int_t)ends[KA_IDLE_SILENT], "reset", (json_int_t)ends[KA_IDLE_RESET],
			 "closed", (json_int_t)ends[KA_IDLE_CLOSED], "disturbed",
			 (json_int_t)measured->disturbed);
}

static json_t *probes(const struct ka_measured *measured)
{
	if (measured->probes == KA_MEASURED_PROBES_UNTRIED)
		return json_null();
	return json_pack("{s:s, s:i, s:I, s:I}", "effect",
			 ka_probe_effect_words[ka_measured_effect(measured)], "every_s",
			 (int)measured->probe_every_s, "kept", (json_int_t)measured->probes_kept,
			 "lost", (json_int_t)measured->probes_lost);
}

static json_t *end(const struct ka_measured *measured)
{
	if (measured->end == KA_IDLE_SURVIVED)
		return json_null();
	return json_string(ka_expiry_words[ka_measured_expiry(measured)]);
}

static json_t *seconds_or_null(bool has, int64_t seconds)
{
	return has ? json_integer(seconds) : json_null();
}

int ka_json_measured(struct ka_arena *arena, const struct ka_measured *measured, const char *saved,
		     struct ka_text *text, struct ka_error *reterr)
{
	int64_t timeout_s = ka_measured_timeout_s(measured);
	bool is_closed = ka_measured_is_closed(measured);
	json_t *line =
		json_pack("{s:s, s:s}", "schema", "kaadvise.measurement/1", "version", KA_VERSION);

	ka_json_set(&line, "target", ka_json_text(arena, measured->target));
	ka_json_set(&line, "address", ka_json_text(arena, measured->address));
	ka_json_set(&line, "found", json_boolean(measured->is_found));
	ka_json_set(&line, "interrupted", json_boolean(measured->is_interrupted));
	ka_json_set(&line, "lifetime", bracket(measured));
	ka_json_set(&line, "on_expiry", end(measured));
	ka_json_set(&line, "idle_timeout_s",
		    seconds_or_null(timeout_s > 0 && !is_closed, timeout_s));
	ka_json_set(&line, "server_keepalive_s",
		    seconds_or_null(timeout_s > 0 && is_closed, timeout_s));
	ka_json_set(&line, "probes", probes(measured));
	ka_json_set(&line, "evidence", evidence(measured));
	ka_json_set(&line, "connections", json_integer((json_int_t)measured->connections));
	ka_json_set(&line, "rounds", json_integer(measured->rounds));
	ka_json_set(&line, "took_ms", json_integer(measured->took_ms));
	ka_json_set(&line, "profile", saved ? ka_json_text(arena, saved) : json_null());
	if (ka_json_add(line, text, reterr) < 0)
		return -1;
	ka_text_add(text, "\n");
	return 0;
}
