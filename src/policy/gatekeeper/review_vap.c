/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes' own admission policies stand beside Gatekeeper's: the same objects, the same
 * inventory for parameters. */
#include "kube/kinds.h"
#include "policy/gatekeeper/internal.h"

int sw_gk_add_admission(struct sw_gk *gk, struct sw_value object, struct sw_error *err)
{
	return sw_vap_set_add(gk->vap, object, err);
}

static bool is_or_any(struct sw_str want, struct sw_str have)
{
	return !want.n || sw_str_eq(want, have);
}

static struct sw_value param(void *arg, struct sw_str api_version, struct sw_str kind,
	struct sw_str ns, struct sw_str name, uint32_t index)
{
	const struct sw_gk *gk = arg;
	for (uint32_t i = 0; i < gk->n_data; i++) {
		const struct sw_kube_object *o = &gk->data[i].object;
		if (sw_str_eq(o->kind, kind) && sw_str_eq(o->api_version, api_version) &&
			is_or_any(ns, o->ns) && is_or_any(name, o->name) && index-- == 0)
			return o->value;
	}
	return sw_undef();
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
		.param = param,
		.param_arg = gk};
	if (!ns.n && k && k->namespaced)
		ns = SW_STR("default");
	if (!sw_defined(r.ns) && ns.n)
		r.ns = gk_namespace(gk, ns);
	return sw_vap_set_review(gk->vap, &gk->scratch, &r, fn, arg, err);
}
