/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/vap/set.h"

#include <stdlib.h>

#include "kube/kinds.h"
#include "policy/vap/match.h"

#define GROUP "admissionregistration.k8s.io"

enum { OBJECTS_MAX = 100000 };

struct policy {
	struct sw_str name;
	struct sw_value object;
	struct sw_value param_kind; /* SW_UNDEF: none */
	struct vap_match match;
	struct sw_vap_policy *body;
	bool bound;
};

struct binding {
	struct sw_str name, policy;
	struct sw_value object;
	struct sw_value param_ref; /* SW_UNDEF: none */
	struct vap_match match;
	struct sw_selector params;
	bool has_selector;
	struct sw_str action;
};

struct sw_vap_set {
	struct sw_arena arena;
	bool unbound;
	struct policy *policies;
	struct binding *bindings;
	uint32_t n_policies, cap_policies, n_bindings, cap_bindings;
};

struct sw_vap_set *sw_vap_set_new(bool unbound)
{
	struct sw_vap_set *s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	sw_arena_init(&s->arena, 0);
	s->unbound = unbound;
	return s;
}

void sw_vap_set_free(struct sw_vap_set *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->n_policies; i++)
		sw_vap_policy_free(s->policies[i].body);
	sw_arena_release(&s->arena);
	free(s);
}

static bool is_mutating(const struct sw_kube_object *o)
{
	return sw_str_is(o->kind, "MutatingAdmissionPolicy") ||
	       sw_str_is(o->kind, "MutatingAdmissionPolicyBinding");
}

bool sw_vap_is(const struct sw_kube_object *o)
{
	return sw_str_is(o->group, GROUP) &&
	       (sw_str_is(o->kind, "ValidatingAdmissionPolicy") ||
		       sw_str_is(o->kind, "ValidatingAdmissionPolicyBinding") || is_mutating(o));
}

/* ---- adding ---- */

static int grow(struct sw_arena *a, void **items, uint32_t n, uint32_t *cap, size_t size,
	struct sw_error *err)
{
	if (n < *cap)
		return 0;
	uint32_t want = *cap ? *cap * 2 : 16;
	void *p = n < OBJECTS_MAX ? sw_arena_grow(a, *items, n * size, want * size) : NULL;
	if (!p)
		return sw_error_set(err, SW_ELIMIT, "too many admission policies");
	*items = p;
	*cap = want;
	return 0;
}

static void bind_all(struct sw_vap_set *s)
{
	for (uint32_t i = 0; i < s->n_policies; i++) {
		s->policies[i].bound = false;
		for (uint32_t j = 0; j < s->n_bindings && !s->policies[i].bound; j++)
			s->policies[i].bound =
				sw_str_eq(s->bindings[j].policy, s->policies[i].name);
	}
}

static int add_policy(struct sw_vap_set *s, const struct sw_kube_object *o, struct sw_error *err)
{
	struct sw_value spec = sw_object_gets(o->value, SW_STR("spec"));
	struct policy p = {.name = o->name,
		.object = o->value,
		.param_kind = sw_object_gets(spec, SW_STR("paramKind"))};
	struct sw_value match = sw_object_gets(spec, SW_STR("matchConstraints"));
	if (p.param_kind.type != SW_OBJECT)
		p.param_kind = sw_undef();
	struct sw_vap_opts opts = {.params = sw_defined(p.param_kind)};
	if (match.type != SW_OBJECT)
		return sw_error_set(err, SW_EINVALID, "the policy has no matchConstraints");
	if (!sw_array_at(sw_object_gets(match, SW_STR("resourceRules")), 0).type)
		return sw_error_set(err, SW_EINVALID, "matchConstraints.resourceRules is empty");
	int r = vap_match_init(&s->arena, match, &p.match, err);
	if (r < 0)
		return sw_error_prefix(err, "matchConstraints.");
	r = sw_vap_policy_new(spec, &opts, &p.body, err);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < s->n_policies; i++)
		if (sw_str_eq(s->policies[i].name, p.name)) {
			sw_vap_policy_free(s->policies[i].body);
			s->policies[i] = p;
			return 0;
		}
	r = grow(&s->arena, (void **)&s->policies, s->n_policies, &s->cap_policies, sizeof(p), err);
	if (r < 0)
		sw_vap_policy_free(p.body);
	else
		s->policies[s->n_policies++] = p;
	return r;
}

