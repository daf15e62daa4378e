#include "out/explain.h"

#include "base/duration.h"

#include <inttypes.h>
#include <string.h>

void ka_explain_rule(struct ka_writer *writer, const struct ka_rule *rule)
{
	ka_heading(writer, "%s: %s (%s)", rule->id, rule->title, ka_severity_words[rule->severity]);
	ka_paragraph(writer, 0, 0, "Fires when: %s", rule->when);
	ka_text_add(&writer->text, "\n");
	ka_paragraph(writer, 0, 0, "Why: %s", rule->rationale);
	ka_text_add(&writer->text, "\n");
	ka_paragraph(writer, 0, 0, "What to do: %s", rule->remedy);
	ka_text_add(&writer->text, "\nSources:\n");
	for (const char *const *source = rule->sources; *source; source++)
		ka_paragraph(writer, 2, 4, "%s", *source);
}

void ka_explain_error(struct ka_writer *writer, const struct ka_error_info *error)
{
	ka_heading(writer, "%s: %s (exit code %d)", error->id, error->title, error->exit_code);
	ka_paragraph(writer, 0, 0, "%s", error->remedy);
}

/* Whether and how its idle timeout can be set, as far as the profile says. */
static const char *range_of(struct ka_arena *arena, const struct ka_hop *hop)
{
	char least[KA_DURATION_TEXT], most[KA_DURATION_TEXT];
	const char *how = hop->setting ? ka_arena_printf(arena, " (%s)", hop->setting) : "";

	if (hop->is_configurable)
		return ka_arena_printf(arena, "can be set from %s to %s%s",
				       ka_format_duration(least, hop->configurable_min_s),
				       ka_format_duration(most, hop->configurable_max_s), how);
	if (hop->setting)
		return ka_arena_printf(arena, "can be set%s", how);
	return "no range stated";
}

static void explain_hop(struct ka_writer *writer, const struct ka_hop *hop, size_t number)
{
	char idle[KA_DURATION_TEXT];

	ka_paragraph(writer, 2, 4,
		     "hop %zu, %s: layer %d, idle timeout %s, %s; keepalive probes: %s; "
		     "at expiry: %s%s",
		     number, hop->name, hop->layer, ka_format_duration(idle, hop->idle_s),
		     range_of(writer->arena, hop), ka_probe_effect_words[hop->probes],
		     ka_expiry_words[hop->on_expiry],
		     hop->breaks_connection ? "" : "; breaks nothing");
	if (hop->has_backend_idle)
		ka_paragraph(writer, 4, 4, "towards the server: %s",
			     ka_format_duration(idle, hop->backend_idle_s));
}

static void explain_http(struct ka_writer *writer, const struct ka_http *http)
{
	const char *closes = ka_client_closes_meanings[http->client_closes];
	char text[KA_DURATION_TEXT];

	if (http->has_server)
		ka_paragraph(writer, 2, 4, "the server keeps idle HTTP connections for %s",
			     ka_format_duration(text, http->server_s));
	if (http->has_client)
		ka_paragraph(writer, 2, 4, "the client keeps idle HTTP connections for %s%s%s",
			     ka_format_duration(text, http->client_s), *closes ? ", and " : "",
			     closes);
}

void ka_explain_profile(struct ka_writer *writer, const struct ka_profile *profile)
{
	ka_heading(writer, "%s: %s", profile->id, profile->title);
	for (size_t i = 0; i < profile->hop_count; i++)
		explain_hop(writer, &profile->hops[i], i + 1);
	explain_http(writer, &profile->http);
	if (profile->notes) {
		ka_text_add(&writer->text, "\n");
		ka_paragraph(writer, 0, 0, "%s", profile->notes);
	}
	if (profile->source_count > 0)
		ka_text_add(&writer->text, "\nSources:\n");
	for (size_t i = 0; i < profile->source_count; i++) {
		const struct ka_source *source = &profile->sources[i];

		ka_paragraph(writer, 2, 4, "%s (%s, checked %s)%s%s", source->url,
			     ka_confirmed_words[source->confirmed], source->checked,
			     source->says ? ": " : "", source->says ? source->says : "");
	}
	ka_paragraph(writer, 0, 2, "Origin: %s, sha256 %s", profile->origin, profile->sha256);
}

void ka_rule_markdown(const struct ka_rule *rule, struct ka_text *text)
{
	ka_text_printf(text, "# %s: %s\n\nSeverity: %s\n\n", rule->id, rule->title,
		       ka_severity_words[rule->severity]);
	ka_text_printf(text, "## When it fires\n\n%s\n\n## Why it matters\n\n%s\n\n", rule->when,
		       rule->rationale);
	ka_text_printf(text, "## What to do\n\n%s\n\n## Sources\n\n", rule->remedy);
	for (const char *const *source = rule->sources; *source; source++)
		ka_text_printf(text, "- %s\n", *source);
}
