#include "edge/tick.h"

#include "core/keepalive.h"

#include <stdint.h>
#include <time.h>

unsigned ka_tick_hz(void)
{
	const int64_t second_ns = 1000000000;
	struct timespec resolution;
	int64_t hz;

	if (clock_getres(CLOCK_MONOTONIC_COARSE, &resolution) < 0 || resolution.tv_sec != 0 ||
	    resolution.tv_nsec <= 0)
		return KA_HZ_UNKNOWN;
	/* To the nearest: a tick of 3333333 ns is 300 Hz. */
	hz = (second_ns + resolution.tv_nsec / 2) / resolution.tv_nsec;
	return hz >= KA_HZ_MIN && hz <= KA_HZ_MAX ? (unsigned)hz : KA_HZ_UNKNOWN;
}
