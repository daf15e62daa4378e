#include "core/measured.h"

bool ka_measured_is_closed(const struct ka_measured *measured)
{
	return measured->end == KA_IDLE_CLOSED;
}

int64_t ka_measured_timeout_s(const struct ka_measured *measured)
{
	const struct ka_idle_bracket *known = &measured->bracket;

	if (!measured->is_found || !known->has_upper)
		return 0;
	return (ka_measured_is_closed(measured) ? known->upper_ms : known->lower_ms) / 1000;
}

enum ka_expiry ka_measured_expiry(const struct ka_measured *measured)
{
	switch (measured->end) {
	case KA_IDLE_RESET_ON_NEXT:
		return KA_RESET_ON_NEXT;
	case KA_IDLE_SILENT:
		return KA_DROP;
	case KA_IDLE_RESET:
		return KA_RESET_BOTH;
	case KA_IDLE_CLOSED:
		return KA_CLOSE;
	default:
		return KA_EXPIRY_UNKNOWN;
	}
}

enum ka_probe_effect ka_measured_effect(const struct ka_measured *measured)
{
	switch (measured->probes) {
	case KA_MEASURED_PROBES_REFRESH:
		return KA_REFRESHES;
	case KA_MEASURED_PROBES_IGNORED:
		return KA_IGNORED;
	default:
		return KA_UNKNOWN;
	}
}
