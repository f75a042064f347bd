/* SPDX-License-Identifier: Apache-2.0 */
/* Policies of one kind with their bindings, and which of them are about a request. Internal to this
 * folder. */
#ifndef SW_POLICY_VAP_BOUND_H
#define SW_POLICY_VAP_BOUND_H

#include "policy/vap/match.h"

struct vap_policy {
	struct sw_str name;
	struct sw_value object;
	struct sw_value param_kind; /* SW_UNDEF: none */
	struct vap_match match;
	struct sw_vap_policy *body;
	bool bound;
	bool again; /* of a mutating one: reinvocationPolicy IfNeeded */
};

struct vap_binding {
	struct sw_str name, policy;
	struct sw_value object;
	struct sw_value param_ref; /* SW_UNDEF: none */
	struct vap_match match;
	struct sw_selector params;
	bool has_selector;
	struct sw_str action; /* of a validating one: deny, warn, dryrun */
	bool audit;
};

struct vap_bound {
	struct sw_arena *arena;
	bool mutating;
	bool unbound; /* a policy without binding is bound everywhere */
	struct vap_policy *policies;
	struct vap_binding *bindings;
	uint32_t n_policies, cap_policies, n_bindings, cap_bindings;
};

/* Room for one item more than n; *cap is for how many there is. -SW_ELIMIT. */
int vap_grow(struct sw_arena *a, void **items, uint32_t n, uint32_t *cap, size_t size,
	struct sw_error *err);
void vap_bound_release(struct vap_bound *b);
int vap_bound_add_policy(struct vap_bound *b, const struct sw_kube_object *o, struct sw_error *err);
int vap_bound_add_binding(
	struct vap_bound *b, const struct sw_kube_object *o, struct sw_error *err);
/* Bindings, and policies that act without one. */
uint32_t vap_bound_size(const struct vap_bound *b);

/* A policy that is about the request, with one of its bindings and one of its parameters. */
struct vap_call {
	const struct vap_policy *policy;
	const struct vap_binding *binding; /* NULL: none */
	struct sw_value params;		   /* SW_UNDEF: none */
	const char *problem; /* NULL, or why it cannot act: `kind` says what that means */
	enum sw_vap_kind kind;
};
/* In the order in which policies and bindings were added. What `fn` returns when that is not 0. */
int vap_bound_each(const struct vap_bound *b, const struct sw_vap_review *r,
	int (*fn)(void *arg, const struct vap_call *c), void *arg);

/* What is made of a call's decision. */
struct sw_vap_result vap_result(
	struct sw_arena *a, const struct vap_call *c, const struct sw_vap_decision *d);

#endif
