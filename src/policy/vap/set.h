/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ValidatingAdmissionPolicies, MutatingAdmissionPolicies and their bindings: which of them are
 * about a request, with which parameters, and what they say or make of the object.
 *
 * Semantics are those of k8s.io/apiserver 0.36 (admission/plugin/policy): a policy acts through its
 * bindings; both must match (resourceRules, excludeResourceRules, objectSelector,
 * namespaceSelector); paramRef by name or selector; what would stop one from removing a policy (its
 * own kinds) is never judged. The API versions v1, v1beta1 and v1alpha1 are read alike. Under
 * matchPolicy Equivalent the versions of a rule are not compared.
 *
 * Ownership: objects given must outlive the set. Threads: one at a time. Limits: 100,000 of each.
 */
#ifndef SW_POLICY_VAP_SET_H
#define SW_POLICY_VAP_SET_H

#include "kube/object.h"
#include "policy/vap/policy.h"

struct sw_vap_set;

/* `unbound`: a policy without any binding is judged as if one bound it everywhere to Deny; a
 * cluster ignores it. */
struct sw_vap_set *sw_vap_set_new(bool unbound);
void sw_vap_set_free(struct sw_vap_set *s);
/* Is it an admission policy or its binding? */
bool sw_vap_is(const struct sw_kube_object *o);
/* -SW_EINVALID with the reason. One of the same kind and name replaces the earlier. */
int sw_vap_set_add(struct sw_vap_set *s, struct sw_value object, struct sw_error *err);
/* Bindings, and policies that act without one: of the validating and of the mutating. */
uint32_t sw_vap_set_size(const struct sw_vap_set *s);
uint32_t sw_vap_set_mutating(const struct sw_vap_set *s);

/* Objects that are asked for as parameters. */
struct sw_vap_wanted {
	struct sw_str api_version, kind;
	struct sw_str ns, name; /* "": any */
};

struct sw_vap_review {
	const struct sw_kube_object *object; /* what matching is about */
	struct sw_value value, old_value;    /* object and oldObject; SW_UNDEF: null */
	struct sw_value admission;	     /* AdmissionRequest, or as much of it as there is */
	struct sw_str operation;	     /* CREATE, UPDATE, DELETE, CONNECT */
	struct sw_value ns;		     /* the Namespace, or SW_UNDEF: not known */
	int64_t deadline_ns;
	/* Calls `fn` with each object that is wanted until it does not return 0, and returns that. NULL: there are none. */
	int (*each_param)(void *arg, const struct sw_vap_wanted *w, int (*fn)(void *arg, struct sw_value v),
		void *fn_arg);
	/* openAPIV3Schema of a custom resource, or SW_UNDEF; NULL: none is known. */
	struct sw_value (*schema)(void *arg, const struct sw_kube_object *o);
	void *param_arg; /* of both */
};

struct sw_vap_result {
	struct sw_value policy, binding; /* binding SW_UNDEF: judged without one */
	struct sw_str name;		 /* "policy" or "policy/binding" */
	struct sw_str action;		 /* deny, warn, dryrun (Audit) */
	bool audit;			 /* the binding's actions name Audit */
	struct sw_vap_decision decision;
};

/* 0; what `fn` returns when that is not 0; -SW_ELIMIT. */
int sw_vap_set_review(struct sw_vap_set *s, struct sw_arena *a, const struct sw_vap_review *r,
	int (*fn)(void *arg, const struct sw_vap_result *x), void *arg, struct sw_error *err);

/*
 * The mutating ones, in the order in which they were added, each on what the one before left; those
 * with reinvocationPolicy IfNeeded once more when all are through. What is wrong under
 * failurePolicy Fail, and what could not be evaluated, is told to `fn`. The same results.
 */
int sw_vap_set_mutate(struct sw_vap_set *s, struct sw_arena *a, const struct sw_vap_review *r,
	int (*fn)(void *arg, const struct sw_vap_result *x), void *arg, struct sw_value *ret,
	struct sw_error *err);

#endif
