/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frameworks: which control of which guide a rule answers.
 *
 * A framework is data (content/frameworks/<id>.yaml): its controls in our own words. The mapping
 *stands in the rules' metadata (struct sw_framework_ref), never here, so that adding a check needs
 *no second place.
 *
 *	id: owasp-k8s
 *	title: OWASP Kubernetes Top 10
 *	version: "2022"
 *	url: https://…
 *	controls:
 *	- id: K01
 *	  title: Insecure workload configurations
 *	  manual: false        # true: no rule can judge it, a person must
 */
#ifndef SW_FINDING_FRAMEWORK_H
#define SW_FINDING_FRAMEWORK_H

#include "doc/source.h"
#include "finding/finding.h"

struct sw_control {
	struct sw_str id, title;
	bool manual;
};

struct sw_framework {
	struct sw_str id, title, version, url;
	const struct sw_control *controls; /* in the file's order */
	uint32_t n_controls;
};

struct sw_control_result {
	uint32_t rules;	 /* that answer it */
	uint32_t failed; /* open findings */
	uint32_t waived;
	uint32_t unseen; /* not evaluated */
	uint32_t manual;
	uint64_t passed; /* by the rules that answer it, of what they met */
	enum sw_severity worst;
};

/* Those in the binary, sorted by id, in the arena. */
int sw_frameworks_builtin(
	struct sw_arena *a, const struct sw_framework **ret, uint32_t *ret_n, struct sw_error *err);
const struct sw_control *sw_framework_control(const struct sw_framework *fw, struct sw_str id);
/* One result per control of the framework. */
void sw_framework_judge(const struct sw_framework *fw, const struct sw_rule *const *rules,
	uint32_t n_rules, const struct sw_findings *fs, struct sw_control_result *ret);

#endif