static int action_of(struct sw_value spec, struct sw_str *ret, struct sw_error *err)
{
	struct sw_value l = sw_object_gets(spec, SW_STR("validationActions"));
	bool deny = false, warn = false, audit = false;
	if (l.type == SW_ARRAY)
		sw_array_foreach (e, l) {
			struct sw_str s = e->type == SW_STRING ? sw_value_str(*e) : SW_STR("");
			deny = deny || sw_str_is(s, "Deny");
			warn = warn || sw_str_is(s, "Warn");
			audit = audit || sw_str_is(s, "Audit");
			if (!sw_str_is(s, "Deny") && !sw_str_is(s, "Warn") &&
				!sw_str_is(s, "Audit"))
				return sw_error_set(err, SW_EINVALID,
					"validationActions: \"%.*s\" is not known", SW_STR_ARG(s));
		}
	if (deny && warn)
		return sw_error_set(err, SW_EINVALID,
			"validationActions: Deny and Warn may not be used together");
	if (!deny && !warn && !audit)
		return sw_error_set(err, SW_EINVALID, "the binding has no validationActions");
	*ret = deny ? SW_STR("deny") : warn ? SW_STR("warn") : SW_STR("dryrun");
	return 0;
}

static int param_ref(struct sw_vap_set *s, struct binding *b, struct sw_error *err)
{
	struct sw_value sel = sw_object_gets(b->param_ref, SW_STR("selector"));
	struct sw_str missing = sw_value_getstr(b->param_ref, "parameterNotFoundAction");
	if (!sw_str_is(missing, "Allow") && !sw_str_is(missing, "Deny"))
		return sw_error_set(
			err, SW_EINVALID, "paramRef.parameterNotFoundAction must be Allow or Deny");
	b->has_selector = sel.type == SW_OBJECT;
	if (b->has_selector == (sw_value_getstr(b->param_ref, "name").n > 0))
		return sw_error_set(err, SW_EINVALID,
			"one of paramRef.name and paramRef.selector must be given");
	return b->has_selector ? sw_selector_from(&s->arena, sel, &b->params, err) : 0;
}

static int add_binding(struct sw_vap_set *s, const struct sw_kube_object *o, struct sw_error *err)
{
	struct sw_value spec = sw_object_gets(o->value, SW_STR("spec"));
	struct binding b = {.name = o->name,
		.object = o->value,
		.policy = sw_value_getstr(spec, "policyName"),
		.param_ref = sw_object_gets(spec, SW_STR("paramRef"))};
	if (!b.policy.n)
		return sw_error_set(err, SW_EINVALID, "the binding has no policyName");
	int r = action_of(spec, &b.action, err);
	if (r == 0)
		r = vap_match_init(
			&s->arena, sw_object_gets(spec, SW_STR("matchResources")), &b.match, err);
	if (b.param_ref.type != SW_OBJECT)
		b.param_ref = sw_undef();
	if (r == 0 && sw_defined(b.param_ref))
		r = param_ref(s, &b, err);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < s->n_bindings; i++)
		if (sw_str_eq(s->bindings[i].name, b.name)) {
			s->bindings[i] = b;
			return 0;
		}
	r = grow(&s->arena, (void **)&s->bindings, s->n_bindings, &s->cap_bindings, sizeof(b), err);
	if (r == 0)
		s->bindings[s->n_bindings++] = b;
	return r;
}

int sw_vap_set_add(struct sw_vap_set *s, struct sw_value object, struct sw_error *err)
{
	struct sw_kube_object o;
	int r = sw_kube_object_init(object, &o, err);
	if (r == 0 && is_mutating(&o))
		return sw_error_set(err, SW_EUNSUPPORTED,
			"not evaluated: MutatingAdmissionPolicies are not read");
	if (r == 0)
		r = sw_kube_is(&o, GROUP, "ValidatingAdmissionPolicy") ? add_policy(s, &o, err)
								       : add_binding(s, &o, err);
	bind_all(s);
	return r;
}

uint32_t sw_vap_set_size(const struct sw_vap_set *s)
{
	uint32_t n = s->n_bindings;
	for (uint32_t i = 0; s->unbound && i < s->n_policies; i++)
		n += !s->policies[i].bound;
	return n;
}

/* ---- judging ---- */

struct judge {
	struct sw_arena *a;
	const struct sw_vap_review *r;
	struct sw_vap_input in;
	const struct policy *p;
	const struct binding *b; /* NULL: none */
	int (*fn)(void *arg, const struct sw_vap_result *x);
	void *arg;
};

static int tell(struct judge *j, const struct sw_vap_decision *d)
{
	struct sw_vap_result x = {.policy = j->p->object, .decision = *d};
	x.binding = j->b ? j->b->object : sw_undef();
	x.action = j->b ? j->b->action : SW_STR("deny");
	x.name = j->b ? sw_arena_printf(
				j->a, "%.*s/%.*s", SW_STR_ARG(j->p->name), SW_STR_ARG(j->b->name))
		      : j->p->name;
	return j->fn(j->arg, &x);
}

