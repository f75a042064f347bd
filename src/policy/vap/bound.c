/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/vap/bound.h"

#include "kube/kinds.h"

enum { OBJECTS_MAX = 100000 };

void vap_bound_release(struct vap_bound *b)
{
	for (uint32_t i = 0; i < b->n_policies; i++)
		sw_vap_policy_free(b->policies[i].body);
}

/* ---- adding ---- */

int vap_grow(struct sw_arena *a, void **items, uint32_t n, uint32_t *cap, size_t size,
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

static void bind_all(struct vap_bound *b)
{
	for (uint32_t i = 0; i < b->n_policies; i++) {
		b->policies[i].bound = false;
		for (uint32_t j = 0; j < b->n_bindings && !b->policies[i].bound; j++)
			b->policies[i].bound =
				sw_str_eq(b->bindings[j].policy, b->policies[i].name);
	}
}

/* What a MutatingAdmissionPolicy says beside its mutations. */
static int mutating_only(
	struct sw_value spec, struct sw_value match, struct vap_policy *p, struct sw_error *err)
{
	struct sw_str again = sw_value_getstr(spec, "reinvocationPolicy");
	p->again = sw_str_is(again, "IfNeeded");
	if (!p->again && !sw_str_is(again, "Never"))
		return sw_error_set(
			err, SW_EINVALID, "reinvocationPolicy must be Never or IfNeeded");
	sw_array_foreach (rule, sw_object_gets(match, SW_STR("resourceRules"))) {
		struct sw_value operations = sw_object_gets(*rule, SW_STR("operations"));
		if (operations.type == SW_ARRAY)
			sw_array_foreach (e, operations)
				if (e->type == SW_STRING && sw_str_is(sw_value_str(*e), "DELETE"))
					return sw_error_set(err, SW_EINVALID,
						"matchConstraints.resourceRules: the operation "
						"DELETE cannot be "
						"mutated");
	}
	return 0;
}

int vap_bound_add_policy(struct vap_bound *b, const struct sw_kube_object *o, struct sw_error *err)
{
	struct sw_value spec = sw_object_gets(o->value, SW_STR("spec"));
	struct vap_policy p = {.name = o->name,
		.object = o->value,
		.param_kind = sw_object_gets(spec, SW_STR("paramKind"))};
	struct sw_value match = sw_object_gets(spec, SW_STR("matchConstraints"));
	if (p.param_kind.type != SW_OBJECT)
		p.param_kind = sw_undef();
	struct sw_vap_opts opts = {.params = sw_defined(p.param_kind), .mutating = b->mutating};
	if (match.type != SW_OBJECT)
		return sw_error_set(err, SW_EINVALID, "the policy has no matchConstraints");
	if (!sw_array_at(sw_object_gets(match, SW_STR("resourceRules")), 0).type)
		return sw_error_set(err, SW_EINVALID, "matchConstraints.resourceRules is empty");
	int r = vap_match_init(b->arena, match, &p.match, err);
	if (r < 0)
		return sw_error_prefix(err, "matchConstraints.");
	if (b->mutating && (r = mutating_only(spec, match, &p, err)) < 0)
		return r;
	r = sw_vap_policy_new(spec, &opts, &p.body, err);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < b->n_policies; i++)
		if (sw_str_eq(b->policies[i].name, p.name)) {
			sw_vap_policy_free(b->policies[i].body);
			b->policies[i] = p;
			bind_all(b);
			return 0;
		}
	r = vap_grow(b->arena, (void **)&b->policies, b->n_policies, &b->cap_policies, sizeof(p), err);
	if (r < 0)
		sw_vap_policy_free(p.body);
	else
		b->policies[b->n_policies++] = p;
	bind_all(b);
	return r;
}

static int action_of(
	struct sw_value spec, struct sw_str *ret, bool *ret_audit, struct sw_error *err)
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
	*ret_audit = audit;
	*ret = deny ? SW_STR("deny") : warn ? SW_STR("warn") : SW_STR("dryrun");
	return 0;
}

