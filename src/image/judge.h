/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with an image apart from its packages: how it is configured, how it was built, and
 * what of it could not be read. Rules SW-IMG-101 and on; SW-IMG-001 … are checks of manifests.
 */
#ifndef SW_IMAGE_JUDGE_H
#define SW_IMAGE_JUDGE_H

#include "finding/finding.h"
#include "image/image.h"

struct sw_image_judge_opts {
	bool problems;	/* findings for what the bill could not read, too (vuln/match.h has its own) */
	bool unmatched; /* nobody looked for vulnerabilities: `why` */
	struct sw_str why;
	struct sw_str unread;	/* why the image as a whole could not be read: nothing else is judged; "" */
	struct sw_str secrets_why; /* nobody looked for secrets; "": somebody did, or nobody was asked */
};

/* Findings that fail or could not be evaluated are added; what holds is counted as passed. */
int sw_image_judge(const struct sw_image *img, const struct sw_image_judge_opts *opts,
	struct sw_findings *fs, struct sw_error *err);

/* Sorted by id. They live as long as the program. */
const struct sw_rule *sw_image_rules(uint32_t *ret_n);

#endif
