/* SPDX-License-Identifier: Apache-2.0 */
/* What the benchmarks share: a clock, and the best of some rounds. */
#ifndef SW_BENCH_H
#define SW_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double bench_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Seconds of the fastest of `rounds` runs of a statement: the one least disturbed. */
#define BENCH_BEST(rounds, statement)                                                              \
	({                                                                                         \
		double best_ = 1e9;                                                                \
		for (int i_ = 0; i_ < (rounds); i_++) {                                            \
			double t_ = bench_now();                                                   \
			statement;                                                                 \
			t_ = bench_now() - t_;                                                     \
			best_ = t_ < best_ ? t_ : best_;                                           \
		}                                                                                  \
		best_;                                                                             \
	})

#endif
