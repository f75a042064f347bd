/* SPDX-License-Identifier: Apache-2.0 */
/* A policy taken apart, shared by what judges (policy.c) and what mutates (mutate.c). */
#ifndef SW_POLICY_VAP_IMPL_H
#define SW_POLICY_VAP_IMPL_H

#include "cel/cel.h"
#include "policy/vap/policy.h"

struct vap_validation {
	struct sw_str expression, message, reason;
	struct sw_cel_program *program, *text; /* text: messageExpression, may be NULL */
};

struct vap_named {
	struct sw_str name, expression;
	struct sw_cel_program *program;
};

struct vap_mutation {
	bool patch; /* JSONPatch; else ApplyConfiguration */
	struct sw_str expression;
	struct sw_cel_program *program;
};

struct sw_vap_policy {
	struct sw_arena arena;
	struct sw_cel *cel;
	bool ignore; /* failurePolicy */
	uint32_t object, old_object, request, ns, params, authorizer, resource;
	struct vap_validation *validations;
	struct vap_named *conditions, *annotations;
	struct vap_mutation *mutations;
	uint32_t n_validations, n_conditions, n_annotations, n_mutations;
};

/* One policy at work on one request. */
struct vap_judge {
	struct sw_vap_policy *p;
	struct sw_arena *a;
	struct sw_vap_decisions out;
	bool full;
};

void vap_begin(struct vap_judge *j, const struct sw_vap_input *in);
bool vap_matches(struct vap_judge *j); /* matchConditions */
int vap_run(struct vap_judge *j, const struct sw_cel_program *p, struct sw_value *ret,
	struct sw_error *err);
/* `i`: index of the validation or mutation; UINT32_MAX: of the policy itself. */
void vap_decide(struct vap_judge *j, enum sw_vap_kind kind, struct sw_str message,
	struct sw_str reason, uint32_t i);
/* An expression that failed. */
void vap_failed(struct vap_judge *j, struct sw_str expression, int code, const struct sw_error *err,
	uint32_t i);
int vap_end(struct vap_judge *j, struct sw_vap_decisions *ret, struct sw_error *err);

#endif
