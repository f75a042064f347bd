/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CVSS vectors, scored as FIRST's specifications of version 2, 3.0, 3.1 and 4.0 say: of versions 2
 * and 3 the base score; of version 4 that of all metrics which the vector gives, since it has one
 * score only. Threads: pure.
 */
#ifndef SW_VULN_CVSS_H
#define SW_VULN_CVSS_H

#include "finding/finding.h"

/* The score, 0 for a vector that cannot be scored. */
double sw_cvss_score(struct sw_str vector);
/* The rating scale: 0 none (info), <4 low, <7 medium, <9 high. Unknown for a score of 0 or less. */
enum sw_severity sw_cvss_severity(double score);
/* By score. */
enum sw_severity sw_cvss_vector_severity(struct sw_str vector);

#endif
