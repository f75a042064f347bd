/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/vap/set.h"

#include <stdlib.h>

#include "kube/kinds.h"
#include "policy/vap/bound.h"

#define GROUP "admissionregistration.k8s.io"

struct sw_vap_set {
	struct sw_arena arena;
	struct vap_bound validating, mutating;
};

struct sw_vap_set *sw_vap_set_new(bool unbound)
{
	struct sw_vap_set *s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	sw_arena_init(&s->arena, 0);
	s->validating = (struct vap_bound){.arena = &s->arena, .unbound = unbound};
	s->mutating = (struct vap_bound){.arena = &s->arena, .unbound = unbound, .mutating = true};
	return s;
}

void sw_vap_set_free(struct sw_vap_set *s)
{
	if (!s)
		return;
	vap_bound_release(&s->validating);
	vap_bound_release(&s->mutating);
	sw_arena_release(&s->arena);
	free(s);
}

static bool is_policy(const struct sw_kube_object *o)
{
	return sw_str_is(o->kind, "ValidatingAdmissionPolicy") ||
	       sw_str_is(o->kind, "MutatingAdmissionPolicy");
}

bool sw_vap_is(const struct sw_kube_object *o)
{
	return sw_str_is(o->group, GROUP) &&
	       (is_policy(o) || sw_str_is(o->kind, "ValidatingAdmissionPolicyBinding") ||
		       sw_str_is(o->kind, "MutatingAdmissionPolicyBinding"));
}

int sw_vap_set_add(struct sw_vap_set *s, struct sw_value object, struct sw_error *err)
{
	struct sw_kube_object o;
	int r = sw_kube_object_init(object, &o, err);
	if (r < 0)
		return r;
	struct vap_bound *b =
		sw_str_starts(o.kind, SW_STR("Mutating")) ? &s->mutating : &s->validating;
	return is_policy(&o) ? vap_bound_add_policy(b, &o, err) : vap_bound_add_binding(b, &o, err);
}

uint32_t sw_vap_set_size(const struct sw_vap_set *s)
{
	return vap_bound_size(&s->validating);
}

uint32_t sw_vap_set_mutating(const struct sw_vap_set *s)
{
	return vap_bound_size(&s->mutating);
}

/* ---- the request ---- */

/* What Kubernetes never lets a policy judge: a bad one could not be removed. */
static bool exempt(const struct sw_kube_object *o)
{
	return sw_str_is(o->group, GROUP) &&
	       (sw_str_starts(o->kind, SW_STR("ValidatingAdmissionPolicy")) ||
		       sw_str_starts(o->kind, SW_STR("MutatingAdmissionPolicy")) ||
		       sw_str_is(o->kind, "ValidatingWebhookConfiguration") ||
		       sw_str_is(o->kind, "MutatingWebhookConfiguration"));
}

static struct sw_value with(
	struct sw_arena *a, struct sw_value object, const char *key, struct sw_value v)
{
	struct sw_map m;
	sw_map_init(&m, a);
	if (object.type == SW_OBJECT)
		sw_object_foreach (it, object)
			sw_map_add(&m, it->k, it->v);
	sw_map_adds(&m, key, v);
	return sw_map_object(&m);
}

/* The request, with what a bare object's lacks. */
static struct sw_value request_of(struct sw_arena *a, const struct sw_vap_review *r)
{
	struct sw_value v = with(a, r->admission, "operation", sw_string(r->operation));
	struct sw_value resource = sw_object_gets(v, SW_STR("resource"));
	if (!sw_value_getstr(resource, "resource").n) {
		resource = with(a, sw_undef(), "group", sw_string(r->object->group));
		resource = with(a, resource, "version", sw_string(r->object->version));
		resource = with(a, resource, "resource", sw_string(vap_resource(a, r)));
		v = with(a, v, "resource", resource);
	}
	return sw_vap_request(a, v);
}

/* The Namespace that expressions see: null for what is in none. */
static struct sw_value namespace_of(struct sw_arena *a, const struct sw_vap_review *r)
{
	const struct sw_kube_kind *k = sw_kube_kind_find(r->object->group, r->object->kind);
	struct sw_str name = r->object->ns;
	if (!sw_defined(r->ns) && !name.n && k && k->namespaced)
		name = SW_STR("default");
	if (sw_defined(r->ns) || !name.n)
		return r->ns;
	struct sw_value labels =
		with(a, sw_undef(), "kubernetes.io/metadata.name", sw_string(name));
	struct sw_value meta =
		with(a, with(a, sw_undef(), "name", sw_string(name)), "labels", labels);
	return with(a, sw_undef(), "metadata", meta);
}

