/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes' own admission policies stand beside Gatekeeper's: the same objects, the same
 * inventory for parameters. */
#include "kube/kinds.h"
#include "policy/gatekeeper/internal.h"

int sw_gk_add_admission(struct sw_gk *gk, struct sw_value object, struct sw_error *err)
{
	return sw_vap_set_add(gk->vap, object, err);
}

int sw_gk_add_param(struct sw_gk *gk, struct sw_value object, struct sw_error *err)
{
	struct sw_kube_object o;
	int rc = sw_kube_object_init(object, &o, err);
	if (rc < 0)
		return rc;
	if (gk_table_has(&gk->known, &o))
		return 0;
	return gk_table_add(&gk->params, &gk->arena, &o) < 0 ? sw_error_set(err, SW_ELIMIT, "too many parameters") : 0;
}

/* What stands beside each other in the inventory and in the parameters. */
static int each_param(
	void *arg, const struct sw_vap_wanted *w, int (*fn)(void *arg, struct sw_value v), void *fn_arg)
{
	const struct sw_gk *gk = arg;
	const struct gk_table *tables[] = {&gk->known, &gk->params};
	struct sw_str name = w->name.n ? w->name : (struct sw_str){0};
	int rc = 0;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct gk_entry *e = gk_table_first(tables[i], w->kind, name); e && !rc;
			e = name.p ? e->next_name : e->next_kind)
			if (sw_str_eq(e->object.api_version, w->api_version) &&
				(!w->ns.n || sw_str_eq(w->ns, e->object.ns)))
				rc = fn(fn_arg, e->object.value);
	return rc;
}

static struct sw_value object_or_undef(struct sw_value v)
{
	return v.type == SW_OBJECT ? v : sw_undef();
}

int gk_vap_review(struct sw_gk *gk, const struct gk_vap_request *q,
	int (*fn)(void *arg, const struct sw_vap_result *x), void *arg, struct sw_error *err)
{
	const struct sw_kube_kind *k = sw_kube_kind_find(q->object->group, q->object->kind);
	bool deleted = sw_str_is(q->operation, "DELETE");
	struct sw_str ns = q->object->ns;
	struct sw_vap_review r = {.object = q->object,
		.value = deleted ? sw_undef()
				 : object_or_undef(sw_object_gets(q->review, SW_STR("object"))),
		.old_value = object_or_undef(sw_object_gets(q->review, SW_STR("oldObject"))),
		.admission = q->review,
		.operation = q->operation.n ? q->operation : SW_STR("CREATE"),
		.ns = object_or_undef(q->ns),
		.deadline_ns = q->deadline_ns,
		.each_param = each_param,
		.param_arg = gk};
	if (!ns.n && k && k->namespaced)
		ns = SW_STR("default");
	if (!sw_defined(r.ns) && ns.n)
		r.ns = gk_namespace(gk, ns);
	return sw_vap_set_review(gk->vap, &gk->scratch, &r, fn, arg, err);
}

/* ---- mutation ---- */

/* The schema of that version in a CustomResourceDefinition of the inventory. */
static struct sw_value schema(void *arg, const struct sw_kube_object *o)
{
	const struct sw_gk *gk = arg;
	for (uint32_t i = 0; i < gk->n_data; i++) {
		const struct sw_kube_object *d = &gk->data[i].object;
		if (!sw_kube_is(d, "apiextensions.k8s.io", "CustomResourceDefinition"))
			continue;
		struct sw_value spec = sw_object_gets(d->value, SW_STR("spec"));
		if (!sw_str_eq(sw_value_getstr(spec, "group"), o->group) ||
			!sw_str_eq(sw_value_getstr(sw_object_gets(spec, SW_STR("names")), "kind"), o->kind))
			continue;
		struct sw_value versions = sw_object_gets(spec, SW_STR("versions"));
		if (versions.type == SW_ARRAY)
			sw_array_foreach (v, versions)
				if (sw_str_eq(sw_value_getstr(*v, "name"), o->version))
					return sw_value_path(*v, "schema", "openAPIV3Schema", NULL);
	}
	return sw_undef();
}

