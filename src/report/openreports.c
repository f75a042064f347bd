/* SPDX-License-Identifier: Apache-2.0 */
/* Report and ClusterReport (openreports.io/v1alpha1), the successor of PolicyReport. */
#include "report/policyreport.h"

static int write_openreports(struct sw_buf *out, const struct sw_report *r, struct sw_error *err)
{
	static const struct sw_policyreport_api api = {
		"openreports.io/v1alpha1", "Report", "ClusterReport", true};
	return sw_policyreport_write(out, r, &api, err);
}

const struct sw_report_format sw_report_openreports = {
	.name = "openreports",
	.summary = "Report objects (openreports.io), for kubectl apply",
	.media = "application/json",
	.schema = "openreports.io/v1alpha1",
	.since = "0.1",
	.write = write_openreports,
};
