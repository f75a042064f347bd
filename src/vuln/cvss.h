/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CVSS vectors: base scores of version 2 and 3 (FIRST's specifications). A version 4 vector is
 * recognised, and its severity estimated from its impact and reach: the exact score needs a table
 * of 270 rows that nothing here depends on. Threads: pure.
 */
#ifndef SW_VULN_CVSS_H
#define SW_VULN_CVSS_H

#include "finding/finding.h"

/* The base score, 0 for a vector that cannot be scored. */
double sw_cvss_score(struct sw_str vector);
/* The rating scale: 0 none (info), <4 low, <7 medium, <9 high. Unknown for a score of 0 or less. */
enum sw_severity sw_cvss_severity(double score);
/* By score, or for version 4 the estimate. */
enum sw_severity sw_cvss_vector_severity(struct sw_str vector);

#endif
