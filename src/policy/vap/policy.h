/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The expressions of a ValidatingAdmissionPolicy, of a MutatingAdmissionPolicy, or of a Gatekeeper
 * template with engine K8sNativeValidation: variables, matchConditions, validations with their
 * messages, auditAnnotations, mutations, failurePolicy.
 *
 * Semantics are those of k8s.io/apiserver 0.36 (admission/plugin/policy) and, with
 * `gatekeeper`, of gatekeeper 3.23: variables.params and variables.anyObject are there, `params` is
 * the whole constraint and seen by variables only, matchConditions are written under
 * matchCondition, and nothing asks the authorizer.
 *
 * Ownership: the spec given must outlive the policy. Threads: one at a time.
 * Limits: 1,024 expressions of a kind; costs as Kubernetes limits them (cel/cel.h).
 */
#ifndef SW_POLICY_VAP_POLICY_H
#define SW_POLICY_VAP_POLICY_H

#include "base/arena.h"
#include "base/error.h"
#include "doc/value.h"
#include "kube/fields.h"

struct sw_vap_policy;

struct sw_vap_opts {
	bool gatekeeper;
	bool params; /* the policy has a paramKind */
	bool mutating;
};

/* -SW_EINVALID with the first wrong expression, its field and its place in the text. */
int sw_vap_policy_new(struct sw_value spec, const struct sw_vap_opts *opts,
	struct sw_vap_policy **ret, struct sw_error *err);
void sw_vap_policy_free(struct sw_vap_policy *p);
bool sw_vap_policy_ignores(const struct sw_vap_policy *p); /* failurePolicy Ignore */

struct sw_vap_input {
	struct sw_value object, old_object; /* SW_UNDEF: null */
	struct sw_value request;	    /* AdmissionRequest */
	struct sw_value params;		    /* SW_UNDEF: null */
	struct sw_value ns;		    /* Namespace; SW_UNDEF: null */
	int64_t deadline_ns;		    /* CLOCK_MONOTONIC; 0: none */
};

enum sw_vap_kind {
	SW_VAP_DENY,	      /* a validation is not true */
	SW_VAP_ERROR,	      /* an expression failed, which denies by the failurePolicy Fail */
	SW_VAP_NOT_EVALUATED, /* nothing can be said: cost, time, the cluster's authorizer */
	SW_VAP_AUDIT,	      /* an audit annotation */
};

struct sw_vap_decision {
	enum sw_vap_kind kind;
	struct sw_str message; /* of an annotation its value */
	struct sw_str reason;  /* Invalid, Forbidden …; of an annotation its key */
	int32_t validation;    /* index; -1: of the policy itself */
	bool late;	       /* the deadline has passed */
	bool denies;	       /* an error that denies whatever the binding's actions are */
};

struct sw_vap_decisions {
	struct sw_vap_decision *v; /* in the arena */
	uint32_t n, cap;
	bool matched; /* by the matchConditions */
};

/* No decision: admitted. Errors under failurePolicy Ignore are none, as in Kubernetes. -SW_ELIMIT.
 */
int sw_vap_policy_judge(struct sw_vap_policy *p, struct sw_arena *a, const struct sw_vap_input *in,
	struct sw_vap_decisions *ret, struct sw_error *err);

/*
 * What its mutations make of in->object, one after the other; *ret_object is in->object itself
 * where the conditions do not hold. A mutation that fails is a decision of kind SW_VAP_ERROR (none
 * under Ignore), and the others are applied. `shape`: of the object (kube/fields.h). Nothing is
 * defaulted. -SW_ELIMIT.
 */
int sw_vap_policy_mutate(struct sw_vap_policy *p, struct sw_arena *a, const struct sw_vap_input *in,
	const struct sw_kube_shape *shape, struct sw_value *ret_object,
	struct sw_vap_decisions *ret, struct sw_error *err);

/* The request as expressions see it: the fields that Kubernetes declares, from an AdmissionRequest.
 */
struct sw_value sw_vap_request(struct sw_arena *a, struct sw_value admission);

#endif
