#include "out/measured.h"

#include "base/duration.h"

static const char *ms(struct ka_arena *arena, int64_t milliseconds)
{
	char text[KA_DURATION_TEXT];

	return ka_arena_printf(arena, "%s", ka_format_ms(text, milliseconds));
}

const char *ka_measured_interval(struct ka_arena *arena, const struct ka_idle_bracket *bracket)
{
	if (!bracket->has_upper)
		return ka_arena_printf(arena, "above %s", ms(arena, bracket->lower_ms));
	return ka_arena_printf(arena, "above %s, at most %s", ms(arena, bracket->lower_ms),
			       ms(arena, bracket->upper_ms));
}

static const char *const end_words[KA_IDLE_END_COUNT] = {
	[KA_IDLE_RESET_ON_NEXT] = "what is sent after it meets a reset",
	[KA_IDLE_SILENT] = "what is sent after it meets silence: no answer, no reset",
	[KA_IDLE_RESET] = "a reset comes when it is over, before anything is sent",
	[KA_IDLE_CLOSED] = "it is closed in an orderly way (FIN)",
};

static void verdict(struct ka_writer *writer, const struct ka_measured *measured)
{
	const char *interval = ka_measured_interval(writer->arena, &measured->bracket);

	if (!measured->is_found)
		ka_heading(writer, "Not decided%s. So far: %s",
			   measured->is_interrupted ? ", because it was interrupted" : "",
			   interval);
	else if (!measured->bracket.has_upper)
		ka_heading(writer, "No idle timeout found: connections live for %s",
			   ms(writer->arena, measured->bracket.lower_ms));
	else if (ka_measured_is_closed(measured))
		ka_heading(writer, "The server's end closes idle connections after: %s", interval);
	else
		ka_heading(writer, "Idle timeout: %s", interval);
}

static void line(struct ka_writer *writer, const char *lead, const char *text)
{
	ka_led_paragraph(writer, 2, 4, KA_PLAIN, lead, text);
}

static void evidence(struct ka_writer *writer, const struct ka_measured *measured)
{
	struct ka_arena *arena = writer->arena;
	size_t lost = 0;

	for (int i = KA_IDLE_SURVIVED + 1; i < KA_IDLE_END_COUNT; i++)
		lost += measured->ends[i];
	line(writer, "Evidence:",
	     ka_arena_printf(arena, "%zu connections in %u rounds, %s: %zu survived, %zu were lost",
			     measured->connections, measured->rounds, ms(arena, measured->took_ms),
			     measured->ends[KA_IDLE_SURVIVED], lost));
	if (measured->disturbed > 0)
		line(writer, "Disturbed:",
		     ka_arena_printf(
			     arena,
			     "on %zu connections something came while they were idle: the "
			     "other end sends keepalive probes or data of its own, which may "
			     "keep the session known",
			     measured->disturbed));
	if (measured->end != KA_IDLE_SURVIVED)
		line(writer, "At its end:", end_words[measured->end]);
}

static void probes(struct ka_writer *writer, const struct ka_measured *measured)
{
	struct ka_arena *arena = writer->arena;
	const char *kept = ka_arena_printf(
		arena, "%zu of %zu connections lived on by a probe each %u s",
		measured->probes_kept, measured->probes_kept + measured->probes_lost,
		measured->probe_every_s);

	switch (measured->probes) {
	case KA_MEASURED_PROBES_REFRESH:
		line(writer,
		     "Keepalive probes:", ka_arena_printf(arena, "refresh the timer (%s)", kept));
		break;
	case KA_MEASURED_PROBES_IGNORED:
		line(writer, "Keepalive probes:", ka_arena_printf(arena, "do not help (%s)", kept));
		break;
	case KA_MEASURED_PROBES_UNCLEAR:
		line(writer, "Keepalive probes:", ka_arena_printf(arena, "unclear (%s)", kept));
		break;
	default:
		line(writer, "Keepalive probes:", "not tried");
	}
}

/* What to do with it. */
static void advice(struct ka_writer *writer, const struct ka_measured *measured, const char *saved)
{
	struct ka_arena *arena = writer->arena;
	long long timeout_s = (long long)ka_measured_timeout_s(measured);

	if (timeout_s == 0)
		return;
	ka_heading(writer, "To judge this host by it");
	if (saved)
		ka_command(writer, 2, ka_arena_printf(arena, "kaadvise check -p %s", saved));
	else if (ka_measured_is_closed(measured))
		ka_command(writer, 2,
			   ka_arena_printf(arena, "kaadvise check --http-server %llds", timeout_s));
	else
		ka_command(writer, 2,
			   ka_arena_printf(
				   arena, "kaadvise check --hop idle=%llds,keepalive=%s,expiry=%s",
				   timeout_s, ka_probe_effect_words[ka_measured_effect(measured)],
				   ka_expiry_words[ka_measured_expiry(measured)]));
}

void ka_text_measured(struct ka_writer *writer, const struct ka_measured *measured,
		      const char *saved)
{
	ka_paragraph(writer, 0, 2, "%s, by %s", ka_escape(writer->arena, measured->target),
		     measured->used_by);
	verdict(writer, measured);
	evidence(writer, measured);
	if (measured->bracket.has_upper && !ka_measured_is_closed(measured))
		probes(writer, measured);
	advice(writer, measured, saved);
}