static int param_ref(struct vap_bound *all, struct vap_binding *b, struct sw_error *err)
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
	return b->has_selector ? sw_selector_from(all->arena, sel, &b->params, err) : 0;
}

int vap_bound_add_binding(
	struct vap_bound *all, const struct sw_kube_object *o, struct sw_error *err)
{
	struct sw_value spec = sw_object_gets(o->value, SW_STR("spec"));
	struct vap_binding b = {.name = o->name,
		.object = o->value,
		.policy = sw_value_getstr(spec, "policyName"),
		.param_ref = sw_object_gets(spec, SW_STR("paramRef"))};
	if (!b.policy.n)
		return sw_error_set(err, SW_EINVALID, "the binding has no policyName");
	int r = all->mutating ? 0 : action_of(spec, &b.action, &b.audit, err);
	if (r == 0)
		r = vap_match_init(
			all->arena, sw_object_gets(spec, SW_STR("matchResources")), &b.match, err);
	if (b.param_ref.type != SW_OBJECT)
		b.param_ref = sw_undef();
	if (r == 0 && sw_defined(b.param_ref))
		r = param_ref(all, &b, err);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < all->n_bindings; i++)
		if (sw_str_eq(all->bindings[i].name, b.name)) {
			all->bindings[i] = b;
			bind_all(all);
			return 0;
		}
	r = vap_grow(all->arena, (void **)&all->bindings, all->n_bindings, &all->cap_bindings,
		sizeof(b), err);
	if (r == 0)
		all->bindings[all->n_bindings++] = b;
	bind_all(all);
	return r;
}

uint32_t vap_bound_size(const struct vap_bound *b)
{
	uint32_t n = b->n_bindings;
	for (uint32_t i = 0; b->unbound && i < b->n_policies; i++)
		n += !b->policies[i].bound;
	return n;
}

/* ---- which are about a request ---- */

struct visit {
	const struct sw_vap_review *r;
	struct vap_call call;
	int (*fn)(void *arg, const struct vap_call *c);
	void *arg;
};

static int call_with(struct visit *x, struct sw_value params)
{
	x->call.params = params;
	x->call.problem = NULL;
	return x->fn(x->arg, &x->call);
}

static int problem(struct visit *x, enum sw_vap_kind kind, const char *text)
{
	x->call.params = sw_undef();
	x->call.problem = text;
	x->call.kind = kind;
	return x->fn(x->arg, &x->call);
}

/* The namespace that the request is in, for its parameters; p NULL: it is about something that is
 * in none. */
static struct sw_str request_namespace(const struct sw_vap_review *r)
{
	const struct sw_kube_kind *k = sw_kube_kind_find(r->object->group, r->object->kind);
	if (sw_kube_is(r->object, "", "Namespace"))
		return r->object->name;
	if (r->object->ns.n)
		return r->object->ns;
	return k && !k->namespaced ? (struct sw_str){0} : SW_STR("default");
}

/* Where the parameters are. NULL, or what is wrong with it. `loose`: it is not known whether the
 * kind has namespaces. */
static const char *param_namespace(const struct visit *x, struct sw_str api, struct sw_str kind,
	struct sw_str *ret, bool *ret_loose)
{
	size_t slash = sw_str_chr(api, '/', 0);
	const struct sw_kube_kind *k =
		sw_kube_kind_find(slash == SW_NPOS ? SW_STR("") : sw_str_sub(api, 0, slash), kind);
	struct sw_str said = sw_value_getstr(x->call.binding->param_ref, "namespace");
	*ret = said;
	*ret_loose = !k && !said.n;
	if (k && !k->namespaced && said.n)
		return "failed to configure binding: paramRef.namespace must not be provided for a "
		       "cluster-scoped `paramKind`";
	if (!k || !k->namespaced || said.n)
		return NULL;
	*ret = request_namespace(x->r);
	return ret->p ? NULL
		      : "failed to configure binding: cannot use namespaced paramRef in policy "
			"binding that "
			"matches cluster-scoped resources";
}