/* The request of a bare object. */
static struct sw_value request_of(struct sw_arena *a, const struct sw_gk_mutable *m, const struct sw_kube_object *o)
{
	struct sw_map kind, user, r;
	sw_map_init(&kind, a);
	sw_map_adds(&kind, "group", sw_string(o->group));
	sw_map_adds(&kind, "version", sw_string(o->version));
	sw_map_adds(&kind, "kind", sw_string(o->kind));
	sw_map_init(&user, a);
	sw_map_adds(&user, "username", sw_string(m->user));
	sw_map_init(&r, a);
	sw_map_adds(&r, "kind", sw_map_object(&kind));
	sw_map_adds(&r, "name", sw_string(o->name));
	sw_map_adds(&r, "namespace", sw_string(o->ns));
	sw_map_adds(&r, "userInfo", sw_map_object(&user));
	return sw_map_object(&r);
}

struct mutation {
	struct sw_arena *a;
	struct sw_str denied, lost;
};

/* The first problem counts: what comes behind it does not see the object that it should. */
static int take_problem(void *arg, const struct sw_vap_result *x)
{
	struct mutation *m = arg;
	size_t slash = sw_str_chr(x->name, '/', 0);
	struct sw_str policy = sw_str_sub(x->name, 0, slash), message = x->decision.message;
	if (x->decision.kind == SW_VAP_NOT_EVALUATED) {
		if (!m->lost.p && !m->denied.p)
			m->lost = sw_arena_printf(m->a, "MutatingAdmissionPolicy %.*s: %.*s", SW_STR_ARG(x->name),
				SW_STR_ARG(message));
	} else if (!m->denied.p && slash == SW_NPOS) {
		m->denied = sw_arena_printf(
			m->a, "policy \"%.*s\" denied request: %.*s", SW_STR_ARG(policy), SW_STR_ARG(message));
	} else if (!m->denied.p) {
		m->denied = sw_arena_printf(m->a, "policy '%.*s' with binding '%.*s' denied request: %.*s",
			SW_STR_ARG(policy), SW_STR_ARG(sw_str_sub(x->name, slash + 1, x->name.n)), SW_STR_ARG(message));
	}
	return 0;
}

int gk_map_mutate(struct sw_gk *gk, struct sw_arena *a, const struct sw_gk_mutable *m, struct sw_value *object,
	struct sw_str *ret_denied, struct sw_error *err)
{
	struct sw_kube_object o;
	struct mutation found = {.a = a};
	if (!sw_vap_set_mutating(gk->vap))
		return 0;
	int rc = sw_kube_object_init(*object, &o, err);
	if (rc < 0)
		return rc;
	if (!o.ns.n)
		o.ns = m->namespace;
	struct sw_vap_review r = {.object = &o, .value = *object,
		.old_value = object_or_undef(sw_object_gets(m->admission, SW_STR("oldObject"))),
		.admission = sw_defined(m->admission) ? m->admission : request_of(a, m, &o),
		.operation = m->operation.n ? m->operation : SW_STR("CREATE"),
		.ns = m->ns.type == SW_OBJECT && m->ns.n ? m->ns : sw_undef(),
		.deadline_ns = m->deadline_ns, .each_param = each_param, .schema = schema, .param_arg = gk};
	if (!sw_defined(r.ns) && o.ns.n)
		r.ns = gk_namespace(gk, o.ns);
	rc = sw_vap_set_mutate(gk->vap, a, &r, take_problem, &found, object, err);
	if (rc == 0 && found.lost.p)
		return sw_error_set(err, SW_EUNSUPPORTED, "%.*s", SW_STR_ARG(found.lost));
	if (rc == 0)
		*ret_denied = found.denied;
	return rc;
}
