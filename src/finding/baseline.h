/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A baseline: the fingerprints of findings that were there before, so that a run reports only new
 *ones.
 *
 *	{"schema": "seawall.dev/baseline/v1",
 *	 "findings": [{"fingerprint": "…32 hex digits…", "rule": "SW-POD-001", "subject":
 *"shop/Deployment/web"}]}
 *
 * Only the fingerprint counts; the rest is for people who read a change of the file. A JSON report
 * (seawall.dev/report/v1) is taken as a baseline too. Waived, passed and not evaluated findings are
 *not in it: they are judged anew each time.
 */
#ifndef SW_FINDING_BASELINE_H
#define SW_FINDING_BASELINE_H

#include "doc/source.h"
#include "finding/finding.h"

struct sw_baseline {
	uint8_t (*v)[16]; /* sorted */
	uint32_t n;
	uint32_t matched; /* found again by the last apply */
};

/* Errors carry the place. -SW_ESYNTAX, -SW_EINVALID, -SW_ELIMIT. */
int sw_baseline_parse(
	struct sw_baseline *b, struct sw_arena *a, struct sw_source *src, struct sw_error *err);
/* Sets is_new of every finding. */
void sw_baseline_apply(struct sw_baseline *b, struct sw_findings *fs);
/* The baseline of a run: its open findings, sorted by rule and subject, one a line. */
void sw_baseline_write(struct sw_buf *out, const struct sw_findings *fs);

#endif
