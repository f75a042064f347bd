/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One number for how good it looks, and one for how much was seen.
 *
 * score    = 100 * P / (P + F), rounded down, where P and F are the passed and the failed
 * judgements, each weighted by severity: critical 40, high 20, medium 8, low 2, info and unknown 0.
 * Waived findings count in neither. An open critical finding holds the score at 49 at most, an open
 * high one at 79: a hundred harmless passes do not outweigh an open door. It is never above the
 * coverage: what was not seen may be as bad as can be. Nothing judged (P + F =
 * 0): 100 when everything was seen, else there is no score (-1). coverage = 100 * judged / (judged
 * + not judged), rounded down; not judged are verdicts "not evaluated", unreadable files and broken
 * documents. Nothing at all: 100.
 */
#ifndef SW_FINDING_SCORE_H
#define SW_FINDING_SCORE_H

#include "finding/finding.h"

struct sw_summary {
	uint32_t open[SW_SEV__COUNT];  /* verdict fail, not waived */
	uint32_t fresh[SW_SEV__COUNT]; /* of these, not in the baseline */
	uint32_t total, waived, manual, not_evaluated, in_baseline;
	uint64_t passed;
	int score;     /* 0..100, or -1 */
	int coverage;  /* 0..100 */
	bool complete; /* everything that was given was judged */
};

void sw_summary_make(const struct sw_findings *fs, struct sw_summary *ret);

#endif
