/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /mutate: MutatingAdmissionPolicies and Gatekeeper's mutators, then the fixes of the checks named
 * with --fix, one after the other.
 *
 * Two fixes may add the same missing parent; so after each one the changed object is judged anew,
 * as `seawall fix` does it, until nothing is left that a fix could change.
 */
#include "doc/patch.h"
#include "serve/door_impl.h"

enum { ROUNDS_MAX = 200 };

/* The first finding of the last run that has a fix which can be applied to `object`. */
static bool apply_one(
	struct review *x, struct sw_value object, struct sw_value *ret, struct sw_list *ops)
{
	struct sw_findings *fs = &x->d->findings;
	for (uint32_t i = 0; i < fs->n; i++) {
		const struct sw_finding *f = fs->v[i];
		if (f->verdict != SW_VERDICT_FAIL || f->fix.patch.type != SW_ARRAY ||
			!door_in(&x->d->p->opts->fixes, f->rule->id))
			continue;
		struct sw_value patch = sw_value_copy(x->a, f->fix.patch), after;
		if (sw_patch_apply(x->a, object, patch, &after, NULL) || sw_value_eq(after, object))
			continue;
		sw_array_foreach (op, patch)
			sw_list_add(ops, *op);
		door_add(x, "check", f->rule->id, sw_arena_str(x->a, f->message), SW_DOOR_DRYRUN);
		*ret = after;
		return true;
	}
	return false;
}

/* A policy refuses the object, as it would in the API server. */
static void deny(struct review *x, struct sw_str why)
{
	door_add(x, "gatekeeper", SW_STR("mutation"), why, SW_DOOR_DENY);
	x->answer->allowed = false;
	x->answer->code = 403;
	x->answer->reason = "Invalid";
	sw_buf_addstr(&x->answer->message, sw_str_sub(why, 0, 4096));
}

/* Policies and mutators first: fixes are for what they leave. */
static int run_mutators(struct review *x, struct sw_value *object, struct sw_error *err)
{
	const struct sw_admission *r = x->r;
	struct sw_gk_mutable m = {.object = *object,
		.ns = r->ns.n ? sw_policies_namespace(x->d->p, r->ns) : sw_undef(),
		.namespace = r->ns,
		.operation = sw_str_from(sw_operation_name(r->operation)),
		.user = r->user,
		.admission = r->request,
		.deadline_ns = x->deadline_ns};
	struct sw_gk_mutation done;
	if (!sw_gk_mutators(x->d->gk))
		return 0;
	int rc = sw_gk_mutate(x->d->gk, x->a, &m, &done, err);
	if (rc)
		return rc;
	if (done.denied.p) {
		deny(x, done.denied);
	} else if (done.changed) {
		*object = done.object;
		door_add(x, "gatekeeper", SW_STR("mutation"), SW_STR("changed by mutators"),
			SW_DOOR_DRYRUN);
	}
	return 0;
}

static int run_fixes(struct review *x, struct sw_value *object, struct sw_error *err)
{
	struct sw_list ops;
	struct sw_kube_object o;
	sw_list_init(&ops, x->a);
	if (!x->d->runner || !x->d->p->opts->fixes.n)
		return 0;
	for (int i = 0; i < ROUNDS_MAX && sw_kube_object_init(*object, &o, NULL) == 0; i++) {
		if (!door_run_checks(x, &o) || door_time_left(x) < 0) {
			x->js->late = true;
			return sw_error_set(err, SW_ECANCELLED, "the fixes took too long");
		}
		if (!apply_one(x, *object, object, &ops))
			break;
	}
	return 0;
}

void sw_door_mutate(struct sw_door *d, struct sw_arena *a, const struct sw_admission *r,
	int64_t deadline_ns, struct sw_answer *answer, struct sw_judgements *ret)
{
	*ret = (struct sw_judgements){0};
	sw_answer_clear(answer);
	struct review x = {
		.d = d, .a = a, .r = r, .deadline_ns = deadline_ns, .answer = answer, .js = ret};
	struct sw_value object = r->object;
	struct sw_error err = {0};
	x.has_object = sw_defined(object) && sw_kube_object_init(object, &x.object, NULL) == 0;
	ret->excluded = sw_policies_excluded(d->p, r->ns) ||
			(r->ns.n && sw_gk_excluded(d->gk, "mutation-webhook", r->ns));
	if (ret->excluded || !door_judges_object(&x))
		return;
	if (run_mutators(&x, &object, &err) || (answer->allowed && run_fixes(&x, &object, &err))) {
		ret->late = ret->late || door_time_left(&x) < 0; /* an evaluation that was stopped */
		door_add(&x, "mutation", SW_STR("mutation"), sw_arena_str(a, sw_str_from(err.text)),
			SW_DOOR_ERROR);
		sw_door_undecided(d->p->opts->fail_closed, ret->late ? 504 : 500, err.text, answer);
		return;
	}
	if (!answer->allowed)
		return;
	struct sw_value patch = sw_gk_diff(a, r->object, object);
	if (patch.type == SW_ARRAY && patch.n)
		answer->patch = patch;
}
