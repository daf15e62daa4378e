#include "core/keepalive.h"

const unsigned ka_common_hz[] = {100, 200, 250, 300, 500, 1000};
const size_t ka_common_hz_count = sizeof(ka_common_hz) / sizeof(ka_common_hz[0]);

void ka_hz_set_init(struct ka_hz_set *ret_set, unsigned hz)
{
	ret_set->one = hz;
	ret_set->hz = hz == KA_HZ_UNKNOWN ? ka_common_hz : &ret_set->one;
	ret_set->count = hz == KA_HZ_UNKNOWN ? ka_common_hz_count : 1;
}

int64_t ka_wheel_latest(int64_t seconds, unsigned hz)
{
	int64_t delay = seconds > 0 ? seconds * hz : 0;
	int64_t granule = 1;

	while (delay >= 63 * granule)
		granule *= 8;
	return delay + granule;
}

int64_t ka_jiffies_to_ms(int64_t jiffies, unsigned hz)
{
	return (jiffies * 1000 + hz - 1) / hz;
}

static int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int64_t ka_latest_ms(int64_t seconds, unsigned hz)
{
	struct ka_hz_set set;
	int64_t latest = 0;

	ka_hz_set_init(&set, hz);
	for (size_t i = 0; i < set.count; i++)
		latest = max64(latest,
			       ka_jiffies_to_ms(ka_wheel_latest(seconds, set.hz[i]), set.hz[i]));
	return latest;
}

int64_t ka_nominal_s(const struct ka_settings *settings)
{
	return settings->value[KA_TIME] + settings->value[KA_INTVL] * settings->value[KA_PROBES];
}

/* Old kernels keep probe counts up to INT_MAX: what no clock will ever show is cut here, so that
 * the milliseconds can still be added to. */
static const int64_t jiffies_max = INT64_MAX / 4000;

static int64_t gap_and_repeats(int64_t gap, int64_t repeats, int64_t intvl)
{
	int64_t product;

	if (repeats <= 0)
		return gap;
	if (__builtin_mul_overflow(repeats, intvl, &product) || product > jiffies_max - gap)
		return jiffies_max;
	return gap + product;
}

/* max(hi(T), hi(I)) + repeats*hi(I): the shape of both the bound and the silence. */
static int64_t gap_and_repeats_ms(const struct ka_settings *settings, int64_t repeats, unsigned hz)
{
	struct ka_hz_set set;
	int64_t worst = 0;

	ka_hz_set_init(&set, hz);
	for (size_t i = 0; i < set.count; i++) {
		int64_t time = ka_wheel_latest(settings->value[KA_TIME], set.hz[i]);
		int64_t intvl = ka_wheel_latest(settings->value[KA_INTVL], set.hz[i]);
		int64_t sum = gap_and_repeats(max64(time, intvl), repeats, intvl);

		worst = max64(worst, ka_jiffies_to_ms(sum, set.hz[i]));
	}
	return worst;
}

int64_t ka_bound_ms(const struct ka_settings *settings, unsigned hz)
{
	return gap_and_repeats_ms(settings, settings->value[KA_PROBES], hz);
}

int64_t ka_silence_ms(const struct ka_settings *settings, int64_t lost, unsigned hz)
{
	return gap_and_repeats_ms(settings, lost, hz);
}

int64_t ka_nominal_silence_s(const struct ka_settings *settings, int64_t lost)
{
	return max64(settings->value[KA_TIME], settings->value[KA_INTVL]) +
	       lost * settings->value[KA_INTVL];
}

int64_t ka_survives_loss_ms(const struct ka_settings *settings, int64_t idle_s, unsigned hz)
{
	return idle_s * 1000 - gap_and_repeats_ms(settings, 1, hz);
}

int64_t ka_retries2_ms(int64_t retries2)
{
	const int64_t rto_min_ms = 200, rto_max_ms = 120000, doublings = 9;

	if (retries2 <= doublings)
		return (((int64_t)2 << retries2) - 1) * rto_min_ms;
	return (((int64_t)2 << doublings) - 1) * rto_min_ms + (retries2 - doublings) * rto_max_ms;
}
