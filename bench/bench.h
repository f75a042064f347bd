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

/* Seconds of the fastest of `rounds` runs of a statement by a clock: the one least disturbed. */
#define BENCH_BEST_BY(clock, rounds, statement)                                                    \
	({                                                                                         \
		double best_ = 1e9;                                                                \
		for (int i_ = 0; i_ < (rounds); i_++) {                                            \
			double t_ = clock();                                                       \
			statement;                                                                 \
			t_ = clock() - t_;                                                         \
			best_ = t_ < best_ ? t_ : best_;                                           \
		}                                                                                  \
		best_;                                                                             \
	})

#define BENCH_BEST(rounds, statement) BENCH_BEST_BY(bench_now, rounds, statement)

#endif
