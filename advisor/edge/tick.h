/* The kernel's tick rate. */
#ifndef KA_EDGE_TICK_H
#define KA_EDGE_TICK_H

/* Ticks per second (CONFIG_HZ), from the resolution of CLOCK_MONOTONIC_COARSE, which is one tick;
 * needs no privilege. KA_HZ_UNKNOWN when it is outside KA_HZ_MIN..KA_HZ_MAX. */
unsigned ka_tick_hz(void);

#endif
