/* What a measurement found out about a path. */
#ifndef KA_CORE_MEASURED_H
#define KA_CORE_MEASURED_H

#include "core/idle_search.h"
#include "core/profile.h"

enum ka_measured_probes {
	KA_MEASURED_PROBES_UNTRIED,
	KA_MEASURED_PROBES_REFRESH,
	KA_MEASURED_PROBES_IGNORED,
	KA_MEASURED_PROBES_UNCLEAR,
};

struct ka_measured {
	const char *target;  /* HOST:PORT as it was given */
	const char *address; /* and as it was used, "10.0.0.1:80" */
	const char *used_by; /* "a line feed", "a HEAD request", ... */
	bool is_http;
	struct ka_idle_plan plan;
	struct ka_idle_bracket bracket;
	bool is_found;
	bool is_interrupted;
	enum ka_idle_end end; /* how idle connections end; KA_IDLE_SURVIVED: they do not */
	size_t ends[KA_IDLE_END_COUNT]; /* samples by how they ended */
	size_t disturbed;               /* survivals that prove nothing: something came meanwhile */
	size_t connections;             /* opened in all */
	unsigned rounds;
	int64_t took_ms;
	enum ka_measured_probes probes;
	unsigned probe_every_s;
	size_t probes_kept, probes_lost; /* connections that probes kept, and did not keep */
};

/* Whether the far end (or a proxy) closed idle connections in an orderly way, before any hop forgot
 * them. */
bool ka_measured_is_closed(const struct ka_measured *measured);

/* The timeout in whole seconds, rounded down. What forgets is taken at the lower end of the
 * interval, which was survived; what closes at the upper end, when it was seen to close. 0: none
 * that a profile could state. */
int64_t ka_measured_timeout_s(const struct ka_measured *measured);

/* The word of a profile's on_expiry for it. */
enum ka_expiry ka_measured_expiry(const struct ka_measured *measured);

/* The word of a profile's keepalive for it. */
enum ka_probe_effect ka_measured_effect(const struct ka_measured *measured);

#endif
