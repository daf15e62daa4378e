#include "out/measured.h"

#include "base/duration.h"

/* The target as a URL: it consists of what a name, an address and a port are made of. */
static const char *url(struct ka_arena *arena, const struct ka_measured *measured)
{
	return ka_arena_printf(arena, "%s://%s%s", measured->is_http ? "http" : "tcp",
			       measured->target, measured->is_http ? "/" : "");
}

static void add_hop(struct ka_text *text, const struct ka_measured *measured, const char *timeout)
{
	ka_text_printf(text,
		       "hops:\n"
		       "  - name: measured\n"
		       "    idle_timeout: %s\n"
		       "    keepalive: %s\n"
		       "    on_expiry: %s\n",
		       timeout, ka_probe_effect_words[ka_measured_effect(measured)],
		       ka_expiry_words[ka_measured_expiry(measured)]);
}

void ka_yaml_measured(struct ka_text *text, struct ka_arena *arena,
		      const struct ka_measured *measured, const char *id, const char *date)
{
	char duration[KA_DURATION_TEXT];
	const char *timeout = ka_format_duration(duration, ka_measured_timeout_s(measured));

	ka_text_printf(text, "kaadvise: 1\nid: %s\ntitle: \"%s, measured %s\"\n", id,
		       measured->target, date);
	if (ka_measured_is_closed(measured))
		ka_text_printf(text, "http: {server_keepalive: %s}\n", timeout);
	else
		add_hop(text, measured, timeout);
	ka_text_printf(text,
		       "sources:\n"
		       "  - url: \"%s\"\n"
		       "    checked: %s\n"
		       "    confirmed: experiment\n"
		       "    says: \"kaadvise measure, %zu connections, by %s: %s\"\n",
		       url(arena, measured), date, measured->connections, measured->used_by,
		       ka_measured_interval(arena, &measured->bracket));
}
