/* SPDX-License-Identifier: Apache-2.0 */
/*
 * matchConstraints and matchResources: is a review any of a policy's business? As Kubernetes'
 * admission/plugin/policy/matching has it; matchPolicy Equivalent looks past the version of the
 * API, and resources are named by the table of kinds (kube/kinds.h). Internal to this folder. A match views the policy's object, which must outlive
 * it, and is read-only once made.
 */
#ifndef SW_POLICY_VAP_MATCH_H
#define SW_POLICY_VAP_MATCH_H

#include "kube/selector.h"
#include "policy/vap/set.h"

struct vap_match {
	struct sw_value rules, exclude; /* arrays or SW_UNDEF */
	struct sw_selector objects, namespaces;
	bool has_objects, has_namespaces;
	bool exact; /* matchPolicy */
};

/* `v`: MatchResources, or SW_UNDEF: everything. The selectors live in `a`. */
int vap_match_init(
	struct sw_arena *a, struct sw_value v, struct vap_match *ret, struct sw_error *err);
/* 1, 0, or -SW_ENOENT: its Namespace would have to be known. */
int vap_match(const struct vap_match *m, const struct sw_vap_review *r);
/* The plural name of the review's resource, in the arena. */
struct sw_str vap_resource(struct sw_arena *a, const struct sw_vap_review *r);

#endif
