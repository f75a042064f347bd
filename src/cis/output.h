/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results as kube-bench writes them (JSON with --json, JUnit with --junit, text), and as findings.
 *
 * Only chosen checks are written, groups without any are left out. `status` is the shown state: a
 * check that could not be judged is WARN with a reason that begins with "not evaluated: ".
 */
#ifndef SW_CIS_OUTPUT_H
#define SW_CIS_OUTPUT_H

#include "base/buf.h"
#include "cis/controls.h"
#include "finding/finding.h"

void sw_cis_write_json(struct sw_buf *out, const struct sw_cis_controls *c, uint32_t n);
void sw_cis_write_junit(struct sw_buf *out, const struct sw_cis_controls *c, uint32_t n);
void sw_cis_write_text(struct sw_buf *out, const struct sw_cis_controls *c, uint32_t n);

/*
 * One finding per chosen check: rule "cis-1.12/1.2.1", engine "cis", subject the node. The rules
 * live in `a`, which must outlive the findings; they are appended to *ret_rules (n of them).
 */
int sw_cis_findings(struct sw_arena *a, const struct sw_cis_controls *c, uint32_t n,
	struct sw_str node, struct sw_findings *fs, const struct sw_rule ***ret_rules,
	uint32_t *ret_n, struct sw_error *err);

#endif
