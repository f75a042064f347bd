/* SPDX-License-Identifier: Apache-2.0 */
/* What the PolicyReport of the policy working group and its successor, OpenReports, have in common.
 */
#ifndef SW_REPORT_POLICYREPORT_H
#define SW_REPORT_POLICYREPORT_H

#include "report/report.h"

struct sw_policyreport_api {
	const char *version; /* "openreports.io/v1alpha1" */
	const char *kind, *cluster_kind;
	bool has_source; /* the report itself names its source */
};

int sw_policyreport_write(struct sw_buf *out, const struct sw_report *r,
	const struct sw_policyreport_api *api, struct sw_error *err);

#endif
