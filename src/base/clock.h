/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks as one number. Deadlines and durations go by sw_now_ns() and sw_now_ms(): CLOCK_MONOTONIC, which nobody sets;
 * 0 is "no deadline" wherever one may be given. Threads: any.
 */
#ifndef SW_BASE_CLOCK_H
#define SW_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t sw_clock_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline int64_t sw_now_ns(void)
{
	return sw_clock_ns(CLOCK_MONOTONIC);
}

static inline int64_t sw_now_ms(void)
{
	return sw_now_ns() / 1000000;
}

#endif