/* What every policy is given. */
static int input_of(struct sw_arena *a, const struct sw_vap_review *r, struct sw_vap_input *ret,
	struct sw_error *err)
{
	*ret = (struct sw_vap_input){.object = r->value,
		.old_object = r->old_value,
		.request = request_of(a, r),
		.ns = namespace_of(a, r),
		.deadline_ns = r->deadline_ns};
	return sw_defined(ret->request) ? 0
					: sw_error_set(err, SW_ELIMIT, "the request is too large");
}

struct work {
	struct sw_arena *a;
	const struct sw_vap_review *r;
	struct sw_vap_input in;
	int (*fn)(void *arg, const struct sw_vap_result *x);
	void *arg;
	struct sw_error *err;
	/* of mutations */
	struct sw_kube_shape shape;
	struct vap_call *again; /* those to be invoked once more */
	uint32_t n_again, cap_again;
};

static int tell(struct work *w, const struct vap_call *c, const struct sw_vap_decision *d)
{
	struct sw_vap_result x = vap_result(w->a, c, d);
	return w->fn(w->arg, &x);
}

static int tell_problem(struct work *w, const struct vap_call *c)
{
	struct sw_vap_decision d = {.kind = c->kind,
		.message = sw_str_from(c->problem),
		.validation = -1,
		.denies = c->kind == SW_VAP_ERROR};
	bool ignored = c->kind == SW_VAP_ERROR && sw_vap_policy_ignores(c->policy->body);
	return ignored ? 0 : tell(w, c, &d);
}

/* ---- judging ---- */

static int judge(void *arg, const struct vap_call *c)
{
	struct work *w = arg;
	struct sw_vap_decisions d;
	if (c->problem)
		return tell_problem(w, c);
	w->in.params = c->params;
	int r = sw_vap_policy_judge(c->policy->body, w->a, &w->in, &d, w->err);
	for (uint32_t i = 0; r == 0 && i < d.n; i++)
		r = tell(w, c, &d.v[i]);
	return r;
}

int sw_vap_set_review(struct sw_vap_set *s, struct sw_arena *a, const struct sw_vap_review *r,
	int (*fn)(void *arg, const struct sw_vap_result *x), void *arg, struct sw_error *err)
{
	struct work w = {.a = a, .r = r, .fn = fn, .arg = arg, .err = err};
	if (!sw_vap_set_size(s) || exempt(r->object))
		return 0;
	int rc = input_of(a, r, &w.in, err);
	return rc ? rc : vap_bound_each(&s->validating, r, judge, &w);
}

/* ---- mutating ---- */

static int remember(struct work *w, const struct vap_call *c)
{
	int r = vap_grow(w->a, (void **)&w->again, w->n_again, &w->cap_again, sizeof(*c), w->err);
	if (r == 0)
		w->again[w->n_again++] = *c;
	return r;
}

/* The second time labels count as they are by then. */
static bool matches_still(const struct work *w, const struct vap_call *c)
{
	struct sw_vap_review now = *w->r;
	now.value = w->in.object;
	return vap_match(&c->policy->match, &now) > 0 && (!c->binding || vap_match(&c->binding->match, &now) > 0);
}

static int invoke(struct work *w, const struct vap_call *c, bool first)
{
	struct sw_vap_decisions d;
	if (!first && !matches_still(w, c))
		return 0;
	w->in.params = c->params;
	int r = sw_vap_policy_mutate(
		c->policy->body, w->a, &w->in, &w->shape, &w->in.object, &d, w->err);
	for (uint32_t i = 0; r == 0 && i < d.n; i++)
		r = tell(w, c, &d.v[i]);
	return r == 0 && d.matched && first && c->policy->again ? remember(w, c) : r;
}

static int mutate(void *arg, const struct vap_call *c)
{
	struct work *w = arg;
	return c->problem ? tell_problem(w, c) : invoke(w, c, true);
}

int sw_vap_set_mutate(struct sw_vap_set *s, struct sw_arena *a, const struct sw_vap_review *r,
	int (*fn)(void *arg, const struct sw_vap_result *x), void *arg, struct sw_value *ret,
	struct sw_error *err)
{
	struct work w = {.a = a, .r = r, .fn = fn, .arg = arg, .err = err};
	*ret = r->value;
	if (!sw_vap_set_mutating(s) || exempt(r->object) || !sw_defined(r->value))
		return 0;
	int rc = input_of(a, r, &w.in, err);
	if (rc)
		return rc;
	w.shape = sw_kube_shape_of(r->object, sw_undef());
	if (w.shape.kind == SW_KUBE_ANY && r->schema)
		w.shape = sw_kube_shape_of(r->object, r->schema(r->param_arg, r->object));
	rc = vap_bound_each(&s->mutating, r, mutate, &w);
	for (uint32_t i = 0; rc == 0 && i < w.n_again; i++)
		rc = invoke(&w, &w.again[i], false);
	if (rc == 0)
		*ret = w.in.object;
	return rc;
}
