/* The keepalive model: what the three values promise once the kernel's timer wheel has rounded
 * every interval up. Pure integer arithmetic.
 *
 * Source: net/ipv4/tcp_timer.c (tcp_keepalive_timer), kernel/time/timer.c (LVL_GRAN, LVL_START). */
#ifndef KA_CORE_KEEPALIVE_H
#define KA_CORE_KEEPALIVE_H

#include "core/sysctls.h"

#include <stddef.h>
#include <stdint.h>

#define KA_HZ_UNKNOWN 0u
enum { KA_HZ_MIN = 24, KA_HZ_MAX = 1200 };

/* The tick rates that stand for "unknown". */
extern const unsigned ka_common_hz[];
extern const size_t ka_common_hz_count;

/* The tick rates to evaluate: hz alone, or the common ones for KA_HZ_UNKNOWN. */
struct ka_hz_set {
	const unsigned *hz;
	size_t count;
	unsigned one; /* storage for a single known rate */
};
void ka_hz_set_init(struct ka_hz_set *ret_set, unsigned hz);

/* Latest expiry, in jiffies, of a timer armed for seconds at hz ticks per second: the delay plus
 * the granule of its wheel level. seconds below 0 count as 0. */
int64_t ka_wheel_latest(int64_t seconds, unsigned hz);

/* The same in milliseconds; the maximum over the common tick rates for KA_HZ_UNKNOWN. */
int64_t ka_latest_ms(int64_t seconds, unsigned hz);

/* jiffies in milliseconds, rounded up. */
int64_t ka_jiffies_to_ms(int64_t jiffies, unsigned hz);

/* Nominal detection of a dead peer, seconds: time + intvl*probes. The minimum. */
int64_t ka_nominal_s(const struct ka_settings *settings);

/* Bound on detection for an idle connection, milliseconds; the maximum over the common tick
 * rates for KA_HZ_UNKNOWN. */
int64_t ka_bound_ms(const struct ka_settings *settings, unsigned hz);

/* Longest silence, milliseconds, on a live idle connection when lost probes in a row vanish in
 * front of a hop. */
int64_t ka_silence_ms(const struct ka_settings *settings, int64_t lost, unsigned hz);

/* The same by the nominal numbers, seconds: max(time, intvl) + lost*intvl. */
int64_t ka_nominal_silence_s(const struct ka_settings *settings, int64_t lost);

/* How long a loss of packets in front of a hop with this idle timeout is survived, milliseconds,
 * rounded down; negative when not even a loss-free path keeps the session known. */
int64_t ka_survives_loss_ms(const struct ka_settings *settings, int64_t idle_s, unsigned hz);

/* How long the kernel retransmits before it gives up, milliseconds: the model of
 * tcp_retries2 (net/ipv4/tcp_timer.c, tcp_model_timeout, with TCP_RTO_MIN 200 ms and
 * TCP_RTO_MAX 120 s). Death comes at the first expiry after it. */
int64_t ka_retries2_ms(int64_t retries2);

#endif