static int tell_text(struct judge *j, enum sw_vap_kind kind, const char *text)
{
	struct sw_vap_decision d = {.kind = kind, .message = sw_str_from(text), .validation = -1};
	return tell(j, &d);
}

static int judge_with(struct judge *j, struct sw_value params, struct sw_error *err)
{
	struct sw_vap_decisions d;
	j->in.params = params;
	int r = sw_vap_policy_judge(j->p->body, j->a, &j->in, &d, err);
	for (uint32_t i = 0; r == 0 && i < d.n; i++)
		if (d.v[i].kind != SW_VAP_AUDIT)
			r = tell(j, &d.v[i]);
	return r;
}

/* Once for each parameter that paramRef means. */
static int judge_params(struct judge *j, struct sw_error *err)
{
	struct sw_value ref = j->b ? j->b->param_ref : sw_undef();
	struct sw_str api = sw_value_getstr(j->p->param_kind, "apiVersion"),
		      kind = sw_value_getstr(j->p->param_kind, "kind");
	if (!sw_defined(j->p->param_kind))
		return judge_with(j, sw_undef(), err);
	if (!sw_defined(ref))
		return j->b ? judge_with(j, sw_undef(), err)
			    : tell_text(j, SW_VAP_NOT_EVALUATED,
				      "not evaluated: the policy has a paramKind, and no binding "
				      "says which parameters");
	struct sw_str ns = sw_value_getstr(ref, "namespace");
	size_t slash = sw_str_chr(api, '/', 0);
	const struct sw_kube_kind *k =
		sw_kube_kind_find(slash == SW_NPOS ? SW_STR("") : sw_str_sub(api, 0, slash), kind);
	if (!ns.n && k && k->namespaced) /* in the namespace of what is judged */
		ns = j->r->object->ns.n ? j->r->object->ns : SW_STR("default");
	uint32_t found = 0;
	for (uint32_t i = 0;; i++) {
		struct sw_value v = j->r->param ? j->r->param(j->r->param_arg, api, kind, ns,
							  sw_value_getstr(ref, "name"), i)
						: sw_undef();
		if (!sw_defined(v))
			break;
		if (j->b->has_selector && !sw_selector_match(&j->b->params,
						  sw_value_path(v, "metadata", "labels", NULL)))
			continue;
		found++;
		int r = judge_with(j, v, err);
		if (r)
			return r;
	}
	if (found || sw_str_is(sw_value_getstr(ref, "parameterNotFoundAction"), "Allow"))
		return 0;
	return tell_text(j, SW_VAP_ERROR,
		"no params found for policy binding with `Deny` parameterNotFoundAction");
}

static int judge_one(struct judge *j, struct sw_error *err)
{
	int r = vap_match(&j->p->match, j->r);
	if (r > 0 && j->b)
		r = vap_match(&j->b->match, j->r);
	if (r == 0)
		return 0;
	if (r < 0)
		return tell_text(j, SW_VAP_NOT_EVALUATED,
			"not evaluated: a namespaceSelector asks for labels of its Namespace, "
			"which is not among the objects");
	return judge_params(j, err);
}

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

int sw_vap_set_review(struct sw_vap_set *s, struct sw_arena *a, const struct sw_vap_review *r,
	int (*fn)(void *arg, const struct sw_vap_result *x), void *arg, struct sw_error *err)
{
	struct judge j = {.a = a, .r = r, .fn = fn, .arg = arg};
	if (!sw_vap_set_size(s) || exempt(r->object))
		return 0;
	j.in = (struct sw_vap_input){.object = r->value,
		.old_object = r->old_value,
		.request = request_of(a, r),
		.ns = namespace_of(a, r),
		.deadline_ns = r->deadline_ns};
	if (!sw_defined(j.in.request))
		return sw_error_set(err, SW_ELIMIT, "the request is too large");
	for (uint32_t i = 0; i < s->n_policies; i++) {
		j.p = &s->policies[i];
		j.b = NULL;
		int rc = s->unbound && !j.p->bound ? judge_one(&j, err) : 0;
		for (uint32_t k = 0; rc == 0 && k < s->n_bindings; k++) {
			j.b = &s->bindings[k];
			if (sw_str_eq(j.b->policy, j.p->name))
				rc = judge_one(&j, err);
		}
		if (rc)
			return rc;
	}
	return 0;
}