/* Of a kind that may have namespaces: is it in the request's, or in none? */
static bool reachable(const struct visit *x, struct sw_value param)
{
	struct sw_str ns = sw_value_getstr(sw_object_gets(param, SW_STR("metadata")), "namespace");
	return !ns.n || sw_str_eq(ns, request_namespace(x->r));
}

/* The parameters of one binding. */
struct search {
	struct visit *x;
	bool loose;
	uint32_t found;
};

static int take_param(void *arg, struct sw_value v)
{
	struct search *s = arg;
	const struct vap_binding *b = s->x->call.binding;
	if ((b->has_selector &&
		    !sw_selector_match(&b->params, sw_value_path(v, "metadata", "labels", NULL))) ||
		(s->loose && !reachable(s->x, v)))
		return 0;
	s->found++;
	return call_with(s->x, v);
}

/* Once for each parameter that paramRef means. */
static int each_param(struct visit *x)
{
	const struct sw_vap_review *r = x->r;
	struct sw_value ref = x->call.binding->param_ref, kind = x->call.policy->param_kind;
	struct search s = {.x = x};
	struct sw_vap_wanted w = {.api_version = sw_value_getstr(kind, "apiVersion"),
		.kind = sw_value_getstr(kind, "kind"),
		.name = sw_value_getstr(ref, "name")};
	const char *wrong = param_namespace(x, w.api_version, w.kind, &w.ns, &s.loose);
	if (wrong)
		return problem(x, SW_VAP_ERROR, wrong);
	int rc = r->each_param ? r->each_param(r->param_arg, &w, take_param, &s) : 0;
	if (rc || s.found || sw_str_is(sw_value_getstr(ref, "parameterNotFoundAction"), "Allow"))
		return rc;
	return problem(x, SW_VAP_ERROR,
		"failed to configure binding: no params found for policy binding with `Deny` "
		"parameterNotFoundAction");
}

static int each_match(struct visit *x)
{
	const struct vap_call *c = &x->call;
	int r = vap_match(&c->policy->match, x->r);
	if (r > 0 && c->binding)
		r = vap_match(&c->binding->match, x->r);
	if (r == 0)
		return 0;
	if (r < 0)
		return problem(x, SW_VAP_NOT_EVALUATED,
			"not evaluated: a namespaceSelector asks for labels of its Namespace, "
			"which is not "
			"among the objects");
	if (!sw_defined(c->policy->param_kind) ||
		(c->binding && !sw_defined(c->binding->param_ref)))
		return call_with(x, sw_undef());
	if (!c->binding)
		return problem(x, SW_VAP_NOT_EVALUATED,
			"not evaluated: the policy has a paramKind, and no binding says which "
			"parameters");
	return each_param(x);
}

int vap_bound_each(const struct vap_bound *b, const struct sw_vap_review *r,
	int (*fn)(void *arg, const struct vap_call *c), void *arg)
{
	struct visit x = {.r = r, .fn = fn, .arg = arg};
	for (uint32_t i = 0; i < b->n_policies; i++) {
		x.call.policy = &b->policies[i];
		x.call.binding = NULL;
		int rc = b->unbound && !b->policies[i].bound ? each_match(&x) : 0;
		for (uint32_t k = 0; rc == 0 && k < b->n_bindings; k++) {
			x.call.binding = &b->bindings[k];
			if (sw_str_eq(b->bindings[k].policy, b->policies[i].name))
				rc = each_match(&x);
		}
		if (rc)
			return rc;
	}
	return 0;
}

struct sw_vap_result vap_result(
	struct sw_arena *a, const struct vap_call *c, const struct sw_vap_decision *d)
{
	const struct vap_binding *b = c->binding;
	struct sw_vap_result x = {
		.policy = c->policy->object, .decision = *d, .name = c->policy->name};
	x.binding = b ? b->object : sw_undef();
	x.action = b && b->action.n && !d->denies ? b->action : SW_STR("deny");
	x.audit = b && b->audit && !d->denies;
	if (b)
		x.name = sw_arena_printf(
			a, "%.*s/%.*s", SW_STR_ARG(c->policy->name), SW_STR_ARG(b->name));
	return x;
}
