/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by cvss.c and cvss4.c; nobody else includes this. */
#ifndef SW_VULN_CVSS_IMPL_H
#define SW_VULN_CVSS_IMPL_H

#include "vuln/cvss.h"

/* The value of a metric ("AV" -> 'N'), 0 when it is not there. */
char cvss_metric(struct sw_str v, const char *name);
/* The score of all metrics that the vector gives; negative: it is none. */
double cvss_v4(struct sw_str v);

#endif
